//! Calendars (A2).

use super::at::At;
use super::checking::Checking;
use crate::calendar::{Calendar, CalendarSource};
use chrono::{Days, NaiveDate};

/// A calendar that ends within so many days is worth a word.
const SOON: Days = Days::new(60);

impl Checking<'_> {
    pub fn check_calendars(&mut self, today: Option<NaiveDate>) {
        let def = self.def;
        if let Some(calendar) = &def.calendar {
            self.check_calendar(&At::root().key("calendar"), calendar, today);
        }
        let at = At::root().key("calendars");
        let ids = def.calendars.iter().enumerate();
        self.once("calendar", ids.map(|(index, it)| (at.index(index).key("id"), it.id.clone())));
        for (index, choice) in def.calendars.iter().enumerate() {
            let at = at.index(index);
            self.id(&at.key("id"), &choice.id);
            self.condition(&at.key("when"), &choice.when, false);
            self.check_calendar(&at.key("calendar"), &choice.calendar, today);
        }
    }

    fn check_calendar(&mut self, at: &At, source: &CalendarSource, today: Option<NaiveDate>) {
        match Calendar::compile(source) {
            Err(defects) => {
                for found in defects {
                    let at = at.below(found.path());
                    match found.help() {
                        Some(help) => self.error_with(found.code(), &at, found.message(), help),
                        None => self.error(found.code(), &at, found.message()),
                    }
                }
            }
            Ok(calendar) => {
                let Some((known, today)) = calendar.known_until().zip(today) else { return };
                if today.checked_add_days(SOON).is_some_and(|soon| known <= soon) {
                    let verb = if known < today { "ended" } else { "end" };
                    let message = format!("the holidays that are known {verb} on {known}");
                    let help = "add the next year's holidays under `days`, and move `known_until`";
                    self.lint("calendar-ends-soon", &at.key("known_until"), message, help);
                }
            }
        }
    }
}
