//! The list of cases: each once, by group and function; its name is `group/function` with dashes.

use super::bench::AnyBench;
use super::{Verdict, concurrency, query, store};
use crate::store::AnyQuery;

/// Makes one test per case; see [`crate::store::conformance`].
///
/// - `conformance_tests!(sync, BUILDER)`: all cases, for a store that is [`crate::store::Store`] and [`crate::store::Query`].
/// - `conformance_tests!(sync store, BUILDER)`: those for [`crate::store::Store`].
/// - `conformance_tests!(sync alone, BUILDER)`: those of them with one client, for a store on a borrowed transaction (S7).
/// - `conformance_tests!(sync query, BUILDER)`: those for [`crate::store::Query`].
///
/// With `async` instead of `sync` the same for [`crate::store::AsyncStore`] and [`crate::store::AsyncQuery`].
/// `BUILDER` is an expression that gives a builder, evaluated in each test. Each group is a module.
#[macro_export]
macro_rules! conformance_tests {
    ($way:ident, $builder:expr) => {
        $crate::conformance_tests!($way store, $builder);
        $crate::conformance_tests!($way query, $builder);
    };
    ($way:ident store, $builder:expr) => {
        $crate::conformance_tests!($way alone, $builder);
        $crate::__conformance_together!([$crate::__conformance_tests] $way run [$builder]);
    };
    ($way:ident alone, $builder:expr) => {
        $crate::__conformance_store!([$crate::__conformance_tests] $way run [$builder]);
    };
    ($way:ident query, $builder:expr) => {
        $crate::__conformance_query!([$crate::__conformance_tests] $way run_query [$builder]);
    };
}

/// The tests of some groups.
#[doc(hidden)]
#[macro_export]
macro_rules! __conformance_tests {
    ($way:ident $run:ident [$builder:expr] $($group:ident { $($case:ident)* })*) => { $(
        mod $group {
            #[allow(unused_imports, reason = "the builder's names may be paths")]
            use super::*;
            $( #[test]
            fn $case() {
                let name = concat!(stringify!($group), "/", stringify!($case)).replace('_', "-");
                let verdict = $crate::__conformance_run!($way $run)(&$builder, &name);
                $crate::store::conformance::verdict(&name, &verdict);
            } )*
        }
    )* };
}

/// Which function runs a case.
#[doc(hidden)]
#[macro_export]
macro_rules! __conformance_run {
    (sync run) => {
        $crate::store::conformance::run
    };
    (sync run_query) => {
        $crate::store::conformance::run_query
    };
    (async run) => {
        $crate::store::conformance::run_async
    };
    (async run_query) => {
        $crate::store::conformance::run_query_async
    };
}

/// The cases for a store with one client.
#[doc(hidden)]
#[macro_export]
macro_rules! __conformance_store {
    ([$($callback:tt)+] $($args:tt)*) => { $($callback)+! { $($args)*
        commit {
            stale_revision_writes_nothing
            first_revision_only_once
        }
    } };
}

/// The cases for a store with several clients at once.
#[doc(hidden)]
#[macro_export]
macro_rules! __conformance_together {
    ([$($callback:tt)+] $($args:tt)*) => { $($callback)+! { $($args)*
        concurrency {
            one_input_of_ten_clients_is_written_once
        }
    } };
}

/// The cases for lists.
#[doc(hidden)]
#[macro_export]
macro_rules! __conformance_query {
    ([$($callback:tt)+] $($args:tt)*) => { $($callback)+! { $($args)*
        lists {
            pages_hold_each_case_once
        }
    } };
}

macro_rules! names {
    ($name:ident $($group:ident { $($case:ident)* })*) => {
        pub(super) fn $name() -> Vec<String> {
            let names = [$($( concat!(stringify!($group), "/", stringify!($case)) ),*),*];
            names.into_iter().map(|name| name.replace('_', "-")).collect()
        }
    };
}

crate::__conformance_store!([names] store_names);
crate::__conformance_together!([names] together_names);
crate::__conformance_query!([names] query_names);

/// One client, on one handle.
macro_rules! alone {
    ($run:ident $cases:ident [$($bounds:tt)*] $($group:ident { $($case:ident)* })*) => {
        pub(super) fn $run<B: AnyBench>(bench: &B, name: &str) -> Option<Verdict>
        where
            B::Store: $($bounds)*
        {
            let name = name.replace('-', "_");
            let connect = || bench.connect();
            $($( if name == concat!(stringify!($group), "/", stringify!($case)) {
                let ran = connect().map_err(Into::into);
                return Some(ran.and_then(|it| bench.drive(Box::pin($cases::$group::$case(&it)))));
            } )*)*
            None
        }
    };
}

crate::__conformance_store!([alone] run_store store [Sized]);
crate::__conformance_query!([alone] run_query query [AnyQuery]);

macro_rules! several {
    ($run:ident $($group:ident { $($case:ident)* })*) => {
        pub(super) fn $run<B: AnyBench>(bench: &B, name: &str) -> Option<Verdict> {
            let name = name.replace('-', "_");
            $($( if name == concat!(stringify!($group), "/", stringify!($case)) {
                return Some($group::$case(bench));
            } )*)*
            None
        }
    };
}

crate::__conformance_together!([several] run_together);
