//! The decision: rules, inquiry, candidates and context in, one decision with its reason out (I2, I5).

use super::candidate::{Candidate, Match};
use super::decision::{Counter, Step, Verdict};
use super::inquiry::{Direction, Inquiry, cut};
use super::reading::{Reading, party};
use super::responsible::responsible;
use super::rules::{Intake, IntakeContext, is_guard};
use crate::case::{Interaction, InteractionInput, LinkKind, Opening, Party};
use crate::scenario::Scenario;
use crate::scenario::def::{ByContact, ReopenDef, Text};
use crate::{Moment, Value};

/// How many characters the title of a new case has.
const MAX_TITLE: usize = 200;

/// One inquiry being decided.
pub(super) struct Judge<'a> {
    pub intake: &'a Intake,
    pub inquiry: &'a Inquiry,
    pub candidates: &'a [Candidate],
    pub ctx: &'a IntakeContext,
    pub why: Vec<Step>,
}

impl<'a> Judge<'a> {
    pub fn verdict(&mut self) -> Verdict {
        if let Some(same) = self.same() {
            return self.amend(same);
        }
        for tier in [Match::Thread, Match::Document] {
            let mut found: Vec<&Candidate> = self.found(tier).collect();
            narrow(&mut found);
            match found.as_slice() {
                [] => {}
                [one] => {
                    self.say(Step::new(&format!("intake.{}", tier.name())).with("case", one.case.as_str()));
                    return self.on(one);
                }
                several => return self.undecided(several, tier),
            }
        }
        self.by_contact()
    }

    fn say(&mut self, step: Step) {
        self.why.push(step);
    }

