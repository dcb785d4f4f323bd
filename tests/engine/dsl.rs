//! Given a scenario and a case, when somebody does something at a moment, then so and so.

pub use serde_json::json;

use serde_json::Value as Json;
use voronka::case::{Absence, Cause, Event, Recorded, Switch};
use voronka::scenario::def::Color;
use voronka::{Actor, Case, Context, Entry, Input, Moment, Opening, Rejection, Scenario, View};

/// A funnel from JSON; what every test needs is filled in: an id, Moscow's working hours, won and lost.
pub fn scenario(mut parts: Json) -> Scenario {
    let all = parts.as_object_mut().unwrap();
    all.entry("id").or_insert(json!("sale"));
    all.entry("calendar").or_insert(json!({
        "time_zone": "Europe/Moscow",
        "week": { "mon-fri": ["09:00-13:00", "14:00-18:00"] }
    }));
    if all.get("kind").is_none() {
        let stages = all.get_mut("stages").unwrap().as_array_mut().unwrap();
        for outcome in ["won", "lost"] {
            if !stages.iter().any(|stage| stage["id"] == outcome) {
                stages.push(json!({ "id": outcome, "outcome": outcome }));
            }
        }
    }
    Scenario::from_json(&parts.to_string()).unwrap_or_else(|defects| panic!("{defects:#?}"))
}

/// A moment in Moscow, which has had no daylight saving since 2014.
pub fn msk(text: &str) -> Moment {
    let seconds = if text.len() == 16 { ":00" } else { "" };
    format!("{}{seconds}+03:00", text.replace(' ', "T")).parse().unwrap()
}

/// How a moment reads in Moscow.
pub fn local(moment: Moment) -> String {
    let text = moment.plus_millis(3 * 3_600_000).to_string().replace('T', " ");
    let text = text.trim_end_matches('Z').trim_end_matches(".000");
    text.strip_suffix(":00").unwrap_or(text).to_owned()
}

/// One case with its journal, the clock, and who acts.
pub struct Deal {
    /// The case's id.
    pub id: &'static str,
    pub scenario: Scenario,
    pub entries: Vec<Entry>,
    pub switches: Vec<Switch>,
    pub absences: Vec<Absence>,
    pub actor: Actor,
    pub now: Moment,
    case: Option<Case>,
    inputs: u32,
}

impl Deal {
    /// Nothing has happened yet; it is Monday the 2nd of March 2026, 10:00, and Anna the manager acts.
    pub fn of(scenario: Scenario) -> Self {
        Self {
            id: "c1",
            scenario,
            entries: Vec::new(),
            switches: Vec::new(),
            absences: Vec::new(),
            actor: Actor::new("anna", "manager"),
            now: msk("2026-03-02 10:00"),
            case: None,
            inputs: 0,
        }
    }

    /// The same with the case opened by Anna, who is responsible.
    pub fn opened(scenario: Scenario) -> Self {
        let mut deal = Self::of(scenario);
        deal.opens(json!({ "responsible": "anna" }));
        deal
    }

    pub fn at(&mut self, text: &str) -> &mut Self {
        self.now = msk(text);
        self
    }

    pub fn by(&mut self, id: &str, role: &str) -> &mut Self {
        self.actor = Actor::new(id, role);
        self
    }

    pub fn switch(&mut self, trigger: &str, on: bool) -> &mut Self {
        self.switches.retain(|it| it.trigger != trigger);
        self.switches.push(Switch { trigger: trigger.to_owned(), on });
        self
    }

    pub fn away(&mut self, person: &str, until: &str, deputy: &str) -> &mut Self {
        let deputy = Some(deputy.to_owned());
        self.absences.push(Absence { person: person.to_owned(), until: msk(until), deputy });
        self
    }

    pub fn ctx(&self) -> Context {
        let mut ctx = Context::new(self.now, self.actor.clone(), format!("input-{}", self.inputs));
        ctx.switches.clone_from(&self.switches);
        ctx.absences.clone_from(&self.absences);
        ctx
    }

    pub fn case(&self) -> &Case {
        self.case.as_ref().expect("the case is open")
    }

