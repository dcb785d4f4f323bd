//! By which names the author of a test may call things, and how they are told where they differ.

use crate::case::{Act, Activity, Case, Cause, Effect, Missing};
use crate::condition::Truth;
use crate::scenario::Scenario;
use crate::scenario::def::Text;
use crate::tell;

/// Something that is compared: how it is told, and every name by which it may be expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    pub told: String,
    pub names: Vec<String>,
}

impl Named {
    fn new(told: String, names: Vec<String>) -> Self {
        Self { told, names }
    }

    /// One that has only its name.
    pub fn plain(name: &str) -> Self {
        Self::new(name.to_owned(), vec![name.to_owned()])
    }

    pub fn is(&self, name: &str) -> bool {
        self.told == name || self.names.iter().any(|known| known == name)
    }
}

/// Whether the expected names and the things that there are can be paired off, none left over.
pub(crate) fn pair_off(expected: &[String], things: &[Named]) -> bool {
    fn place(at: usize, expected: &[String], things: &[Named], taken: &mut [Option<usize>]) -> bool {
        // An expectation that fits several things gives way to one that fits this thing only.
        fn search(
            at: usize,
            expected: &[String],
            things: &[Named],
            taken: &mut [Option<usize>],
            seen: &mut [bool],
        ) -> bool {
            let Some(name) = expected.get(at) else { return false };
            for (i, thing) in things.iter().enumerate() {
                let tried = seen.get(i).copied().unwrap_or(true);
                if tried || !thing.is(name) {
                    continue;
                }
                if let Some(seen) = seen.get_mut(i) {
                    *seen = true;
                }
                let holder = taken.get(i).copied().flatten();
                if holder.is_none_or(|other| search(other, expected, things, taken, seen)) {
                    if let Some(place) = taken.get_mut(i) {
                        *place = Some(at);
                    }
                    return true;
                }
            }
            false
        }
        search(at, expected, things, taken, &mut vec![false; things.len()])
    }
    let mut taken = vec![None; things.len()];
    expected.len() == things.len() && (0..expected.len()).all(|at| place(at, expected, things, &mut taken))
}

fn all(text: &Text) -> impl Iterator<Item = String> {
    text.all().map(|(_, text)| text.to_owned())
}

/// What of a rule's full name comes after its stage and sort: `amount` of `request/leave/amount`.
pub(crate) fn last_part(rule: &str) -> &str {
    rule.splitn(3, '/').nth(2).unwrap_or(rule)
}

pub(crate) fn activity(it: &Activity) -> Named {
    let mut names: Vec<String> = all(&it.title).collect();
    names.push(it.id.clone());
    if let Some(rule) = &it.rule {
        names.push(rule.clone());
        names.push(last_part(rule).to_owned());
        // What a trigger plans is called by its own id: `calculate` of `request/trigger/x/plan/calculate`.
        names.extend(rule.rsplit_once("/plan/").map(|(_, id)| id.to_owned()));
    }
    let told = if it.title.is_empty() { it.id.clone() } else { it.title.get("en").to_owned() };
    Named::new(told, names)
}

/// What is missing: by code, by code and subject, by requirement, by its text in any language.
pub(crate) fn missing(it: &Missing) -> Named {
    const SUBJECTS: [&str; 17] = [
        "field", "fact", "activity", "process", "command", "reason", "role", "party", "to", "stage", "debt",
        "item", "group", "timer", "outcome", "kind", "scenario",
    ];
    let of_args = || SUBJECTS.iter().find_map(|name| it.args.get(*name)).map(ToString::to_string);
    let subject = it.requirement.as_deref().map(|rule| last_part(rule).to_owned()).or_else(of_args);
    let short = match &subject {
        Some(subject) => format!("{} {subject}", it.code),
        None => it.code.clone(),
    };
    let mut texts = Vec::new();
    for say in all(&it.say) {
        let failed = it.findings.iter().filter(|finding| finding.truth != Truth::Unknown);
        let mut rendered: Vec<String> = failed.map(|finding| finding.render(&say)).collect();
        rendered.dedup();
        if rendered.is_empty() {
            rendered.push(say);
        }
        texts.push(rendered.join("; "));
    }
    let findings: Vec<String> = it.findings.iter().map(ToString::to_string).collect();
    if !findings.is_empty() {
        texts.push(findings.join("; "));
    }
    let in_words = tell::missing(it, "en");
    // The sentence of the catalogue, else the scenario's own words; nothing but the code is told twice.
    let spoken = if in_words == it.code { english(it, &texts) } else { Some(in_words.clone()) };
    texts.extend([in_words, tell::missing(it, "ru")]);
    let told = match spoken {
        Some(text) => format!("{short}: {text}"),
        None => short.clone(),
    };
    let mut names = vec![it.code.clone(), short];
    names.extend(it.requirement.clone());
    names.extend(subject);
    names.append(&mut texts);
    Named::new(told, names)
}

/// Of the texts, which begin with what is said in each language, the English one; else the first.
fn english(it: &Missing, texts: &[String]) -> Option<String> {
    if it.say.is_empty() {
        return texts.first().cloned();
    }
    let wanted = it.say.get("en");
    let place = it.say.all().position(|(_, say)| say == wanted)?;
    texts.get(place).cloned()
}

