//! Facts come in: the value learnt last is the value, a late one replaces nothing (C7, C8).

use super::door::plain;
use super::work::{Done, Work};
use crate::Value;
use crate::case::{Event, FactReading, FactState, FactsInput, Missing};
use crate::scenario::Scenario;
use std::collections::BTreeMap;

impl Work<'_> {
    /// Takes the facts that a source tells.
    pub fn learn(&mut self, input: &FactsInput) -> Done {
        let mut missing = Vec::new();
        let learnt = self.readings(input, &mut missing);
        if !missing.is_empty() {
            return Err(missing.into());
        }
        for fact in learnt {
            self.learn_one(fact);
        }
        Ok(())
    }

    /// Takes those that fit, and says what is wrong with the others.
    pub fn learn_what_fits(&mut self, input: &FactsInput, missing: &mut Vec<Missing>) {
        for fact in self.readings(input, missing) {
            self.learn_one(fact);
        }
    }

    fn readings(&self, input: &FactsInput, missing: &mut Vec<Missing>) -> Vec<FactState> {
        input.values.iter().filter_map(|reading| self.reading(reading, input, missing)).collect()
    }

    fn learn_one(&mut self, mut fact: FactState) {
        let known = self.case.fact(&fact.fact, &fact.key);
        // A newer sequence of the same source beats an older one, whoever told a value in between; without one,
        // what comes later is newer.
        let told = |it: &FactState| it.source.clone().unwrap_or_default();
        let mut sequences = known.map(|known| known.sequences.clone()).unwrap_or_default();
        if let Some((source, sequence)) = known.and_then(|known| Some((told(known), known.sequence?))) {
            sequences.insert(source, sequence);
        }
        let last = sequences.get(&told(&fact)).copied();
        let late = matches!((last, fact.sequence), (Some(last), Some(new)) if new < last);
        let was = known.and_then(|known| known.value.clone());
        if !late {
            if fact.sequence.is_some() {
                sequences.remove(&told(&fact));
            }
            fact.sequences = sequences;
        }
        self.emit(Event::FactLearnt { fact: Box::new(fact), late, was });
    }

    fn reading(
        &self,
        reading: &FactReading,
        input: &FactsInput,
        missing: &mut Vec<Missing>,
    ) -> Option<FactState> {
        let value = match self.s.fact_value(reading) {
            Ok(value) => value,
            Err(it) => {
                missing.push(it);
                return None;
            }
        };
        Some(FactState {
            fact: reading.fact.clone(),
            key: reading.key.clone(),
            value: if reading.unknown.is_some() { None } else { value },
            unknown: reading.unknown.clone(),
            since: reading.since.unwrap_or_else(|| self.now()),
            learnt_at: self.now(),
            source: input.source.clone(),
            sequence: input.sequence,
            sequences: BTreeMap::new(),
        })
    }
}

impl Scenario {
    /// The value of a reading in the form of its fact's type; none if it is empty.
    pub(crate) fn fact_value(&self, reading: &FactReading) -> Result<Option<Value>, Missing> {
        let name = reading.fact.as_str();
        let wrong = |code: &str| Missing::new(code).arg("fact", name);
        let Some(def) = self.def.facts.get(name) else { return Err(wrong("V-IN-fact")) };
        let is_key = |key: &Value| key.as_text().is_some_and(|key| !key.contains('\0'));
        if reading.key.len() != def.by.len() || !reading.key.iter().all(is_key) {
            return Err(wrong("V-IN-key").arg("keys", def.by.join(", ")));
        }
        let value = reading.value.as_ref().map(|value| plain(self, name, def.kind, value)).transpose()?;
        Ok(value.filter(|value| !value.is_empty()))
    }
}
