//! The runtime for sync hosts.

use super::adopting::{AdoptProgress, AdoptedAll, Adopting};
use super::bringing::{self, BringBack, BringProgress, Returned};
use super::clock::{Clock, Time};
use super::directory::Directory;
use super::effects::Delivered;
use super::error::{AdoptError, PublishError, StepError, SwitchError};
use super::facts::{FactSource, Lent, Owned};
use super::guard::Hung;
use super::handler::{EffectHandler, Threads};
use super::host::Host;
use super::inbox::Received;
use super::intake::{TakeError, Taken};
use super::publication::{Publication, Published};
use super::request::{Asked, Done, Progress, Request, Which};
use super::setup::Setup;
use super::shared::Shared;
use super::timers::Fired;
use super::trace::spanned;
use super::waiting::{AnyTaker, Assign, AssignError, NOT_TAKING, RowTaken, Waiting};
use super::work::{Stop, Worked};
use crate::case::{Actor, Case, Entry, Opening, Recorded, ScenarioRef};
use crate::engine::View;
use crate::intake::Inquiry;
use crate::scenario::Scenario;
use crate::scenario::edit::Draft;
use crate::store::{
    ActivityQuery, ActivityRow, Answer, AnyStore, Blocking, Board, CaseFilter, CaseQuery, Find, InboxItem,
    Kept, Message, Page, PageKey, Posted, Query, Settle, Store, StoreError, at_once,
};
use crate::{Card, Moment};
use std::ops::ControlFlow;
use std::sync::Arc;

/// The loop around the engine for sync hosts: load, read facts, step, commit, hand out effects.
///
/// It may be shared by threads where its store may; many of them, on many hosts, need no leader.
pub struct Runtime<S> {
    store: S,
    facts: Owned,
    time: Time,
    shared: Arc<Shared>,
    hung: Hung,
    taker: Option<Taker<S>>,
}

/// Takes in an inbox row with an inquiry.
type Taker<S> = fn(&Runtime<S>, &InboxItem, &Inquiry) -> Result<RowTaken, StoreError>;

impl<S> AnyTaker for Runtime<S> {
    fn take<'a>(&'a self, row: &'a InboxItem, inquiry: &'a Inquiry) -> Answer<'a, RowTaken> {
        Answer::now(match self.taker {
            Some(take) => take(self, row, inquiry),
            None => Ok(RowTaken::Refused(NOT_TAKING.to_owned())),
        })
    }
}

/// The runtime on another store, mostly one on a transaction borrowed from the host (S7): see [`Runtime::within`].
///
/// It tries nothing again: in a transaction that has failed nothing more can be done. And it hands out nothing, since effects
/// must not be done inside a transaction (S5).
pub struct Within<'r, S> {
    store: S,
    facts: Lent<'r>,
    time: Time,
    shared: Arc<Shared>,
}

/// What is asked of a host, answered at once.
macro_rules! now {
    ($self:ident, $owned:literal, $name:literal, $host:ident => $body:expr) => {{
        let store = Blocking(&$self.store);
        let $host = Host {
            store: &store,
            facts: &$self.facts,
            time: &$self.time,
            shared: &$self.shared,
            owned: $owned,
        };
        at_once(spanned($name, &$self.shared.setup.by, async { $body }))
    }};
}

