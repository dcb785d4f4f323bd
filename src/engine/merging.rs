//! Merging, redirecting and splitting: what one case hands to another (P7).
//!
//! Both sides are steps of their own. What passes between them is an effect of the one and an input of the other, so that a
//! host may fall in between, and what arrives twice or late does no harm (P6).

use super::documents::MAX_DOCUMENTS;
use super::door::MAX_VALUES;
use super::moves::Mover;
use super::work::{Done, Work};
use crate::Value;
use crate::case::{
    Act, Activity, ActivityEnd, CloseInput, DocumentState, Event, Fields, Handing, Interaction, LinkKind,
    MergeInput, Missing, Party, SplitInput, TOO_MANY, with_files,
};
use crate::scenario::def::StageOutcome;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Through how many cases something is handed on at most (C4).
const MAX_HANDS: usize = 16;
/// How many bytes of interactions go in one effect.
const PARCEL: usize = 1024 * 1024;
/// The kind of an activity whose own kind the scenario does not have.
const TASK: &str = "task";

/// What of something handed is new to the case that takes it.
#[derive(Default)]
struct New {
    activities: Vec<Activity>,
    interactions: Vec<Interaction>,
    external_ids: Vec<String>,
    parties: Vec<(String, Party)>,
    documents: Vec<Event>,
    left_out: Vec<String>,
}

impl New {
    fn is_nothing(&self) -> bool {
        self.activities.is_empty()
            && self.interactions.is_empty()
            && self.external_ids.is_empty()
            && self.parties.is_empty()
            && self.documents.is_empty()
    }
}

