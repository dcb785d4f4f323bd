//! Periods, cohorts, queries, damage, currencies: each told by an example.
