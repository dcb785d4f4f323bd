//! Effects in words: what the host is to do.

use super::catalog::Arg;
use super::speaker::Speaker;
use crate::case::{Act, Effect, Handing};

impl Speaker<'_> {
    /// What the host is to do, in a sentence.
    #[must_use]
    pub fn effect(&self, effect: &Effect) -> String {
        match &effect.act {
            Act::Notify { person, role, text } => {
                let who = match (person, role) {
                    (Some(person), _) => self.person(person),
                    (None, Some(role)) => self.teller().role(role),
                    (None, None) => self.say("who.nobody", &[]),
                };
                self.say("act.notify", &[("who", who.into()), ("text", self.text(text).into())])
            }
            Act::StartProcess { process, fields, .. } => {
                let line = self.part("act.start_process", "process", self.teller().process(process));
                self.lines(line, std::iter::once(self.values(fields.iter())))
            }
            Act::CancelProcess { process, .. } => {
                self.part("act.cancel_process", "process", self.teller().process(process))
            }
            Act::OpenCase { scenario, link, fields, .. } => {
                let args = [
                    ("scenario", Arg::from(self.scenario(scenario))),
                    ("link", self.link_here(*link).into()),
                ];
                self.lines(self.say("act.open_case", &args), std::iter::once(self.values(fields.iter())))
            }
            Act::Command { command, fields, .. } => {
                let line = self.part("act.command", "command", self.command(command));
                let fields = self.fields(fields.iter().map(|(name, value)| (name, Some(value))));
                self.lines(line, std::iter::once(fields))
            }
            Act::Host { kind, payload } => {
                let line = self.part("act.host", "kind", self.quoted(kind));
                self.lines(line, std::iter::once(self.values(payload.iter())))
            }
            Act::Hand { to, what } => {
                let line = self.part("act.hand", "case", self.clean(to));
                self.lines(line, self.handing(what).into_iter())
            }
            Act::Finish { result, good, .. } => {
                let code = if *good { "act.finish" } else { "act.finish_bad" };
                self.part(code, "result", self.teller().stage(result))
            }
        }
    }

    /// What one case hands to another, counted (P7).
    pub(super) fn handing(&self, what: &Handing) -> Vec<String> {
        let counted = [
            ("handing.activities", what.activities.len()),
            ("handing.interactions", what.interactions.len()),
            ("handing.external_ids", what.external_ids.len()),
            ("handing.parties", what.parties.len()),
            ("handing.documents", what.documents.len()),
        ];
        let told = counted.into_iter().filter(|(_, count)| *count > 0);
        told.map(|(code, count)| self.part(code, "n", count as u64)).collect()
    }
}
