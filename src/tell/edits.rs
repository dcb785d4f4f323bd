//! What lies between two versions of a scenario, in words (V1, V2).

use super::catalog::Catalog;
use super::regulation::Page;
use super::words::Teller;
use crate::scenario::def::{Definition, StageDef, Text};
use crate::scenario::edit::{Edit, HeadEdit, Op, StageEdit, diff};
use serde::Serialize;

/// What was changed from one version of a scenario to another, in a language: by stage, a line for each thing that
/// was added (`+`), removed (`−`), said anew (both), or put elsewhere (`↕`). Empty where nothing was.
///
/// ```
/// use voronka::{Definition, scenario::def::StageDef, Span};
/// let before = Definition::new("sale").stage(StageDef::new("talk")).stage(StageDef::won("won"));
/// let after = Definition::new("sale").stage(StageDef::new("talk").limit(Span::days(2))).stage(StageDef::won("won"));
/// assert_eq!(voronka::tell::tell_diff(&before, &after, "en"), "Stage “talk”\n  + no longer here than: 2 days\n");
/// ```
#[must_use]
pub fn tell_diff(from: &Definition, to: &Definition, language: &str) -> String {
    tell_diff_with(from, to, language, &Catalog::default())
}

/// The same with the texts of a catalogue of the host's own.
#[must_use]
pub fn tell_diff_with(from: &Definition, to: &Definition, language: &str, catalog: &Catalog) -> String {
    let page = |definition| Page { teller: Teller::new(definition, language, catalog), out: String::new() };
    let between = Between { from: page(from), to: page(to) };
    // What stands under one heading stays together.
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for edit in diff(from, to) {
        let (heading, lines) = between.edit(&edit);
        match groups.iter_mut().find(|(known, _)| *known == heading) {
            Some((_, known)) => known.extend(lines),
            None => groups.push((heading, lines)),
        }
    }
    let group = |(heading, lines): &(String, Vec<String>)| {
        lines.iter().fold(format!("{heading}\n"), |told, line| format!("{told}  {line}\n"))
    };
    groups.iter().map(group).collect::<Vec<_>>().join("\n")
}

/// The two versions, each with its own words.
struct Between<'a> {
    from: Page<'a>,
    to: Page<'a>,
}

