//! Deliberately broken stores: each with one flaw, and caught by the case that is there for it.

mod lists;
mod steps;

use std::collections::BTreeMap;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};
use voronka::Moment;
use voronka::store::conformance::{Builder, run, run_query, store_names};
use voronka::store::{MemoryStore, StoreError, Version};

/// What is wrong with a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flaw {
    Nothing,
    // Commits.
    ForgetsInputs,
    IgnoresRevisions,
    TearsWhatConflicts,
    StopsAtAConflict,
    WritesAllOrNothingOfACall,
    RevisionBeforeInput,
    CounterBeforeRevision,
    IgnoresCounters,
    LosesTimers,
    LosesTheLastEffect,
    LosesSettlements,
    KeepsLostKeys,
    KeepsCancelledTimers,
    ShortensTexts,
    MangleOutsideThePlane,
    TakesNullCharacters,
    FoldsKeys,
    ErasesNothing,
    ErasesEntriesOnly,
    ChecksThenWrites,
    ChecksInputsThenWrites,
    // Reading.
    HidesHoles,
    IgnoresFrom,
    MixesRevisions,
    LoadsNoSwitches,
    LosesAnswersOfOtherCases,
    // Handing out.
    HandsOutEarly,
    IgnoresLeases,
    LeasesForEver,
    IgnoresSwitches,
    IgnoresEnabled,
    IgnoresItsClock,
    IgnoresLimits,
    ReversesEffects,
    EachEffectAlone,
    OneLaneForAll,
    CountsNoAttempts,
    LeasesTwiceInARace,
    // Settling.
    FreesWhatStops,
    StopsWhatFrees,
    BelievesAnyHost,
    DoneOnlyByItsHost,
    AgreesToAll,
    PutsNothingOff,
    // The inbox.
    ForgetsDoneRows,
    ReversesPosts,
    RefusesOddRows,
    FindsNoDocuments,
    DropsRefusedRows,
    KnowsIdsOnly,
    // What is kept.
    ChangesVersions,
    IgnoresDraftRevisions,
    LosesARefusal,
    IgnoresHashes,
    // Lists.
    DropsTheLastRow,
    RepeatsARow,
    PagesByOffset,
    IgnoresSight,
    SightAfterPaging,
    LightsAMomentLate,
    ShowsClosedByTheirStage,
    AddsCurrencies,
    AddsInFloats,
    FindsClosedFirst,
    IgnoresRoles,
    HidesActivitiesOfUnseen,
    MissesAChange,
    RepeatsAChange,
    HidesThoseThatFree,
    CountsFromOne,
}

/// A store in memory with a flaw.
struct Broken {
    flaw: Flaw,
    inner: MemoryStore,
    /// Tells apart what must not be the same.
    count: AtomicU64,
    /// Who has what, as last handed out.
    holders: Mutex<BTreeMap<String, String>>,
    /// Inbox rows that are done.
    done: Mutex<Vec<String>>,
    versions: Mutex<BTreeMap<(String, u32), Version>>,
    /// The first bytes of each case.
    first: Mutex<BTreeMap<String, String>>,
    /// How many rows were given up to a place.
    offsets: Mutex<BTreeMap<String, u32>>,
}

struct With(Flaw);

impl Builder for With {
    type Fresh = Arc<Broken>;

    fn build(&self) -> Result<Arc<Broken>, StoreError> {
        Ok(Arc::new(Broken {
            flaw: self.0,
            inner: MemoryStore::new(),
            count: AtomicU64::new(0),
            holders: Mutex::default(),
            done: Mutex::default(),
            versions: Mutex::default(),
            first: Mutex::default(),
            offsets: Mutex::default(),
        }))
    }
}

/// What a store with a clock says.
fn clock() -> Moment {
    "2020-07-01T12:00:00Z".parse().unwrap()
}

fn runs(flaw: Flaw, case: &str) -> Result<(), String> {
    let is_of_store = store_names().iter().any(|it| it == case);
    let ran = if is_of_store { run(&With(flaw), case) } else { run_query(&With(flaw), case) };
    ran.map_err(|failure| failure.to_string())
}

/// One test per flaw: the case passes without it, and catches it for what it is.
macro_rules! caught {
    ($($name:ident: $flaw:ident by $($case:literal)+;)*) => { $(
        #[test]
        fn $name() {
            $(
                assert_eq!(runs(Flaw::Nothing, $case), Ok(()));
                let failure = runs(Flaw::$flaw, $case).expect_err($case);
                let own = ["there is no case", "the suite's own step", "a client panicked"];
                assert!(!own.iter().any(|it| failure.contains(it)), "{failure}");
            )+
        }
    )* };
}