    fn found(&self, by: Match) -> impl Iterator<Item = &'a Candidate> {
        // A case that knows of it by an answer to it, and not yet itself, holds its thread.
        let of_thread = |it: &Candidate| it.known.is_none() && it.matched.contains(&Match::Same);
        let matches =
            move |it: &&Candidate| it.matched.contains(&by) || (by == Match::Thread && of_thread(it));
        self.candidates.iter().filter(matches)
    }

    fn reading(&self, scenario: &str) -> Option<Reading<'a>> {
        let scenario = self.intake.scenarios.iter().find(|it| it.reference().id == scenario)?;
        Reading::new(scenario, self.inquiry, &self.ctx.owners, self.ctx.now)
    }

    fn undecided(&mut self, among: &[&Candidate], by: Match) -> Verdict {
        let count = i64::try_from(among.len()).unwrap_or(i64::MAX);
        let cases = among.iter().map(|it| Value::from(it.case.as_str())).collect::<Vec<_>>();
        self.say(
            Step::new(&format!("intake.several.{}", by.name()))
                .with("n", count)
                .with("cases", Value::List(cases)),
        );
        Verdict::Undecided { choices: among.iter().map(|it| (*it).into()).collect() }
    }

    /// The case that holds it already: an open one first.
    fn same(&self) -> Option<&'a Candidate> {
        let holds = || self.candidates.iter().filter(|it| it.known.is_some());
        holds().find(|it| it.is_open()).or_else(|| holds().next())
    }

    fn amend(&mut self, held: &'a Candidate) -> Verdict {
        if held.erased {
            return self.erased(held);
        }
        let case = held.case.clone();
        let mut input = self.interaction(&held.scenario);
        let known = held.known.as_deref();
        let amended = Interaction::logged(known, &input, &self.inquiry.id, self.ctx.now);
        if known == Some(&amended) {
            self.say(Step::new("intake.nothing_new").with("case", case.as_str()));
            return Verdict::Nothing { case };
        }
        self.say(Step::new("intake.same").with("case", case.as_str()));
        // A call that is told of while it rings is answered by its last record.
        if known.is_some_and(|known| known.result != amended.result) {
            input.answers = self.answers(held);
        }
        Verdict::Log { case, interaction: Box::new(input) }
    }

    /// What was erased does not come back with the same inquiry (S12).
    pub fn erased(&mut self, held: &Candidate) -> Verdict {
        let case = held.case.clone();
        self.say(Step::new("intake.erased").with("case", case.as_str()));
        Verdict::Nothing { case }
    }

    /// The interaction, within the bounds of the scenario that takes it: intake turns nothing away (M14).
    fn interaction(&self, scenario: &str) -> InteractionInput {
        let mut input = self.inquiry.interaction();
        let known = self.intake.scenarios.iter().find(|it| it.reference().id == scenario);
        if let Some(limit) = known.and_then(|it| it.definition().bounds.text) {
            for text in [&mut input.text, &mut input.subject].into_iter().flatten() {
                cut(text, limit as usize);
            }
        }
        input
    }

    /// What becomes of it on a case that is known for certain.
    fn on(&mut self, found: &'a Candidate) -> Verdict {
        let reading = self.reading(&found.scenario);
        if let Some(reading) = &reading
            && let Some(ignored) = self.ignored(reading)
        {
            return ignored;
        }
        let case = found.case.clone();
        let Some(closed) = found.closed else { return self.log(found) };
        let takes_automatic = reading.as_ref().is_some_and(|it| it.rules.def.take_automatic);
        let opens =
            self.inquiry.direction == Direction::In && (takes_automatic || !self.inquiry.is_automatic());
        if !opens {
            self.say(Step::new("intake.closed").with("case", case.as_str()).with("at", closed.at));
            let interaction = Box::new(self.interaction(&found.scenario));
            return Verdict::Log { case, interaction };
        }
        if let Some(reopened) = self.reopen(found) {
            return reopened;
        }
        self.say(Step::new("intake.closed_long").with("case", case.as_str()).with("at", closed.at));
        let taker = self.intake.takers(self.inquiry, &self.ctx.owners, self.ctx.now).next();
        match taker {
            Some(taker) => match self.ignored(&taker) {
                Some(ignored) => ignored,
                None => self.open(&taker, Some(found)),
            },
            // Nobody opens another one: what is known of it is kept where it belongs.
            None => Verdict::Log { case, interaction: Box::new(self.interaction(&found.scenario)) },
        }
    }

    /// An interaction on a case, and the planned one that it answers.
    pub fn log(&mut self, found: &Candidate) -> Verdict {
        let mut interaction = Box::new(self.interaction(&found.scenario));
        if found.is_open() {
            interaction.answers = self.answers(found);
        }
        Verdict::Log { case: found.case.clone(), interaction }
    }

    /// A new case by a scenario that somebody named.
    pub fn open_by(&mut self, scenario: &Scenario) -> Verdict {
        if let Some(taker) = Reading::new(scenario, self.inquiry, &self.ctx.owners, self.ctx.now) {
            return self.open(&taker, None);
        }
        let id = scenario.reference().id.clone();
        self.say(Step::new("intake.open").with("scenario", id.as_str()));
        let opening = Opening {
            channel: Some(self.inquiry.channel.clone()),
            title: self.title(self.inquiry.subject.clone(), scenario),
            external_ids: self.inquiry.documents.clone(),
            intake: true,
            ..Opening::default()
        };
        let interaction = Box::new(self.interaction(&id));
        Verdict::Open { scenario: id, opening: Box::new(opening), interaction, counters: Vec::new() }
    }

    fn title(&self, title: Option<String>, scenario: &Scenario) -> Option<String> {
        let limit = scenario.definition().bounds.text.unwrap_or(u32::MAX) as usize;
        let mut title = title.filter(|it| !it.trim().is_empty())?;
        cut(&mut title, MAX_TITLE.min(limit));
        Some(title)
    }

    /// The reopening of a case that was closed not long ago, if its scenario reopens such.
    fn reopen(&mut self, found: &Candidate) -> Option<Verdict> {
        let reading = self.reading(&found.scenario)?;
        let rule = reading.rules.def.reopen.as_ref()?;
        let closed = found.closed.filter(|_| reopens(reading.scenario, rule, found, self.ctx.now))?;
        let case = found.case.clone();
        self.say(Step::new("intake.reopen").with("case", case.as_str()).with("at", closed.at));
        let interaction = Box::new(self.interaction(&found.scenario));
        Some(Verdict::Reopen { case, stage: rule.stage.clone(), interaction })
    }

    /// The scenario's own rule that ignores it.
    fn ignored(&mut self, reading: &Reading<'_>) -> Option<Verdict> {
        let mut rules = reading.rules.def.ignore.iter().zip(&reading.rules.ignore);
        let (rule, _) = rules.find(|(_, when)| when.holds(reading).holds())?;
        let scenario = reading.scenario.reference().id.as_str();
        self.say(Step::new("intake.ignored").with("rule", rule.id.as_str()).with("scenario", scenario));
        Some(Verdict::Ignore { rule: rule.id.clone(), title: rule.title.clone() })
    }

    fn ignore(&mut self, rule: &str) -> Verdict {
        self.say(Step::new(&format!("intake.ignored.{rule}")));
        Verdict::Ignore { rule: rule.to_owned(), title: Text::default() }
    }

    /// What its contact keys say, and where they say nothing, the rules for new cases.
    fn by_contact(&mut self) -> Verdict {
        let takers: Vec<Reading<'a>> =
            self.intake.takers(self.inquiry, &self.ctx.owners, self.ctx.now).collect();
        let out = self.inquiry.direction == Direction::Out;
        let Some(first) = takers.first() else {
            if out {
                return self.ignore("outgoing");
            }
            if let Some(result @ ("automatic" | "bounced")) = self.inquiry.result.as_deref() {
                return self.ignore(result);
            }
            self.say(Step::new("intake.no_scenario"));
            return Verdict::NoScenario;
        };
        if let Some(ignored) = self.ignored(first) {
            return ignored;
        }
        if let Some(result @ ("automatic" | "bounced")) = self.inquiry.result.as_deref()
            && !first.rules.def.take_automatic
        {
            return self.ignore(result);
        }
        let ways = &first.rules.def.by_contact;
        let always_new = ways.iter().next() == Some(&ByContact::New);
        if !always_new {
            let taken =
                |it: &&Candidate| takers.iter().any(|taker| taker.scenario.reference().id == it.scenario);
            let by = |by: Match| self.found(by).filter(taken).collect::<Vec<_>>();
            // A person's own cases come before those of the company for which they write.
            for (by, mut found) in [(Match::Contact, by(Match::Contact)), (Match::Party, by(Match::Party))] {
                found.retain(|it| it.is_open());
                match found.as_slice() {
                    [] => {}
                    [one] => {
                        self.say(Step::new(&format!("intake.{}", by.name())).with("case", one.case.as_str()));
                        return self.on(one);
                    }
                    several => match self.among(several, ways.iter()) {
                        Among::One(one) => return self.on(one),
                        Among::Undecided => return self.undecided(several, by),
                        Among::New if out => return self.ignore("outgoing"),
                        Among::New => return self.open(first, None),
                    },
                }
            }
            if !out {
                let closed = self.candidates.iter().filter(taken).filter(|it| !it.is_open());
                let by_contact = |it: &&Candidate| {
                    it.matched.contains(&Match::Contact) || it.matched.contains(&Match::Party)
                };
                let mut closed: Vec<&Candidate> = closed.filter(by_contact).collect();
                closed.sort_by_key(|it| (it.closed.map(|it| it.at), it.case.clone()));
                // The last one that was closed is the one meant.
                let reopened = closed.last().and_then(|it| self.reopen(it));
                if let Some(reopened) = reopened {
                    return reopened;
                }
            }
        }
        if out {
            return self.ignore("outgoing");
        }
        self.open(first, None)
    }

    /// Which of several open cases is meant, by the rule's order.
    fn among<'w>(
        &mut self,
        several: &[&'a Candidate],
        ways: impl Iterator<Item = &'w ByContact>,
    ) -> Among<'a> {
        for way in ways {
            match way {
                ByContact::New => {
                    self.say(Step::new("intake.new_by_rule"));
                    return Among::New;
                }
                ByContact::Latest => {
                    let latest = several.iter().map(|it| it.last_at).max();
                    let mut last = several.iter().filter(|it| Some(it.last_at) == latest);
                    if let (Some(one), None) = (last.next(), last.next()) {
                        self.say(Step::new("intake.latest").with("case", one.case.as_str()));
                        return Among::One(one);
                    }
                }
                ByContact::Responsible => {
                    let Some(employee) = &self.inquiry.employee else { continue };
                    let mut own = several.iter().filter(|it| it.responsible.as_ref() == Some(employee));
                    if let (Some(one), None) = (own.next(), own.next()) {
                        self.say(
                            Step::new("intake.responsible")
                                .with("case", one.case.as_str())
                                .with("person", employee.as_str()),
                        );
                        return Among::One(one);
                    }
                }
            }
        }
        Among::Undecided
    }

    /// The planned interaction that it answers, where the scenario says so.
    fn answers(&mut self, found: &Candidate) -> Option<String> {
        // A call of a client that nobody took is no answer; one of ours that nobody took is an attempt.
        if self.inquiry.direction == Direction::In && !self.inquiry.came_about() {
            return None;
        }
        let reading = self.reading(&found.scenario)?;
        let kinds = reading.rules.def.answers.get(&self.inquiry.channel)?;
        let employee = self.inquiry.employee.as_ref();
        let fit = found.planned.iter().filter(|it| kinds.iter().any(|kind| *kind == it.kind));
        let best = fit.min_by_key(|it| {
            let others = employee.is_some() && it.owner.as_ref() != employee;
            (others, it.due.is_none(), it.due)
        })?;
        self.say(Step::new("intake.answers").with("activity", best.activity.as_str()));
        Some(best.activity.clone())
    }

    /// A new case.
    fn open(&mut self, taker: &Reading<'_>, follows: Option<&Candidate>) -> Verdict {
        let id = taker.scenario.reference().id.clone();
        let rules = &taker.rules.def;
        self.say(Step::new("intake.open").with("scenario", id.as_str()));
        let chosen = responsible(taker, self.ctx, &mut self.why);
        let mut opening = Opening {
            channel: Some(self.inquiry.channel.clone()),
            responsible: chosen.person,
            team: taker.text(taker.rules.team.as_ref()),
            intake: true,
            ..Opening::default()
        };
        let title = match &taker.rules.title {
            Some(title) => taker.text(Some(title)),
            None => self.inquiry.subject.clone(),
        };
        opening.title = self.title(title, taker.scenario);
        for (field, expression) in &taker.rules.give {
            match taker.value(expression) {
                Ok(Some(value)) => drop(opening.fields.insert(field.clone(), Some(value))),
                Ok(None) => {}
                Err(()) => self.say(Step::new("intake.left_out").with("field", field.as_str())),
            }
        }
        let reference = party(self.inquiry, &self.ctx.owners).cloned();
        if let Some(role) = &rules.party
            && (reference.is_some() || !self.inquiry.contacts.is_empty())
        {
            let contacts = self.inquiry.contacts.iter().map(|it| it.key.clone()).collect();
            opening.parties.insert(role.clone(), Party { reference, contacts });
        }
        opening.external_ids.clone_from(&self.inquiry.documents);
        if let Some(earlier) = follows {
            opening.links.insert(earlier.case.clone(), LinkKind::Follows);
        }
        let interaction = Box::new(self.interaction(&id));
        let moved = chosen.counter.into_iter();
        let guards = self.ctx.counters.iter().filter(|(name, _)| is_guard(name));
        let guards =
            guards.map(|(name, from)| Counter { name: name.clone(), from: *from, to: from.wrapping_add(1) });
        let counters = moved.chain(guards).collect();
        Verdict::Open { scenario: id, opening: Box::new(opening), interaction, counters }
    }
}

enum Among<'a> {
    One(&'a Candidate),
    New,
    Undecided,
}

/// Of several found by one key: the open ones; those that the contact is known by as well; of closed ones the last.
fn narrow(found: &mut Vec<&Candidate>) {
    if found.len() > 1 && found.iter().any(|it| it.is_open()) {
        found.retain(|it| it.is_open());
    }
    for by in [Match::Document, Match::Contact, Match::Party] {
        if found.len() > 1 && found.iter().any(|it| it.matched.contains(&by)) {
            found.retain(|it| it.matched.contains(&by));
        }
    }
    if found.len() > 1 && found.iter().all(|it| !it.is_open()) {
        let last = found.iter().copied().max_by_key(|it| (it.closed.map(|it| it.at), it.case.clone()));
        *found = last.into_iter().collect();
    }
}

fn reopens(scenario: &Scenario, rule: &ReopenDef, found: &Candidate, now: Moment) -> bool {
    let Some(closed) = found.closed else { return false };
    let calendar = scenario.calendar_named(found.calendar.as_deref());
    let recent = calendar.due(&rule.within, closed.at).is_ok_and(|until| now < until.moment);
    recent && (rule.outcomes.is_empty() || rule.outcomes.contains(&closed.outcome))
}
