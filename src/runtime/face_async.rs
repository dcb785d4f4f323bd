//! The runtime for async hosts: the same calls, each a future that can be sent.

use super::adopting::{AdoptProgress, AdoptedAll, Adopting};
use super::bringing::{BringBack, BringProgress, Returned};
use super::clock::{AsyncClock, Time};
use super::directory::AsyncDirectory;
use super::effects::Delivered;
use super::error::{AdoptError, PublishError, StepError, SwitchError};
use super::facts::{AsyncFactSource, Awaited};
use super::handler::{AsyncEffectHandler, Futures};
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
    ActivityQuery, ActivityRow, Answer, AnyStore, AsyncQuery, AsyncStore, Awaiting, Board, BoxFuture,
    CaseFilter, CaseQuery, Find, InboxItem, Kept, Message, Page, PageKey, Posted, Settle, StoreError,
};
use crate::{Card, Moment};
use std::ops::ControlFlow;
use std::sync::Arc;

/// The loop around the engine for async hosts: load, read facts, step, commit, hand out effects.
///
/// It may be shared by tasks; many of them, on many hosts, need no leader. A future that is dropped in the middle leaves
/// what a crash would leave: the step as a whole or not at all.
pub struct AsyncRuntime<S> {
    store: S,
    facts: Option<Arc<dyn AsyncFactSource>>,
    directory: Option<Arc<dyn AsyncDirectory>>,
    taker: Option<Taker<S>>,
    clock: Arc<dyn AsyncClock>,
    time: Time,
    shared: Arc<Shared>,
}

/// Takes in an inbox row with an inquiry.
type Taker<S> = for<'a> fn(
    &'a AsyncRuntime<S>,
    &'a InboxItem,
    &'a Inquiry,
) -> BoxFuture<'a, Result<RowTaken, StoreError>>;

impl<S> AnyTaker for AsyncRuntime<S> {
    fn take<'a>(&'a self, row: &'a InboxItem, inquiry: &'a Inquiry) -> Answer<'a, RowTaken> {
        match self.taker {
            Some(take) => Answer::Later(take(self, row, inquiry)),
            None => Answer::now(Ok(RowTaken::Refused(NOT_TAKING.to_owned()))),
        }
    }
}

/// The runtime on another store, mostly one on a transaction borrowed from the host (S7): see [`AsyncRuntime::within`].
///
/// It tries nothing again: in a transaction that has failed nothing more can be done. And it hands out nothing, since effects
/// must not be done inside a transaction (S5).
pub struct AsyncWithin<'r, S> {
    store: S,
    facts: Option<&'r dyn AsyncFactSource>,
    directory: Option<&'r dyn AsyncDirectory>,
    clock: Arc<dyn AsyncClock>,
    time: Time,
    shared: Arc<Shared>,
}

/// What is asked of a host, as a future.
macro_rules! soon {
    ($self:ident, $owned:literal, $name:literal, $host:ident => $body:expr) => {
        Box::pin(async move {
            let store = Awaiting(&$self.store);
            let facts = Awaited {
                source: $self.facts.as_deref(),
                directory: $self.directory.as_deref(),
                clock: &*$self.clock,
                limit: $self.shared.setup.fact_limit,
            };
            let $host = Host {
                store: &store,
                facts: &facts,
                time: &$self.time,
                shared: &$self.shared,
                owned: $owned,
            };
            spanned($name, &$self.shared.setup.by, async { $body }).await
        })
    };
}

