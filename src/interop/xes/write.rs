//! Journals as an event log in XES.

use super::{NAME, TIME, WHO, XesError};
use crate::case::{ActivityEnd, Entry, Event, Opened};
use crate::scenario::Scenario;
use crate::scenario::def::{FieldType, StageOutcome, Text};
use crate::{Moment, Value};
use flate2::Compression;
use flate2::write::GzEncoder;
use process_mining::core::event_data::case_centric::xes::{XESOuterLogData, export_xes_trace_stream};
use process_mining::core::event_data::case_centric::{
    Attribute, AttributeValue, Event as XesEvent, EventLogClassifier, EventLogExtension, Trace,
};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

const LIFECYCLE: &str = "lifecycle:transition";

/// Writes journals as an event log: a trace for each case.
///
/// Its events are the stages that a case entered (named by their ids), its closing (by the outcome's stage, with the
/// reason), its reopening, its activities as they were planned, done, cancelled or closed by a rule (by their kind, with
/// the standard's lifecycle), and that it was handed over. `voronka:event` says which of these an event is. Attributes of
/// a trace are what its case ends with: channel, responsible, team, scenario and version, outcome.
///
/// Fields are written of the scenarios that are [named](XesWriter::scenario), but for those that are marked personal.
/// Titles, comments, notes and personal fields are written only where [asked for](XesWriter::personal) (S12).
///
/// # Examples
/// ```
/// # use voronka::{Actor, Context, Opening, Scenario};
/// # let scenario = Scenario::from_json(r#"{"id": "small", "stages": [
/// #     {"id": "talk"}, {"id": "offer"}, {"id": "won", "outcome": "won"}]}"#).map_err(|it| format!("{it:?}"))?;
/// # let ctx = Context::new("2026-03-02T08:00:00Z".parse()?, Actor::new("anna", "manager"), "1");
/// # let journal = [scenario.open("c1", Opening::default(), &ctx)?.into_parts().1];
/// use voronka::interop::xes::{XesWriter, read};
/// let mut log = Vec::new();
/// let written = XesWriter::new().scenario(&scenario).write(&mut log, [&journal[..]])?;
/// assert_eq!((written.traces, written.events), (1, 1));
/// let traces = read(&log[..])?.collect::<Result<Vec<_>, _>>()?;
/// assert_eq!((traces[0].name.as_str(), traces[0].events[0].activity.as_str()), ("c1", "talk"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct XesWriter {
    /// The fields of each scenario, and whether some version calls one personal.
    fields: BTreeMap<String, BTreeMap<String, bool>>,
    personal: bool,
    gzip: bool,
}

/// How much was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Written {
    /// Traces.
    pub traces: usize,
    /// Events in them.
    pub events: usize,
}

impl XesWriter {
    /// One that writes what is about nobody.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes the fields of a scenario that are not marked personal; of several versions in none of them.
    #[must_use]
    pub fn scenario(mut self, scenario: &Scenario) -> Self {
        let def = scenario.definition();
        let known = self.fields.entry(def.id.clone()).or_default();
        for (name, field) in def.fields.iter() {
            // Files are about persons, as for erasing (S12).
            let personal = field.personal || field.kind == FieldType::File;
            *known.entry(name.to_owned()).or_default() |= personal;
        }
        self
    }

    /// Writes personal texts too: titles, comments, notes, all fields.
    #[must_use]
    pub const fn personal(mut self) -> Self {
        self.personal = true;
        self
    }

    /// Writes it gzipped.
    #[must_use]
    pub const fn gzip(mut self, gzip: bool) -> Self {
        self.gzip = gzip;
        self
    }

