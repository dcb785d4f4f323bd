//! The bytes of records: the same for the same cases, in whichever order and parts they came (F7).

use super::{CaseRecord, Keeping, Records, StageTitle};
use serde::de::Error as _;
use serde::ser::{SerializeSeq, SerializeStruct};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;

/// The format of the bytes that this version writes.
pub const FORMAT: u32 = 1;

struct Cases<'r>(&'r Records);

impl Serialize for Cases<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut seq = to.serialize_seq(Some(self.0.len()))?;
        for record in self.0.iter() {
            seq.serialize_element(&record)?;
        }
        seq.end()
    }
}

impl Serialize for Records {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut it = to.serialize_struct("Records", 4)?;
        it.serialize_field("format", &FORMAT)?;
        it.serialize_field("keeping", &self.keeping)?;
        it.serialize_field("titles", &self.titles)?;
        it.serialize_field("cases", &Cases(self))?;
        it.end()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    format: u32,
    keeping: Keeping,
    titles: BTreeMap<String, StageTitle>,
    cases: Vec<CaseRecord>,
}

impl<'de> Deserialize<'de> for Records {
    /// [`Records::learn`] is to be said anew: which fields a scenario names is the scenario's.
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let stored = Stored::deserialize(from)?;
        if stored.format != FORMAT {
            return Err(D::Error::custom(format!(
                "these records have format {}, this version reads format {FORMAT}",
                stored.format
            )));
        }
        let mut records = Self::new(stored.keeping);
        for record in &stored.cases {
            records.insert(record).map_err(D::Error::custom)?;
        }
        records.titles = stored.titles;
        Ok(records)
    }
}
