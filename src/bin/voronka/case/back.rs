//! `voronka case bring-back`.

use super::{Desk, host, open, told};
use crate::output::{Failed, Look, Output};
use crate::place::{Place, Published};
use crate::{Verdict, input, said};
use clap::Args;
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::PathBuf;
use voronka::Scenario;
use voronka::case::{DueAt, PlanInput};
use voronka::runtime::{Back, BringBack, BringProgress, Returned, StepError, Which};
use voronka::tell::Speaker;

/// Bring lost cases back in one go: reopen each, or open one that follows it, and plan a call on each.
///
/// Under the same --batch it does nothing twice, and tries again what was refused. One that is refused stops no other.
/// Exit status: 0 all are back and planned, 1 some were refused, 2 anything else.
#[derive(Args)]
#[command(group = clap::ArgGroup::new("how").required(true).multiple(false))]
#[command(group = clap::ArgGroup::new("which").required(true).multiple(true))]
pub struct BringBackArgs {
    #[command(flatten)]
    desk: Desk,
    /// The id of the whole, such as `delivery-2026-04`.
    #[arg(long, value_name = "ID")]
    batch: String,
    /// A lost case; several times for several.
    #[arg(long = "case", group = "which", value_name = "CASE")]
    cases: Vec<String>,
    /// Lost cases, one a line, as a report lists them; `-` is standard input.
    #[arg(long, group = "which", value_name = "FILE")]
    list: Option<PathBuf>,
    /// Reopen each; at the last stage where `--stage` is silent.
    #[arg(long, group = "how")]
    reopen: bool,
    /// Open a case that follows each, with its title, channel, responsible, team, parties and fields.
    #[arg(long, group = "how")]
    follow: bool,
    /// At this stage.
    #[arg(long)]
    stage: Option<String>,
    /// With `--follow`: by this scenario, such as `sale` or `sale@3`; by each one's own where silent.
    #[arg(long, requires = "follow", value_name = "ID")]
    scenario: Option<String>,
    /// With `--follow`: a field that goes along; several times for several. All that both scenarios have where silent.
    #[arg(long = "field", requires = "follow", value_name = "NAME")]
    fields: Vec<String>,
    /// Plan something of this kind on each, such as `call`.
    #[arg(long, value_name = "KIND")]
    call: Option<String>,
    /// With `--call`: what it is called.
    #[arg(long, requires = "call")]
    title: Option<String>,
    /// With `--call`: by when, such as `2 working days`, `2026-03-05`, `2026-03-05 10:00`.
    #[arg(long, requires = "call", value_name = "WHEN")]
    due: Option<String>,
    /// With `--call`: whose it is; each case's responsible where silent.
    #[arg(long, requires = "call", value_name = "PERSON")]
    assignee: Option<String>,
    /// Pass over what the stage asks, with this reason.
    #[arg(long, value_name = "REASON")]
    r#override: Option<String>,
}

impl BringBackArgs {
    pub fn run(&self, out: &mut Output) -> Result<Verdict, Failed> {
        if self.batch.trim().is_empty() {
            return Err(Failed::said(
                "an empty --batch tells none from another; name it, such as `delivery-2026-04`",
            ));
        }
        let cases = self.cases()?;
        if cases.is_empty() {
            return Err(Failed::said("no case is named"));
        }
        let place = Place::open(&self.desk.address)?;
        let published = Published::new(&place);
        let zone = self.zone(&place, &published, &cases)?;
        let asked = BringBack { batch: self.batch.clone(), how: self.how()?, call: self.call(zone)?, cases };
        let at = self.desk.at.as_deref().map(|text| said::moment(text, zone)).transpose()?;
        let mut last = BringProgress::default();
        let all = host(&place, at).bring_back(&asked, &self.desk.actor, |it| {
            last = it;
            ControlFlow::Continue(())
        });
        for it in &all {
            self.tell(out, &place, &published, it)?;
        }
        self.summary(out, last)?;
        let good = last.refused == 0 && last.without_call == 0;
        Ok(if good { Verdict::Good } else { Verdict::Bad })
    }

    /// The cases, each once.
    fn cases(&self) -> Result<Vec<String>, Failed> {
        let mut all: Vec<String> = self.cases.iter().map(|it| it.trim().to_owned()).collect();
        if let Some(path) = &self.list {
            let text = input::read(path)?.text;
            let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
            all.extend(text.lines().map(|line| line.trim().to_owned()));
        }
        let mut known = BTreeSet::new();
        all.retain(|it| !it.is_empty() && known.insert(it.clone()));
        Ok(all)
    }

