//! The list of cases: each once, by group and function; its name is `group/function` with dashes.

use super::bench::AnyBench;
use super::query::feed;
use super::{Verdict, concurrency, query, store};
use crate::store::AnyQuery;

/// Makes one test per case; see [`crate::store::conformance`].
///
/// - `conformance_tests!(sync, BUILDER)`: all cases, for a store that is [`crate::store::Store`] and [`crate::store::Query`].
/// - `conformance_tests!(sync store, BUILDER)`: those for [`crate::store::Store`].
/// - `conformance_tests!(sync alone, BUILDER)`: those of them with one client, for a store on a borrowed transaction (S7).
/// - `conformance_tests!(sync query, BUILDER)`: those for [`crate::store::Query`].
/// - `conformance_tests!(sync query alone, BUILDER)`: those of them with one client.
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
    ($way:ident query alone, $builder:expr) => {
        $crate::__conformance_query!([$crate::__conformance_tests] $way run_query [$builder]);
    };
    ($way:ident query, $builder:expr) => {
        $crate::conformance_tests!($way query alone, $builder);
        $crate::__conformance_feed!([$crate::__conformance_tests] $way run_query [$builder]);
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
            writes_all_of_it
            stale_revision_writes_nothing
            revision_ahead_writes_nothing
            first_revision_only_once
            known_input_gives_its_entry_and_writes_nothing
            known_input_of_another_case_gives_that_ones_entry
            known_input_counts_before_a_stale_revision
            stale_revision_counts_before_a_counter
            other_counter_writes_nothing
            counter_moves_on
            one_that_conflicts_leaves_the_others
            two_of_one_case_stand_on_each_other
            two_of_one_revision_in_one_call
            none_stands_on_one_that_was_refused
            one_input_twice_in_one_call
            counters_in_one_call_stand_on_each_other
            nothing_at_all_is_no_error
            refused_text_writes_nothing_of_the_call
            settlements_in_it_are_settled_with_it
            settlements_of_one_that_conflicts_settle_nothing
            lost_key_finds_no_more_and_a_known_one_stays
            load_gives_what_was_asked_in_its_order
            what_is_read_folds_to_the_case
        }
        journal {
            entries_come_in_order
            pages_join_without_a_seam
            nothing_there_is_an_empty_list
            cases_do_not_mix
            hole_is_an_error
            lost_end_is_an_error
        }
        timers {
            not_before_its_moment
            once_while_leased
            again_when_the_lease_has_ended
            the_earliest_first_and_no_more_than_asked
            limit_of_none_hands_out_none
            put_off_until_a_moment
            put_off_to_before_the_leases_end
            armed_anew_replaces_and_is_nobodys
            cancelled_is_handed_out_no_more
            gone_is_handed_out_no_more
            fired_by_a_real_step_fires_once
            switched_off_waits_and_on_again_fires
            off_by_its_scenario_waits_until_switched_on
            a_switch_stops_its_own_trigger_only
            switches_are_loaded_with_the_case
            a_host_whose_clock_is_ahead_fires_nothing_early
            goes_with_its_own_case_only
        }
        effects {
            handed_out_with_all_that_was_written
            in_order_within_a_lane
            no_more_than_asked_and_from_the_front
            a_leased_one_holds_its_lane
            lanes_do_not_wait_for_each_other
            cases_do_not_wait_for_each_other
            again_when_the_lease_has_ended
            put_off_holds_its_lane_until_its_moment
            a_later_one_waits_for_an_earlier_put_off
            handed_back_comes_at_once_and_is_not_counted
            given_up_stops_its_lane
            given_up_that_frees_lets_its_lane_go_on
            requeued_is_handed_out_from_its_first_attempt
            one_that_freed_takes_its_place_again
            dropped_frees_its_lane
            done_is_done_whoever_says_it_and_when
            done_also_after_it_stopped
            what_another_host_says_does_not_hold
            settlements_are_answered_in_order
            attempts_are_counted_when_handed_out
            two_hosts_get_different_ones
            of_a_case_that_conflicted_there_are_none
        }
        inbox {
            new_known_and_clash
            handed_out_as_it_came
            finds_cases_by_id_external_id_and_document
            no_case_is_handed_out_too
            finds_a_case_that_came_after_it
            in_the_order_of_posting
            in_order_per_case
            one_row_of_a_case_at_a_time
            a_leased_one_holds_up_its_case_only
            order_holds_across_objects
            put_off_holds_up_its_case_until_then
            again_when_the_lease_has_ended
            refused_holds_up_nothing
            sent_again_goes_to_the_end
            sent_again_is_counted_anew
            dropped_is_gone
            done_is_remembered
            what_another_host_says_does_not_hold
            needs_no_case_and_no_sense
            a_closed_case_is_still_found
        }
        kept {
            published_version_never_changes
            versions_are_found_by_number_and_hash
            draft_only_on_the_revision_before
            dropped_draft_is_gone
            mapping_replaces_one_of_the_same_versions
            switch_replaces_the_earlier_state
            refusals_are_added
            nothing_kept_is_an_empty_list
        }
        erasure {
            replaces_the_bytes_of_earlier_entries
            replaces_the_bytes_of_answers
            replaces_the_bytes_of_effects_that_are_left
            of_one_that_conflicts_erases_nothing
        }
        limits {
            null_character_is_refused_and_nothing_written
            all_of_unicode_comes_back
            odd_ids_are_ids
            a_megabyte_comes_back
            ten_thousand_effects_in_order
            many_commits_in_one_call
            moments_at_their_bounds
            a_long_journal_of_one_call
            keys_are_compared_by_their_bytes
            a_limit_beyond_all_rows_gives_them_all
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
            one_input_for_ten_cases_is_written_once
            one_revision_is_followed_once
            journals_of_busy_cases_have_no_holes
            calls_with_many_cases_in_any_order_all_succeed
            crossing_calls_write_each_case_once
            timers_go_to_one_host_each
            effects_go_to_one_host_each
            inbox_rows_go_to_one_host_each
            a_lane_is_never_at_two_hosts
            rows_of_one_case_are_never_at_two_hosts
            one_effect_is_settled_once
            counter_moves_on_once
            refusals_of_all_are_counted
            of_many_editors_one_wins
            one_message_is_posted_once
            what_one_handle_writes_another_reads
            a_case_is_never_read_torn
        }
    } };
}

