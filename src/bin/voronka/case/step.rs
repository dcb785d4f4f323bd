//! `voronka case step`.

use super::{Desk, host, open, told};
use crate::output::{Failed, Output};
use crate::place::{Place, Published};
use crate::{Verdict, said};
use clap::Args;
use voronka::case::{Activity, CloseInput, DoneInput, FactReading, FactsInput, Input, MoveInput, Party};
use voronka::runtime::Request;
use voronka::{Case, Scenario, Value};

/// Tell a case something: one input, as JSON or in its short form.
///
/// Exit status: 0 accepted, 1 refused, 2 anything else.
#[derive(Args)]
#[command(group = clap::ArgGroup::new("what").required(true).multiple(false))]
pub struct Step {
    #[command(flatten)]
    desk: Desk,
    /// The case.
    case: String,
    /// The input as JSON, such as `{"move": {"to": "invoice"}}`; `-` is standard input.
    #[arg(group = "what", value_name = "INPUT")]
    input: Option<String>,
    /// Move it to another stage; fields that come with it by `--field`.
    #[arg(long = "move", group = "what", value_name = "STAGE")]
    to: Option<String>,
    /// Close it on an outcome's stage.
    #[arg(long, group = "what", value_name = "STAGE")]
    close: Option<String>,
    /// Reopen it; at the last stage where `--stage` is silent.
    #[arg(long, group = "what")]
    reopen: bool,
    /// Set a field; several times for several. `NAME=` empties it.
    #[arg(long, group = "what", value_name = "NAME=VALUE", value_parser = said::pair)]
    set: Vec<(String, String)>,
    /// An activity is done: by its id, its name in the scenario, or its title.
    #[arg(long, group = "what", value_name = "ACTIVITY")]
    done: Option<String>,
    /// Write a note.
    #[arg(long, group = "what", value_name = "TEXT")]
    note: Option<String>,
    /// Tell a fact, a keyed one as `stock[tiles,blue,main]=10`; several times for several.
    #[arg(long, group = "what", value_name = "NAME=VALUE", value_parser = said::pair)]
    fact: Vec<(String, String)>,
    /// Hand it over to somebody.
    #[arg(long, group = "what", value_name = "PERSON")]
    hand_over: Option<String>,
    /// Say who takes part, by role and the host's reference.
    #[arg(long, group = "what", value_name = "ROLE=REFERENCE", value_parser = said::pair)]
    party: Option<(String, String)>,
    /// Ask the host for something that the stage offers.
    #[arg(long, group = "what", value_name = "COMMAND")]
    command: Option<String>,
    /// Look at the clock and the switches.
    #[arg(long, group = "what")]
    tick: bool,
    /// With `--move`, `--close`, `--done`, `--reopen` and `--command`: a field that comes with it.
    #[arg(long = "field", value_name = "NAME=VALUE", value_parser = said::pair)]
    fields: Vec<(String, String)>,
    /// With `--reopen`: the stage.
    #[arg(long, requires = "reopen")]
    stage: Option<String>,
    /// With `--close`: the reason from the catalogue.
    #[arg(long, requires = "close")]
    reason: Option<String>,
    /// With `--close`: a comment.
    #[arg(long, requires = "close")]
    comment: Option<String>,
    /// With `--done`: the outcome; the kind's first where silent.
    #[arg(long, requires = "done")]
    outcome: Option<String>,
    /// With `--move`, `--close` and `--reopen`: pass over what is missing, with this reason.
    #[arg(long, value_name = "REASON")]
    r#override: Option<String>,
    /// The revision that was looked at: refused where the case has moved on since.
    #[arg(long, value_name = "REVISION")]
    seen: Option<u64>,
    /// The input's id: the same again does nothing twice. One is made where silent.
    #[arg(long, value_name = "ID")]
    id: Option<String>,
}