/// The steps, which are the same on an own store and within a borrowed transaction.
macro_rules! steps {
    ($owned:literal) => {
        /// Opens a case by the latest version of a scenario, or by a named one (M14).
        ///
        /// # Errors
        /// A [`StepError`], which says which case and what to do.
        pub fn open<'a>(
            &'a self,
            scenario: impl Into<Which>,
            case: impl Into<String>,
            opening: Opening,
            input_id: impl Into<String>,
            actor: Actor,
        ) -> BoxFuture<'a, Result<Done, StepError>> {
            self.step(Request::open(scenario, case, opening, input_id, actor))
        }

        /// Steps a case by one input (S1–S3, S10).
        ///
        /// # Errors
        /// A [`StepError`], which says which case and what to do.
        pub fn step<'a>(&'a self, request: Request) -> BoxFuture<'a, Result<Done, StepError>> {
            soon!(self, $owned, "step", host => host.one(Asked::from(request)).await)
        }

        /// Steps many inputs and answers each in its place; those of one case in their order, and one failure stops no
        /// other (M10).
        pub fn bulk<'a>(
            &'a self,
            requests: Vec<Request>,
            progress: impl FnMut(Progress) + Send + 'a,
        ) -> BoxFuture<'a, Vec<Result<Done, StepError>>> {
            let asked = requests.into_iter().map(Asked::from).collect();
            soon!(self, $owned, "bulk", host => host.run(asked, false, progress).await)
        }

        /// Brings lost cases back: reopens each, or opens one that follows it, and plans something on each, mostly a
        /// call (F8, M10). By the actor's rights; one that is refused stops no other. Asked again under the same batch it
        /// does nothing twice, and tries again what was refused.
        ///
        /// `progress` is told after each hundred, and stops it by [`ControlFlow::Break`]: what it had not come to is not in
        /// the answer then.
        pub fn bring_back<'a>(
            &'a self,
            asked: &'a BringBack,
            actor: &'a Actor,
            progress: impl FnMut(BringProgress) -> ControlFlow<()> + Send + 'a,
        ) -> BoxFuture<'a, Vec<Returned>> {
            soon!(self, $owned, "bring_back", host => host.bring_back(asked, actor, progress).await)
        }

        /// Shows a case as an actor may see it (G2), with its light, moves, debts and wishes.
        ///
        /// # Errors
        /// Where there is no such case, or the store fails.
        pub fn evaluate<'a, T: Send + 'a>(
            &'a self,
            case: &'a str,
            actor: &'a Actor,
            look: impl FnOnce(&Case, &View<'_>) -> T + Send + 'a,
        ) -> BoxFuture<'a, Result<T, StepError>> {
            soon!(self, $owned, "evaluate", host => host.evaluate(case, actor, false, look).await)
        }

        /// The same, with why each live trigger has not fired (T10).
        ///
        /// # Errors
        /// As [`Self::evaluate`].
        pub fn evaluate_in_full<'a, T: Send + 'a>(
            &'a self,
            case: &'a str,
            actor: &'a Actor,
            look: impl FnOnce(&Case, &View<'_>) -> T + Send + 'a,
        ) -> BoxFuture<'a, Result<T, StepError>> {
            soon!(self, $owned, "evaluate", host => host.evaluate(case, actor, true, look).await)
        }

        /// Entries of a case from a number on, at most so many.
        ///
        /// # Errors
        /// When the store fails, or a row is damaged.
        pub fn journal<'a>(&'a self, case: &'a str, from: u64, limit: u32) -> BoxFuture<'a, Result<Vec<Recorded>, StoreError>> {
            soon!(self, $owned, "journal", host => host.journal(case, from, limit).await)
        }

        /// Entries of a case from a number on as the actor may see them, at most so many; for showing, they fold to nothing.
        /// None where the actor does not see the case.
        ///
        /// # Errors
        /// When the store fails, or a row is damaged.
        pub fn entries<'a>(
            &'a self,
            case: &'a str,
            from: u64,
            limit: u32,
            actor: &'a Actor,
        ) -> BoxFuture<'a, Result<Vec<Entry>, StoreError>> {
            soon!(self, $owned, "entries", host => host.entries(case, from, limit, actor).await)
        }

        /// Erases every personal text of a case for good (S12): see [`Scenario::erase`].
        ///
        /// # Errors
        /// A [`StepError`].
        pub fn erase<'a>(
            &'a self,
            case: &'a str,
            reason: &'a str,
            actor: &'a Actor,
            input_id: &'a str,
        ) -> BoxFuture<'a, Result<Done, StepError>> {
            soon!(self, $owned, "erase", host => host.erase(case, reason, actor, input_id).await)
        }

        /// Publishes a version of a scenario, which never changes any more (S9); by right of the latest one's editors.
        ///
        /// # Errors
        /// A [`PublishError`].
        pub fn publish<'a>(
            &'a self,
            scenario: Scenario,
            by: &'a Actor,
            comment: &'a str,
        ) -> BoxFuture<'a, Result<ScenarioRef, PublishError>> {
            soon!(self, $owned, "publish", host => host.publish(scenario, by, comment).await)
        }

        /// The same, of its file's text.
        ///
        /// # Errors
        /// A [`PublishError`], with every defect at once (V2).
        pub fn publish_text<'a>(
            &'a self,
            text: &'a str,
            by: &'a Actor,
            comment: &'a str,
        ) -> BoxFuture<'a, Result<ScenarioRef, PublishError>> {
            Box::pin(async move {
                self.publish(Scenario::from_json(text).map_err(PublishError::Defects)?, by, comment).await
            })
        }

        /// The latest published version of a scenario, compiled; none where there is none.
        ///
        /// # Errors
        /// When the store fails.
        pub fn latest<'a>(&'a self, scenario: &'a str) -> BoxFuture<'a, Result<Option<Arc<Scenario>>, StoreError>> {
            soon!(self, $owned, "latest", host => host.latest(scenario).await)
        }

        /// A draft that is kept, with its revision; none where there is none (S9).
        ///
        /// # Errors
        /// When the store fails, or the draft is damaged.
        pub fn draft<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Option<(Draft, u64)>, StoreError>> {
            soon!(self, $owned, "draft", host => host.draft(id).await)
        }

        /// Keeps a draft after the revision that its editor saw, 0 where it is new; a clash where somebody kept one
        /// meanwhile, and nothing was written then (S9). By right of the scenario's editors (G1).
        ///
        /// # Errors
        /// A [`PublishError`]: a missing right, or a store that fails.
        pub fn keep_draft<'a>(
            &'a self,
            id: &'a str,
            draft: &'a Draft,
            seen: u64,
            by: &'a Actor,
        ) -> BoxFuture<'a, Result<Kept, PublishError>> {
            soon!(self, $owned, "keep_draft", host => host.keep_draft(id, draft, seen, by).await)
        }

        /// Drops a draft; also where there is none.
        ///
        /// # Errors
        /// When the store fails.
        pub fn drop_draft<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
            soon!(self, $owned, "drop_draft", host => host.drop_draft(id).await)
        }

        /// Switches a trigger on or off by its full name, for every version and at once (T7).
        ///
        /// # Errors
        /// A [`SwitchError`].
        pub fn switch<'a>(
            &'a self,
            actor: &'a Actor,
            scenario: &'a str,
            trigger: &'a str,
            on: bool,
        ) -> BoxFuture<'a, Result<(), SwitchError>> {
            soon!(self, $owned, "switch", host => host.switch(actor, scenario, trigger, on).await)
        }

        /// Posts rows to the inbox (S8).
        ///
        /// # Errors
        /// When the store fails.
        pub fn post<'a>(&'a self, messages: &'a [Message]) -> BoxFuture<'a, Result<Vec<Posted>, StoreError>> {
            soon!(self, $owned, "post", host => host.store.post(messages).await)
        }

        /// The store.
        pub const fn store(&self) -> &S {
            &self.store
        }
    };
}