/// What the host must do: by its sort, by sort and to whom, and with its text.
pub(crate) fn effect(it: &Effect) -> Named {
    match &it.act {
        Act::Notify { person, role, text } => {
            let who = person.as_deref().or(role.as_deref()).unwrap_or_default();
            let told = format!("notify {who}: {}", text.get("en"));
            let mut names = vec!["notify".to_owned(), format!("notify {who}")];
            names.extend(all(text).map(|text| format!("notify {who}: {text}")));
            Named::new(told, names)
        }
        Act::StartProcess { process, .. } => sort("start", process),
        Act::CancelProcess { process, .. } => sort("cancel", process),
        Act::OpenCase { scenario, .. } => sort("open", scenario),
        Act::Command { command, .. } => sort("command", command),
        Act::Finish { result, .. } => sort("finish", result),
        Act::Host { kind, .. } => sort("effect", kind),
        Act::Hand { to, .. } => sort("hand", to),
    }
}

fn sort(sort: &str, name: &str) -> Named {
    let told = format!("{sort} {name}");
    Named::new(told.clone(), vec![sort.to_owned(), name.to_owned(), told])
}

/// What makes a light what it is.
pub(crate) fn cause(case: &Case, cause: Option<&Cause<'_>>) -> Named {
    let with = |sort: &str, inner: Named| {
        let mut names = inner.names;
        names.push(sort.to_owned());
        Named::new(format!("{sort}: {}", inner.told), names)
    };
    match cause {
        None => Named::plain("none"),
        Some(Cause::Limit) => Named::plain("limit"),
        Some(Cause::Deadline) => Named::plain("deadline"),
        Some(Cause::NoNextStep) => Named::plain("no next step"),
        Some(Cause::Activity(id)) => {
            case.open_activity(id).map_or_else(|| Named::plain(id), |it| with("activity", activity(it)))
        }
        Some(Cause::Process(id)) => {
            let run = case.processes.iter().find(|run| run.id == *id);
            with("process", Named::plain(run.map_or(*id, |run| run.hook.as_str())))
        }
        Some(Cause::Debt(id)) => {
            let it = case.debts.iter().find(|debt| debt.id == *id);
            with("debt", it.map_or_else(|| Named::plain(id), debt))
        }
        Some(Cause::Wish(rule)) => with("wish", rule_names(rule)),
        Some(Cause::Unknown(rule)) => {
            let of_debt = case.debts.iter().find(|debt| debt.id == *rule);
            with("unknown", of_debt.map_or_else(|| rule_names(rule), debt))
        }
        Some(Cause::GivenUp(id)) => with("given up", Named::plain(id)),
    }
}

pub(crate) fn debt(it: &crate::case::Debt) -> Named {
    let mut names = missing(&it.missing).names;
    let told = it.requirement.clone();
    names.extend([it.id.clone(), told.clone(), last_part(&told).to_owned()]);
    Named::new(told, names)
}

/// A rule by its full name, without its sort, and by its own id.
pub(crate) fn rule_names(rule: &str) -> Named {
    let mut names = vec![rule.to_owned(), last_part(rule).to_owned()];
    if let Some((stage, rest)) = rule.split_once('/')
        && let Some((_, id)) = rest.split_once('/')
    {
        names.push(format!("{stage}/{id}"));
    }
    Named::new(rule.to_owned(), names)
}

/// Every trigger's full name.
pub(crate) fn triggers(scenario: &Scenario) -> Vec<&str> {
    let stages = scenario.stages.iter().flat_map(|stage| stage.triggers.iter());
    stages.chain(&scenario.triggers).map(|trigger| trigger.rule.as_str()).collect()
}

/// The full name of the trigger that is meant: by its full name, `STAGE/ID`, or an id that only one has.
pub(crate) fn trigger<'s>(scenario: &'s Scenario, name: &str) -> Option<&'s str> {
    let known = triggers(scenario);
    let exact = known.iter().find(|rule| **rule == name);
    let mut meant = known.iter().filter(|rule| rule_names(rule).is(name));
    match (exact, meant.next(), meant.next()) {
        (Some(rule), ..) | (None, Some(rule), None) => Some(rule),
        _ => None,
    }
}

/// A reading of a list: `a`, `b`, or that there is nothing.
pub(crate) fn listed<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let texts: Vec<String> = texts.into_iter().map(|text| format!("`{text}`")).collect();
    if texts.is_empty() { "nothing".to_owned() } else { texts.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expectations_are_paired_off_whatever_their_order() {
        let thing = |names: &[&str]| Named::new(String::new(), names.iter().map(|n| (*n).into()).collect());
        let things = [thing(&["field", "field amount"]), thing(&["field", "field address"])];
        let names = |names: &[&str]| names.iter().map(|name| (*name).into()).collect::<Vec<String>>();
        assert!(pair_off(&names(&["field", "field amount"]), &things));
        assert!(pair_off(&names(&["field address", "field"]), &things));
        assert!(!pair_off(&names(&["field amount", "field amount"]), &things));
        assert!(!pair_off(&names(&["field"]), &things));
        assert!(pair_off(&[], &[]));
    }
}
