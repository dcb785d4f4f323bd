//! `voronka impact`: what a draft would do to the open cases of a database.

use crate::db::spinner;
use crate::output::{Failed, Format, Output, Telling};
use crate::passing::Passing;
use crate::place::{ADDRESS, Place, Published};
use crate::{Verdict, defects, input, said};
use clap::Args;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;
use voronka::case::{Adoption, ScenarioRef, Switch};
use voronka::foresight::impact::{EXAMPLES, Impact};
use voronka::runtime::SystemClock;
use voronka::scenario::edit::changed_rules;
use voronka::store::{CaseFilter, CaseOrder, CaseQuery, Keep, Look};
use voronka::{Actor, Case, Context, Scenario};

/// Say what would happen to the open cases of a database if they adopted a draft.
///
/// Every open case is evaluated as it is, adopts the draft on a copy, and is evaluated again; what differs is counted,
/// with some cases. Nothing is written. The draft counts as the version after the latest published one; cases of each
/// version are told apart. Exit status: 0 counted, 1 the draft has defects or the adoption does not fit it, 2 anything
/// else.
#[derive(Args)]
pub struct Impacts {
    #[arg(help = ADDRESS)]
    address: String,
    /// The draft: a scenario's file; `-` is standard input.
    draft: PathBuf,
    #[command(flatten)]
    passing: Passing,
    /// Who would publish it: `anna:head`.
    #[arg(long = "as", default_value = "operator", value_name = "ACTOR", value_parser = said::actor)]
    actor: Actor,
    /// For which moment, such as `2026-03-02 10:00` in the scenario's time zone; now where silent.
    #[arg(long, value_name = "MOMENT")]
    at: Option<String>,
    /// So many cases are named at most for each thing that happens.
    #[arg(long, default_value_t = EXAMPLES, value_name = "N")]
    examples: usize,
    #[command(flatten)]
    telling: Telling,
}

/// So many cases are read at once.
const PAGE: u32 = 1000;

impl Impacts {
    pub fn run(&self, out: &mut Output) -> Result<Verdict, Failed> {
        let place = Place::open(&self.address)?;
        let published = Published::new(&place);
        let source = input::read(&self.draft)?;
        let Some(draft) = defects::scenario(out, &source)? else { return Ok(Verdict::Bad) };
        let id = draft.reference().id.clone();
        let Some(latest) = published.named(&id, None)? else {
            let why = format!("scenario {id} is not published, so no case runs by it");
            return Err(Failed::said(format!("{}: {why}", place.address())));
        };
        // Publishing makes it the next version, whatever the file says.
        let mut definition = draft.definition().clone();
        definition.version = latest.reference().version.saturating_add(1);
        let draft = match Scenario::new(definition) {
            Ok(draft) => draft,
            Err(found) => {
                defects::tell(out, &source.name, &found)?;
                return Ok(Verdict::Bad);
            }
        };
        let ctx = self.context(&place, &draft)?;
        let bar = spinner("cases");
        let counted = self.count(&place, &published, &latest, &draft, &ctx, &mut |cases| bar.inc(cases));
        bar.finish_and_clear();
        let counted = counted?;
        self.say(out, &published, &draft, &counted)?;
        let fits = counted.get(latest.reference()).is_none_or(|it| it.hindrances().next().is_none());
        Ok(if fits { Verdict::Good } else { Verdict::Bad })
    }

    fn context(&self, place: &Place, draft: &Scenario) -> Result<Context, Failed> {
        let at = self.at.as_deref().map(|text| said::moment(text, said::zone(draft))).transpose()?;
        let mut ctx = Context::new(at.unwrap_or_else(SystemClock::now), self.actor.clone(), "impact");
        let look = Look::Switches { scenario: draft.reference().id.clone() };
        let kept = place.kept().kept(&look).map_err(|error| place.failed(&error))?;
        ctx.switches = kept
            .into_iter()
            .filter_map(|keep| match keep {
                Keep::Switch(it) => Some(Switch { trigger: it.trigger, on: it.on }),
                _ => None,
            })
            .collect();
        Ok(ctx)
    }