    /// Tries an input, and holds what comes of it to C1, C2 and C3.
    pub fn tries(&mut self, input: Input) -> Result<&Entry, Rejection> {
        self.inputs += 1;
        let ctx = self.ctx();
        let before = self.case.clone();
        let try_once = || match (&before, input.clone()) {
            (None, Input::Open(opening)) => self.scenario.open(self.id, *opening, &ctx),
            (Some(case), input) => self.scenario.step(case, input, &ctx),
            (None, _) => panic!("open the case first"),
        };
        let (first, second) = (try_once(), try_once());
        assert_eq!(before, self.case, "C2: the case that went in is what it was");
        assert_eq!(first, second, "C1: the same arguments give the same");
        let outcome = match first {
            Ok(outcome) => outcome,
            Err(refused) => {
                let text = serde_json::to_string(&refused).unwrap();
                assert_eq!(serde_json::from_str::<Rejection>(&text).unwrap(), refused);
                return Err(refused);
            }
        };
        let (case, entry) = outcome.into_parts();
        let text = serde_json::to_string(&entry).unwrap();
        assert_eq!(text, serde_json::to_string(second.unwrap().entry()).unwrap(), "C1: equal bytes");
        let read = Recorded::read(&text).unwrap();
        assert_eq!(read.write().unwrap(), text, "C3: an entry comes back byte for byte");
        let Recorded::Known(read) = read else { panic!("C11: the engine knows its own entry: {read:?}") };
        assert_eq!(*read, entry);
        self.entries.push(*read);
        let again = Case::replay(&self.entries).unwrap();
        assert_eq!(again, case, "C3: folding the entries gives the case back");
        let bytes = serde_json::to_string(&case).unwrap();
        assert_eq!(serde_json::to_string(&again).unwrap(), bytes, "C3: byte for byte");
        assert_eq!(serde_json::from_str::<Case>(&bytes).unwrap(), case);
        self.case = Some(case);
        self.light_agrees_with_its_moments();
        Ok(self.entries.last().unwrap())
    }

    /// A5: the colour at any moment is what `yellow_from` and `red_from` say.
    fn light_agrees_with_its_moments(&self) {
        let case = self.case();
        let Some(now) = case.light(self.now) else {
            assert_eq!(case.color(self.now), None, "A6: a closed case has no light");
            return;
        };
        let moments = [now.yellow_from, now.red_from, Some(self.now)];
        for moment in moments.into_iter().flatten().flat_map(|at| [-1, 0, 1].map(|ms| at.plus_millis(ms))) {
            let light = case.light(moment).unwrap();
            assert_eq!((light.yellow_from, light.red_from), (now.yellow_from, now.red_from));
            let reached = |from: Option<Moment>| from.is_some_and(|from| from <= moment);
            let color = match (reached(light.red_from), reached(light.yellow_from)) {
                (true, _) => Color::Red,
                (false, true) => Color::Yellow,
                (false, false) => Color::Green,
            };
            assert_eq!(light.color, color, "A5 at {moment}");
            assert_eq!(case.color(moment), Some(color), "A5 from what is kept, at {moment}");
        }
    }

