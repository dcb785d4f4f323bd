//! How the tests of a file went.

use super::play::Difference;
use crate::source::{Defect, Place};
use serde::Serialize;
use std::fmt;

/// How the tests of a file went, or what is wrong with the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    pub(super) defects: Vec<Defect>,
    pub(super) tests: Vec<TestResult>,
}

impl Report {
    /// What is wrong with the file; then no test was run.
    #[must_use]
    pub fn defects(&self) -> &[Defect] {
        &self.defects
    }

    /// The tests in the order of the file.
    #[must_use]
    pub fn tests(&self) -> &[TestResult] {
        &self.tests
    }

    /// The tests that failed.
    pub fn failed(&self) -> impl Iterator<Item = &TestResult> {
        self.tests.iter().filter(|test| test.failure.is_some())
    }

    /// Whether the file has no defects, and every test passed.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.defects.is_empty() && self.failed().next().is_none()
    }
}

impl fmt::Display for Report {
    /// Each failure with its place, and a summary.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for defect in &self.defects {
            if let Some(at) = defect.place() {
                write!(f, "{}:{}: ", at.line, at.column)?;
            }
            writeln!(f, "{defect}")?;
        }
        for test in self.failed() {
            if let Some(failure) = &test.failure {
                writeln!(f, "failed: {}\n{failure}", test.name)?;
            }
        }
        let failed = self.failed().count();
        write!(f, "{} passed, {failed} failed", self.tests.len() - failed)
    }
}

/// How one test went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TestResult {
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) failure: Option<Failure>,
}

impl TestResult {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it stands in the file.
    #[must_use]
    pub const fn place(&self) -> &Place {
        &self.place
    }

    /// The first difference; none if it passed.
    #[must_use]
    pub const fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }
}

/// The first difference of a test, and where it was expected otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    pub(super) place: Place,
    pub(super) step: Option<usize>,
    #[serde(skip)]
    pub(super) difference: Difference,
    what: String,
    expected: String,
    got: String,
    state: Vec<String>,
}

impl Failure {
    pub(super) fn new(place: Place, step: Option<usize>, difference: Difference) -> Self {
        Self {
            place,
            step,
            what: difference.what(),
            expected: difference.expected.clone(),
            got: difference.got.clone(),
            state: difference.state.clone(),
            difference,
        }
    }

    /// Where the expectation, or the input that failed, stands in the file.
    #[must_use]
    pub const fn place(&self) -> &Place {
        &self.place
    }

    /// In which step, from 1; none for the opening.
    #[must_use]
    pub const fn step(&self) -> Option<usize> {
        self.step
    }

    /// What was expected, what there was, and how the case stood.
    #[must_use]
    pub const fn difference(&self) -> &Difference {
        &self.difference
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "  {}:{}: ", self.place.line, self.place.column)?;
        match self.step {
            Some(step) => write!(f, "step {step}")?,
            None => f.write_str("the opening")?,
        }
        let what = self.difference.what();
        if !what.is_empty() {
            write!(f, ", {what}")?;
        }
        write!(f, "\n    expected {}\n    got      {}", self.expected, self.got)?;
        self.state.iter().try_for_each(|line| write!(f, "\n    {line}"))
    }
}