impl Between<'_> {
    fn say(&self, code: &str) -> String {
        self.to.teller.say(code, &[])
    }

    /// Under which heading an edit stands, and its lines.
    fn edit(&self, edit: &Edit) -> (String, Vec<String>) {
        let (old, new) = (self.from.teller.definition, self.to.teller.definition);
        let (code, lines) = match edit {
            Edit::Head(edit) => ("edit.head", self.head(edit)),
            Edit::Right { right, who } => {
                let name = self.say(&format!("right.{right}"));
                let told = |page: &Page<'_>, who: &crate::scenario::def::Who| {
                    format!("{name}: {}", page.teller.who(who))
                };
                let was = self.from.right(right).map(|who| told(&self.from, who));
                ("edit.rights", changed(was, who.as_ref().map(|who| told(&self.to, who))))
            }
            Edit::Calendar(op) => {
                let of = |def: &Definition, id: &str| def.calendars.iter().find(|it| it.id == id).cloned();
                ("edit.calendars", self.op(op, |id| of(old, id), |_, id, it| named(id, it)))
            }
            Edit::Field(op) => (
                "edit.fields",
                self.op(
                    op,
                    |id| old.fields.get(id).cloned(),
                    |page, id, it| named(&page.teller.plain(&it.title, id), it),
                ),
            ),
            Edit::Fact(op) => {
                ("edit.facts", self.op(op, |id| old.facts.get(id).cloned(), |page, id, it| page.fact(id, it)))
            }
            Edit::FactGroup(op) => (
                "edit.facts",
                self.op(
                    op,
                    |id| old.fact_groups.get(id).cloned(),
                    |page, id, it| page.teller.plain(&it.title, id),
                ),
            ),
            Edit::Document(op) => (
                "edit.documents",
                self.op(
                    op,
                    |id| old.documents.get(id).cloned(),
                    |page, id, it| named(&page.teller.plain(&it.title, id), it),
                ),
            ),
            Edit::Party(op) => (
                "edit.parties",
                self.op(
                    op,
                    |id| old.parties.get(id).cloned(),
                    |page, id, it| named(&page.teller.plain(&it.title, id), it),
                ),
            ),
            Edit::Kind(op) => (
                "edit.kinds",
                self.op(op, |id| old.kinds.get(id).cloned(), |page, id, it| named(&page.teller.kind(id), it)),
            ),
            Edit::Reason(op) => (
                "edit.reasons",
                self.op(op, |id| old.reasons.get(id).cloned(), |page, id, it| page.reason(id, it)),
            ),
            Edit::Stage(op) => {
                let of = |id: &str| old.stages.iter().find(|it| it.id == id).cloned();
                ("edit.stages", self.op(op, of, |page, _, it| page.teller.stage_title(it)))
            }
            Edit::InStage { stage, edit } => {
                let of = |def: &Definition| def.stages.iter().find(|it| it.id == *stage).cloned();
                let (was, is) = (of(old).unwrap_or_else(|| StageDef::new(stage)), of(new));
                let title = self.to.teller.titled(is.as_ref().map(|it| &it.title), stage);
                let heading = self.to.teller.part("edit.in_stage", "stage", title);
                return (heading, self.in_stage(&was, edit));
            }
            Edit::Move(op) => {
                let of = |id: &str| {
                    let id_of = |it: &crate::scenario::def::MoveDef| {
                        format!("{}>{}", it.from.0.join(","), it.to.0.join(","))
                    };
                    old.moves.iter().flatten().find(|it| id_of(it) == id).cloned()
                };
                let told = |page: &Page<'_>, _: &str, it: &crate::scenario::def::MoveDef| {
                    format!("{} → {}", page.teller.stages(&it.from.0), page.one_move(it))
                };
                ("edit.moves", self.op(op, of, told))
            }
            Edit::Moves(moves) => {
                let told = |page: &Page<'_>, moves: &[crate::scenario::def::MoveDef]| -> Vec<String> {
                    moves
                        .iter()
                        .map(|it| format!("{} → {}", page.teller.stages(&it.from.0), page.one_move(it)))
                        .collect()
                };
                let silent = || vec![self.say("edit.moves_silent")];
                let was = old.moves.as_ref().map_or_else(silent, |moves| told(&self.from, moves));
                let is = moves.as_ref().map_or_else(silent, |moves| told(&self.to, moves));
                let (gone, new) =
                    (was.iter().filter(|it| !is.contains(it)), is.iter().filter(|it| !was.contains(it)));
                let lines: Vec<String> =
                    gone.map(|it| format!("− {it}")).chain(new.map(|it| format!("+ {it}"))).collect();
                (
                    "edit.moves",
                    if lines.is_empty() { vec![format!("↕ {}", self.say("edit.order"))] } else { lines },
                )
            }
            Edit::Trigger(op) => {
                let of = |id: &str| old.triggers.iter().find(|it| it.id == id).cloned();
                ("edit.triggers", self.op(op, of, |page, _, it| page.teller.trigger(it)))
            }
        };
        (self.say(code), lines)
    }

    fn head(&self, edit: &HeadEdit) -> Vec<String> {
        let text =
            |was: &Text, is: &Text| changed(some(self.from.teller.text(was)), some(self.to.teller.text(is)));
        let old = self.from.teller.definition;
        match edit {
            HeadEdit::Title(is) => text(&old.title, is),
            HeadEdit::About(is) => text(&old.about, is),
            edit => {
                // The rest are short values of the file's own words.
                let name = edit.name();
                let value = |def: &Definition| {
                    let json = serde_json::to_value(def).ok()?;
                    json.get(name).map(|it| format!("{name}: {it}"))
                };
                changed(value(old), value(self.to.teller.definition))
            }
        }
    }

    fn in_stage(&self, was: &StageDef, edit: &StageEdit) -> Vec<String> {
        let time = |page: &Page<'_>, make: &dyn Fn(&mut StageDef)| {
            let mut stage = StageDef::new(&was.id);
            make(&mut stage);
            page.time(&stage).pop()
        };
        match edit {
            StageEdit::Title(is) => {
                changed(some(self.from.teller.text(&was.title)), some(self.to.teller.text(is)))
            }
            StageEdit::Instruction(is) => {
                changed(some(self.from.teller.text(&was.instruction)), some(self.to.teller.text(is)))
            }
            StageEdit::Outcome(is) => {
                let told = |it: &Option<crate::scenario::def::StageOutcome>| {
                    it.as_ref().map(|it| named("outcome", it))
                };
                changed(told(&was.outcome), told(is))
            }
            StageEdit::Close(is) => {
                let mut now = StageDef::new(&was.id);
                now.enter.close = is.clone();
                changed(self.from.teller.closing(was), self.to.teller.closing(&now))
            }
            StageEdit::Limit(is) => {
                changed(time(&self.from, &|it| it.limit = was.limit), time(&self.to, &|it| it.limit = *is))
            }
            StageEdit::Pause(is) => changed(
                time(&self.from, &|it| it.pause.clone_from(&was.pause)),
                time(&self.to, &|it| it.pause.clone_from(is)),
            ),
            StageEdit::Probability(is) => changed(
                time(&self.from, &|it| it.probability = was.probability),
                time(&self.to, &|it| it.probability = *is),
            ),
            StageEdit::NothingPlanned(is) => changed(
                time(&self.from, &|it| it.nothing_planned = was.nothing_planned),
                time(&self.to, &|it| it.nothing_planned = *is),
            ),
            StageEdit::Enter(op) => {
                let of = |id: &str| was.enter.need.iter().find(|it| it.id() == id).cloned();
                let told = |page: &Page<'_>, _: &str, it: &crate::scenario::def::RequirementDef| {
                    page.teller.part("edit.enter", "need", page.teller.requirement(it))
                };
                self.op(op, of, told)
            }
            StageEdit::Leave(op) => {
                let of = |id: &str| was.leave.need.iter().find(|it| it.id() == id).cloned();
                let told = |page: &Page<'_>, _: &str, it: &crate::scenario::def::RequirementDef| {
                    page.teller.part("edit.leave", "need", page.teller.requirement(it))
                };
                self.op(op, of, told)
            }
            StageEdit::Plan(op) => {
                let of = |id: &str| was.plan.iter().find(|it| it.id() == id).cloned();
                self.op(op, of, |page, _, it| page.teller.plan(it))
            }
            StageEdit::Run(op) => {
                let of = |id: &str| was.run.iter().find(|it| it.id() == id).cloned();
                self.op(op, of, |page, _, it| page.process(it))
            }
            StageEdit::Command(op) => {
                let of = |id: &str| was.commands.iter().find(|it| it.id == id).cloned();
                self.op(op, of, |page, _, it| page.command(it))
            }
            StageEdit::Trigger(op) => {
                let of = |id: &str| was.triggers.iter().find(|it| it.id == id).cloned();
                self.op(op, of, |page, _, it| page.teller.trigger(it))
            }
        }
    }

    fn op<T: Clone + Serialize>(
        &self,
        op: &Op<T>,
        old: impl Fn(&str) -> Option<T>,
        told: impl Fn(&Page<'_>, &str, &T) -> String,
    ) -> Vec<String> {
        let was = |id: &str| old(id).map(|it| told(&self.from, id, &it));
        match op {
            Op::Add { id, to, .. } => changed(None, Some(told(&self.to, id, to))),
            Op::Remove { id } => changed(was(id), None),
            Op::Change { id, to } => match (was(id), told(&self.to, id, to)) {
                // What words do not tell, the file's own do.
                (Some(was), is) if was == is => {
                    let json = |it: &T| serde_json::to_string(it).unwrap_or_default();
                    changed(
                        old(id).map(|it| format!("{was} `{}`", json(&it))),
                        Some(format!("{is} `{}`", json(to))),
                    )
                }
                (was, is) => changed(was, Some(is)),
            },
            Op::Reorder { id, after } => {
                let what = was(id).unwrap_or_else(|| id.clone());
                let line = match after {
                    Some(after) => {
                        let after =
                            old(after).map_or_else(|| after.clone(), |it| told(&self.from, after, &it));
                        self.to.teller.say("edit.after", &[("what", what.into()), ("after", after.into())])
                    }
                    None => self.to.teller.part("edit.first", "what", what),
                };
                vec![format!("↕ {line}")]
            }
        }
    }
}

fn some(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

fn changed(was: Option<String>, is: Option<String>) -> Vec<String> {
    was.map(|it| format!("− {it}")).into_iter().chain(is.map(|it| format!("+ {it}"))).collect()
}

/// A name and the rest as the file says it, where there are no words for it.
fn named(name: &str, thing: &impl Serialize) -> String {
    format!("{name}: `{}`", serde_json::to_string(thing).unwrap_or_default())
}
