//! Which rows an actor sees, from the scenarios' rights (G1, G2).

use super::{Seen, Sight};
use crate::case::Actor;
use crate::{Scenario, Scope};

impl Sight {
    /// What the actor sees of cases on these scenarios: each in one of its versions, the latest, since rights are
    /// not a case's own history. Cases on other scenarios they do not see.
    ///
    /// # Examples
    /// ```
    /// # use voronka::{Actor, Scenario, store::Sight};
    /// # let scenario = Scenario::from_json(r#"{"id": "small",
    /// #     "rights": {"see_all": "head", "see_own": "manager"},
    /// #     "stages": [{"id": "talk"}, {"id": "won", "outcome": "won"}]}"#).map_err(|it| format!("{it:?}"))?;
    /// let Sight::Parts(own) = Sight::of([&scenario], &Actor::new("anna", "manager")) else { panic!() };
    /// assert_eq!(own[0].persons, Some(vec!["anna".to_owned()]));
    /// # Ok::<(), String>(())
    /// ```
    #[must_use]
    pub fn of<'a>(scenarios: impl IntoIterator<Item = &'a Scenario>, actor: &Actor) -> Self {
        let mut parts: Vec<(Scope, Vec<String>)> = Vec::new();
        for scenario in scenarios {
            let scope = scenario.scope(actor);
            let id = scenario.reference().id.clone();
            match parts.iter_mut().find(|(known, _)| *known == scope) {
                Some((_, scenarios)) => scenarios.push(id),
                None => parts.push((scope, vec![id])),
            }
        }
        let mut persons = vec![actor.id.clone()];
        persons.extend(actor.stands_in_for.iter().cloned());
        let part = |(scope, scenarios): (Scope, Vec<String>)| match scope {
            Scope::Nothing => None,
            Scope::Own => Some(Seen { scenarios, persons: Some(persons.clone()), teams: Vec::new() }),
            Scope::Team => {
                Some(Seen { scenarios, persons: Some(persons.clone()), teams: actor.teams.clone() })
            }
            Scope::All => Some(Seen { scenarios, persons: None, teams: Vec::new() }),
        };
        Self::Parts(parts.into_iter().filter_map(part).collect())
    }
}
