//! How cases pass from one version to another, as people write it on the command line (V3, V4).

use clap::Args;
use voronka::case::{Adoption, RuleFate};

/// How cases pass over.
#[derive(Args)]
pub struct Passing {
    /// Onto which stage cases of a stage go that is gone or called otherwise: `offer=invoice`.
    #[arg(long = "map", value_name = "OLD=NEW", value_parser = crate::said::pair)]
    pub map: Vec<(String, String)>,
    /// What a changed rule does to cases that stand on its stage: `request/limit=restart`; `keep` where silent.
    #[arg(long = "rule", value_name = "RULE=keep|restart|recompute", value_parser = fate)]
    pub rule: Vec<(String, RuleFate)>,
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
    let parts = text.rsplit_once('=').and_then(|(rule, fate)| Some((rule, fate.trim().parse().ok()?)));
    let (rule, fate) = parts.ok_or("write `RULE=keep`, `RULE=restart` or `RULE=recompute`")?;
    Ok((rule.trim().to_owned(), fate))
}