    /// Writes a log; journals are taken one by one.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write<J: AsRef<[Entry]>>(
        &self,
        out: impl Write,
        journals: impl IntoIterator<Item = J>,
    ) -> Result<Written, XesError> {
        if !self.gzip {
            return self.write_plain(out, journals);
        }
        let mut packed = GzEncoder::new(out, Compression::default());
        let written = self.write_plain(&mut packed, journals)?;
        packed
            .finish()
            .and_then(|mut out| out.flush())
            .map_err(|error| XesError::Write(error.to_string()))?;
        Ok(written)
    }

    fn write_plain<J: AsRef<[Entry]>>(
        &self,
        mut out: impl Write,
        journals: impl IntoIterator<Item = J>,
    ) -> Result<Written, XesError> {
        let mut written = Written::default();
        let traces = journals.into_iter().filter_map(|journal| {
            let trace = self.trace(journal.as_ref())?;
            written.traces += 1;
            written.events += trace.events.len();
            Some(trace)
        });
        export_xes_trace_stream(&mut out, traces, outer())
            .map_err(|error| XesError::Write(error.to_string()))?;
        out.flush().map_err(|error| XesError::Write(error.to_string()))?;
        Ok(written)
    }

    fn trace(&self, entries: &[Entry]) -> Option<Trace> {
        let (first, last) = (entries.first()?, entries.last()?);
        let mut telling =
            Telling { writer: self, ends: Ends::default(), kinds: BTreeMap::new(), events: Vec::new() };
        for entry in entries {
            for event in &entry.events {
                telling.event(entry, event);
            }
        }
        let Telling { ends, events, .. } = telling;
        let mut attributes = vec![text(NAME, &first.case)];
        attributes.push(text("voronka:scenario", &last.scenario.id));
        attributes.push(attribute("voronka:version", AttributeValue::Int(last.scenario.version.into())));
        for (key, value) in [
            ("channel", &ends.channel),
            ("responsible", &ends.responsible),
            ("team", &ends.team),
            ("outcome", &ends.outcome),
            ("reason", &ends.reason),
        ] {
            attributes.extend(value.as_deref().map(|value| text(key, value)));
        }
        if self.personal {
            attributes.extend(ends.title.as_deref().map(|value| text("title", value)));
        }
        // A case may have gone through several scenarios: what one of them calls personal is.
        let through: BTreeSet<&str> = entries.iter().map(|entry| entry.scenario.id.as_str()).collect();
        let known: Vec<_> = through.into_iter().filter_map(|id| self.fields.get(id)).collect();
        let marks = |name: &str, mark: bool| known.iter().any(|known| known.get(name) == Some(&mark));
        for (name, field) in &ends.fields {
            if self.personal || (marks(name, false) && !marks(name, true)) {
                attributes.extend(of_value(&format!("field:{name}"), field));
            }
        }
        Some(Trace { attributes, events })
    }
}

/// What a case ends with.
#[derive(Default)]
struct Ends {
    title: Option<String>,
    channel: Option<String>,
    responsible: Option<String>,
    team: Option<String>,
    outcome: Option<String>,
    reason: Option<String>,
    fields: BTreeMap<String, Value>,
}

struct Telling<'w> {
    writer: &'w XesWriter,
    ends: Ends,
    /// The kind of each activity, its title, and the rule that planned it.
    kinds: BTreeMap<String, (String, Text, Option<String>)>,
    events: Vec<XesEvent>,
}

impl Telling<'_> {
    fn event(&mut self, entry: &Entry, event: &Event) {
        match event {
            Event::Opened(opened) => self.opened(opened),
            Event::FieldSet { field, value, .. } => {
                match value {
                    Some(value) => self.ends.fields.insert(field.clone(), value.clone()),
                    None => self.ends.fields.remove(field),
                };
            }
            Event::Erased { fields } => {
                self.ends.title = None;
                self.ends.fields.retain(|name, _| !fields.contains(name));
            }
            Event::Imported(visit) => {
                let more = titled(&visit.label);
                self.add(entry, "entered", &visit.stage, visit.from, "complete", more);
            }
            // Of an outcome's stage the closing tells, which follows.
            Event::Entered(visit) if visit.outcome.is_some() => {}
            Event::Entered(visit) => {
                self.ends.outcome = None;
                self.ends.reason = None;
                let more = titled(&visit.label);
                self.add(entry, "entered", &visit.stage, visit.from, "complete", more);
            }
            Event::Closed(closing) => {
                let outcome = outcome(closing.outcome);
                self.ends.outcome = Some(outcome.to_owned());
                self.ends.reason = closing.reason.as_ref().map(|it| it.id.clone());
                let mut more = vec![text("outcome", outcome), text("from", &closing.from)];
                if let Some(reason) = &closing.reason {
                    more.push(text("reason", &reason.id));
                    more.extend(
                        (!reason.title.is_empty()).then(|| text("reason:title", reason.title.get("en"))),
                    );
                }
                more.extend(self.personal("comment", closing.comment.as_deref()));
                self.add(entry, "closed", &closing.stage, closing.at, "complete", more);
            }
            Event::Corrected { reason, .. } => self.ends.reason = Some(reason.id.clone()),
            Event::Reopened => self.add(entry, "reopened", "reopened", entry.at, "complete", Vec::new()),
            Event::Planned(it) => {
                let known = (it.kind.clone(), it.title.clone(), it.rule.clone());
                self.kinds.insert(it.id.clone(), known);
                let more = self.activity(&it.id, None);
                self.add(entry, "activity", &it.kind, entry.at, "schedule", more);
            }
            Event::Ended { activity, end, note } => {
                let (transition, result) = match end {
                    ActivityEnd::Done { outcome, .. } => ("complete", Some(outcome.as_str())),
                    ActivityEnd::Closed { .. } => ("autoskip", None),
                    ActivityEnd::Cancelled { .. } => ("withdraw", None),
                };
                let mut more = self.activity(activity, result);
                more.extend(self.personal("note", note.as_deref()));
                let kind = self.kinds.get(activity).map_or("activity", |(kind, ..)| kind).to_owned();
                self.add(entry, "activity", &kind, entry.at, transition, more);
            }
            Event::HandedOver { to, team } => {
                self.ends.responsible.clone_from(to);
                if team.is_some() {
                    self.ends.team.clone_from(team);
                }
                let more = to.iter().map(|to| text("to", to)).collect();
                self.add(entry, "handed_over", "handed_over", entry.at, "complete", more);
            }
            _ => {}
        }
    }

    fn opened(&mut self, it: &Opened) {
        self.ends.title.clone_from(&it.title);
        self.ends.channel.clone_from(&it.channel);
        self.ends.responsible.clone_from(&it.responsible);
        self.ends.team.clone_from(&it.team);
    }

    /// What is said of an activity; the title that a person gave it may be about somebody.
    fn activity(&self, id: &str, outcome: Option<&str>) -> Vec<Attribute> {
        let mut more = vec![text("concept:instance", id)];
        if let Some((_, title, rule)) = self.kinds.get(id) {
            if rule.is_some() || self.writer.personal {
                more.extend(titled(title));
            }
            more.extend(rule.as_deref().map(|rule| text("voronka:rule", rule)));
        }
        more.extend(outcome.map(|outcome| text("outcome", outcome)));
        more
    }

    fn personal(&self, key: &str, value: Option<&str>) -> Option<Attribute> {
        value.filter(|_| self.writer.personal).map(|value| text(key, value))
    }

    fn add(
        &mut self,
        entry: &Entry,
        what: &str,
        name: &str,
        at: Moment,
        transition: &str,
        more: Vec<Attribute>,
    ) {
        let mut attributes = vec![
            text(NAME, name),
            attribute(TIME, AttributeValue::Date(at.to_utc().fixed_offset())),
            text(LIFECYCLE, transition),
            text("voronka:event", what),
        ];
        if !entry.actor.id.is_empty() {
            attributes.push(text(WHO, &entry.actor.id));
        }
        attributes.extend(more);
        self.events.push(XesEvent { attributes });
    }
}