impl Work<'_> {
    /// The case is the same request as another one: it is closed as void, and hands over what is open and known.
    pub fn merge(&mut self, input: &MergeInput) -> Done {
        let mut missing = Vec::new();
        self.other(&input.into, &mut missing);
        let s = self.s;
        let is_void = |at: usize| s.stages.get(at).is_some_and(|it| it.outcome == Some(StageOutcome::Void));
        let to = match &input.stage {
            Some(stage) => s.stage_index(stage).filter(|at| is_void(*at)),
            None => (0..s.stages.len()).find(|at| is_void(*at)),
        };
        let Some((stage, to)) = to.and_then(|to| Some((s.stages.get(to)?, to))) else {
            missing.push(Missing::new("V-P7-void").arg("stage", input.stage.clone().unwrap_or_default()));
            return Err(missing.into());
        };
        let here = self.here().ok_or_else(|| Missing::new("V-M1-stage").arg("stage", self.case.stage()))?;
        let closing = CloseInput {
            stage: stage.id.clone(),
            reason: input.reason.clone(),
            comment: input.comment.clone(),
            ..CloseInput::default()
        };
        let mover = Mover::Actor { r#override: None };
        missing.extend(self.judge().move_to(here, to, mover).err().unwrap_or_default());
        self.judge().reason(stage, &closing, &mut missing);
        if !missing.is_empty() {
            return Err(missing.into());
        }
        let case = &self.case;
        // Members of a group ask for this case's approval, which is not asked any more.
        let open: Vec<Activity> = case.activities.iter().filter(|it| it.group.is_none()).cloned().collect();
        let what = Handing {
            activities: open.clone(),
            interactions: case.interactions.clone(),
            external_ids: case.external_ids.clone(),
            parties: case.parties.clone(),
            documents: case.documents.clone(),
            past: true,
            through: vec![case.id.clone()],
            ..Handing::default()
        };
        self.emit(Event::Merged { into: input.into.clone() });
        for it in open {
            let end = ActivityEnd::Closed { at: self.now(), rule: "merge".to_owned() };
            self.end_closed(&it.id, end);
        }
        for parcel in parcels(what) {
            self.hand(&input.into, parcel);
        }
        self.close(to, &closing, self.actor().id.clone());
        Ok(())
    }

    /// An interaction that was logged on the wrong case goes to another (I2), by the right to hand over.
    pub fn redirect(&mut self, interaction: &str, to: &str) -> Done {
        let mut missing = Vec::new();
        self.other(to, &mut missing);
        if !self.judge().may(self.s.rights.hand_over.as_ref()) {
            missing.push(Missing::new("V-G1-hand-over"));
        }
        let known = self.case.interactions.iter().find(|it| it.id == interaction).cloned();
        if known.is_none() {
            missing.push(Missing::new("V-P7-interaction").arg("interaction", interaction));
        }
        let (Some(known), true) = (known, missing.is_empty()) else { return Err(missing.into()) };
        self.emit(Event::Redirected { interaction: interaction.to_owned(), to: to.to_owned() });
        self.hand_on(to, Handing { interactions: vec![known], redirected: true, ..Handing::default() });
        Ok(())
    }

    /// Chosen lines of a list go into a linked case, which the runtime opens.
    pub fn split(&mut self, input: &SplitInput) -> Done {
        let mut missing = Vec::new();
        let s = self.s;
        if !self.judge().may(s.rights.open.as_ref()) {
            missing.push(Missing::new("V-G1-open"));
        }
        let field = input.field.as_str();
        let mut gone = Vec::new();
        let mut rest = Fields::new();
        let is_list =
            s.field(&input.field).is_some_and(|it| it.def.kind == crate::scenario::def::FieldType::List);
        match self.case.fields.get(&input.field) {
            _ if s.field(&input.field).is_none() => {
                missing.push(Missing::new("V-IN-field").arg("field", field))
            }
            _ if !is_list => missing.push(Missing::new("V-P7-list").arg("field", field)),
            Some(Value::List(lines)) => {
                let chosen: BTreeSet<usize> =
                    input.lines.iter().map(|line| usize::try_from(*line).unwrap_or(usize::MAX)).collect();
                for line in chosen.iter().filter(|line| !(1..=lines.len()).contains(line)) {
                    let line = i64::try_from(*line).unwrap_or(i64::MAX);
                    missing.push(
                        Missing::new("V-P7-line")
                            .arg("field", field)
                            .arg("line", line)
                            .arg("limit", lines.len() as i64),
                    );
                }
                let is_chosen = |at: usize| chosen.contains(&(at + 1));
                let part = |wanted: bool| -> Vec<Value> {
                    let lines = lines.iter().enumerate().filter(|(at, _)| is_chosen(*at) == wanted);
                    lines.map(|(_, line)| line.clone()).collect()
                };
                gone = part(true);
                let stays = part(false);
                if chosen.is_empty() {
                    missing.push(Missing::new("V-P7-lines").arg("field", field));
                } else if stays.is_empty() {
                    missing.push(Missing::new("V-P7-all").arg("field", field));
                }
                rest.insert(input.field.clone(), Some(Value::List(stays)));
            }
            _ => missing.push(Missing::new("V-P7-lines").arg("field", field)),
        }
        let mut given = BTreeMap::from([(input.field.clone(), Value::List(gone))]);
        for name in &input.copy {
            if s.field(name).is_none() {
                missing.push(Missing::new("V-IN-field").arg("field", name.as_str()));
            } else if !self.judge().sees_field(name) {
                missing.push(Missing::new("V-G1-see").arg("field", name.as_str()));
            } else if let Some(value) = self.case.fields.get(name).filter(|_| *name != input.field) {
                given.insert(name.clone(), value.clone());
            }
        }
        let checked = self.judge().fields(&rest, &mut missing);
        if !missing.is_empty() {
            return Err(missing.into());
        }
        for (field, value) in checked {
            self.set(&field, value, None);
        }
        let mut origin = self.origin(None);
        if input.title.is_some() {
            origin.title.clone_from(&input.title);
        }
        let scenario = input.scenario.clone().unwrap_or_else(|| s.reference.id.clone());
        self.effect(
            "open_case",
            None,
            Act::OpenCase { scenario, link: LinkKind::PartOf, fields: given, origin },
        );
        Ok(())
    }

    /// The id of another case, as somebody gives it.
    fn other(&self, case: &str, missing: &mut Vec<Missing>) {
        if case == self.case.id {
            missing.push(Missing::new("V-P7-self"));
        } else if case.trim().is_empty() || case.len() > 200 {
            missing.push(Missing::new("V-IN-case"));
        }
    }

    fn hand(&mut self, to: &str, what: Handing) {
        self.effect("hand", None, Act::Hand { to: to.to_owned(), what: Box::new(what) });
    }

    /// Hands on what this case was told for another one.
    pub fn hand_on(&mut self, to: &str, mut what: Handing) {
        what.through.push(self.case.id.clone());
        self.hand(to, what);
    }

    /// What another case hands over. What is known already is left as it is, so that it does no harm to come twice or
    /// late (P6); a closed case takes all but activities (X4), one that was merged itself hands everything on.
    pub fn handed(&mut self, from: &str, what: &Handing) -> Done {
        self.report()?;
        if let Some(into) = self.case.merged_into.clone()
            && !what.through.contains(&into)
            && what.through.len() < MAX_HANDS
        {
            self.hand_on(&into, what.clone());
            return Ok(());
        }
        // What went from here to another case goes on there, unless it comes back from it, or is sent here by hand.
        let mut gone: BTreeMap<String, Vec<Interaction>> = BTreeMap::new();
        for it in &what.interactions {
            if let Some(to) = self.went_to(&it.id, what) {
                gone.entry(to.to_owned()).or_default().push(it.clone());
            }
        }
        let mut here = Cow::Borrowed(what);
        if !gone.is_empty() {
            here.to_mut().interactions.retain(|it| self.went_to(&it.id, what).is_none());
        }
        for (to, interactions) in gone {
            let (past, through) = (what.past, what.through.clone());
            self.hand_on(&to, Handing { interactions, past, through, follows: true, ..Handing::default() });
        }
        let new = self.new_of(&here);
        let merged = what.past && !what.follows;
        let first = merged && !self.case.merged_from.iter().any(|it| it == from);
        if new.is_nothing() && !first {
            return Ok(());
        }
        let New { activities, interactions, external_ids, parties, documents, left_out } = new;
        let from = from.to_owned();
        self.emit(Event::TakenOver { from, external_ids, left_out, merged });
        for (role, party) in parties {
            self.emit(Event::PartySet { role, party: Some(party) });
        }
        for it in interactions {
            self.emit(Event::Logged(Box::new(it)));
        }
        for event in documents {
            self.emit(event);
        }
        for it in activities {
            self.plan_activity(it);
        }
        if what.past {
            self.past_until = self.events.len();
        }
        Ok(())
    }

    /// The case to which an interaction went from here (I2).
    fn went_to(&self, interaction: &str, what: &Handing) -> Option<&str> {
        let to = self.case.redirected.get(interaction)?;
        let goes = !what.redirected && !what.through.contains(to) && what.through.len() < MAX_HANDS;
        goes.then_some(to.as_str())
    }

    fn new_of(&self, what: &Handing) -> New {
        let case = &self.case;
        let mut new = New::default();
        for it in &what.activities {
            match case.activity(&it.id) {
                Some(_) => {}
                None if case.is_open() && !new.activities.iter().any(|known| known.id == it.id) => {
                    new.activities.push(self.taken(it));
                }
                None => new.left_out.push(it.id.clone()),
            }
        }
        for it in &what.interactions {
            let known =
                case.interactions.iter().find(|known| known.id == it.id && known.channel == it.channel);
            let logged = match known {
                None => it.clone(),
                Some(known) => amended(known, it, what.past),
            };
            if known != Some(&logged) {
                new.interactions.push(logged);
            }
        }
        let room = MAX_VALUES.saturating_sub(case.external_ids.len());
        let unknown: BTreeSet<_> =
            what.external_ids.iter().filter(|id| !case.external_ids.contains(id)).collect();
        new.external_ids = unknown.iter().take(room).map(|id| (*id).clone()).collect();
        // Beyond the bound they are named in the journal (C4).
        new.left_out.extend(unknown.into_iter().skip(room).cloned());
        let declared = what.parties.iter().filter(|(role, _)| self.s.def.parties.get(role).is_some());
        let free = declared.filter(|(role, _)| !case.parties.contains_key(*role));
        new.parties = free.map(|(role, party)| (role.clone(), party.clone())).collect();
        let mut count = case.documents.len();
        for it in &what.documents {
            let same = |known: &&DocumentState| known.document == it.document && known.id == it.id;
            let event = match case.documents.iter().find(same) {
                None if count >= MAX_DOCUMENTS => Event::DocumentIgnored {
                    document: it.document.clone(),
                    id: it.id.clone(),
                    event: it.event.clone(),
                    why: TOO_MANY.to_owned(),
                },
                None => {
                    count += 1;
                    Event::Documented(Box::new(it.clone()))
                }
                Some(known) => match both(known, it, !what.past) {
                    document if document == *known => continue,
                    document if document.event != known.event || document.at != known.at => {
                        Event::Documented(Box::new(document))
                    }
                    document => {
                        Event::DocumentCompleted { event: it.event.clone(), document: Box::new(document) }
                    }
                },
            };
            new.documents.push(event);
        }
        new
    }

    /// An activity as this case takes it: nothing here planned it, and nothing here waits for it.
    fn taken(&self, it: &Activity) -> Activity {
        let kind = if self.s.kinds.contains_key(&it.kind) { it.kind.as_str() } else { TASK };
        Activity {
            kind: kind.to_owned(),
            rule: None,
            stage: self.case.visit.stage.clone(),
            visit: self.case.visit.number,
            mandatory: false,
            group: None,
            attempt: 0,
            replaces: None,
            end: None,
            ..it.clone()
        }
    }
}