impl<S: AsyncStore> AsyncRuntime<S> {
    /// A runtime on a store, by a clock.
    pub fn new(store: S, clock: impl AsyncClock + 'static, setup: Setup) -> Self {
        let clock: Arc<dyn AsyncClock> = Arc::new(clock);
        let time = Time::Async(Arc::clone(&clock));
        Self {
            store,
            facts: None,
            directory: None,
            taker: None,
            clock,
            time,
            shared: Arc::new(Shared::new(setup)),
        }
    }

    /// Where facts come from (C9); without one the host reports them by itself.
    #[must_use]
    pub fn facts(mut self, source: impl AsyncFactSource + 'static) -> Self {
        self.facts = Some(Arc::new(source));
        self
    }

    /// Whose contact keys are (I2); without one the cases' own parties say so ([`super::CaseDirectory`]).
    #[must_use]
    pub fn directory(mut self, directory: impl AsyncDirectory + 'static) -> Self {
        self.directory = Some(Arc::new(directory));
        self
    }

    /// The runtime on another store, mostly on a transaction that the host has begun and will end (S7).
    ///
    /// It shares scenarios, clock and setup, and tries nothing again.
    pub fn within<T: AsyncStore>(&self, store: T) -> AsyncWithin<'_, T> {
        AsyncWithin {
            store,
            facts: None,
            directory: None,
            clock: Arc::clone(&self.clock),
            time: self.time.clone(),
            shared: Arc::clone(&self.shared),
        }
    }

    steps!(true);

    /// Fires one batch of timers that are due (S6, T11).
    ///
    /// # Errors
    /// When the store fails; what had been handed out comes again when its lease ends.
    pub fn fire<'a>(&'a self) -> BoxFuture<'a, Result<Fired, StoreError>> {
        soon!(self, true, "fire", host => host.fire().await)
    }

    /// Steps one batch of inbox rows on the cases that they concern (S8).
    ///
    /// # Errors
    /// As [`AsyncRuntime::fire`].
    pub fn receive<'a>(&'a self) -> BoxFuture<'a, Result<Received, StoreError>> {
        soon!(self, true, "receive", host => host.receive(self).await)
    }

    /// Does one batch of effects by a handler, in the order of their lanes (S5).
    ///
    /// # Errors
    /// As [`AsyncRuntime::fire`].
    pub fn deliver<'a>(
        &'a self,
        handler: &'a dyn AsyncEffectHandler,
    ) -> BoxFuture<'a, Result<Delivered, StoreError>> {
        soon!(self, true, "deliver", host => {
            let mut calls = Futures::new(handler, &self.time, self.shared.setup.handler_limit);
            host.deliver(&mut calls, None).await
        })
    }

    /// Works until it is stopped: timers, inbox, effects, and counts of refusals.
    ///
    /// # Errors
    /// When the store fails in another way than that it cannot be reached now.
    pub fn work<'a>(
        &'a self,
        handler: &'a dyn AsyncEffectHandler,
        stop: &'a Stop,
    ) -> BoxFuture<'a, Result<Worked, StoreError>> {
        soon!(self, true, "work", host => {
            let mut calls = Futures::new(handler, &self.time, self.shared.setup.handler_limit);
            host.work(&mut calls, self, stop).await
        })
    }

    /// Has an effect that was given up tried again, with its event on the case (S5).
    ///
    /// # Errors
    /// A [`StepError`].
    pub fn requeue<'a>(
        &'a self,
        effect: &'a str,
        actor: &'a Actor,
        input_id: &'a str,
    ) -> BoxFuture<'a, Result<Done, StepError>> {
        soon!(self, true, "requeue", host => host.resolve(effect, true, actor, input_id).await)
    }

    /// Drops an effect that was given up, with its event on the case; its lane goes on (S5).
    ///
    /// # Errors
    /// A [`StepError`].
    pub fn drop_effect<'a>(
        &'a self,
        effect: &'a str,
        actor: &'a Actor,
        input_id: &'a str,
    ) -> BoxFuture<'a, Result<Done, StepError>> {
        soon!(self, true, "drop", host => host.resolve(effect, false, actor, input_id).await)
    }

    /// Has a refused inbox row stepped again, on the cases that refused it; whether there was one (S8).
    ///
    /// # Errors
    /// When the store fails.
    pub fn resend<'a>(&'a self, row: &'a str) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(async move {
            let settle = [Settle::InboxAgain { id: row.to_owned() }];
            self.store.settle(&settle).await.map(|it| it == [true])
        })
    }

    /// Drops a refused inbox row; whether there was one.
    ///
    /// # Errors
    /// When the store fails.
    pub fn discard<'a>(&'a self, row: &'a str) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(async move {
            let settle = [Settle::InboxDropped { id: row.to_owned() }];
            self.store.settle(&settle).await.map(|it| it == [true])
        })
    }
}

