//! Documents of the host: what their events say, in whatever order they come, and their sums (P4).

use super::judge::Judge;
use super::view::{DocumentGroup, DocumentView, SumView};
use super::work::Work;
use crate::Value;
use crate::case::{Case, DocumentInput, DocumentState, DocumentSum, Event, Handing, TOO_MANY};
use crate::condition::Operand;
use crate::scenario::Scenario;
use crate::scenario::def::{DocumentDef, IN_FORCE, OUT_OF_FORCE};
use crate::scenario::names::DocumentName;
use rust_decimal::Decimal;

/// How many documents a case gathers (C4).
pub(super) const MAX_DOCUMENTS: usize = 10_000;

impl Work<'_> {
    /// An event of a document, whatever the order in which they come: of each thing that events say (the last
    /// event, whether it is in force, each sum) the one with the greatest counter counts, and without counters the one
    /// learnt last. A report is never refused: what changes nothing is journalled and says why.
    pub fn document(&mut self, it: &DocumentInput) {
        let ignored = |why: &str| Event::DocumentIgnored {
            document: it.document.clone(),
            id: it.id.clone(),
            event: it.event.clone(),
            why: why.to_owned(),
        };
        let known =
            self.case.documents.iter().find(|known| known.document == it.document && known.id == it.id);
        let Some(known) = known else {
            if self.case.documents.len() >= MAX_DOCUMENTS {
                return self.emit(ignored(TOO_MANY));
            }
            let mut document = DocumentState {
                document: it.document.clone(),
                id: it.id.clone(),
                event: it.event.clone(),
                at: self.happened(it.at),
                sequence: it.sequence,
                in_force: None,
                force_sequence: None,
                sums: std::collections::BTreeMap::new(),
            };
            self.s.document_says(&mut document, it, it.sequence);
            return self.documented(Event::Documented(Box::new(document)));
        };
        let mut document = known.clone();
        let event = match (known.sequence, it.sequence) {
            (Some(last), Some(new)) if new == last => ignored("twice"),
            (Some(last), Some(new)) if new < last => {
                // Late: it may still say what later ones left open, but it is not what happened last.
                self.s.document_says(&mut document, it, it.sequence);
                if document == *known {
                    ignored("late")
                } else {
                    Event::DocumentCompleted { event: it.event.clone(), document: Box::new(document) }
                }
            }
            (last, new) => {
                document.event.clone_from(&it.event);
                document.at = self.happened(it.at);
                document.sequence = new.or(last);
                let counted = document.sequence;
                self.s.document_says(&mut document, it, counted);
                // Without a counter only the host's own moment can tell a repetition from a second event.
                if new.is_none() && it.at.is_some() && document == *known {
                    ignored("twice")
                } else {
                    Event::Documented(Box::new(document))
                }
            }
        };
        self.documented(event);
    }

    /// What was learnt of a document goes to the case into which this one was merged as well (P7).
    fn documented(&mut self, event: Event) {
        let learnt = match &event {
            Event::Documented(it) | Event::DocumentCompleted { document: it, .. } => {
                Some(DocumentState::clone(it))
            }
            _ => None,
        };
        self.emit(event);
        if let (Some(document), Some(into)) = (learnt, self.case.merged_into.clone()) {
            self.hand_on(&into, Handing { documents: vec![document], ..Handing::default() });
        }
    }
}

impl Scenario {
    /// What an event says of a document's force and sums, where nothing later has said it.
    fn document_says(&self, document: &mut DocumentState, it: &DocumentInput, counted: Option<u64>) {
        let def = self.def.documents.get(&it.document);
        // One without a counter is later than all before; with one it counts where it is greater.
        let counts = |known: Option<u64>| it.sequence.is_none() || known.is_none() || it.sequence > known;
        let force = force_of(def, &it.event);
        if force.is_some() && (document.in_force.is_none() || counts(document.force_sequence)) {
            document.in_force = force;
            document.force_sequence = counted;
        }
        for name in def.into_iter().flat_map(|def| def.sums.names()) {
            let Some(value) = it.data.get(name) else { continue };
            if document.sums.get(name).is_none_or(|sum| counts(sum.sequence)) {
                let sum = DocumentSum { value: decimal(value), sequence: counted };
                document.sums.insert(name.to_owned(), sum);
            }
        }
    }
}

/// A decimal as hosts send it: a number, or a text that is one.
fn decimal(value: &Value) -> Option<Decimal> {
    value.as_decimal().or_else(|| value.as_text().and_then(|text| Decimal::from_str_exact(text).ok()))
}