/// The steps, which are the same on an own store and within a borrowed transaction.
macro_rules! steps {
    ($owned:literal) => {
        /// Opens a case by the latest version of a scenario, or by a named one (M14).
        ///
        /// # Errors
        /// A [`StepError`], which says which case and what to do.
        pub fn open(
            &self,
            scenario: impl Into<Which>,
            case: impl Into<String>,
            opening: Opening,
            input_id: impl Into<String>,
            actor: Actor,
        ) -> Result<Done, StepError> {
            self.step(Request::open(scenario, case, opening, input_id, actor))
        }

        /// Steps a case by one input (S1–S3, S10).
        ///
        /// # Errors
        /// A [`StepError`], which says which case and what to do.
        pub fn step(&self, request: Request) -> Result<Done, StepError> {
            now!(self, $owned, "step", host => host.one(Asked::from(request)).await)
        }

        /// Steps many inputs and answers each in its place; those of one case in their order, and one failure stops no
        /// other (M10).
        pub fn bulk(
            &self,
            requests: Vec<Request>,
            progress: impl FnMut(Progress),
        ) -> Vec<Result<Done, StepError>> {
            let asked = requests.into_iter().map(Asked::from).collect();
            let answers =
                now!(self, $owned, "bulk", host => Ok::<_, StoreError>(host.run(asked, false, progress).await));
            answers.unwrap_or_else(|error| vec![Err(error.into())])
        }

        /// Brings lost cases back: reopens each, or opens one that follows it, and plans something on each, mostly a
        /// call (F8, M10). By the actor's rights; one that is refused stops no other. Asked again under the same batch it
        /// does nothing twice, and tries again what was refused.
        ///
        /// `progress` is told after each hundred, and stops it by [`ControlFlow::Break`]: what it had not come to is not in
        /// the answer then.
        pub fn bring_back(
            &self,
            asked: &BringBack,
            actor: &Actor,
            progress: impl FnMut(BringProgress) -> ControlFlow<()>,
        ) -> Vec<Returned> {
            let answers = now!(self, $owned, "bring_back", host => {
                Ok::<_, StoreError>(host.bring_back(asked, actor, progress).await)
            });
            answers.unwrap_or_else(|error| bringing::none_of(asked, &error))
        }

        /// Shows a case as an actor may see it (G2), with its light, moves, debts and wishes.
        ///
        /// # Errors
        /// Where there is no such case, or the store fails.
        pub fn evaluate<T>(
            &self,
            case: &str,
            actor: &Actor,
            look: impl FnOnce(&Case, &View<'_>) -> T,
        ) -> Result<T, StepError> {
            now!(self, $owned, "evaluate", host => host.evaluate(case, actor, false, look).await)
        }

        /// The same, with why each live trigger has not fired (T10).
        ///
        /// # Errors
        /// As [`Self::evaluate`].
        pub fn evaluate_in_full<T>(
            &self,
            case: &str,
            actor: &Actor,
            look: impl FnOnce(&Case, &View<'_>) -> T,
        ) -> Result<T, StepError> {
            now!(self, $owned, "evaluate", host => host.evaluate(case, actor, true, look).await)
        }

        /// Entries of a case from a number on, at most so many.
        ///
        /// # Errors
        /// When the store fails, or a row is damaged.
        pub fn journal(&self, case: &str, from: u64, limit: u32) -> Result<Vec<Recorded>, StoreError> {
            now!(self, $owned, "journal", host => host.journal(case, from, limit).await)
        }

        /// Entries of a case from a number on as the actor may see them, at most so many; for showing, they fold to nothing.
        /// None where the actor does not see the case.
        ///
        /// # Errors
        /// When the store fails, or a row is damaged.
        pub fn entries(
            &self,
            case: &str,
            from: u64,
            limit: u32,
            actor: &Actor,
        ) -> Result<Vec<Entry>, StoreError> {
            now!(self, $owned, "entries", host => host.entries(case, from, limit, actor).await)
        }

        /// Erases every personal text of a case for good (S12): see [`Scenario::erase`].
        ///
        /// # Errors
        /// A [`StepError`].
        pub fn erase(
            &self,
            case: &str,
            reason: &str,
            actor: &Actor,
            input_id: &str,
        ) -> Result<Done, StepError> {
            now!(self, $owned, "erase", host => host.erase(case, reason, actor, input_id).await)
        }

        /// Publishes a version of a scenario, which never changes any more (S9); by right of the latest one's editors.
        ///
        /// # Errors
        /// A [`PublishError`].
        pub fn publish(
            &self,
            scenario: Scenario,
            by: &Actor,
            comment: &str,
        ) -> Result<ScenarioRef, PublishError> {
            now!(self, $owned, "publish", host => host.publish(scenario, by, comment).await)
        }

        /// The same, of its file's text.
        ///
        /// # Errors
        /// A [`PublishError`], with every defect at once (V2).
        pub fn publish_text(
            &self,
            text: &str,
            by: &Actor,
            comment: &str,
        ) -> Result<ScenarioRef, PublishError> {
            self.publish(Scenario::from_json(text).map_err(PublishError::Defects)?, by, comment)
        }

        /// The latest published version of a scenario, compiled; none where there is none.
        ///
        /// # Errors
        /// When the store fails.
        pub fn latest(&self, scenario: &str) -> Result<Option<Arc<Scenario>>, StoreError> {
            now!(self, $owned, "latest", host => host.latest(scenario).await)
        }

        /// A draft that is kept, with its revision; none where there is none (S9).
        ///
        /// # Errors
        /// When the store fails, or the draft is damaged.
        pub fn draft(&self, id: &str) -> Result<Option<(Draft, u64)>, StoreError> {
            now!(self, $owned, "draft", host => host.draft(id).await)
        }

        /// Keeps a draft after the revision that its editor saw, 0 where it is new; a clash where somebody kept one
        /// meanwhile, and nothing was written then (S9). By right of the scenario's editors (G1).
        ///
        /// # Errors
        /// A [`PublishError`]: a missing right, or a store that fails.
        pub fn keep_draft(&self, id: &str, draft: &Draft, seen: u64, by: &Actor) -> Result<Kept, PublishError> {
            now!(self, $owned, "keep_draft", host => host.keep_draft(id, draft, seen, by).await)
        }

        /// Drops a draft; also where there is none.
        ///
        /// # Errors
        /// When the store fails.
        pub fn drop_draft(&self, id: &str) -> Result<(), StoreError> {
            now!(self, $owned, "drop_draft", host => host.drop_draft(id).await)
        }

        /// Switches a trigger on or off by its full name, for every version and at once (T7).
        ///
        /// # Errors
        /// A [`SwitchError`].
        pub fn switch(
            &self,
            actor: &Actor,
            scenario: &str,
            trigger: &str,
            on: bool,
        ) -> Result<(), SwitchError> {
            now!(self, $owned, "switch", host => host.switch(actor, scenario, trigger, on).await)
        }

        /// Posts rows to the inbox (S8).
        ///
        /// # Errors
        /// When the store fails.
        pub fn post(&self, messages: &[Message]) -> Result<Vec<Posted>, StoreError> {
            now!(self, $owned, "post", host => host.store.post(messages).await)
        }

        /// The store.
        pub const fn store(&self) -> &S {
            &self.store
        }
    };
}

impl<S: Store> Runtime<S> {
    /// A runtime on a store, by a clock.
    pub fn new(store: S, clock: impl Clock + 'static, setup: Setup) -> Self {
        let facts = Owned::none(setup.fact_limit);
        let time = Time::Sync(Arc::new(clock));
        Self { store, facts, time, shared: Arc::new(Shared::new(setup)), hung: Hung::default(), taker: None }
    }

    /// Where facts come from (C9); without one the host reports them by itself.
    #[must_use]
    pub fn facts(mut self, source: impl FactSource + Send + Sync + 'static) -> Self {
        self.facts.set(source);
        self
    }

    /// Whose contact keys are (I2); without one the cases' own parties say so ([`super::CaseDirectory`]).
    #[must_use]
    pub fn directory(mut self, directory: impl Directory + Send + Sync + 'static) -> Self {
        self.facts.ask(directory);
        self
    }

    /// The runtime on another store, mostly on a transaction that the host has begun and will end (S7).
    ///
    /// It shares scenarios, clock and setup, and tries nothing again.
    pub fn within<T: Store>(&self, store: T) -> Within<'_, T> {
        Within { store, facts: Lent::default(), time: self.time.clone(), shared: Arc::clone(&self.shared) }
    }

    steps!(true);

    /// Fires one batch of timers that are due (S6, T11).
    ///
    /// # Errors
    /// When the store fails; what had been handed out comes again when its lease ends.
    pub fn fire(&self) -> Result<Fired, StoreError> {
        now!(self, true, "fire", host => host.fire().await)
    }

    /// Steps one batch of inbox rows on the cases that they concern (S8).
    ///
    /// # Errors
    /// As [`Runtime::fire`].
    pub fn receive(&self) -> Result<Received, StoreError> {
        now!(self, true, "receive", host => host.receive(self).await)
    }

    /// Does one batch of effects by a handler, in the order of their lanes (S5).
    ///
    /// # Errors
    /// As [`Runtime::fire`].
    pub fn deliver(&self, handler: &Arc<dyn EffectHandler>) -> Result<Delivered, StoreError> {
        let mut calls = Threads::new(handler, &self.hung, self.shared.setup.handler_limit);
        now!(self, true, "deliver", host => host.deliver(&mut calls, None).await)
    }

    /// Works until it is stopped: timers, inbox, effects, and counts of refusals.
    ///
    /// # Errors
    /// When the store fails in another way than that it cannot be reached now.
    pub fn work(&self, handler: &Arc<dyn EffectHandler>, stop: &Stop) -> Result<Worked, StoreError> {
        let mut calls = Threads::new(handler, &self.hung, self.shared.setup.handler_limit);
        now!(self, true, "work", host => host.work(&mut calls, self, stop).await)
    }

    /// Has an effect that was given up tried again, with its event on the case (S5).
    ///
    /// # Errors
    /// A [`StepError`].
    pub fn requeue(&self, effect: &str, actor: &Actor, input_id: &str) -> Result<Done, StepError> {
        now!(self, true, "requeue", host => host.resolve(effect, true, actor, input_id).await)
    }

    /// Drops an effect that was given up, with its event on the case; its lane goes on (S5).
    ///
    /// # Errors
    /// A [`StepError`].
    pub fn drop_effect(&self, effect: &str, actor: &Actor, input_id: &str) -> Result<Done, StepError> {
        now!(self, true, "drop", host => host.resolve(effect, false, actor, input_id).await)
    }

    /// Has a refused inbox row stepped again, on the cases that refused it; whether there was one (S8).
    ///
    /// # Errors
    /// When the store fails.
    pub fn resend(&self, row: &str) -> Result<bool, StoreError> {
        self.store.settle(&[Settle::InboxAgain { id: row.to_owned() }]).map(|it| it == [true])
    }

    /// Drops a refused inbox row; whether there was one.
    ///
    /// # Errors
    /// When the store fails.
    pub fn discard(&self, row: &str) -> Result<bool, StoreError> {
        self.store.settle(&[Settle::InboxDropped { id: row.to_owned() }]).map(|it| it == [true])
    }
}

/// Publishing drafts, and what becomes of cases under way (V2–V5).
impl<S: Store + Query> Runtime<S> {
    /// Publishes a draft as the next version: everything about it is checked, its examples run, what others published
    /// meanwhile is told or put beside it (V2, V5), and how cases under way pass over is kept (V3, V4).
    ///
    /// # Errors
    /// A [`PublishError`], with everything that stands in the way; nothing was published then, and the draft is as it was.
    pub fn publish_draft(&self, asked: &Publication, by: &Actor) -> Result<Published, PublishError> {
        now!(self, true, "publish", host => host.publish_draft(asked, by).await)
    }

    /// Passes the open cases of a version over to another, a batch at a time, beside the work on them (V3, M10).
    ///
    /// `progress` is told after each batch, and stops it by [`ControlFlow::Break`]; asked again it goes on with those that
    /// have not passed yet.
    ///
    /// # Errors
    /// An [`AdoptError`]; cases that refuse are no error, and listed.
    pub fn adopt_all(
        &self,
        asked: &Adopting,
        actor: &Actor,
        progress: impl FnMut(AdoptProgress) -> ControlFlow<()>,
    ) -> Result<AdoptedAll, AdoptError> {
        now!(self, true, "adopt", host => host.adopt_all(asked, actor, progress).await)
    }
}

/// Lists as an actor may see them (G1, G2); what the host's own programs need without an actor they ask of the store.
impl<S: Store + Query> Runtime<S> {
    /// A page of cases; the query's sight is that of the actor.
    ///
    /// # Errors
    /// When the store fails, or a row is damaged.
    pub fn cases(&self, query: CaseQuery, actor: &Actor) -> Result<Page<Card>, StoreError> {
        now!(self, true, "cases", host => host.cases(query, actor).await)
    }

    /// What an actor (and those for whom they stand in) has to do on a moment's local day: what is overdue, and what is due
    /// today; their own activities, and those of their roles that nobody has. A host makes reminders and digests of it.
    ///
    /// # Errors
    /// As [`Runtime::cases`].
    pub fn agenda(
        &self,
        actor: &Actor,
        at: Moment,
        after: Option<PageKey>,
        limit: u32,
    ) -> Result<Page<ActivityRow>, StoreError> {
        now!(self, true, "agenda", host => host.agenda(actor, at, after, limit).await)
    }

    /// A page of open activities on cases that the actor sees.
    ///
    /// # Errors
    /// As [`Runtime::cases`].
    pub fn activities(&self, query: ActivityQuery, actor: &Actor) -> Result<Page<ActivityRow>, StoreError> {
        now!(self, true, "activities", host => host.activities(query, actor).await)
    }

    /// The board: how many open cases stand on each stage, how many are red and yellow, and their values, where the actor's
    /// roles let them see those.
    ///
    /// # Errors
    /// As [`Runtime::cases`].
    pub fn board(&self, filter: CaseFilter, actor: &Actor) -> Result<Board, StoreError> {
        now!(self, true, "board", host => host.board(filter, actor).await)
    }

    /// With inbox rows that are inquiries (`{"inquiry": {…}}`) taken in by [`Runtime::receive`] and [`Runtime::work`].
    #[must_use]
    pub fn taking_in(mut self) -> Self {
        self.taker = Some(
            |runtime, row, inquiry| now!(runtime, true, "take_in", host => host.take_row(row, inquiry).await),
        );
        self
    }

    /// Takes in what came by a channel (I1–I5): finds the cases to which it may belong, decides by the intake rules of the
    /// latest versions, and commits opening and interaction as one.
    ///
    /// Sent again it does nothing twice; with more it amends. What waits for a person is posted to the inbox, and listed
    /// as undecided once the inbox was received; so is what was refused, for which a right is missing or a bound is reached.
    ///
    /// # Errors
    /// A [`TakeError`]; nothing of it has been written then.
    pub fn take_in(&self, inquiry: &Inquiry) -> Result<Taken, TakeError> {
        now!(self, true, "take_in", host => host.take_in(inquiry).await)
    }

    /// Inquiries that wait for a person, by row, after a row (`""` from the beginning): those that may belong to several
    /// cases, those that no scenario takes, and those that were refused. A page can be shorter than its limit.
    ///
    /// It shows contacts and texts of people; who may see it the host decides.
    ///
    /// # Errors
    /// When the store fails.
    pub fn undecided(&self, after: &str, limit: u32) -> Result<Page<Waiting>, StoreError> {
        now!(self, true, "undecided", host => host.undecided(after, limit).await)
    }

    /// Carries out what a person says of an inquiry that waits, and takes it off the list, as one.
    ///
    /// # Errors
    /// An [`AssignError`]; it waits on then.
    pub fn assign(&self, row: &str, to: &Assign, actor: &Actor) -> Result<Taken, AssignError> {
        now!(self, true, "assign", host => host.assign(row, to, actor).await)
    }

    /// Cases by a key or a marked field, open ones first; by a field that the actor may not see, none.
    ///
    /// # Errors
    /// As [`Runtime::cases`].
    pub fn find(&self, find: &Find, actor: &Actor, limit: u32) -> Result<Vec<Card>, StoreError> {
        now!(self, true, "find", host => host.find(find, actor, limit).await)
    }
}

impl<'r, S: Store> Within<'r, S> {
    /// Where facts come from, mostly the host's tables in the same transaction: asked on this thread, without a time limit.
    #[must_use]
    pub fn facts(mut self, source: &'r dyn FactSource) -> Self {
        self.facts.source = Some(source);
        self
    }

    /// Whose contact keys are, mostly the host's tables in the same transaction: asked on this thread, without a time limit.
    #[must_use]
    pub fn directory(mut self, directory: &'r dyn Directory) -> Self {
        self.facts.directory = Some(directory);
        self
    }

    steps!(false);
}

impl<S: Store + Query> Within<'_, S> {
    /// Publishes a draft as the next version: everything about it is checked, its examples run, what others published
    /// meanwhile is told or put beside it (V2, V5), and how cases under way pass over is kept (V3, V4).
    ///
    /// # Errors
    /// A [`PublishError`], with everything that stands in the way; nothing was published then, and the draft is as it was.
    pub fn publish_draft(&self, asked: &Publication, by: &Actor) -> Result<Published, PublishError> {
        now!(self, false, "publish", host => host.publish_draft(asked, by).await)
    }

    /// Takes in what came by a channel (I1–I5): finds the cases to which it may belong, decides by the intake rules of the
    /// latest versions, and commits opening and interaction as one.
    ///
    /// Sent again it does nothing twice; with more it amends. What waits for a person is posted to the inbox, and listed
    /// as undecided once the inbox was received; so is what was refused, for which a right is missing or a bound is reached.
    ///
    /// # Errors
    /// A [`TakeError`]; nothing of it has been written then.
    pub fn take_in(&self, inquiry: &Inquiry) -> Result<Taken, TakeError> {
        now!(self, false, "take_in", host => host.take_in(inquiry).await)
    }
}
