//! What one case has to say to another: by effects of the one that become inputs of the other.
//!
//! `step` of the two are two commits, and a host may fall between them. So what passes between them is an effect with an
//! id, which is handed out until it is settled (S5), and an input under an id that comes of it (S3): it arrives once,
//! however often it is brought, and one that comes late does no harm (P6).

use crate::case::{Act, Effect, FinishedInput, Input, LinkKind, Opening};
use std::collections::BTreeMap;

/// An input for another case.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// The case.
    pub case: String,
    /// What it is told.
    pub input: Input,
    /// By which scenario it is opened, in the latest version, where it is.
    pub scenario: Option<String>,
}

/// What an effect of a case says to other cases; none where it is the host's to do.
///
/// The runtime does these by itself; a host that goes without it steps each of these inputs, under an id made of the
/// effect's and the place here, before it settles the effect.
///
/// # Examples
/// ```
/// use voronka::case::{Act, Effect, Input};
/// let act = Act::Finish { parent: "c1".into(), result: "approved".into(), good: true, fields: Default::default() };
/// let effect = Effect { id: "c1/4/2/7/1".into(), lane: "process".into(), rule: None, act };
/// let words = voronka::process::words("c1/4/2", &effect).ok_or("the host's own")?;
/// assert_eq!(words[0].case, "c1");
/// assert!(matches!(&words[0].input, Input::Finished(it) if it.process == "c1/4/2" && it.result == "approved"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn words(case: &str, effect: &Effect) -> Option<Vec<Word>> {
    let word = match &effect.act {
        Act::StartProcess { run, process, host: false, fields, origin } => {
            opening(run, process, case, LinkKind::ChildOf, fields, origin)
        }
        Act::OpenCase { scenario, link, fields, origin } => {
            opening(&effect.id, scenario, case, *link, fields, origin)
        }
        Act::CancelProcess { run, host: false, .. } => Word {
            case: run.clone(),
            input: Input::Cancel { case: case.to_owned(), why: None },
            scenario: None,
        },
        Act::Finish { parent, result, good, fields } if !parent.is_empty() => {
            let (process, result, good) = (case.to_owned(), result.clone(), *good);
            let input = Input::Finished(FinishedInput { process, result, good, fields: fields.clone() });
            Word { case: parent.clone(), input, scenario: None }
        }
        Act::Hand { to, what } => {
            let input = Input::Handed { from: case.to_owned(), what: what.clone() };
            Word { case: to.clone(), input, scenario: None }
        }
        _ => return None,
    };
    Some(vec![word])
}

/// The case that is opened is linked to the one that opens it, and has of it what the effect carries.
fn opening(
    case: &str,
    scenario: &str,
    by: &str,
    link: LinkKind,
    fields: &BTreeMap<String, crate::Value>,
    origin: &crate::case::Origin,
) -> Word {
    let opening = Opening {
        fields: fields.iter().map(|(name, value)| (name.clone(), Some(value.clone()))).collect(),
        links: BTreeMap::from([(by.to_owned(), link)]),
        origin: Some(Box::new(origin.clone())),
        ..Opening::default()
    };
    let input = Input::Open(Box::new(opening));
    Word { case: case.to_owned(), input, scenario: Some(scenario.to_owned()) }
}