    /// Something that is accepted; the names of what came of it.
    pub fn does(&mut self, input: Json) -> Vec<&'static str> {
        let entry = self.tries(read(input)).unwrap_or_else(|refused| panic!("refused: {refused:#?}"));
        entry.events.iter().map(name).collect()
    }

    /// Something that is refused; the codes of what is missing.
    pub fn refused(&mut self, input: Json) -> Vec<String> {
        self.rejection(input).missing().iter().map(|it| it.code.clone()).collect()
    }

    pub fn rejection(&mut self, input: Json) -> Rejection {
        match self.tries(read(input)) {
            Ok(entry) => panic!("accepted: {:#?}", entry.events),
            Err(refused) => refused,
        }
    }

    pub fn opens(&mut self, opening: Json) -> Vec<&'static str> {
        let _: Opening = serde_json::from_value(opening.clone()).unwrap();
        self.does(json!({ "open": opening }))
    }

    pub fn moves(&mut self, to: &str) -> Vec<&'static str> {
        self.does(json!({ "move": { "to": to } }))
    }

    pub fn cannot_move(&mut self, to: &str) -> Vec<String> {
        self.refused(json!({ "move": { "to": to } }))
    }

    pub fn sets(&mut self, fields: Json) -> Vec<&'static str> {
        self.does(json!({ "set": { "fields": fields } }))
    }

    pub fn learns(&mut self, fact: &str, value: Json) -> Vec<&'static str> {
        self.does(json!({ "facts": { "values": [{ "fact": fact, "value": value }] } }))
    }

    pub fn loses(&mut self) -> Vec<&'static str> {
        self.does(json!({ "close": { "stage": "lost" } }))
    }

    pub fn loses_for(&mut self, reason: &str) -> Vec<&'static str> {
        self.does(json!({ "close": { "stage": "lost", "reason": reason } }))
    }

    /// Does the open activity of this title, with an outcome.
    pub fn finishes(&mut self, title: &str, outcome: Option<&str>) -> Vec<&'static str> {
        let activity = self.id_of(title);
        match outcome {
            Some(outcome) => self.does(json!({ "done": { "activity": activity, "outcome": outcome } })),
            None => self.does(json!({ "done": { "activity": activity } })),
        }
    }

    pub fn id_of(&self, title: &str) -> String {
        let mut open = self.case().activities.iter();
        let found = open.find(|it| it.title.to_string() == title);
        found.unwrap_or_else(|| panic!("no open activity {title}: {:?}", self.open())).id.clone()
    }

    /// The open activity of a person's.
    pub fn id_for(&self, person: &str) -> String {
        let mut open = self.case().activities.iter();
        open.find(|it| it.assignee.as_deref() == Some(person)).unwrap().id.clone()
    }

    /// The titles of what is open.
    pub fn open(&self) -> Vec<String> {
        self.case().activities.iter().map(|it| it.title.to_string()).collect()
    }

    /// When the open activity of this title is due.
    pub fn due(&self, title: &str) -> String {
        let id = self.id_of(title);
        local(self.case().open_activity(&id).unwrap().due.unwrap().at)
    }

    pub fn stage(&self) -> &str {
        self.case().stage()
    }

    /// The light at a moment: its colour and what it comes of.
    pub fn light(&self, at: &str) -> (Color, Option<Cause<'_>>) {
        let light = self.case().light(msk(at)).unwrap();
        (light.color, light.cause)
    }

    pub fn color(&self, at: &str) -> Color {
        self.light(at).0
    }

    /// The events of the last entry.
    pub fn last(&self) -> &[Event] {
        &self.entries.last().unwrap().events
    }

    /// The triggers that fired in the last entry, in order.
    pub fn fired(&self) -> Vec<String> {
        let fired = |event: &Event| match event {
            Event::Triggered(mark) => Some(mark.trigger.clone()),
            _ => None,
        };
        self.last().iter().filter_map(fired).collect()
    }

    /// What the host was told in the last entry.
    pub fn notices(&self) -> Vec<String> {
        let said = |effect: &voronka::case::Effect| match &effect.act {
            voronka::case::Act::Notify { text, .. } => Some(text.to_string()),
            _ => None,
        };
        self.entries.last().unwrap().effects().filter_map(said).collect()
    }

    /// The process that was started last.
    pub fn run(&self) -> String {
        self.case().processes.last().unwrap().id.clone()
    }

    pub fn finish(&mut self, result: &str, good: bool) -> Vec<&'static str> {
        let process = self.run();
        self.does(json!({ "finished": { "process": process, "result": result, "good": good } }))
    }

    /// Reports every timer that is due, oldest first, as the runtime would; the ids of those that fired.
    pub fn ticks(&mut self) -> Vec<String> {
        let mut due: Vec<_> = self.case().timers.iter().filter(|it| it.at <= self.now).cloned().collect();
        due.sort_by_key(|it| it.at);
        let mut fired = Vec::new();
        for timer in due {
            if self.tries(Input::Timer { timer: timer.id.clone() }).is_ok() {
                fired.push(timer.id);
            }
        }
        fired
    }

    /// What the actor sees now.
    pub fn view<T>(&self, look: impl FnOnce(View<'_>) -> T) -> T {
        look(self.scenario.evaluate_in_full(self.case(), &self.ctx()))
    }
}

pub fn read(input: Json) -> Input {
    serde_json::from_value(input.clone()).unwrap_or_else(|error| panic!("{error}: {input}"))
}

/// The name of an event as the journal writes it.
pub fn name(event: &Event) -> &'static str {
    let json = serde_json::to_value(event).unwrap();
    let name = match &json {
        Json::String(name) => name.clone(),
        Json::Object(parts) => parts.keys().next().unwrap().clone(),
        other => panic!("{other}"),
    };
    Box::leak(name.into_boxed_str())
}