fn titled(title: &Text) -> Vec<Attribute> {
    if title.is_empty() { Vec::new() } else { vec![text("title", title.get("en"))] }
}

const fn outcome(outcome: StageOutcome) -> &'static str {
    match outcome {
        StageOutcome::Won => "won",
        StageOutcome::Lost => "lost",
        StageOutcome::Void => "void",
        StageOutcome::Result => "result",
        StageOutcome::BadResult => "bad_result",
    }
}

fn attribute(key: &str, value: AttributeValue) -> Attribute {
    Attribute { key: key.to_owned(), value, own_attributes: None }
}

/// A text that XML can hold; a tab or line break is a space, as which a reader of attributes takes it anyway.
fn text(key: &str, value: &str) -> Attribute {
    let fitting = |it: char| match it {
        '\t' | '\n' | '\r' => ' ',
        '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
        it if it.is_control() => '\u{fffd}',
        it => it,
    };
    let value = value.replace("\r\n", "\n").chars().map(fitting).collect();
    attribute(key, AttributeValue::String(value))
}

/// A value in the nearest type of XES; a decimal that a double would change stays a text.
fn of_value(key: &str, value: &Value) -> Option<Attribute> {
    Some(match value {
        Value::Text(it) => text(key, it),
        Value::Bool(it) => attribute(key, AttributeValue::Boolean(*it)),
        Value::Date(it) => text(key, &it.to_string()),
        Value::Moment(it) => attribute(key, AttributeValue::Date(it.to_utc().fixed_offset())),
        Value::Decimal(it) => {
            let whole = it.normalize().to_string();
            match (whole.parse::<i64>(), whole.parse::<f64>()) {
                (Ok(number), _) => attribute(key, AttributeValue::Int(number)),
                (_, Ok(number)) if number.to_string() == whole => {
                    attribute(key, AttributeValue::Float(number))
                }
                _ => text(key, &whole),
            }
        }
        Value::List(items) => {
            let items = (1..).zip(items).filter_map(|(number, it)| of_value(&number.to_string(), it));
            attribute(key, AttributeValue::List(items.collect()))
        }
        Value::Record(parts) => attribute(
            key,
            AttributeValue::Container(parts.iter().filter_map(|(name, it)| of_value(name, it)).collect()),
        ),
    })
}

fn outer() -> XESOuterLogData {
    let extension = |name: &str, prefix: &str| EventLogExtension {
        name: name.to_owned(),
        prefix: prefix.to_owned(),
        uri: format!("http://www.xes-standard.org/{prefix}.xesext"),
    };
    XESOuterLogData {
        extensions: vec![
            extension("Concept", "concept"),
            extension("Time", "time"),
            extension("Organizational", "org"),
            extension("Lifecycle", "lifecycle"),
        ],
        classifiers: vec![EventLogClassifier { name: "Activity".to_owned(), keys: vec![NAME.to_owned()] }],
        global_trace_attrs: vec![text(NAME, "")],
        global_event_attrs: vec![
            text(NAME, ""),
            attribute(TIME, AttributeValue::Date(Moment::MIN.to_utc().fixed_offset())),
            text(LIFECYCLE, "complete"),
        ],
        ..XESOuterLogData::default()
    }
}