impl Step {
    pub fn run(&self, out: &mut Output) -> Result<Verdict, Failed> {
        let place = Place::open(&self.desk.address)?;
        let published = Published::new(&place);
        let (case, scenario) = told::seen(&place, &published, &self.desk, &self.case)?;
        let input = self.input(&case, &scenario)?;
        let at = self.desk.at.as_deref().map(|text| said::moment(text, said::zone(&scenario))).transpose()?;
        let id = self.id.clone().unwrap_or_else(|| said::new_id("cli/"));
        let mut request = Request::new(&self.case, input, id, self.desk.actor.clone());
        (request.at, request.seen_revision) = (at, self.seen);
        match host(&place, None).step(request) {
            Ok(done) => {
                // An adopted case is told by what it has adopted.
                let scenario = published.exactly(&done.case.scenario)?;
                let now = open::now(at, done.case.last_at);
                told::done(out, &self.desk, &scenario, &done, now)
            }
            Err(error) => told::refused(out, &self.desk, &place, &scenario, Some(&case), &error),
        }
    }

    fn input(&self, case: &Case, scenario: &Scenario) -> Result<Input, Failed> {
        let fields = said::fields(scenario, &self.fields);
        let r#override = self.r#override.clone();
        if let Some(text) = &self.input {
            return open::json(text);
        }
        if let Some(to) = &self.to {
            return Ok(Input::Move(MoveInput { to: to.clone(), fields, r#override }));
        }
        if let Some(stage) = &self.close {
            return Ok(Input::Close(CloseInput {
                stage: stage.clone(),
                reason: self.reason.clone(),
                comment: self.comment.clone(),
                fields,
                r#override,
            }));
        }
        if self.reopen {
            return Ok(Input::Reopen { stage: self.stage.clone(), fields, r#override });
        }
        if !self.set.is_empty() {
            return Ok(Input::Set { fields: said::fields(scenario, &self.set) });
        }
        if let Some(name) = &self.done {
            let activity = activity(case, name, &self.desk.lang)?;
            let (outcome, note) = (self.outcome.clone(), None);
            return Ok(Input::Done(DoneInput { activity, outcome, note, fields }));
        }
        if let Some(text) = &self.note {
            return Ok(Input::Note { text: text.clone() });
        }
        if !self.fact.is_empty() {
            let reading = |(name, text): &(String, String)| {
                let (name, key) = keyed(name);
                let kind = scenario.definition().facts.get(name).map(|it| it.kind);
                let (fact, value) = (name.to_owned(), said::value(kind, text));
                FactReading { fact, key, value, unknown: None, since: None }
            };
            let values = self.fact.iter().map(reading).collect();
            return Ok(Input::Facts(FactsInput { values, ..FactsInput::default() }));
        }
        if let Some(to) = &self.hand_over {
            let (to, team) = (Some(to.clone()).filter(|it| !it.is_empty()), None);
            return Ok(Input::HandOver { to, team, keep_activities: false });
        }
        if let Some((role, reference)) = &self.party {
            let party = Party { reference: Some(reference.clone()), ..Party::default() };
            let party = Some(party).filter(|_| !reference.is_empty());
            return Ok(Input::Party { role: role.clone(), party });
        }
        if let Some(command) = &self.command {
            return Ok(Input::Command { command: command.clone(), fields });
        }
        Ok(Input::Tick)
    }
}

/// A fact's name, and its key where it has one: `stock[tiles,blue,main]`.
fn keyed(name: &str) -> (&str, Vec<Value>) {
    let Some((name, key)) = name.strip_suffix(']').and_then(|it| it.split_once('[')) else {
        return (name, Vec::new());
    };
    (name, key.split(',').map(|part| Value::from(part.trim())).collect())
}

/// The id of the open activity that is meant.
fn activity(case: &Case, name: &str, lang: &str) -> Result<String, Failed> {
    let named = |it: &&Activity| {
        let item = it.rule.as_deref().and_then(|rule| rule.rsplit('/').next());
        it.id == name || item == Some(name) || it.title.all().any(|(_, title)| title == name)
    };
    let found: Vec<&Activity> = case.activities.iter().filter(named).collect();
    match found.as_slice() {
        [one] => Ok(one.id.clone()),
        [] => {
            let open: Vec<String> =
                case.activities.iter().map(|it| format!("`{}` ({})", it.id, it.title.get(lang))).collect();
            let open = if open.is_empty() { "none".to_owned() } else { open.join(", ") };
            Err(Failed::said(format!("case {}: no open activity is called `{name}`; open: {open}", case.id)))
        }
        several => {
            let ids: Vec<String> = several.iter().map(|it| format!("`{}`", it.id)).collect();
            let ids = ids.join(", ");
            Err(Failed::said(format!("case {}: several activities are called `{name}`: {ids}", case.id)))
        }
    }
}