caught! {
    one_that_forgets_inputs: ForgetsInputs by
        "commit/known-input-gives-its-entry-and-writes-nothing"
        "commit/one-input-twice-in-one-call";
    one_that_ignores_revisions: IgnoresRevisions by
        "commit/stale-revision-writes-nothing"
        "commit/first-revision-only-once";
    one_that_writes_a_part_of_what_conflicts: TearsWhatConflicts by "commit/stale-revision-writes-nothing";
    one_that_stops_at_a_conflict: StopsAtAConflict by "commit/one-that-conflicts-leaves-the-others";
    one_that_writes_all_or_nothing_of_a_call: WritesAllOrNothingOfACall by
        "commit/one-that-conflicts-leaves-the-others";
    one_that_looks_at_the_revision_before_the_input: RevisionBeforeInput by
        "commit/known-input-counts-before-a-stale-revision";
    one_that_looks_at_the_counter_before_the_revision: CounterBeforeRevision by
        "commit/stale-revision-counts-before-a-counter";
    one_that_ignores_counters: IgnoresCounters by
        "commit/other-counter-writes-nothing"
        "concurrency/counter-moves-on-once"
        "outcomes/counters-in-the-order-asked";
    one_that_loses_timers: LosesTimers by "timers/not-before-its-moment";
    one_that_loses_the_last_effect: LosesTheLastEffect by
        "commit/writes-all-of-it"
        "effects/handed-out-with-all-that-was-written";
    one_that_loses_settlements_of_commits: LosesSettlements by "commit/settlements-in-it-are-settled-with-it";
    one_that_keeps_lost_keys: KeepsLostKeys by
        "commit/lost-key-finds-no-more-and-a-known-one-stays"
        "find/a-lost-key-finds-no-more";
    one_that_keeps_cancelled_timers: KeepsCancelledTimers by
        "timers/cancelled-is-handed-out-no-more"
        "timers/fired-by-a-real-step-fires-once";
    one_that_shortens_texts: ShortensTexts by "limits/a-megabyte-comes-back";
    one_that_mangles_what_is_outside_the_first_plane: MangleOutsideThePlane by
        "limits/all-of-unicode-comes-back";
    one_that_takes_null_characters: TakesNullCharacters by
        "limits/null-character-is-refused-and-nothing-written"
        "commit/refused-text-writes-nothing-of-the-call";
    one_that_folds_keys: FoldsKeys by
        "limits/keys-are-compared-by-their-bytes"
        "find/by-each-kind-of-key";
    one_that_erases_nothing: ErasesNothing by
        "erasure/replaces-the-bytes-of-earlier-entries"
        "erasure/replaces-the-bytes-of-answers"
        "changes/after-an-erasure-gives-its-bytes";
    one_that_erases_entries_only: ErasesEntriesOnly by
        "erasure/replaces-the-bytes-of-effects-that-are-left";
    one_that_checks_the_revision_and_then_writes: ChecksThenWrites by
        "concurrency/one-revision-is-followed-once";
    one_that_checks_the_input_and_then_writes: ChecksInputsThenWrites by
        "concurrency/one-input-for-ten-cases-is-written-once";

    one_that_hides_holes: HidesHoles by "journal/hole-is-an-error" "journal/lost-end-is-an-error";
    one_that_ignores_from_where_to_read: IgnoresFrom by "journal/pages-join-without-a-seam";
    one_that_mixes_revisions: MixesRevisions by "concurrency/what-one-handle-writes-another-reads";
    one_that_loads_no_switches: LoadsNoSwitches by "timers/switches-are-loaded-with-the-case";
    one_that_knows_a_cases_own_inputs_only: LosesAnswersOfOtherCases by
        "commit/load-gives-what-was-asked-in-its-order";

    one_that_hands_out_early: HandsOutEarly by "timers/not-before-its-moment";
    one_that_ignores_leases: IgnoresLeases by
        "timers/once-while-leased"
        "effects/a-leased-one-holds-its-lane"
        "inbox/a-leased-one-holds-up-its-case-only";
    one_that_leases_for_ever: LeasesForEver by
        "timers/again-when-the-lease-has-ended"
        "effects/again-when-the-lease-has-ended"
        "inbox/again-when-the-lease-has-ended";
    one_that_ignores_switches: IgnoresSwitches by "timers/switched-off-waits-and-on-again-fires";
    one_that_ignores_enabled: IgnoresEnabled by
        "timers/off-by-its-scenario-waits-until-switched-on"
        "timers/fired-by-a-real-step-fires-once";
    one_that_ignores_its_clock: IgnoresItsClock by "timers/a-host-whose-clock-is-ahead-fires-nothing-early";
    one_that_ignores_limits: IgnoresLimits by
        "timers/the-earliest-first-and-no-more-than-asked"
        "effects/no-more-than-asked-and-from-the-front";
    one_that_reverses_effects: ReversesEffects by "effects/in-order-within-a-lane";
    one_that_knows_no_lanes: EachEffectAlone by
        "effects/a-leased-one-holds-its-lane"
        "effects/given-up-stops-its-lane"
        "concurrency/a-lane-is-never-at-two-hosts";
    one_with_one_lane_for_all: OneLaneForAll by "effects/lanes-do-not-wait-for-each-other";
    one_that_counts_no_attempts: CountsNoAttempts by
        "effects/attempts-are-counted-when-handed-out"
        "inbox/again-when-the-lease-has-ended";
    one_that_leases_twice_in_a_race: LeasesTwiceInARace by
        "concurrency/timers-go-to-one-host-each"
        "concurrency/effects-go-to-one-host-each"
        "concurrency/inbox-rows-go-to-one-host-each";

    one_that_frees_what_stops: FreesWhatStops by "effects/given-up-stops-its-lane";
    one_that_stops_what_frees: StopsWhatFrees by "effects/given-up-that-frees-lets-its-lane-go-on";
    one_that_believes_any_host: BelievesAnyHost by
        "effects/what-another-host-says-does-not-hold"
        "inbox/what-another-host-says-does-not-hold"
        "timers/again-when-the-lease-has-ended";
    one_for_which_only_its_host_is_done: DoneOnlyByItsHost by "effects/done-is-done-whoever-says-it-and-when";
    one_that_agrees_to_all: AgreesToAll by "effects/settlements-are-answered-in-order";
    one_that_puts_nothing_off: PutsNothingOff by
        "timers/put-off-until-a-moment"
        "effects/put-off-holds-its-lane-until-its-moment"
        "inbox/put-off-holds-up-its-case-until-then";

    one_that_forgets_done_rows: ForgetsDoneRows by "inbox/done-is-remembered";
    one_that_reverses_posts: ReversesPosts by "inbox/in-the-order-of-posting" "inbox/in-order-per-case";
    one_that_refuses_odd_rows: RefusesOddRows by "inbox/needs-no-case-and-no-sense";
    one_that_finds_no_documents: FindsNoDocuments by
        "inbox/finds-cases-by-id-external-id-and-document"
        "inbox/order-holds-across-objects";
    one_that_drops_refused_rows: DropsRefusedRows by
        "outcomes/refused-rows-by-id-in-pages"
        "inbox/sent-again-goes-to-the-end";
    one_that_knows_ids_only: KnowsIdsOnly by "inbox/new-known-and-clash";

    one_that_changes_versions: ChangesVersions by "kept/published-version-never-changes";
    one_that_ignores_draft_revisions: IgnoresDraftRevisions by "kept/draft-only-on-the-revision-before";
    one_that_loses_a_refusal: LosesARefusal by "kept/refusals-are-added" "concurrency/refusals-of-all-are-counted";
    one_that_ignores_hashes: IgnoresHashes by "kept/versions-are-found-by-number-and-hash";

    one_that_drops_the_last_row: DropsTheLastRow by "lists/pages-hold-each-case-once";
    one_that_repeats_a_row: RepeatsARow by "lists/pages-hold-each-case-once" "lists/by-when-they-turn-red";
    one_that_pages_by_offset: PagesByOffset by "lists/rows-that-come-and-go-neither-repeat-nor-hide";
    one_that_ignores_sight: IgnoresSight by
        "sight/own-cases-are-seen-and-no-others"
        "sight/finding-finds-what-is-seen"
        "sight/the-board-counts-what-is-seen"
        "activities/of-unseen-cases-ones-own-only";
    one_that_looks_at_sight_after_paging: SightAfterPaging by "sight/pages-do-not-tell-of-what-is-unseen";
    one_whose_lights_are_a_moment_late: LightsAMomentLate by
        "lights/colour-at-a-moment"
        "board/lights-are-counted-at-the-moment";
    one_that_shows_closed_ones_by_their_stage: ShowsClosedByTheirStage by
        "lists/each-filter-lets-through-its-own";
    one_that_adds_currencies: AddsCurrencies by "board/currencies-are-never-added-across";
    one_that_adds_in_floats: AddsInFloats by "board/sums-are-exact";
    one_that_finds_closed_ones_first: FindsClosedFirst by "find/open-ones-first-each-by-id-descending";
    one_that_ignores_roles: IgnoresRoles by "activities/of-owners-and-of-roles-where-nobody-has-it";
    one_that_hides_ones_own_of_unseen_cases: HidesActivitiesOfUnseen by
        "activities/of-unseen-cases-ones-own-only";
    one_that_misses_a_change: MissesAChange by
        "changes/pages-hold-each-entry-once"
        "feed/a-reader-sees-each-entry-once-while-others-write";
    one_that_repeats_a_change: RepeatsAChange by
        "changes/pages-hold-each-entry-once"
        "changes/goes-on-after-further-commits";
    one_that_hides_those_that_free: HidesThoseThatFree by "outcomes/stopped-effects-by-id-in-pages";
    one_whose_counters_begin_at_one: CountsFromOne by "outcomes/counters-in-the-order-asked";
}