    /// Page by page, each version's cases by themselves.
    fn count(
        &self,
        place: &Place,
        published: &Published<'_>,
        latest: &Scenario,
        draft: &Scenario,
        ctx: &Context,
        progress: &mut dyn FnMut(u64),
    ) -> Result<BTreeMap<ScenarioRef, Impact>, Failed> {
        let failed = |error| place.failed(&error);
        let damaged = |error: &dyn std::fmt::Display| Failed::said(format!("{}: {error}", place.address()));
        // The latest version is told of even where no case runs by it.
        let adoption = self.adoption(latest, latest, draft);
        let none = Impact::of(latest, draft, &adoption, ctx).examples(self.examples).into_impact();
        let mut counted = BTreeMap::from([(latest.reference().clone(), none)]);
        let scenario = Some(latest.reference().id.clone());
        let filter = CaseFilter { open: Some(true), scenario, ..CaseFilter::default() };
        let mut query = CaseQuery { filter, order: CaseOrder::Id, limit: PAGE, after: None };
        loop {
            let page = place.kept().cases(&query).map_err(failed)?;
            let mut by_version: BTreeMap<ScenarioRef, Vec<Case>> = BTreeMap::new();
            for row in &page.rows {
                let case: Case = serde_json::from_str(&row.text)
                    .map_err(|error| damaged(&format!("case {}: its bytes are no case: {error}", row.id)))?;
                by_version.entry(case.scenario.clone()).or_default().push(case);
            }
            for (version, cases) in by_version {
                let old: Rc<Scenario> = published.exactly(&version)?;
                let adoption = self.adoption(&old, latest, draft);
                let mut survey = Impact::of(&old, draft, &adoption, ctx).examples(self.examples);
                survey.take_all(&cases);
                let part = survey.into_impact();
                match counted.get_mut(&version) {
                    Some(known) => known.merge(part).map_err(|error| damaged(&error))?,
                    None => drop(counted.insert(version, part)),
                }
            }
            progress(page.rows.len() as u64);
            query.after = page.next;
            if query.after.is_none() {
                return Ok(counted);
            }
        }
    }

    /// What cases of a version would be told: of an earlier one only what concerns it.
    fn adoption(&self, old: &Scenario, latest: &Scenario, draft: &Scenario) -> Adoption {
        let (from, to) = (old.definition(), draft.definition());
        let all = old.reference() == latest.reference();
        let mut adoption = Adoption::between(from, to);
        for (stage, onto) in &self.passing.map {
            if all || from.stages.iter().any(|it| it.id == *stage) {
                adoption = adoption.map(stage, onto);
            }
        }
        let changed = changed_rules(from, to);
        for (rule, fate) in &self.passing.rule {
            if all || changed.contains_key(rule) {
                adoption = adoption.rule(rule, *fate);
            }
        }
        adoption
    }

    /// The latest version first.
    fn say(
        &self,
        out: &mut Output,
        published: &Published<'_>,
        draft: &Scenario,
        counted: &BTreeMap<ScenarioRef, Impact>,
    ) -> Result<(), Failed> {
        let latest_first = || counted.iter().rev();
        if matches!(self.telling.format, Format::Json) {
            let list: Vec<&Impact> = latest_first().map(|(_, impact)| impact).collect();
            let json = serde_json::to_string_pretty(&list)
                .map_err(|error| Failed::said(format!("cannot write JSON: {error}")))?;
            return out.line(json);
        }
        for (number, (version, impact)) in latest_first().enumerate() {
            if number > 0 {
                out.line("")?;
            }
            let old = published.exactly(version)?;
            out.text(&impact.told(old.definition(), draft.definition(), &self.telling.lang))?;
        }
        Ok(())
    }
}