/// Publishing drafts, and what becomes of cases under way (V2–V5).
impl<S: AsyncStore + AsyncQuery> AsyncRuntime<S> {
    /// Publishes a draft as the next version: everything about it is checked, its examples run, what others published
    /// meanwhile is told or put beside it (V2, V5), and how cases under way pass over is kept (V3, V4).
    ///
    /// Checks, examples and proof are work of the processor, mostly far less than a second, and bounded; a host whose tasks
    /// must not wait so long calls it where blocking is allowed.
    ///
    /// # Errors
    /// A [`PublishError`], with everything that stands in the way; nothing was published then, and the draft is as it was.
    pub fn publish_draft<'a>(
        &'a self,
        asked: &'a Publication,
        by: &'a Actor,
    ) -> BoxFuture<'a, Result<Published, PublishError>> {
        soon!(self, true, "publish", host => host.publish_draft(asked, by).await)
    }

    /// Passes the open cases of a version over to another, a batch at a time, beside the work on them (V3, M10).
    ///
    /// `progress` is told after each batch, and stops it by [`ControlFlow::Break`]; asked again it goes on with those that
    /// have not passed yet.
    ///
    /// # Errors
    /// An [`AdoptError`]; cases that refuse are no error, and listed.
    pub fn adopt_all<'a>(
        &'a self,
        asked: &'a Adopting,
        actor: &'a Actor,
        progress: impl FnMut(AdoptProgress) -> ControlFlow<()> + Send + 'a,
    ) -> BoxFuture<'a, Result<AdoptedAll, AdoptError>> {
        soon!(self, true, "adopt", host => host.adopt_all(asked, actor, progress).await)
    }
}

