//! `voronka prove`: what is wrong with a scenario as a whole, and questions to it.

use crate::output::{Failed, Format, Output, Telling};
use crate::{Verdict, defects, input};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;
use voronka::Scenario;
use voronka::foresight::proof::{Question, ask, prove};

/// Prove a scenario as a whole, or ask it questions.
///
/// Whether every stage is reached and can be left, whether cases come to an end, whether triggers ever wake each other
/// without end. What is shown comes with a run that anybody can repeat, or with what contradicts itself; what is only
/// possible was neither found nor ruled out.
/// Exit status: 0 nothing is shown (questions were answered, whatever the answer), 1 something is shown or the scenario
/// has defects.
#[derive(Args)]
pub struct Prove {
    /// The scenario; `-` is standard input.
    file: PathBuf,
    /// Ask this instead: `win without approval`, `win without field amount`, `reach shipment from invoice as manager`.
    #[arg(long, value_name = "QUESTION")]
    ask: Vec<String>,
    #[command(flatten)]
    telling: Telling,
}

impl Prove {
    pub fn run(&self, out: &mut Output) -> Result<Verdict, Failed> {
        let source = input::read(&self.file)?;
        let Some(scenario) = defects::scenario(out, &source)? else { return Ok(Verdict::Bad) };
        if !self.ask.is_empty() {
            return self.answer(out, &scenario);
        }
        let proof = prove(&scenario);
        match self.telling.format {
            Format::Text => out.text(&proof.told(&scenario, &self.telling.lang))?,
            Format::Json => write(out, &serde_json::to_value(&proof))?,
        }
        Ok(if proof.blocks() { Verdict::Bad } else { Verdict::Good })
    }

    fn answer(&self, out: &mut Output, scenario: &Scenario) -> Result<Verdict, Failed> {
        let wrong = |error: &dyn std::fmt::Display| Failed::said(error.to_string());
        let questions: Result<Vec<Question>, _> = self.ask.iter().map(|text| text.parse()).collect();
        let mut answers = Vec::new();
        for question in questions.map_err(|error| wrong(&error))? {
            let answer = ask(scenario, &question).map_err(|error| wrong(&error))?;
            match self.telling.format {
                Format::Text => {
                    out.line(format!("{question}?"))?;
                    out.text(&answer.told(scenario, &self.telling.lang))?;
                }
                Format::Json => {
                    answers.push(json!({ "question": question.to_string(), "answer": answer }));
                }
            }
        }
        if self.telling.format == Format::Json {
            write(out, &Ok(json!(answers)))?;
        }
        Ok(Verdict::Good)
    }
}

fn write(out: &mut Output, json: &Result<serde_json::Value, serde_json::Error>) -> Result<(), Failed> {
    let text = json
        .as_ref()
        .map_err(ToString::to_string)
        .and_then(|json| serde_json::to_string_pretty(json).map_err(|error| error.to_string()));
    out.line(text.map_err(|error| Failed::said(format!("cannot write JSON: {error}")))?)
}
