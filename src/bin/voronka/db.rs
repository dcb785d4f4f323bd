//! `voronka db`: making, checking and carrying databases.

use crate::output::{Failed, Look, Output};
use crate::passing::Passing;
use crate::place::{ADDRESS, Place};
use crate::{Verdict, defects, input, said};
use clap::{Args, Subcommand};
use indicatif::ProgressBar;
use std::fs::File;
use std::io::{BufReader, BufWriter, IsTerminal};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use voronka::runtime::{
    AdoptError, Adopting, Publication, PublishError, Published, Runtime, Setup, SystemClock,
};
use voronka::scenario::edit::{Draft, Edit, HeadEdit, diff};
use voronka::store::carry::{CarryError, export, import};
use voronka::store::{Keep, Look as Ask, Query, Store, Version};
use voronka::{Actor, Scenario};

/// Make, migrate, check, export and import databases; publish scenarios in them.
#[derive(Args)]
pub struct Db {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make the tables, and the file where it is a file; nothing that is there is touched.
    Init(Address),
    /// Bring the tables to the form that this version of voronka needs.
    Migrate(Address),
    /// Say everything that is wrong with journals, cases and rows. Exit status: 0 nothing, 1 something.
    Check(Check),
    /// Write everything as lines of JSON, from which `import` makes the same again.
    Export(Export),
    /// Read an export into an empty database; into the same one again, nothing changes.
    Import(Import),
    /// Publish a scenario: cases are opened by its latest version from now on.
    Publish(Box<Publish>),
}

#[derive(Args)]
struct Address {
    #[arg(help = ADDRESS)]
    address: String,
}

#[derive(Args)]
struct Check {
    #[arg(help = ADDRESS)]
    address: String,
    /// Stop after so many findings.
    #[arg(long, default_value_t = 1000, value_name = "N")]
    limit: u32,
}

