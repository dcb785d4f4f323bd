//! What follows the stages in a regulation: activities, facts, reasons, rights.

use super::regulation::Page;
use super::words::join;
use crate::scenario::def::{ActionDef, Assignee, FactDef, OutcomeDef, ReasonDef, Resolver, Who};

impl<'a> Page<'a> {
    pub fn scenario_triggers(&mut self) {
        let triggers = &self.teller.definition.triggers;
        let lines: Vec<String> = triggers.iter().map(|trigger| self.teller.trigger(trigger)).collect();
        self.chapter("part.everywhere", &lines);
    }

    pub fn kinds(&mut self) {
        let kinds = self.teller.definition.kinds.iter().filter(|(_, kind)| !kind.outcomes.is_empty());
        let lines: Vec<String> = kinds
            .map(|(id, kind)| {
                let outcomes = kind.outcomes.iter().map(|(id, outcome)| self.outcome(id, outcome));
                format!("{}:\n  - {}", self.teller.kind(id), outcomes.collect::<Vec<_>>().join("\n  - "))
            })
            .collect();
        self.chapter("part.kinds", &lines);
    }

    fn outcome(&self, id: &str, outcome: &OutcomeDef) -> String {
        let teller = &self.teller;
        let title = teller.plain(&outcome.title, id);
        let mut parts = vec![if outcome.bad { teller.part("outcome.bad", "title", title) } else { title }];
        if !outcome.ask.is_empty() {
            parts.push(teller.part("outcome.ask", "fields", teller.fields(&outcome.ask)));
        }
        if let Some(next) = &outcome.next {
            parts.push(match (&next.plan, &next.due) {
                (Some(plan), _) => teller.part("outcome.next", "plan", teller.plan(plan)),
                (None, Some(due)) => teller.part("outcome.again", "due", teller.due(due)),
                (None, None) => teller.say("outcome.again_bare", &[]),
            });
            parts.extend(next.at_most.map(|times| teller.part("outcome.at_most", "n", times)));
            let then: Vec<String> = next.after_that.iter().map(|action| teller.action(action)).collect();
            if !then.is_empty() {
                parts.push(teller.part("outcome.after_that", "actions", then.join("; ")));
            }
        }
        parts.join("; ")
    }

    pub fn facts(&mut self) {
        let (teller, definition) = (&self.teller, self.teller.definition);
        let mut lines = Vec::new();
        let group = |name: Option<&str>| {
            let of = definition.facts.iter().filter(|(_, fact)| fact.group.as_deref() == name);
            of.map(|(name, fact)| self.fact(name, fact)).collect::<Vec<_>>().join("; ")
        };
        let mut groups: Vec<&str> = definition.fact_groups.names().collect();
        for (_, fact) in definition.facts.iter() {
            groups.extend(fact.group.as_deref().filter(|name| !groups.contains(name)));
        }
        for name in groups {
            let facts = group(Some(name));
            if !facts.is_empty() {
                let title = definition.fact_groups.get(name).map(|group| &group.title);
                let title = title.map_or_else(|| teller.clean(name), |title| teller.plain(title, name));
                lines.push(format!("{title}: {facts}"));
            }
        }
        let others = group(None);
        if !others.is_empty() {
            lines.push(format!("{}: {others}", teller.say("fact.other", &[])));
        }
        self.chapter("part.facts", &lines);
    }

    pub fn fact(&self, name: &str, fact: &FactDef) -> String {
        let teller = &self.teller;
        let mut parts = vec![teller.fact(name)];
        if !fact.by.is_empty() {
            let keys = join(fact.by.iter().map(|key| teller.clean(key)));
            parts.push(teller.part("fact.by", "keys", keys));
        }
        parts.extend(fact.fresh.map(|span| teller.part("fact.fresh", "span", span)));
        parts.join(", ")
    }

    /// What the case gathers of the host's documents (P4).
    pub fn documents(&mut self) {
        let (teller, definition) = (&self.teller, self.teller.definition);
        let events = |events: &[String]| join(events.iter().map(|event| teller.known("happened", event)));
        let lines: Vec<String> = definition
            .documents
            .iter()
            .map(|(kind, def)| {
                let mut parts = vec![teller.document(kind)];
                let sums = join(def.sums.iter().map(|(name, sum)| {
                    let title = teller.plain(&sum.title, name);
                    sum.unit
                        .as_ref()
                        .map_or(title.clone(), |unit| format!("{title} ({})", teller.clean(unit)))
                }));
                if !sums.is_empty() {
                    parts.push(teller.part("documents.adds_up", "sums", sums));
                }
                parts.push(teller.part("documents.in_force", "events", events(&def.in_force)));
                parts.push(teller.part("documents.taken_out", "events", events(&def.out_of_force)));
                parts.join("; ")
            })
            .collect();
        self.chapter("part.documents", &lines);
    }

    pub fn reasons(&mut self) {
        let definition = self.teller.definition;
        for (code, void) in [("part.reasons", false), ("part.voids", true)] {
            let of = |resolver: Option<Resolver>| {
                let fits = move |reason: &ReasonDef| {
                    reason.void == void && resolver.is_none_or(|resolver| reason.resolved_by == resolver)
                };
                definition.reasons.iter().filter(move |(_, reason)| fits(reason))
            };
            if of(None).next().is_none() {
                continue;
            }
            if void {
                let lines: Vec<String> = of(None).map(|(id, reason)| self.reason(id, reason)).collect();
                self.chapter(code, &lines);
                continue;
            }
            let title = self.teller.say(code, &[]);
            self.heading(&title);
            for (code, resolver) in [
                ("resolver.employee", Resolver::Employee),
                ("resolver.company", Resolver::Company),
                ("resolver.nobody", Resolver::Nobody),
            ] {
                let lines: Vec<String> =
                    of(Some(resolver)).map(|(id, reason)| self.reason(id, reason)).collect();
                self.section(code, &lines);
            }
        }
    }

