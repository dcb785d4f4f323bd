//! `voronka case journal`.

use super::{Desk, host, told};
use crate::Verdict;
use crate::output::{Failed, Output};
use crate::place::{Place, Published};
use clap::Args;
use voronka::tell::Speaker;

/// Tell what has happened to a case, entry by entry.
#[derive(Args)]
pub struct Journal {
    #[command(flatten)]
    desk: Desk,
    /// The case.
    case: String,
    /// From this entry on.
    #[arg(long, default_value_t = 1, value_name = "NUMBER")]
    from: u64,
    /// As the journal keeps them, one entry as JSON a line.
    #[arg(long)]
    json: bool,
}

const PAGE: u32 = 200;

impl Journal {
    pub fn run(&self, out: &mut Output) -> Result<Verdict, Failed> {
        let place = Place::open(&self.desk.address)?;
        let published = Published::new(&place);
        let (case, scenario) = told::seen(&place, &published, &self.desk, &self.case)?;
        let speaker = Speaker::new(&*scenario, &self.desk.lang).about(&case);
        let host = host(&place, None);
        let mut from = self.from.max(1);
        while from <= case.revision {
            let entries = host.entries(&case.id, from, PAGE, &self.desk.actor);
            for entry in entries.map_err(|error| place.failed(&error))? {
                if self.json {
                    let text = serde_json::to_string(&entry)
                        .map_err(|error| Failed::said(format!("cannot write JSON: {error}")))?;
                    out.line(text)?;
                } else {
                    out.line(format!("{}. {}", entry.number, speaker.entry(&entry)))?;
                }
            }
            from += u64::from(PAGE);
        }
        Ok(Verdict::Good)
    }
}