/// Lists as an actor may see them (G1, G2); what the host's own programs need without an actor they ask of the store.
impl<S: AsyncStore + AsyncQuery> AsyncRuntime<S> {
    /// A page of cases; the query's sight is that of the actor.
    ///
    /// # Errors
    /// When the store fails, or a row is damaged.
    pub fn cases<'a>(
        &'a self,
        query: CaseQuery,
        actor: &'a Actor,
    ) -> BoxFuture<'a, Result<Page<Card>, StoreError>> {
        soon!(self, true, "cases", host => host.cases(query, actor).await)
    }

    /// What an actor (and those for whom they stand in) has to do on a moment's local day: what is overdue, and what is due
    /// today; their own activities, and those of their roles that nobody has. A host makes reminders and digests of it.
    ///
    /// # Errors
    /// As [`AsyncRuntime::cases`].
    pub fn agenda<'a>(
        &'a self,
        actor: &'a Actor,
        at: Moment,
        after: Option<PageKey>,
        limit: u32,
    ) -> BoxFuture<'a, Result<Page<ActivityRow>, StoreError>> {
        soon!(self, true, "agenda", host => host.agenda(actor, at, after, limit).await)
    }

    /// A page of open activities on cases that the actor sees.
    ///
    /// # Errors
    /// As [`AsyncRuntime::cases`].
    pub fn activities<'a>(
        &'a self,
        query: ActivityQuery,
        actor: &'a Actor,
    ) -> BoxFuture<'a, Result<Page<ActivityRow>, StoreError>> {
        soon!(self, true, "activities", host => host.activities(query, actor).await)
    }

    /// The board: how many open cases stand on each stage, how many are red and yellow, and their values, where the actor's
    /// roles let them see those.
    ///
    /// # Errors
    /// As [`AsyncRuntime::cases`].
    pub fn board<'a>(
        &'a self,
        filter: CaseFilter,
        actor: &'a Actor,
    ) -> BoxFuture<'a, Result<Board, StoreError>> {
        soon!(self, true, "board", host => host.board(filter, actor).await)
    }

    /// With inbox rows that are inquiries (`{"inquiry": {…}}`) taken in by [`AsyncRuntime::receive`] and
    /// [`AsyncRuntime::work`].
    #[must_use]
    pub fn taking_in(mut self) -> Self {
        self.taker = Some(
            |runtime, row, inquiry| soon!(runtime, true, "take_in", host => host.take_row(row, inquiry).await),
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
    pub fn take_in<'a>(&'a self, inquiry: &'a Inquiry) -> BoxFuture<'a, Result<Taken, TakeError>> {
        soon!(self, true, "take_in", host => host.take_in(inquiry).await)
    }

    /// Inquiries that wait for a person: see [`super::Runtime::undecided`].
    ///
    /// # Errors
    /// When the store fails.
    pub fn undecided<'a>(
        &'a self,
        after: &'a str,
        limit: u32,
    ) -> BoxFuture<'a, Result<Page<Waiting>, StoreError>> {
        soon!(self, true, "undecided", host => host.undecided(after, limit).await)
    }

    /// Carries out what a person says of an inquiry that waits, and takes it off the list, as one.
    ///
    /// # Errors
    /// An [`AssignError`]; it waits on then.
    pub fn assign<'a>(
        &'a self,
        row: &'a str,
        to: &'a Assign,
        actor: &'a Actor,
    ) -> BoxFuture<'a, Result<Taken, AssignError>> {
        soon!(self, true, "assign", host => host.assign(row, to, actor).await)
    }

    /// Cases by a key or a marked field, open ones first; by a field that the actor may not see, none.
    ///
    /// # Errors
    /// As [`AsyncRuntime::cases`].
    pub fn find<'a>(
        &'a self,
        find: &'a Find,
        actor: &'a Actor,
        limit: u32,
    ) -> BoxFuture<'a, Result<Vec<Card>, StoreError>> {
        soon!(self, true, "find", host => host.find(find, actor, limit).await)
    }
}

