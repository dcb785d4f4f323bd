//! The contracts: [`Store`] (what a step needs), [`Query`] (lists), and their async twins.
//!
//! Each method is written down once, below; the macro makes of it the sync method, the async one, and the
//! inner trait over which the runtime is written ([`super::reach`]).

use super::reach::{Answer, Awaiting, Blocking, BoxFuture};
use super::{
    ActivityQuery, ActivityRow, Board, BoardQuery, CaseQuery, CaseRow, Changed, Commit, Committed, EntryText,
    Find, Keep, Kept, LeaseRequest, Leases, Loading, Look, Message, Page, Position, Posted, RefusedItem,
    Settle, Sight, StoppedEffect, StoreError, Wanted,
};
use std::sync::Arc;

/// Makes of one list of methods a sync trait, its async twin, and the trait over both. An argument is either
/// borrowed (`case: &str`) or given (`limit = u32`).
macro_rules! contract {
    (
        $(#[$sync_doc:meta])* sync $sync:ident;
        $(#[$async_doc:meta])* async $async:ident;
        both $any:ident;
        $( $(#[$doc:meta])* fn $name:ident($($arg:ident $(: &$borrowed:ty)? $(= $given:ty)?),*) -> $out:ty; )*
    ) => {
        $(#[$sync_doc])*
        pub trait $sync {
            $( $(#[$doc])*
            #[allow(clippy::missing_errors_doc, reason = "the trait says what errors mean")]
            fn $name(&self, $($arg: $(&$borrowed)? $($given)?),*) -> Result<$out, StoreError>; )*
        }

        $(#[$async_doc])*
        pub trait $async: Send + Sync {
            $( $(#[$doc])*
            fn $name<'a>(
                &'a self, $($arg: $(&'a $borrowed)? $($given)?),*
            ) -> BoxFuture<'a, Result<$out, StoreError>>; )*
        }

        /// Both, for what is written once for sync and async.
        #[cfg_attr(not(feature = "conformance"), allow(dead_code, reason = "the suite calls all of it"))]
        pub(crate) trait $any {
            $( fn $name<'a>(&'a self, $($arg: $(&'a $borrowed)? $($given)?),*) -> Answer<'a, $out>; )*
        }

        impl<S: $sync> $any for Blocking<S> {
            $( fn $name<'a>(&'a self, $($arg: $(&'a $borrowed)? $($given)?),*) -> Answer<'a, $out> {
                Answer::now(self.0.$name($($arg),*))
            } )*
        }

        impl<S: $async> $any for Awaiting<S> {
            $( fn $name<'a>(&'a self, $($arg: $(&'a $borrowed)? $($given)?),*) -> Answer<'a, $out> {
                Answer::Later(self.0.$name($($arg),*))
            } )*
        }

        contract!(@owners $sync $async [$( fn $name($($arg $(: &$borrowed)? $(= $given)?),*) -> $out; )*] &T, Box<T>, Arc<T>);
    };
    (@owners $sync:ident $async:ident $methods:tt $($owner:ty),*) => {
        $( contract!(@owner $sync $async $methods $owner); )*
    };
    (
        @owner $sync:ident $async:ident
        [$( fn $name:ident($($arg:ident $(: &$borrowed:ty)? $(= $given:ty)?),*) -> $out:ty; )*] $owner:ty
    ) => {
        impl<T: $sync + ?Sized> $sync for $owner {
            $( fn $name(&self, $($arg: $(&$borrowed)? $($given)?),*) -> Result<$out, StoreError> {
                (**self).$name($($arg),*)
            } )*
        }

        impl<T: $async + ?Sized> $async for $owner {
            $( fn $name<'a>(
                &'a self, $($arg: $(&'a $borrowed)? $($given)?),*
            ) -> BoxFuture<'a, Result<$out, StoreError>> {
                (**self).$name($($arg),*)
            } )*
        }
    };
}

contract! {
    /// What a step needs of a store, for sync hosts.
    ///
    /// A store on a transaction *borrowed* from the host (S7) never begins, commits, rolls back or retries, and
    /// what it gives and takes is as durable as that transaction; all else holds for it too.
    ///
    /// All moments come in as arguments: a store asks no clock but the database's own, where many hosts share it.
    sync Store;
    /// What a step needs of a store, for async hosts: the same contract as [`Store`].
    async AsyncStore;
    both AnyStore;

    /// What steps need of their cases, in the order asked; asking for one case twice gives it twice.
    ///
    /// # Contract
    /// - What is given is committed, or written earlier in the same borrowed transaction: a step on anything else would be lost.
    /// - A case, its revision and its bytes are of one commit, never mixed: the engine folds on them.
    /// - `answer` is the entry of that input id whichever case it belongs to, since ids are unique in the store (S3).
    /// - `switches` are all that were ever switched in the case's scenario, as they are now (T7).
    /// - `clock` is given where many hosts share the store and it has a clock (S10).
    /// - A case that is not there is no error: its place holds none.
    fn load(wanted: &[Wanted]) -> Loading;

    /// Entries of a case from a number on, in order, at most `limit`.
    ///
    /// # Contract
    /// - Numbers follow each other without holes; what is not there (a lost row) is an error, never a shorter answer,
    ///   since a journal with a hole folds to a case that never was (S4).
    /// - The bytes are those committed, or after an erasure those of the erasure (S11, S12).
    /// - A case without entries, or none from that number on, gives an empty list.
    fn journal(case: &str, from = u64, limit = u32) -> Vec<EntryText>;

    /// Writes steps, each as one: all of it or none (S1); answers in the order of the commits.
    ///
    /// # Contract
    /// - [`Commit::check`] is asked before anything is written; what it refuses is the error of the whole call.
    /// - For each commit, in this order: the input's id is known → `Repeated` with its entry; the stored revision is
    ///   not `before` → `Conflict`; a counter is not `from` → `Counter`; else all is written, and the answer is `Done`.
    ///   What is not `Done` has written nothing, and leaves the other commits of the call as they are (M10).
    /// - `Done` means durable (on an owned store) before the call returns. An error means that nothing of the call is
    ///   there, but for [`StoreError::Unreachable`], after which it is there as a whole or not at all.
    /// - Two commits on one revision never both succeed, from whichever hosts (S2, S4); two with one input id neither (S3).
    /// - Several commits of one case in one call stand on each other, in order. After one that was not `Done` those of its
    ///   case are not written: what is not known is a `Conflict`, whatever the revision, since what was to stand under it
    ///   is not what the case became.
    /// - A timer, activity or field that is put replaces the one of the same id (a field: name) of the case; a timer that
    ///   is put anew is leased to nobody. A key that is there already stays.
    /// - Effects keep their order within case and lane: by entry, then by place (S5).
    /// - Settlements in it follow the same rules as in `settle`, and never make a commit fail.
    fn commit(commits: &[Commit]) -> Vec<Committed>;

    /// Hands out what is due, to nobody else until the lease ends (S5, S6, S8).
    ///
    /// # Contract
    /// - Nothing is handed out before its moment, nor while another's lease on it lasts; the earlier of the caller's
    ///   and the store's clock counts, so that a host whose clock is ahead fires nothing early.
    /// - A lease that has ended is as good as none: a host that died keeps nothing from being done.
    /// - Timers: `at` is reached, and the trigger is on by its switch, or where nobody switched it by `enabled` (T7).
    /// - Effects: within a case and lane none is handed out while an earlier one is leased, waits for its next attempt, or
    ///   is stopped without freeing the lane. Several of one lane may be handed out at once, to one host, in order.
    /// - Inbox: in the order of posting; none is handed out while an earlier one that shares a case with it is leased or
    ///   waits, nor together with it, since that one may yet be put off. The linked cases are given: of that id, with the object as an external id, or with it as a document.
    ///   A row for which there is no case is handed out too, with none.
    /// - An attempt is counted when it is handed out, so that what kills its host is counted.
    /// - Two hosts that ask at once get different things, without waiting long for each other.
    fn lease(request: &LeaseRequest) -> Leases;

    /// Says what became of what was handed out or had stopped; answers in order whether it held.
    ///
    /// # Contract
    /// - One that does not hold (the lease is another's, the row is gone, it had not stopped) changes nothing, and is
    ///   `false`, not an error: messages come late and twice.
    /// - `EffectDone` holds whoever says it, also after the lease has ended, since the effect *is* done.
    /// - What is done is not handed out again, also after a crash that follows the answer.
    fn settle(settlements: &[Settle]) -> Vec<bool>;

    /// Posts rows to the inbox; answers in order (S8).
    ///
    /// # Contract
    /// - The same id with the same object and text is `Known`, with others `Clash`; neither writes anything.
    /// - It needs no case to be there, and is not refused for what the row says: a posting must never fail because a
    ///   case refuses.
    /// - Ids are remembered also when the row is done, so that the same row posted again does nothing twice.
    fn post(messages: &[Message]) -> Vec<Posted>;

    /// Keeps a version, draft, mapping, switch, or counts of refusals (S9, S13, T7).
    ///
    /// # Contract
    /// - A published version never changes: another hash under its number is a `Clash`.
    /// - A draft is written only on the revision before its own; two editors at once cannot both win (V5).
    /// - Counts of refusals are added, also by many hosts at once; none is lost.
    fn keep(keep: &Keep) -> Kept;

    /// What is kept, in the order that [`Look`] names.
    ///
    /// # Contract
    /// - What is not there gives an empty list.
    fn kept(look: &Look) -> Vec<Keep>;
}

contract! {
    /// Lists, for sync hosts; a trait of its own, so that a first adapter is a day's work.
    ///
    /// Every list is paged by key: a page costs the same wherever it begins, and rows that are added or that leave
    /// meanwhile neither repeat nor hide others.
    sync Query;
    /// Lists, for async hosts: the same contract as [`Query`].
    async AsyncQuery;
    both AnyQuery;

    /// A page of cases.
    ///
    /// # Contract
    /// - All that the filter lets through and nothing else, in the order asked, ties by id (both ascending, but for
    ///   `ClosedAt` and `OpenedAt`, where moments and ids descend).
    /// - Rows that [`Sight`] does not let through do not show, not even by the page's length.
    /// - Ids compare by their bytes, whatever the database's language.
    fn cases(query: &CaseQuery) -> Page<CaseRow>;

    /// A page of open activities, by due moment and id; those without a due moment last.
    ///
    /// # Contract
    /// - Activities of open cases and child processes alike.
    /// - What [`Sight`] does not let through shows only where it is an owner's of the query's `owners`.
    fn activities(query: &ActivityQuery) -> Page<ActivityRow>;

    /// Open cases by stage: how many, how many red and yellow, their values by currency.
    ///
    /// # Contract
    /// - Sums are exact; currencies are never added across (F5).
    fn board(query: &BoardQuery) -> Board;

    /// Cases by a key or a marked field, open ones first, each by id descending; at most `limit`.
    ///
    /// # Contract
    /// - The key is compared as it is; whoever asks has normalised it.
    fn find(find: &Find, sight: &Sight, limit = u32) -> Vec<CaseRow>;

    /// Entries since a position, at most `limit`.
    ///
    /// # Contract
    /// - Whoever goes on from `next` sees each entry once and misses none, also those of transactions that began
    ///   earlier and were committed later.
    /// - Entries of one case come in their order.
    fn changes(since = Position, limit = u32) -> Changed;

    /// Effects that were given up and are not settled, by id, after an id (`""` from the beginning).
    ///
    /// # Contract
    /// - Those that free their lane are among them.
    fn stopped(after: &str, limit = u32) -> Page<StoppedEffect>;

    /// Inbox rows that were refused or found no case, by id, after an id (`""` from the beginning).
    ///
    /// # Contract
    /// - Rows that wait or are leased are not among them.
    fn refused(after: &str, limit = u32) -> Page<RefusedItem>;

    /// The values of intake counters by name; 0 for one that is not there (I3).
    ///
    /// # Contract
    /// - In the order of the names asked.
    fn counters(names: &[String]) -> Vec<i64>;
}