#[derive(Args)]
struct Export {
    #[arg(help = ADDRESS)]
    address: String,
    /// The file to write, which must not be there; standard output where silent.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Args)]
struct Import {
    #[arg(help = ADDRESS)]
    address: String,
    /// The export; `-` is standard input.
    file: PathBuf,
}

#[derive(Args)]
struct Publish {
    #[arg(help = ADDRESS)]
    address: String,
    /// The scenario; `-` is standard input.
    file: PathBuf,
    /// Who publishes: `anna:head`.
    #[arg(long = "as", default_value = "operator", value_name = "ACTOR", value_parser = said::actor)]
    actor: Actor,
    /// What is to be said of this version.
    #[arg(long, default_value = "", value_name = "TEXT")]
    comment: String,
    #[command(flatten)]
    next: Next,
}

/// Publishing the edited copy of a version.
#[derive(Args)]
struct Next {
    /// The file is an edited copy of the published version whose number it has: publish it on top of the latest version,
    /// under the next number.
    #[arg(long)]
    next: bool,
    /// The scenario's own examples; one that fails refuses. Asks for --next.
    #[arg(long, value_name = "FILE", requires = "next")]
    examples: Option<PathBuf>,
    /// Publish although examples fail, for this reason.
    #[arg(long, value_name = "REASON", requires = "examples")]
    despite: Option<String>,
    /// Pass the open cases of the version before over to it. Asks for --next.
    #[arg(long, requires = "next")]
    adopt: bool,
    #[command(flatten)]
    passing: Passing,
}

impl Db {
    pub fn run(&self, out: &mut Output) -> Result<Verdict, Failed> {
        match &self.command {
            Command::Init(it) => init(&it.address, out),
            Command::Migrate(it) => migrate(&it.address, out),
            Command::Check(it) => it.run(out),
            Command::Export(it) => it.run(out),
            Command::Import(it) => it.run(out),
            Command::Publish(it) => it.run(out),
        }
    }
}

fn init(address: &str, out: &mut Output) -> Result<Verdict, Failed> {
    let place = Place::made(address)?;
    let had = place.migrate()?;
    if had > 0 {
        let why = format!("{0}: the tables are there already; nothing was changed", place.address());
        return Err(Failed::said(why));
    }
    out.line(format!("{}: made", place.address()))?;
    Ok(Verdict::Good)
}

fn migrate(address: &str, out: &mut Output) -> Result<Verdict, Failed> {
    let place = Place::existing(address)?;
    let had = place.migrate()?;
    // Asked again, it has the latest.
    let now = place.migrate()?;
    let told = if had == now {
        format!("is of version {now}, nothing was to be done")
    } else {
        format!("brought from version {had} to version {now}")
    };
    out.line(format!("{}: {told}", place.address()))?;
    Ok(Verdict::Good)
}

impl Check {
    fn run(&self, out: &mut Output) -> Result<Verdict, Failed> {
        let place = Place::open(&self.address)?;
        let bar = spinner("cases");
        let checked = place.check(self.limit, &mut |cases, _| bar.set_position(cases));
        bar.finish_and_clear();
        let checked = checked?;
        for (what, why) in &checked.findings {
            let what = out.look(Look::Bad, what);
            out.line(format!("{what}: {why}"))?;
        }
        let looked = format!("cases: {}, entries: {}", checked.cases, checked.entries);
        if checked.findings.is_empty() {
            let well = out.look(Look::Good, "ok");
            out.line(format!("{}: {well}, {looked}", place.address()))?;
            return Ok(Verdict::Good);
        }
        let more = if checked.more { " and perhaps more" } else { "" };
        out.line(format!("{}: wrong: {}{more}; {looked}", place.address(), checked.findings.len()))?;
        Ok(Verdict::Bad)
    }
}

impl Export {
    fn run(&self, out: &mut Output) -> Result<Verdict, Failed> {
        let place = Place::open(&self.address)?;
        let bar = spinner("cases");
        let mut progress = |cases| bar.set_position(cases);
        let Some(path) = &self.output else {
            let done = export(place.kept(), out.writer(), &mut progress);
            bar.finish_and_clear();
            return done.map(|_| Verdict::Good).map_err(|error| failed(&place, "the output", error));
        };
        let made = File::options().write(true).create_new(true).open(path);
        let file =
            made.map_err(|error| Failed::said(format!("{}: cannot be made: {error}", path.display())))?;
        let mut file = BufWriter::new(file);
        let done = export(place.kept(), &mut file, &mut progress);
        bar.finish_and_clear();
        let shown = path.display().to_string();
        let lines = done.map_err(|error| failed(&place, &shown, error))?;
        let file = file.into_inner().map_err(|error| Failed::said(format!("{shown}: {error}")))?;
        file.sync_all().map_err(|error| Failed::said(format!("{shown}: {error}")))?;
        out.line(format!("wrote {shown}: {lines} lines"))?;
        Ok(Verdict::Good)
    }
}

impl Import {
    fn run(&self, out: &mut Output) -> Result<Verdict, Failed> {
        let place = Place::to_import(&self.address)?;
        let bar = spinner("lines");
        let mut progress = |lines| bar.set_position(lines);
        let shown = self.file.display().to_string();
        let done = if self.file == Path::new("-") {
            import(place.kept(), &mut std::io::stdin().lock(), &mut progress)
        } else {
            let file = File::open(&self.file).map_err(|error| Failed::said(format!("{shown}: {error}")))?;
            import(place.kept(), &mut BufReader::new(file), &mut progress)
        };
        bar.finish_and_clear();
        let done = done.map_err(|error| failed(&place, &shown, error))?;
        let told = if done.compared {
            format!("nothing is new, {} lines are there already", done.known)
        } else {
            format!("{} cases and {} entries are new", done.cases, done.entries)
        };
        out.line(format!("{}: {told}", place.address()))?;
        Ok(Verdict::Good)
    }
}

fn failed(place: &Place, file: &str, error: CarryError) -> Failed {
    match error {
        CarryError::Store(error) => place.failed(&error),
        CarryError::Io(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Failed::BrokenPipe,
        error => Failed::said(format!("{file}: {error}")),
    }
}

impl Publish {
    fn run(&self, out: &mut Output) -> Result<Verdict, Failed> {
        let place = Place::open(&self.address)?;
        let source = input::read(&self.file)?;
        let Some(scenario) = defects::scenario(out, &source)? else { return Ok(Verdict::Bad) };
        if self.next.next {
            return self.on_top(&place, &scenario, out);
        }
        if !self.next.passing.is_silent() {
            return Err(Failed::said(
                "--map and --rule say how cases pass over; they ask for --next --adopt",
            ));
        }
        let it = scenario.reference().clone();
        let new = publish(&place, scenario, &self.actor, &self.comment)?;
        let told = if new { "published" } else { "is published already" };
        out.line(format!("{}: {} version {} {told}", place.address(), it.id, it.version))?;
        Ok(Verdict::Good)
    }
}

impl Publish {
    /// As the next version, with everything that publishing a draft checks.
    fn on_top(&self, place: &Place, edited: &Scenario, out: &mut Output) -> Result<Verdict, Failed> {
        let runtime = Runtime::new(place.kept(), SystemClock, Setup::new(said::new_id("cli-")));
        let base = base_of(place, edited)?;
        let mut draft = Draft::of(&base);
        for edit in diff(base.definition(), edited.definition()) {
            if !matches!(edit, Edit::Head(HeadEdit::Version(_))) {
                draft.edit(&base, edit).map_err(|error| Failed::said(error.to_string()))?;
            }
        }
        let adoption = self.next.passing.adoption();
        if !self.next.adopt && !self.next.passing.is_silent() {
            return Err(Failed::said("--map and --rule say how cases pass over; they ask for --adopt"));
        }
        let mut asked = if self.next.adopt {
            Publication::adopted(draft, &self.comment, adoption)
        } else {
            Publication::pinned(draft, &self.comment)
        };
        if let Some(examples) = &self.next.examples {
            asked = asked.examples(input::read(examples)?.text);
        }
        asked.despite.clone_from(&self.next.despite);
        let published = match runtime.publish_draft(&asked, &self.actor) {
            Ok(published) => published,
            Err(PublishError::Store(error)) => return Err(place.failed(&error)),
            Err(error) => {
                out.line(error.to_string())?;
                if let PublishError::Moved(moved) = error {
                    for clash in moved.clashes {
                        out.line(format!("  {}", clash.mine.place().join("/")))?;
                    }
                }
                return Ok(Verdict::Bad);
            }
        };
        let it = &published.scenario;
        out.line(format!("{}: {} version {} published", place.address(), it.id, it.version))?;
        if !published.others.is_empty() {
            let (count, before) = (published.others.len(), published.before.version);
            let things = if count == 1 { "thing" } else { "things" };
            out.line(format!("  on top of version {before}, which changed {count} {things} meanwhile"))?;
        }
        if self.next.adopt { self.pass_over(place, &runtime, &published, out) } else { Ok(Verdict::Good) }
    }

    fn pass_over<S: Store + Query>(
        &self,
        place: &Place,
        runtime: &Runtime<S>,
        published: &Published,
        out: &mut Output,
    ) -> Result<Verdict, Failed> {
        let bar = spinner("cases");
        let asked = Adopting::new(published.scenario.id.clone(), published.before.version);
        let done = runtime.adopt_all(&asked, &self.actor, |it| {
            bar.set_position(it.seen);
            ControlFlow::Continue(())
        });
        bar.finish_and_clear();
        let done = done.map_err(|error| match error {
            AdoptError::Store(error) => place.failed(&error),
            error => Failed::said(error.to_string()),
        })?;
        for error in &done.refused {
            out.line(format!("  {error}"))?;
        }
        let told = done.progress;
        out.line(format!("  cases passed over: {}, refused: {}", told.adopted, told.refused))?;
        Ok(if told.refused == 0 { Verdict::Good } else { Verdict::Bad })
    }
}

/// The published version of which a file is the edited copy: that of its number. The next number would not do: where
/// somebody else publishes it first, the file would pass for a copy of theirs, and undo what they did (V5).
fn base_of(place: &Place, edited: &Scenario) -> Result<Scenario, Failed> {
    let it = edited.reference();
    let ask = Ask::Version { scenario: it.id.clone(), version: it.version, hash: String::new() };
    let kept = place.kept().kept(&ask).map_err(|error| place.failed(&error))?;
    let Some(Keep::Version(version)) = kept.into_iter().next() else {
        let why =
            "is not published there; an edited copy keeps the number of the version that it is a copy of";
        return Err(Failed::said(format!("{}: version {} of {} {why}", place.address(), it.version, it.id)));
    };
    Scenario::from_json(&version.text).map_err(|_| {
        Failed::said(format!("{}: version {} of {} is damaged", place.address(), it.version, it.id))
    })
}

/// Publishes a scenario, unless just this one is there; whether it is new.
pub fn publish(place: &Place, scenario: Scenario, by: &Actor, comment: &str) -> Result<bool, Failed> {
    let it = scenario.reference().clone();
    let ask = Ask::Version { scenario: it.id.clone(), version: it.version, hash: it.hash.clone() };
    let there = place.kept().kept(&ask).map_err(|error| place.failed(&error))?;
    if there.iter().any(|keep| matches!(keep, Keep::Version(Version { scenario, .. }) if *scenario == it)) {
        return Ok(false);
    }
    let runtime = Runtime::new(place.kept(), SystemClock, Setup::new(said::new_id("cli-")));
    match runtime.publish(scenario, by, comment) {
        Ok(_) => Ok(true),
        Err(PublishError::Store(error)) => Err(place.failed(&error)),
        Err(error) => Err(Failed::said(format!("{}: {error}", place.address()))),
    }
}

/// A count that runs on a terminal, and is nowhere else.
pub fn spinner(what: &'static str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = indicatif::ProgressStyle::with_template(&format!("{{spinner}} {{pos}} {what}")) {
        bar.set_style(style);
    }
    bar
}
