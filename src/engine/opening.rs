//! Opening a case, by hand, from intake or as an import (M10, M14).

use super::moves::Verdicts;
use super::stage::Way;
use super::work::{Done, Work};
use crate::case::{Event, FactsInput, Import, LinkKind, Missing, Opened, Opening, Origin, VisitEnd};
use crate::scenario::model::Stage;

/// How many earlier visits an import may have (C4).
const MAX_VISITS: usize = 10_000;

/// How many cases may stand above one, each opened by the next (C4): scenarios that start each other end here.
pub(crate) const MAX_DEPTH: u32 = 8;

impl Work<'_> {
    /// Opening is an entry of the first or the named stage (M14); from intake it is never turned away.
    pub fn open(&mut self, opening: &Opening) -> Done {
        let s = self.s;
        let first = s.stages.iter().position(Stage::is_ordinary);
        let named = opening.stage.as_deref();
        let to = match named {
            Some(stage) => s.stage_index(stage),
            None => first,
        };
        let target = to.and_then(|to| s.stages.get(to).filter(|it| it.is_ordinary()).map(|it| (to, it)));
        let Some((to, target)) = target else {
            return Err(Missing::new("V-M1-stage").arg("stage", named.unwrap_or_default()).into());
        };
        if opening.origin.as_ref().is_some_and(|origin| origin.depth > MAX_DEPTH) {
            return Err(Missing::new("V-C4-depth").arg("limit", i64::from(MAX_DEPTH)).into());
        }
        let alone = opening.import.is_none() && !opening.intake && !opening.links.is_empty();
        let parents = opening.links.values().filter(|kind| **kind == LinkKind::ChildOf).count();
        if (opening.origin.is_some() && !alone) || parents > 1 {
            return Err(Missing::new("V-P2-origin").into());
        }
        let mut missing = Vec::new();
        self.begin_case(opening);
        self.note_switches(&s.triggers);
        let mut unfit = Vec::new();
        match &opening.origin {
            Some(origin) => self.fields_given(opening, origin, &mut unfit),
            None => self.try_fields(&opening.fields, &mut unfit),
        }
        let facts = FactsInput { values: opening.facts.clone(), ..FactsInput::default() };
        self.learn_what_fits(&facts, &mut unfit);
        self.parties(opening, &mut unfit);
        if opening.intake {
            // A request from intake is never turned away: what does not fit is left out, and the journal says so.
            self.leave_out_of_intake(unfit);
        } else {
            missing.extend(unfit);
        }
        self.choose_calendar();
        self.may_open(opening, &mut missing);
        if let Some(import) = &opening.import {
            self.import(import, &mut missing);
        }
        let with_debts = opening.import.as_ref().is_some_and(|import| import.with_debts);
        let owed = if opening.intake || with_debts {
            let mut verdicts = Verdicts::default();
            self.judge().entry(target, &mut verdicts);
            verdicts.owed
        } else {
            self.entry_owed(target, opening.r#override.as_deref(), &mut missing)
        };
        if !missing.is_empty() {
            return Err(missing.into());
        }
        // A debt belongs to the visit that asked, which begins now.
        let from = opening.import.as_ref().and_then(|import| import.from);
        self.enter(to, Way::On, from);
        self.owe(owed);
        self.arm_scenario();
        Ok(())
    }

    fn leave_out_of_intake(&mut self, unfit: Vec<Missing>) {
        if !unfit.is_empty() {
            self.emit(Event::LeftOut { trigger: "intake".to_owned(), action: 0, missing: unfit });
        }
    }

    /// G1: by hand, as an import, or as a report from intake.
    fn may_open(&self, opening: &Opening, missing: &mut Vec<Missing>) {
        let rights = &self.s.rights;
        let judge = self.judge();
        let (right, code) = if opening.intake || opening.origin.is_some() {
            (rights.report.as_ref(), "V-G1-report")
        } else if opening.import.is_some() {
            (rights.import.as_ref(), "V-G1-open")
        } else {
            (rights.open.as_ref(), "V-G1-open")
        };
        if !judge.may(right) {
            missing.push(Missing::new(code));
        }
        let reported = opening.facts.len() > opening.read as usize;
        if !opening.intake && reported && !judge.may(rights.report.as_ref()) {
            missing.push(Missing::new("V-G1-report"));
        }
        if opening.import.as_ref().is_some_and(|import| import.with_debts) && !judge.may_override() {
            missing.push(Missing::new("V-M11-right"));
        }
    }

    /// Who takes part: in roles that there are.
    fn parties(&self, opening: &Opening, missing: &mut Vec<Missing>) {
        for role in opening.parties.keys().filter(|role| self.s.def.parties.get(role).is_none()) {
            missing.push(Missing::new("V-IN-party").arg("role", role.as_str()));
        }
    }

    fn begin_case(&mut self, opening: &Opening) {
        let none = Origin::default();
        let origin = opening.origin.as_deref().unwrap_or(&none);
        let or = |own: &Option<String>, of: &Option<String>| own.clone().or_else(|| of.clone());
        let mut parties = opening.parties.clone();
        for (role, party) in &origin.parties {
            if self.s.def.parties.get(role).is_some() && !parties.contains_key(role) {
                parties.insert(role.clone(), party.clone());
            }
        }
        let opened = Opened {
            scenario: self.s.reference.clone(),
            template: self.s.def.template.clone(),
            kind: self.s.def.kind,
            calendar: None,
            title: or(&opening.title, &origin.title),
            channel: or(&opening.channel, &origin.channel),
            author: self.actor().id.clone(),
            responsible: or(&opening.responsible, &origin.responsible),
            team: or(&opening.team, &origin.team),
            external_ids: opening.external_ids.clone(),
            links: opening.links.clone(),
            parties,
            depth: origin.depth,
            take: opening.origin.as_ref().map(|origin| origin.take.clone()),
        };
        self.emit(Event::Opened(Box::new(opened)));
    }

    /// The first calendar whose condition holds when the case opens is its (A2).
    fn choose_calendar(&mut self) {
        let chosen = self.s.calendars.iter().find(|(_, when, _)| when.holds(&self.judge()).holds());
        let Some((id, ..)) = chosen else { return };
        let id = id.clone();
        self.calendar = self.s.calendar_named(Some(&id));
        // The opening's own event carries it, so that it stands in the journal once.
        if let Some(Event::Opened(opened)) = self.events.first_mut() {
            opened.calendar = Some(id.clone());
        }
        self.case.calendar = Some(id);
        // Local days are this calendar's from here on.
        self.set_deadline();
    }

    /// The earlier visits of an imported case, as given; they fire, plan and arm nothing (M10).
    fn import(&mut self, import: &Import, missing: &mut Vec<Missing>) {
        let s = self.s;
        let mut last: Option<crate::Moment> = None;
        for (i, past) in import.visits.iter().enumerate() {
            let Some(stage) = s.stage_named(&past.stage) else {
                missing.push(Missing::new("V-M1-stage").arg("stage", past.stage.as_str()));
                continue;
            };
            let in_order =
                past.from <= past.to && last.is_none_or(|last| past.from >= last) && past.to <= self.now();
            if !in_order || i >= MAX_VISITS {
                missing.push(
                    Missing::new("V-M10-visits").arg("stage", past.stage.as_str()).arg("from", past.from),
                );
                return;
            }
            last = Some(past.to);
            let end = VisitEnd {
                number: u32::try_from(i).unwrap_or(u32::MAX).saturating_add(1),
                stage: stage.id.clone(),
                label: stage.title.clone(),
                order: stage.order,
                by: String::new(),
                from: past.from,
                to: past.to,
                calendar_ms: past.to.millis_since(past.from),
                working_ms: self.calendar.working_millis(past.from, past.to),
                paused_ms: 0,
                outcome: stage.outcome,
            };
            self.emit(Event::Imported(Box::new(end)));
        }
        if let Some(from) = import.from
            && (from > self.now() || last.is_some_and(|last| from < last))
        {
            missing.push(Missing::new("V-M10-visits").arg("stage", "").arg("from", from));
        }
    }
}