/// What the runtime says where a case is to hand something to one that its store does not hold.
pub fn no_case(case: &str) -> Missing {
    Missing::new("V-P7-no-case").arg("case", case)
}

/// What is handed over, in parcels that the other case can take as inputs: long letters go in several (C4).
fn parcels(mut what: Handing) -> Vec<Handing> {
    let (past, through) = (what.past, what.through.clone());
    let rest = std::mem::take(&mut what.interactions);
    let mut parcels = vec![what];
    let mut room = PARCEL;
    for it in rest {
        let size = 1 + serde_json::to_vec(&it).map_or(0, |json| json.len());
        let is_full = parcels.last().is_some_and(|it| !it.interactions.is_empty()) && size > room;
        if is_full {
            parcels.push(Handing { past, through: through.clone(), ..Handing::default() });
            room = PARCEL;
        }
        room = room.saturating_sub(size);
        if let Some(last) = parcels.last_mut() {
            last.interactions.push(it);
        }
    }
    parcels
}

/// An interaction with what only the other one knows of it.
fn filled_up(known: &Interaction, it: &Interaction) -> Interaction {
    let or = |known: &Option<String>, other: &Option<String>| known.clone().or_else(|| other.clone());
    Interaction {
        direction: or(&known.direction, &it.direction),
        result: or(&known.result, &it.result),
        employee: or(&known.employee, &it.employee),
        contact: or(&known.contact, &it.contact),
        subject: or(&known.subject, &it.subject),
        text: or(&known.text, &it.text),
        line: or(&known.line, &it.line),
        recording: or(&known.recording, &it.recording),
        duration_ms: known.duration_ms.or(it.duration_ms),
        ..known.clone()
    }
}

