//! A case that follows another one: what it takes along (P7).

use super::judge::{InputNames, Judge};
use crate::Moment;
use crate::case::{Actor, Case, LinkKind, Opening};
use crate::scenario::Scenario;
use std::collections::BTreeMap;

impl Scenario {
    /// The opening, by another scenario or by this one again, of a case that follows one of this scenario (P7): linked to
    /// it, with its title, channel, responsible, team and parties, and with the fields that are named; where none are
    /// named, with all that both have of the same type and that the actor may see and edit.
    ///
    /// It takes along only what the actor may see (G2), and is opened by their own rights, as any other by hand. What the
    /// other scenario has no name for stays behind.
    ///
    /// # Examples
    /// ```
    /// # use voronka::{Actor, Context, Opening, Scenario};
    /// # let scenario = Scenario::from_json(r#"{"id": "small", "stages": [
    /// #     {"id": "talk"}, {"id": "won", "outcome": "won"}]}"#).map_err(|it| format!("{it:?}"))?;
    /// # let anna = Actor::new("anna", "manager");
    /// # let ctx = Context::new("2026-03-02T08:00:00Z".parse()?, anna.clone(), "1");
    /// # let opened = scenario.open("c1", Opening { title: Some("Tiles".into()), ..Opening::default() }, &ctx)?;
    /// let opening = scenario.following(opened.case(), &scenario, None, &anna, ctx.now);
    /// assert_eq!((opening.title.as_deref(), opening.links.len()), (Some("Tiles"), 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn following(
        &self,
        case: &Case,
        by: &Self,
        fields: Option<&[String]>,
        actor: &Actor,
        now: Moment,
    ) -> Opening {
        let names = InputNames::default();
        let judge = |scenario| Judge { scenario, case, now, actor, input: &names };
        let (here, there) = (judge(self), judge(by));
        let alike = |name: &str| match (self.def.fields.get(name), by.field(name)) {
            (Some(def), Some(field)) => {
                let same = def.kind == field.def.kind && def.currency == field.def.currency;
                same && there.may(field.see.as_ref()) && there.may(field.edit.as_ref())
            }
            _ => false,
        };
        let taken = |name: &str| match fields {
            // What was asked for by name and does not fit is refused with its reason.
            Some(named) => named.iter().any(|it| it == name),
            None => alike(name),
        };
        let seen = case.fields.iter().filter(|(name, _)| here.sees_field(name) && taken(name));
        let contacts = here.may(self.rights.contacts.as_ref());
        let parties = case.parties.iter().filter(|(role, _)| by.def.parties.get(role).is_some());
        let party = |(role, party): (&String, &crate::case::Party)| {
            let mut party = party.clone();
            if !contacts {
                party.contacts.clear();
            }
            (role.clone(), party)
        };
        Opening {
            title: case.title.clone(),
            channel: case.channel.clone(),
            responsible: case.responsible.clone(),
            team: case.team.clone(),
            fields: seen.map(|(name, value)| (name.clone(), Some(value.clone()))).collect(),
            parties: parties.map(party).collect(),
            links: BTreeMap::from([(case.id.clone(), LinkKind::Follows)]),
            ..Opening::default()
        }
    }
}
