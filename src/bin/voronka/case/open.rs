//! `voronka case open`.

use super::{Desk, host, told};
use crate::output::{Failed, Output};
use crate::place::{Place, Published};
use crate::{Verdict, db, defects, input, said};
use clap::Args;
use std::path::Path;
use std::rc::Rc;
use voronka::case::Party;
use voronka::runtime::{Request, Which};
use voronka::{Actor, Moment, Opening, Scenario};

/// Open a case.
///
/// Exit status: 0 opened, 1 refused by a rule, 2 anything else.
#[derive(Args)]
pub struct Open {
    #[command(flatten)]
    desk: Desk,
    /// The scenario: a file, which is published if it is not yet; or the id of one that is, such as `sale` or `sale@3`.
    #[arg(long, value_name = "FILE|ID")]
    scenario: String,
    /// The case's id; one is made where silent.
    #[arg(long, value_name = "ID")]
    case: Option<String>,
    /// All that opening takes, as JSON; `-` is standard input. What is said beside it counts more.
    #[arg(long, value_name = "OPENING")]
    json: Option<String>,
    /// A title for lists.
    #[arg(long)]
    title: Option<String>,
    /// Whose it is; the actor's where silent.
    #[arg(long, value_name = "PERSON")]
    responsible: Option<String>,
    /// Their team.
    #[arg(long)]
    team: Option<String>,
    /// By which channel it came.
    #[arg(long)]
    channel: Option<String>,
    /// At this stage; at the first where silent.
    #[arg(long)]
    stage: Option<String>,
    /// A field that is known at once; several times for several.
    #[arg(long = "field", value_name = "NAME=VALUE", value_parser = said::pair)]
    fields: Vec<(String, String)>,
    /// Who takes part, by role and the host's reference; several times for several.
    #[arg(long = "party", value_name = "ROLE=REFERENCE", value_parser = said::pair)]
    parties: Vec<(String, String)>,
    /// The input's id: the same again does nothing twice. One is made where silent.
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// Pass over what is missing, with this reason.
    #[arg(long, value_name = "REASON")]
    r#override: Option<String>,
}

impl Open {
    pub fn run(&self, out: &mut Output) -> Result<Verdict, Failed> {
        let place = Place::open(&self.desk.address)?;
        let published = Published::new(&place);
        let Some(scenario) =
            scenario(out, &place, &published, &self.scenario, &self.desk.actor, &self.desk.lang)?
        else {
            return Ok(Verdict::Bad);
        };
        let opening = self.opening(&scenario)?;
        let at = self.desk.at.as_deref().map(|text| said::moment(text, said::zone(&scenario))).transpose()?;
        let case = self.case.clone().unwrap_or_else(|| said::new_id(""));
        let id = self.id.clone().unwrap_or_else(|| said::new_id("cli/"));
        let it = scenario.reference();
        let which = Which { scenario: it.id.clone(), version: Some(it.version) };
        let mut request = Request::open(which, case, opening, id, self.desk.actor.clone());
        request.at = at;
        match host(&place, None).step(request) {
            Ok(done) => {
                let now = now(at, done.case.last_at);
                told::done(out, &self.desk, &scenario, &done, now)
            }
            Err(error) => told::refused(out, &self.desk, &place, &scenario, None, &error),
        }
    }

    fn opening(&self, scenario: &Scenario) -> Result<Opening, Failed> {
        let mut opening = match &self.json {
            Some(text) => json(text)?,
            None => Opening::default(),
        };
        let put = |to: &mut Option<String>, said: &Option<String>| {
            if said.is_some() {
                to.clone_from(said);
            }
        };
        put(&mut opening.title, &self.title);
        put(&mut opening.responsible, &self.responsible);
        put(&mut opening.team, &self.team);
        put(&mut opening.channel, &self.channel);
        put(&mut opening.stage, &self.stage);
        put(&mut opening.r#override, &self.r#override);
        if opening.responsible.is_none() {
            opening.responsible = Some(self.desk.actor.id.clone());
        }
        opening.fields.extend(said::fields(scenario, &self.fields));
        for (role, reference) in &self.parties {
            let party = Party { reference: Some(reference.clone()), ..Party::default() };
            opening.parties.insert(role.clone(), party);
        }
        Ok(opening)
    }
}

/// JSON from the command line or standard input.
pub fn json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Failed> {
    let text = if text == "-" { input::read(Path::new("-"))?.text } else { text.to_owned() };
    serde_json::from_str(&text).map_err(|error| Failed::said(format!("the JSON cannot be read: {error}")))
}

/// The moment by which what was stepped is shown.
pub fn now(at: Option<Moment>, last: Moment) -> Moment {
    use voronka::runtime::SystemClock;
    at.unwrap_or_else(SystemClock::now).max(last)
}

/// The scenario of a file, published if it is not yet, or one that is published; none where a file has defects.
pub fn scenario(
    out: &mut Output,
    place: &Place,
    published: &Published<'_>,
    named: &str,
    actor: &Actor,
    lang: &str,
) -> Result<Option<Rc<Scenario>>, Failed> {
    if is_file(named) {
        let source = input::read(Path::new(named))?;
        let Some(scenario) = defects::scenario(out, &source)? else { return Ok(None) };
        let it = scenario.reference().clone();
        if db::publish(place, scenario, actor, "")? {
            out.line(format!(
                "{} {} {}",
                it.id,
                it.version,
                if lang == "ru" { "опубликован" } else { "published" }
            ))?;
        }
        return published.exactly(&it).map(Some);
    }
    let (id, version) = match named.split_once('@') {
        Some((id, version)) => match version.parse() {
            Ok(version) => (id, Some(version)),
            Err(_) => return Err(Failed::said(format!("`{version}` is no version; write `{id}@1`"))),
        },
        None => (named, None),
    };
    let found = published.named(id, version)?;
    let found = found.ok_or_else(|| {
        Failed::said(format!("{}: scenario {named} is not published; name its file", place.address()))
    })?;
    Ok(Some(found))
}

pub fn is_file(named: &str) -> bool {
    named == "-" || named.ends_with(".json") || named.contains(std::path::MAIN_SEPARATOR)
}