    fn how(&self) -> Result<Back, Failed> {
        let (stage, r#override) = (self.stage.clone(), self.r#override.clone());
        if self.reopen {
            return Ok(Back::Reopened { stage, r#override });
        }
        let fields = (!self.fields.is_empty()).then(|| self.fields.clone());
        let which = |named: &String| match named.split_once('@') {
            None => Ok(Which { scenario: named.clone(), version: None }),
            Some((id, version)) => match version.parse() {
                Ok(version) => Ok(Which { scenario: id.to_owned(), version: Some(version) }),
                Err(_) => Err(Failed::said(format!("`{version}` is no version; write `{id}@1`"))),
            },
        };
        let scenario = self.scenario.as_ref().map(which).transpose()?;
        Ok(Back::Followed { scenario, stage, fields, r#override })
    }

    fn call(&self, zone: chrono_tz::Tz) -> Result<Option<PlanInput>, Failed> {
        let Some(kind) = &self.call else { return Ok(None) };
        let due = |text: &String| {
            if let Ok(span) = text.parse() {
                return Ok(DueAt::In(span));
            }
            if let Ok(date) = chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d") {
                return Ok(DueAt::On(date));
            }
            let at = said::moment(text, zone).map(DueAt::At);
            at.map_err(|_| {
                Failed::said(format!(
                    "`{text}` is no due time; write `2 working days`, `2026-03-05` or `2026-03-05 10:00`"
                ))
            })
        };
        Ok(Some(PlanInput {
            kind: kind.clone(),
            title: self.title.as_deref().unwrap_or(kind).into(),
            due: self.due.as_ref().map(due).transpose()?,
            assignee: self.assignee.clone(),
            mandatory: false,
        }))
    }

    /// The time zone of the first case that is there.
    fn zone(
        &self,
        place: &Place,
        published: &Published<'_>,
        cases: &[String],
    ) -> Result<chrono_tz::Tz, Failed> {
        if self.desk.at.is_none() && self.due.is_none() {
            return Ok(chrono_tz::Tz::UTC);
        }
        for id in cases {
            if let Some(case) = told::load(place, id)? {
                return Ok(said::zone(&*published.exactly(&case.scenario)?));
            }
        }
        Ok(chrono_tz::Tz::UTC)
    }

    fn tell(
        &self,
        out: &mut Output,
        place: &Place,
        published: &Published<'_>,
        it: &Returned,
    ) -> Result<(), Failed> {
        let done = match &it.back {
            Ok(done) => done,
            Err(error) => return self.refused(out, place, published, it, error),
        };
        let scenario = published.exactly(&done.case.scenario)?;
        let speaker = Speaker::new(&*scenario, &self.desk.lang).about(&done.case);
        let stage = speaker.stage_title(done.case.stage());
        let back = match (it.runs == it.case, done.repeated) {
            (true, false) => self.desk.t("reopened", "открыто снова"),
            (true, true) => self.desk.t("reopened before", "открыто снова раньше"),
            (false, false) => self.desk.t("followed by", "продолжено в"),
            (false, true) => self.desk.t("followed before by", "продолжено раньше в"),
        };
        let runs = if it.runs == it.case { String::new() } else { format!(" {}", it.runs) };
        out.line(format!("{}: {back}{runs}: {stage}", it.case))?;
        match &it.call {
            Some(Ok(planned)) => {
                let now = open::now(None, planned.case.last_at);
                let speaker = Speaker::new(&*scenario, &self.desk.lang).about(&planned.case);
                let entries = [(*planned.entry).clone()];
                if !planned.repeated {
                    for entry in scenario.entries_for(&planned.case, &entries, &self.desk.actor, now) {
                        out.line(format!("  {}", speaker.entry(&entry).replace('\n', "\n  ")))?;
                    }
                }
                Ok(())
            }
            Some(Err(error)) => {
                let no = out.look(Look::Bad, self.desk.t("nothing planned", "ничего не запланировано"));
                out.line(format!("  {no}: {}", self.why(place, &scenario, error)?))
            }
            None => Ok(()),
        }
    }

    fn refused(
        &self,
        out: &mut Output,
        place: &Place,
        published: &Published<'_>,
        it: &Returned,
        error: &StepError,
    ) -> Result<(), Failed> {
        let refused = out.look(Look::Bad, self.desk.t("refused", "отказ"));
        let why = match error.rejection() {
            // A rejection is of a case that was loaded, by the scenario by which it was to run.
            Some(_) => {
                let named = self.scenario.as_ref().and_then(|named| named.split('@').next());
                let scenario = match named {
                    Some(id) => published.named(id, None)?,
                    None => None,
                };
                let scenario = match (scenario, told::load(place, &it.case)?) {
                    (Some(scenario), _) => scenario,
                    (None, Some(case)) => published.exactly(&case.scenario)?,
                    (None, None) => return out.line(format!("{}: {refused}: {error}", it.case)),
                };
                self.why(place, &scenario, error)?
            }
            None => match error {
                StepError::Store { error, .. } => return Err(place.failed(error)),
                error => error.to_string(),
            },
        };
        out.line(format!("{}: {refused}: {why}", it.case))
    }

    fn why(&self, place: &Place, scenario: &Scenario, error: &StepError) -> Result<String, Failed> {
        match (error.rejection(), error) {
            (Some(rejection), _) => Ok(Speaker::new(scenario, &self.desk.lang).refusal(rejection)),
            (None, StepError::Store { error, .. }) => Err(place.failed(error)),
            (None, error) => Ok(error.to_string()),
        }
    }

    fn summary(&self, out: &mut Output, it: BringProgress) -> Result<(), Failed> {
        let t = |en: &'static str, ru: &'static str| self.desk.t(en, ru).to_owned();
        let mut parts = vec![format!("{} {}", it.back - it.repeated, t("back", "возвращено"))];
        for (count, what) in [
            (it.repeated, t("back since an earlier time", "возвращено раньше")),
            (it.refused, t("refused", "отказано")),
            (it.without_call, t("without what was to be planned", "без запланированного")),
        ] {
            if count > 0 {
                parts.push(format!("{count} {what}"));
            }
        }
        out.line(format!("{}: {}", self.batch, parts.join(", ")))
    }
}
