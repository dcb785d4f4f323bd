//! How cases pass from one version to another, as people write it on the command line (V3, V4).

use clap::Args;
use voronka::case::{Adoption, RuleFate};

/// How cases pass over.
#[derive(Args)]
pub struct Passing {
    /// Cases on a stage that is gone go on from another one: `offer=invoice`.
    #[arg(long = "map", value_name = "OLD=NEW", value_parser = crate::said::pair)]
    map: Vec<(String, String)>,
    /// What a changed rule does to cases on its stage: `request/limit=restart`, or `keep`, `recompute`.
    #[arg(long = "rule", value_name = "RULE=FATE", value_parser = fate)]
    rule: Vec<(String, RuleFate)>,
}

impl Passing {
    /// What was said, and nothing else.
    pub fn adoption(&self) -> Adoption {
        let mapped = Adoption::mapped(self.map.iter().cloned());
        self.rule.iter().fold(mapped, |all, (rule, fate)| all.rule(rule.clone(), *fate))
    }

    /// Whether anything was said.
    pub fn is_silent(&self) -> bool {
        self.map.is_empty() && self.rule.is_empty()
    }
}

/// `RULE=FATE`; a rule's name may itself hold an equals sign.
fn fate(text: &str) -> Result<(String, RuleFate), String> {
    let (rule, fate) = text.rsplit_once('=').ok_or("write `RULE=restart`, say `request/limit=restart`")?;
    Ok((rule.to_owned(), fate.parse().map_err(|error: voronka::case::UnknownFate| error.to_string())?))
}