impl<'r, S: AsyncStore> AsyncWithin<'r, S> {
    /// Where facts come from, mostly the host's tables in the same transaction: within the same time limit.
    #[must_use]
    pub fn facts(mut self, source: &'r dyn AsyncFactSource) -> Self {
        self.facts = Some(source);
        self
    }

    /// Whose contact keys are, mostly the host's tables in the same transaction: within the same time limit.
    #[must_use]
    pub fn directory(mut self, directory: &'r dyn AsyncDirectory) -> Self {
        self.directory = Some(directory);
        self
    }

    steps!(false);
}

impl<S: AsyncStore + AsyncQuery> AsyncWithin<'_, S> {
    /// Publishes a draft as the next version: everything about it is checked, its examples run, what others published
    /// meanwhile is told or put beside it (V2, V5), and how cases under way pass over is kept (V3, V4).
    ///
    /// Checks, examples and proof are work of the processor, mostly far less than a second, and bounded; a host whose tasks
    /// must not wait so long calls it where blocking is allowed.
    ///
    /// # Errors
    /// A [`PublishError`], with everything that stands in the way; nothing was published then, and the draft is as it was.
    pub fn publish_draft<'a>(
        &'a self,
        asked: &'a Publication,
        by: &'a Actor,
    ) -> BoxFuture<'a, Result<Published, PublishError>> {
        soon!(self, false, "publish", host => host.publish_draft(asked, by).await)
    }

    /// Takes in what came by a channel (I1–I5): finds the cases to which it may belong, decides by the intake rules of the
    /// latest versions, and commits opening and interaction as one.
    ///
    /// Sent again it does nothing twice; with more it amends. What waits for a person is posted to the inbox, and listed
    /// as undecided once the inbox was received; so is what was refused, for which a right is missing or a bound is reached.
    ///
    /// # Errors
    /// A [`TakeError`]; nothing of it has been written then.
    pub fn take_in<'a>(&'a self, inquiry: &'a Inquiry) -> BoxFuture<'a, Result<Taken, TakeError>> {
        soon!(self, false, "take_in", host => host.take_in(inquiry).await)
    }
}