    pub fn reason(&self, id: &str, reason: &ReasonDef) -> String {
        let teller = &self.teller;
        let mut parts = vec![teller.plain(&reason.title, id)];
        if reason.comment_required {
            parts.push(teller.say("reason.comment", &[]));
        }
        if !reason.stages.is_empty() {
            parts.push(teller.part("reason.stages", "stages", teller.stages(&reason.stages)));
        }
        parts.join("; ")
    }

    pub fn rights(&mut self) {
        let (teller, definition) = (&self.teller, self.teller.definition);
        let line = |what: String, who: String| {
            teller.say("right.line", &[("what", what.into()), ("who", who.into())])
        };
        let mut lines = Vec::new();
        let personal = definition.fields.iter().any(|(_, field)| field.personal)
            || definition.parties.iter().any(|(_, party)| party.personal);
        for (name, who) in self.named_rights() {
            // What nobody was given is open to all, but for these two.
            let who = match who {
                Some(who) => teller.who(who),
                None if name == "override" || (name == "erase" && personal) => teller.say("who.nobody", &[]),
                None => continue,
            };
            lines.push(line(teller.say(&format!("right.{name}"), &[]), who));
        }
        let fields = definition.fields.iter().flat_map(|(name, field)| {
            let title = teller.field(name);
            [("right.see", title.clone(), &field.see), ("right.change", title, &field.edit)]
        });
        let facts = definition.facts.iter().map(|(name, fact)| ("right.see", teller.fact(name), &fact.see));
        let documents = definition.documents.iter();
        let documents =
            documents.map(|(kind, it)| ("right.see", teller.titled(None, &teller.document(kind)), &it.see));
        for (code, title, who) in fields.chain(facts).chain(documents) {
            lines.extend(
                who.as_ref().map(|who| line(teller.part(code, "field", title.clone()), teller.who(who))),
            );
        }
        lines.push(teller.say("right.rest", &[]));
        self.chapter("part.rights", &lines);
    }

    /// Who has a right, by its name.
    pub fn right(&self, name: &str) -> Option<&'a Who> {
        self.named_rights().into_iter().find(|(known, _)| *known == name).and_then(|(_, who)| who)
    }

    fn named_rights(&self) -> [(&'static str, Option<&'a Who>); 17] {
        let rights = &self.teller.definition.rights;
        [
            ("open", rights.open.as_ref()),
            ("move", rights.r#move.as_ref()),
            ("close", rights.close.as_ref()),
            ("reopen", rights.reopen.as_ref()),
            ("override", rights.r#override.as_ref()),
            ("hand_over", rights.hand_over.as_ref()),
            ("activities", rights.activities.as_ref()),
            ("contacts", rights.contacts.as_ref()),
            ("correct", rights.correct.as_ref()),
            ("report", rights.report.as_ref()),
            ("import", rights.import.as_ref()),
            ("erase", rights.erase.as_ref()),
            ("see_all", rights.see_all.as_ref()),
            ("see_team", rights.see_team.as_ref()),
            ("see_own", rights.see_own.as_ref()),
            ("switch", rights.switch.as_ref()),
            ("edit", rights.edit.as_ref()),
        ]
    }

    /// Every role that the scenario speaks of, in the order in which it does.
    pub fn roles(&self) -> Vec<&'a str> {
        let definition = self.teller.definition;
        let mut limits: Vec<&Who> = self.named_rights().into_iter().filter_map(|(_, who)| who).collect();
        let mut found: Vec<&str> = Vec::new();
        limits.extend(definition.fields.iter().flat_map(|(_, field)| field.see.iter().chain(&field.edit)));
        limits.extend(definition.facts.iter().filter_map(|(_, fact)| fact.see.as_ref()));
        limits.extend(definition.documents.iter().filter_map(|(_, it)| it.see.as_ref()));
        limits.extend(definition.moves.iter().flatten().filter_map(|drawn| drawn.who.as_ref()));
        let stages = || definition.stages.iter();
        limits.extend(stages().flat_map(|stage| &stage.commands).filter_map(|command| command.who.as_ref()));
        found.extend(limits.into_iter().flat_map(|who| &who.roles).map(String::as_str));
        let triggers = stages().flat_map(|stage| &stage.triggers).chain(&definition.triggers);
        let actions = triggers.flat_map(|trigger| trigger.actions.iter());
        let planned = actions.clone().filter_map(|action| match action {
            ActionDef::Plan(plan) => Some(plan.as_ref()),
            _ => None,
        });
        for plan in stages().flat_map(|stage| &stage.plan).chain(planned) {
            if let Assignee::Role(role) = &plan.assignee {
                found.push(role);
            }
        }
        found.extend(actions.filter_map(|action| match action {
            ActionDef::Notify(notify) => notify.role.as_deref(),
            _ => None,
        }));
        let mut roles: Vec<&str> = Vec::new();
        for role in found {
            if !roles.contains(&role) {
                roles.push(role);
            }
        }
        roles
    }

    pub fn chapter(&mut self, code: &str, lines: &[String]) {
        if !lines.is_empty() {
            let title = self.teller.say(code, &[]);
            self.heading(&title);
            self.out.push('\n');
            self.list(lines);
        }
    }
}