/// What two cases know of one interaction together: lists grow, as where it is amended here (I1).
fn amended(known: &Interaction, it: &Interaction, is_past: bool) -> Interaction {
    let list = |known: &[String], new: &[String]| -> Vec<String> {
        let more = new.iter().filter(|it| !known.contains(it));
        known.iter().chain(more).cloned().collect()
    };
    let mut attachments = with_files(&known.attachments, &it.attachments);
    let both = match is_past {
        // What is known here may be newer than the past of another case.
        true => {
            for file in &mut attachments {
                let same = |old: &&crate::case::Attachment| {
                    !old.reference.is_empty() && old.reference == file.reference
                };
                if let Some(old) = known.attachments.iter().find(same) {
                    file.clone_from(old);
                }
            }
            filled_up(known, it)
        }
        false => Interaction { at: known.at, ..filled_up(it, known) },
    };
    let (thread, contacts) = (list(&known.thread, &it.thread), list(&known.contacts, &it.contacts));
    Interaction { thread, contacts, attachments, ..both }
}

/// What two cases know of one document together: of each thing what the later event said, by its counter where both
/// have one and they differ, else by the moment, as without counters the one learnt last counts (P4); of one moment
/// (hosts that know only the day) news.
fn both(known: &DocumentState, it: &DocumentState, is_news: bool) -> DocumentState {
    let newer = |new: Option<u64>, old: Option<u64>| match (new, old) {
        (Some(new), Some(old)) if new != old => new > old,
        (Some(_), None) => it.at >= known.at,
        _ => it.at > known.at || (is_news && it.at == known.at),
    };
    let mut both = known.clone();
    // Told to both cases at different moments it says nothing new.
    let says_more = DocumentState { at: known.at, sequence: known.sequence, ..it.clone() } != *known;
    let is_counted = it.sequence.is_some() && it.sequence != known.sequence;
    if newer(it.sequence, known.sequence) && (is_counted || says_more) {
        (both.event, both.at, both.sequence) = (it.event.clone(), it.at, it.sequence.or(known.sequence));
    }
    if it.in_force.is_some() && (known.in_force.is_none() || newer(it.force_sequence, known.force_sequence)) {
        (both.in_force, both.force_sequence) = (it.in_force, it.force_sequence.or(known.force_sequence));
    }
    for (name, sum) in &it.sums {
        match both.sums.get_mut(name) {
            Some(known) if newer(sum.sequence, known.sequence) => {
                (known.value, known.sequence) = (sum.value, sum.sequence.or(known.sequence));
            }
            Some(_) => {}
            None => drop(both.sums.insert(name.clone(), sum.clone())),
        }
    }
    both
}
