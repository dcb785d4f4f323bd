//! Things that stand in an order, each under an id: named ones, and those that have their id in themselves.

use crate::scenario::def::{
    CalendarChoice, CommandDef, MoveDef, Named, PlanDef, ProcessDef, RequirementDef, StageDef, TriggerDef,
};

/// Things in an order, each under an id.
pub trait Shelf<T> {
    /// How many there are.
    fn count(&self) -> usize;
    /// The id of the one at a place.
    fn id_at(&self, place: usize) -> Option<String>;
    /// The one at a place.
    fn thing_at(&self, place: usize) -> Option<&T>;
    /// Puts one in at a place; whether its own id, if it has one, is this one.
    fn put(&mut self, place: usize, id: &str, thing: T);
    /// Takes one out.
    fn take(&mut self, place: usize) -> Option<(String, T)>;
    /// The id under which a thing stands here: its own, or the one given.
    fn id_of(thing: &T, given: &str) -> String;

    /// Where the one of this id stands.
    fn place_of(&self, id: &str) -> Option<usize> {
        (0..self.count()).find(|place| self.id_at(*place).as_deref() == Some(id))
    }
}

/// What has its id in itself.
pub trait Identified {
    /// Its id.
    fn own_id(&self) -> String;
}

macro_rules! identified {
    ($($of:ty, $it:ident => $id:expr;)*) => {
        $( impl Identified for $of {
            fn own_id(&self) -> String {
                let $it = self;
                $id
            }
        } )*
    };
}

identified! {
    CalendarChoice, it => it.id.clone();
    StageDef, it => it.id.clone();
    PlanDef, it => it.id();
    ProcessDef, it => it.id().to_owned();
    CommandDef, it => it.id.clone();
    TriggerDef, it => it.id.clone();
    RequirementDef, it => it.id().to_owned();
    MoveDef, it => format!("{}>{}", it.from.0.join(","), it.to.0.join(","));
}

impl<T: Identified> Shelf<T> for Vec<T> {
    fn count(&self) -> usize {
        self.len()
    }

    fn id_at(&self, place: usize) -> Option<String> {
        self.get(place).map(Identified::own_id)
    }

    fn thing_at(&self, place: usize) -> Option<&T> {
        self.get(place)
    }

    fn put(&mut self, place: usize, _: &str, thing: T) {
        self.insert(place.min(self.len()), thing);
    }

    fn take(&mut self, place: usize) -> Option<(String, T)> {
        (place < self.len()).then(|| self.remove(place)).map(|thing| (thing.own_id(), thing))
    }

    fn id_of(thing: &T, _: &str) -> String {
        thing.own_id()
    }
}

impl<T> Shelf<T> for Named<T> {
    fn count(&self) -> usize {
        self.len()
    }

    fn id_at(&self, place: usize) -> Option<String> {
        self.at(place).map(|(name, _)| name.to_owned())
    }

    fn thing_at(&self, place: usize) -> Option<&T> {
        self.at(place).map(|(_, thing)| thing)
    }

    fn put(&mut self, place: usize, id: &str, thing: T) {
        self.put_at(place, id.to_owned(), thing);
    }

    fn take(&mut self, place: usize) -> Option<(String, T)> {
        self.take_at(place)
    }

    fn id_of(_: &T, given: &str) -> String {
        given.to_owned()
    }

    fn place_of(&self, id: &str) -> Option<usize> {
        self.position(id)
    }
}