/// The cases for lists with several clients at once.
#[doc(hidden)]
#[macro_export]
macro_rules! __conformance_feed {
    ([$($callback:tt)+] $($args:tt)*) => { $($callback)+! { $($args)*
        feed {
            a_reader_sees_each_entry_once_while_others_write
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
            a_page_that_is_the_last_says_so
            a_limit_beyond_all_rows_gives_them_all
            rows_come_back_as_they_were_written
            ids_compare_by_their_bytes
            rows_that_come_and_go_neither_repeat_nor_hide
            by_when_they_turn_red
            by_when_they_turn_yellow
            by_when_they_were_closed
            by_when_they_were_opened
            each_filter_lets_through_its_own
            filters_hold_together
            a_step_takes_a_case_to_other_lists
            closed_by_period_outcome_and_reason
            a_reopened_case_is_open
        }
        sight {
            own_cases_are_seen_and_no_others
            cases_of_a_team_are_seen
            no_part_sees_nothing
            parts_add_up
            pages_do_not_tell_of_what_is_unseen
            the_board_counts_what_is_seen
            finding_finds_what_is_seen
        }
        lights {
            colour_at_a_moment
            turns_red_within
            turns_yellow_within
            in_order_and_in_pages
            agrees_with_the_case
            closed_ones_have_none
        }
        board {
            nothing_gives_no_cell
            currencies_are_never_added_across
            sums_are_exact
            lights_are_counted_at_the_moment
            open_ones_only_by_scenario_and_stage_in_order
            a_filter_holds_but_for_open_and_light
            the_latest_version_gives_the_stages_order
        }
        find {
            by_each_kind_of_key
            by_what_a_real_opening_tells
            open_ones_first_each_by_id_descending
            by_a_marked_field_as_it_is_now
            by_an_unmarked_field_never
            a_lost_key_finds_no_more
        }
        activities {
            by_due_moment_those_without_last
            of_owners_and_of_roles_where_nobody_has_it
            of_one_case
            due_by_and_agenda
            rows_come_back_as_they_were_written
            put_again_it_is_replaced
            of_real_steps_until_they_are_done
            of_child_processes_too
            of_unseen_cases_ones_own_only
            of_closed_cases_none
        }
        changes {
            all_from_the_beginning_in_order
            pages_hold_each_entry_once
            goes_on_after_further_commits
            what_was_not_done_is_not_there
            after_an_erasure_gives_its_bytes
        }
        outcomes {
            stopped_effects_by_id_in_pages
            stopped_effects_leave_when_settled
            refused_rows_by_id_in_pages
            refused_rows_leave_when_sent_again_or_dropped
            a_row_without_a_case_waits_to_be_sent_again
            counters_in_the_order_asked
            a_counter_of_what_was_not_done_stays
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
crate::__conformance_feed!([names] feed_names);

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
    ($run:ident [$($bounds:tt)*] $($group:ident { $($case:ident)* })*) => {
        pub(super) fn $run<B: AnyBench>(bench: &B, name: &str) -> Option<Verdict>
        where
            B::Store: $($bounds)*
        {
            let name = name.replace('-', "_");
            $($( if name == concat!(stringify!($group), "/", stringify!($case)) {
                return Some($group::$case(bench));
            } )*)*
            None
        }
    };
}

crate::__conformance_together!([several] run_together [Sized]);
crate::__conformance_feed!([several] run_feed [AnyQuery]);