/// Whether a document counts among its kind; what was kept before force was told of says it by its last event.
fn is_in_force(def: Option<&DocumentDef>, it: &DocumentState) -> bool {
    it.in_force.or_else(|| force_of(def, &it.event)).unwrap_or(false)
}

/// Whether an event puts a document in force, takes it out, or leaves it as it is; by the usual names where the
/// scenario does not declare the kind.
fn force_of(def: Option<&DocumentDef>, event: &str) -> Option<bool> {
    match def {
        Some(def) => def.force_of(event),
        None if IN_FORCE.contains(&event) => Some(true),
        None => OUT_OF_FORCE.contains(&event).then_some(false),
    }
}

impl Judge<'_> {
    /// What conditions read of the documents of a kind (C10): sums over those in force, exact. A document in force that
    /// lacks the sum, or tells it wrong, makes it unknown and never nothing (C8), as does one that was left out.
    pub fn documents(&self, kind: usize, what: &DocumentName) -> Operand<'_> {
        let Some((kind, def)) = self.scenario.def.documents.at(kind) else { return Operand::Unknown };
        let of_kind = || self.case.documents.iter().filter(|it| it.document == kind);
        match what {
            DocumentName::Last => {
                let last = of_kind().max_by_key(|it| it.at);
                last.map_or(Operand::Empty, |it| Operand::Owned(Value::Text(it.event.clone())))
            }
            DocumentName::Count if self.case.documents_left_out == 0 => {
                let count = of_kind().filter(|it| is_in_force(Some(def), it)).count();
                Operand::Owned(Value::Decimal(count.into()))
            }
            DocumentName::Sum(name) => {
                let sum = sum(self.case, kind, def, name);
                sum.map_or(Operand::Unknown, |sum| Operand::Owned(Value::Decimal(sum)))
            }
            DocumentName::Count => Operand::Unknown,
        }
    }
}

/// The sum over the documents of a kind that are in force; none where one lacks it, where some were left out, or
/// beyond what a decimal holds.
fn sum(case: &Case, kind: &str, def: &DocumentDef, name: &str) -> Option<Decimal> {
    let mut in_force = case.documents.iter().filter(|it| it.document == kind && is_in_force(Some(def), it));
    let sum = in_force.try_fold(Decimal::ZERO, |sum, it| exact_sum(sum, it.sums.get(name)?.value?));
    sum.filter(|_| case.documents_left_out == 0)
}

/// A sum without rounding: the crate rounds where more digits would be needed than it has.
fn exact_sum(a: Decimal, b: Decimal) -> Option<Decimal> {
    // Of zero and another one it gives the other, with its own scale.
    if a.is_zero() {
        return Some(b);
    }
    if b.is_zero() {
        return Some(a);
    }
    let sum = a.checked_add(b)?;
    (sum.scale() >= a.scale().max(b.scale())).then_some(sum)
}

impl Scenario {
    /// The documents of a case as the actor may see them.
    pub(super) fn document_groups<'a>(&'a self, judge: &Judge<'_>, case: &'a Case) -> Vec<DocumentGroup<'a>> {
        let of_kind = |kind: &str, def: Option<&DocumentDef>| -> Vec<DocumentView<'a>> {
            let of_kind = case.documents.iter().filter(|it| it.document == kind);
            of_kind.map(|state| DocumentView { state, in_force: is_in_force(def, state) }).collect()
        };
        let declared = self.def.documents.iter().enumerate();
        let seen = declared.filter(|(position, _)| judge.sees_document(*position));
        let mut groups: Vec<DocumentGroup<'a>> = seen
            .map(|(_, (kind, def))| {
                let documents = of_kind(kind, Some(def));
                let sums = def.sums.iter().map(|(name, sum_def)| {
                    let in_force = documents.iter().filter(|it| it.in_force).map(|it| it.state);
                    let without = in_force.filter(|it| it.sums.get(name).and_then(|sum| sum.value).is_none());
                    SumView {
                        name,
                        def: sum_def,
                        value: sum(case, kind, def, name),
                        unknown: without.map(|it| it.id.as_str()).collect(),
                    }
                });
                DocumentGroup { kind, def: Some(def), sums: sums.collect(), documents }
            })
            .collect();
        for it in &case.documents {
            let is_known = groups.iter().any(|group| group.kind == it.document);
            if !is_known && self.def.documents.get(&it.document).is_none() {
                let documents = of_kind(&it.document, None);
                groups.push(DocumentGroup { kind: &it.document, def: None, sums: Vec::new(), documents });
            }
        }
        groups
    }
}
