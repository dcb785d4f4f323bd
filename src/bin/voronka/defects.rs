//! Telling defects as compilers do, so that editors find their places.

use crate::input::Source;
use crate::output::{Failed, Look, Output};
use voronka::{Defect, Scenario, Severity};

/// Each defect as `file:line:col: error[code]: message`, with its help below.
pub fn tell(out: &mut Output, file: &str, defects: &[Defect]) -> Result<(), Failed> {
    for defect in defects {
        let place = match defect.place() {
            Some(at) => format!("{file}:{}:{}", at.line, at.column),
            None => file.to_owned(),
        };
        let (sort, look) = match defect.severity() {
            Severity::Error => ("error", Look::Bad),
            Severity::Lint => ("warning", Look::Warning),
        };
        let sort = out.look(look, format!("{sort}[{}]", defect.code()));
        let place = out.look(Look::Strong, place);
        out.line(format!("{place}: {sort}: {}", defect.message()))?;
        if let Some(help) = defect.help() {
            let word = out.look(Look::Help, "help");
            out.line(format!("  {word}: {help}"))?;
        }
    }
    Ok(())
}

/// `1 error, 2 warnings`; none where there is nothing to count.
pub fn summary(defects: &[Defect]) -> Option<String> {
    let errors = defects.iter().filter(|defect| defect.severity() == Severity::Error).count();
    let lints = defects.len() - errors;
    let count = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
    match (errors, lints) {
        (0, 0) => None,
        (errors, 0) => Some(count(errors, "error")),
        (0, lints) => Some(count(lints, "warning")),
        (errors, lints) => Some(format!("{}, {}", count(errors, "error"), count(lints, "warning"))),
    }
}

/// The scenario of a file; none where it has defects, which are told.
pub fn scenario(out: &mut Output, source: &Source) -> Result<Option<Scenario>, Failed> {
    match Scenario::from_json(&source.text) {
        Ok(scenario) => Ok(Some(scenario)),
        Err(defects) => {
            tell(out, &source.name, &defects)?;
            if let Some(summary) = summary(&defects) {
                out.line(format!("{}: {summary}", source.name))?;
            }
            Ok(None)
        }
    }
}
