//! `voronka test`: the scenario's own examples.

use crate::output::{Failed, Look, Output};
use crate::{Verdict, defects, input};
use clap::Args;
use std::path::{Path, PathBuf};
use voronka::testing::{self, TestResult};

/// Run the tests of a scenario, which stand beside it in FILE.tests.json.
///
/// Each test plays the story of one case with a clock of its own. Exit status: 0 all passed, 1 one failed or a
/// file has defects, 2 a file could not be read.
#[derive(Args)]
pub struct Test {
    /// The scenario; `-` is standard input (then `--tests` is needed).
    file: PathBuf,
    /// The tests, where they stand elsewhere.
    #[arg(long, value_name = "FILE")]
    tests: Option<PathBuf>,
    /// Run only the tests whose name contains this.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Say only what failed.
    #[arg(long, short)]
    quiet: bool,
}

impl Test {
    pub fn run(&self, out: &mut Output) -> Result<Verdict, Failed> {
        let (file, tests) = self.files()?;
        let source = input::read(&file)?;
        if self.tests.is_none() && !tests.exists() {
            let (file, tests) = (file.display(), tests.display());
            let why = format!(
                "{tests}: there is no such file; the tests of {file} stand there, or in `--tests FILE`"
            );
            return Err(Failed::said(why));
        }
        let tests = input::read(&tests)?;
        let Some(scenario) = defects::scenario(out, &source)? else { return Ok(Verdict::Bad) };
        let report = testing::run(&scenario, &tests.text);
        if !report.defects().is_empty() {
            defects::tell(out, &tests.name, report.defects())?;
            let summary = defects::summary(report.defects()).unwrap_or_default();
            out.line(format!("{}: {summary}, no test was run", tests.name))?;
            return Ok(Verdict::Bad);
        }
        let chosen = |test: &&TestResult| self.only.as_ref().is_none_or(|only| test.name().contains(only));
        let results: Vec<&TestResult> = report.tests().iter().filter(chosen).collect();
        for test in &results {
            self.tell(out, &tests.name, test)?;
        }
        let failed = results.iter().filter(|test| test.failure().is_some()).count();
        let passed = results.len() - failed;
        let left_out = match report.tests().len() - results.len() {
            0 => String::new(),
            n => format!(", {n} left out"),
        };
        let summary = format!("{}: {passed} passed, {failed} failed{left_out}", tests.name);
        let look = if failed == 0 { Look::Good } else { Look::Bad };
        out.line(out.look(look, summary))?;
        if results.is_empty() {
            let why = if self.only.is_some() { "no test is called so" } else { "the file has no tests" };
            return Err(Failed::said(format!("{}: {why}", tests.name)));
        }
        Ok(if failed == 0 { Verdict::Good } else { Verdict::Bad })
    }

    /// The scenario and its tests, whichever of the two was named.
    fn files(&self) -> Result<(PathBuf, PathBuf), Failed> {
        let name = self.file.to_string_lossy().into_owned();
        match (&self.tests, name.strip_suffix(".tests.json")) {
            (Some(tests), _) => Ok((self.file.clone(), tests.clone())),
            (None, _) if self.file == Path::new("-") => {
                Err(Failed::said("a scenario from standard input needs `--tests FILE`"))
            }
            // Who names the tests means the scenario beside them.
            (None, Some(stem)) => Ok((PathBuf::from(format!("{stem}.json")), self.file.clone())),
            (None, None) => {
                let stem = name.strip_suffix(".json").unwrap_or(&name);
                Ok((self.file.clone(), PathBuf::from(format!("{stem}.tests.json"))))
            }
        }
    }

    fn tell(&self, out: &mut Output, file: &str, test: &TestResult) -> Result<(), Failed> {
        let Some(failure) = test.failure() else {
            if !self.quiet {
                out.line(format!("{}   {}", out.look(Look::Good, "ok"), test.name()))?;
            }
            return Ok(());
        };
        let at = failure.place();
        out.line(format!("{} {}", out.look(Look::Bad, "FAIL"), test.name()))?;
        let place = out.look(Look::Strong, format!("{file}:{}:{}", at.line, at.column));
        let step = failure.step().map_or_else(|| "the opening".to_owned(), |step| format!("step {step}"));
        let what = failure.difference().what();
        let what = if what.is_empty() { String::new() } else { format!(", {what}") };
        out.line(format!("  {place}: {step}{what}"))?;
        out.line(format!("    expected {}", failure.difference().expected()))?;
        out.line(format!("    got      {}", failure.difference().got()))?;
        for line in failure.difference().state() {
            out.line(format!("    {}", out.look(Look::Faint, line)))?;
        }
        Ok(())
    }
}
