//! Rights: by role and by relation to the case.

use serde::de::{self, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Who may do something: those with one of the roles, or to whom a relation applies (G1).
///
/// `"manager"`, `["manager", "head"]`, or
/// `{"roles": ["head"], "when": "case.responsible == actor.id"}` (either will do).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Who {
    /// Any of these roles will do.
    pub roles: Vec<String>,
    /// Or this relation, a condition.
    pub when: Option<String>,
}

impl Who {
    /// Those with one of these roles.
    pub fn roles<R: Into<String>>(roles: impl IntoIterator<Item = R>) -> Self {
        Self { roles: roles.into_iter().map(Into::into).collect(), when: None }
    }
}

/// Who may do what goes beyond one move, field or command; what nothing limits is open to all (G1).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Rights {
    /// Who may open a case by hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open: Option<Who>,
    /// Who may make any move that has no limit of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#move: Option<Who>,
    /// Who may close a case, won, lost or void.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub close: Option<Who>,
    /// Who may reopen a closed case (X3).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reopen: Option<Who>,
    /// Who may pass over a requirement, waive a debt, cancel a mandatory activity (M3, M11); nobody where silent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#override: Option<Who>,
    /// Who may hand a case over (A10).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hand_over: Option<Who>,
    /// Who may plan, reschedule, reassign, reopen and cancel activities that are not their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activities: Option<Who>,
    /// Who may see the contact keys of parties.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contacts: Option<Who>,
    /// Who may correct the reason of a closed case or edit its fields (X4).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correct: Option<Who>,
    /// Who may report facts, documents and answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<Who>,
    /// Who may import cases with their past (M10).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub import: Option<Who>,
    /// Who may erase personal texts for good (S12); nobody where silent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erase: Option<Who>,
    /// Who sees every case in lists; all where this, `see_team` and `see_own` are silent. Roles only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub see_all: Option<Who>,
    /// Who sees the cases of their teams, and their own. Roles only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub see_team: Option<Who>,
    /// Who sees their own cases: whose responsible or author they are, or on which they have an open activity. Roles only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub see_own: Option<Who>,
    /// Who may switch triggers on and off (T7).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub switch: Option<Who>,
    /// Who may edit the scenario and move cases to another version or scenario (V1, M12).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edit: Option<Who>,
}

impl Serialize for Who {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self.roles.as_slice(), &self.when) {
            ([role], None) => role.serialize(serializer),
            (roles, None) => roles.serialize(serializer),
            (roles, Some(when)) => {
                let mut who = serializer.serialize_struct("Who", 2)?;
                if !roles.is_empty() {
                    who.serialize_field("roles", roles)?;
                }
                who.serialize_field("when", when)?;
                who.end()
            }
        }
    }
}

#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct LongWho {
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    when: Option<String>,
}

impl<'de> Deserialize<'de> for Who {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WhoVisitor;
        impl<'de> Visitor<'de> for WhoVisitor {
            type Value = Who;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a role, a list of roles, or an object with `roles` and `when`")
            }

            fn visit_str<E: de::Error>(self, role: &str) -> Result<Who, E> {
                Ok(Who::roles([role]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Who, A::Error> {
                let mut who = Who::default();
                while let Some(role) = seq.next_element()? {
                    who.roles.push(role);
                }
                Ok(who)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Who, A::Error> {
                let long = LongWho::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(Who { roles: long.roles, when: long.when })
            }
        }
        deserializer.deserialize_any(WhoVisitor)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Who {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Who".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let long = generator.subschema_for::<LongWho>();
        schemars::json_schema!({
            "description": "Who may: a role, a list of roles, or roles and a relation.",
            "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }, long]
        })
    }
}
