-- voronka on SQLite (3.37 or later), version 1. Published: docs/SCHEMA.md tells what each column means.
-- Moments are whole milliseconds since 1970-01-01T00:00:00Z, sums whole ten-thousandths, booleans 0 or 1.

CREATE TABLE voronka_meta (
    key   TEXT NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE voronka_case_state (
    id              TEXT NOT NULL PRIMARY KEY,
    revision        INTEGER NOT NULL,
    scenario        TEXT NOT NULL,
    version         INTEGER NOT NULL,
    kind            TEXT NOT NULL,
    stage           TEXT NOT NULL,
    stage_order     INTEGER NOT NULL,
    stage_from      INTEGER NOT NULL,
    title           TEXT,
    channel         TEXT,
    responsible     TEXT,
    team            TEXT,
    author          TEXT NOT NULL,
    parent          TEXT,
    opened_at       INTEGER NOT NULL,
    last_at         INTEGER NOT NULL,
    yellow_from     INTEGER,
    red_from        INTEGER,
    amount          INTEGER,
    currency        TEXT,
    closed_at       INTEGER,
    outcome         TEXT,
    reason          TEXT,
    closed_from     TEXT,
    erased          INTEGER NOT NULL,
    body            TEXT NOT NULL
) STRICT;

-- Lists of open cases: by person and alone, by the moments of the lights and by id.
CREATE INDEX voronka_case_red ON voronka_case_state (red_from, id) WHERE red_from IS NOT NULL;
CREATE INDEX voronka_case_yellow ON voronka_case_state (yellow_from, id) WHERE yellow_from IS NOT NULL;
CREATE INDEX voronka_case_person_red ON voronka_case_state (responsible, red_from, id) WHERE red_from IS NOT NULL;
CREATE INDEX voronka_case_person_yellow ON voronka_case_state (responsible, yellow_from, id)
    WHERE yellow_from IS NOT NULL;
CREATE INDEX voronka_case_person_open ON voronka_case_state (responsible, id) WHERE closed_at IS NULL;
CREATE INDEX voronka_case_stage_open ON voronka_case_state (scenario, stage, id) WHERE closed_at IS NULL;
CREATE INDEX voronka_case_open ON voronka_case_state (id) WHERE closed_at IS NULL;
CREATE INDEX voronka_case_closed ON voronka_case_state (closed_at, id) WHERE closed_at IS NOT NULL;
CREATE INDEX voronka_case_opened ON voronka_case_state (opened_at, id);
CREATE INDEX voronka_case_parent ON voronka_case_state (parent, id) WHERE parent IS NOT NULL;

-- The journal. No row is ever deleted, so that positions only grow; one writer at a time makes them the order of commits.
CREATE TABLE voronka_entry (
    position INTEGER PRIMARY KEY,
    case_id  TEXT NOT NULL,
    number   INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    input_id TEXT NOT NULL,
    input    TEXT NOT NULL,
    actor    TEXT NOT NULL,
    body     TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX voronka_entry_number ON voronka_entry (case_id, number);
CREATE UNIQUE INDEX voronka_entry_input ON voronka_entry (input_id);

CREATE TABLE voronka_timer (
    id       TEXT NOT NULL PRIMARY KEY,
    case_id  TEXT NOT NULL,
    at       INTEGER NOT NULL,
    scenario TEXT NOT NULL,
    "trigger" TEXT,
    enabled  INTEGER NOT NULL,
    held     INTEGER NOT NULL DEFAULT 0,
    held_by  TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX voronka_timer_at ON voronka_timer (at, id);
CREATE INDEX voronka_timer_put_off ON voronka_timer (scenario) WHERE held > 0 AND held_by IS NULL;

CREATE TABLE voronka_effect (
    seq      INTEGER PRIMARY KEY,
    id       TEXT NOT NULL,
    case_id  TEXT NOT NULL,
    entry    INTEGER NOT NULL,
    nth      INTEGER NOT NULL,
    lane     TEXT NOT NULL,
    kind     TEXT NOT NULL,
    state    TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'stopped', 'freed')),
    attempts INTEGER NOT NULL DEFAULT 0,
    held     INTEGER NOT NULL DEFAULT 0,
    held_by  TEXT,
    error    TEXT,
    body     TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX voronka_effect_id ON voronka_effect (id);
-- What holds up its lane: few, so that an effect's turn is found by looking for one of them.
CREATE INDEX voronka_effect_holds ON voronka_effect (case_id, lane, seq)
    WHERE state = 'stopped' OR (state = 'pending' AND held > 0);
CREATE INDEX voronka_effect_stopped ON voronka_effect (id) WHERE state <> 'pending';

CREATE TABLE voronka_activity (
    case_id     TEXT NOT NULL,
    id          TEXT NOT NULL,
    kind        TEXT NOT NULL,
    title       TEXT NOT NULL,
    owner       TEXT,
    role        TEXT,
    due         INTEGER,
    yellow_from INTEGER,
    mandatory   INTEGER NOT NULL,
    planned_at  INTEGER NOT NULL,
    body        TEXT NOT NULL,
    -- By what lists are ordered: those without a due moment last.
    due_order   INTEGER NOT NULL GENERATED ALWAYS AS (ifnull(due, 9223372036854775807)) VIRTUAL,
    PRIMARY KEY (case_id, id)
) STRICT;
CREATE INDEX voronka_activity_due ON voronka_activity (due_order, id);
CREATE INDEX voronka_activity_owner ON voronka_activity (owner, due_order, id) WHERE owner IS NOT NULL;
CREATE INDEX voronka_activity_role ON voronka_activity (role, due_order, id) WHERE role IS NOT NULL;

CREATE TABLE voronka_field_value (
    case_id  TEXT NOT NULL,
    field    TEXT NOT NULL,
    kind     TEXT NOT NULL,
    text     TEXT NOT NULL,
    amount   INTEGER,
    currency TEXT,
    moment   INTEGER,
    find     INTEGER NOT NULL,
    PRIMARY KEY (case_id, field)
) STRICT, WITHOUT ROWID;
CREATE INDEX voronka_field_find ON voronka_field_value (field, text, case_id) WHERE find = 1;

CREATE TABLE voronka_case_key (
    kind    TEXT NOT NULL,
    key     TEXT NOT NULL,
    case_id TEXT NOT NULL,
    PRIMARY KEY (kind, key, case_id)
) STRICT, WITHOUT ROWID;

-- Other programs insert id, object and input; the rest has defaults.
CREATE TABLE voronka_inbox (
    seq       INTEGER PRIMARY KEY,
    id        TEXT NOT NULL,
    object    TEXT NOT NULL,
    input     TEXT NOT NULL,
    posted_at INTEGER NOT NULL
        DEFAULT (CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)),
    state     TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'refused', 'done')),
    attempts  INTEGER NOT NULL DEFAULT 0,
    held      INTEGER NOT NULL DEFAULT 0,
    held_by   TEXT,
    error     TEXT,
    -- Of a row that is done, whose input is forgotten: SHA-256 by which the same row is known.
    digest    TEXT
) STRICT;
CREATE UNIQUE INDEX voronka_inbox_id ON voronka_inbox (id);
CREATE INDEX voronka_inbox_waiting ON voronka_inbox (seq) WHERE state = 'waiting';
CREATE INDEX voronka_inbox_refused ON voronka_inbox (id) WHERE state = 'refused';

CREATE TABLE voronka_counter (
    name  TEXT NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE voronka_version (
    scenario     TEXT NOT NULL,
    version      INTEGER NOT NULL,
    hash         TEXT NOT NULL,
    published_by TEXT NOT NULL,
    published_at INTEGER NOT NULL,
    comment      TEXT NOT NULL,
    body         TEXT NOT NULL,
    PRIMARY KEY (scenario, version)
) STRICT;

CREATE TABLE voronka_draft (
    id         TEXT NOT NULL PRIMARY KEY,
    scenario   TEXT NOT NULL,
    revision   INTEGER NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    body       TEXT NOT NULL
) STRICT;

CREATE TABLE voronka_mapping (
    from_scenario TEXT NOT NULL,
    from_version  INTEGER NOT NULL,
    from_hash     TEXT NOT NULL,
    to_scenario   TEXT NOT NULL,
    to_version    INTEGER NOT NULL,
    to_hash       TEXT NOT NULL,
    body          TEXT NOT NULL,
    PRIMARY KEY (from_scenario, from_version, to_scenario, to_version)
) STRICT;

CREATE TABLE voronka_switch (
    scenario  TEXT NOT NULL,
    "trigger" TEXT NOT NULL,
    is_on     INTEGER NOT NULL,
    since     INTEGER NOT NULL,
    set_by    TEXT NOT NULL,
    PRIMARY KEY (scenario, "trigger")
) STRICT, WITHOUT ROWID;

CREATE TABLE voronka_refusal (
    scenario TEXT NOT NULL,
    version  INTEGER NOT NULL,
    stage    TEXT NOT NULL,
    rule     TEXT NOT NULL,
    role     TEXT NOT NULL,
    count    INTEGER NOT NULL,
    PRIMARY KEY (scenario, version, stage, rule, role)
) STRICT, WITHOUT ROWID;

-- For joins and reports: moments as ISO 8601 in UTC, sums as numbers.
CREATE VIEW voronka_cases AS SELECT
    id, revision, scenario, version, kind, stage, stage_order,
    strftime('%Y-%m-%dT%H:%M:%fZ', stage_from / 1000.0, 'unixepoch') AS stage_from,
    title, channel, responsible, team, author, parent,
    strftime('%Y-%m-%dT%H:%M:%fZ', opened_at / 1000.0, 'unixepoch') AS opened_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', last_at / 1000.0, 'unixepoch') AS last_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', yellow_from / 1000.0, 'unixepoch') AS yellow_from,
    strftime('%Y-%m-%dT%H:%M:%fZ', red_from / 1000.0, 'unixepoch') AS red_from,
    amount / 10000.0 AS amount, currency,
    strftime('%Y-%m-%dT%H:%M:%fZ', closed_at / 1000.0, 'unixepoch') AS closed_at,
    outcome, reason, closed_from, erased
FROM voronka_case_state;

CREATE VIEW voronka_activities AS SELECT
    case_id, id, kind, title, owner, role,
    strftime('%Y-%m-%dT%H:%M:%fZ', due / 1000.0, 'unixepoch') AS due,
    strftime('%Y-%m-%dT%H:%M:%fZ', yellow_from / 1000.0, 'unixepoch') AS yellow_from,
    mandatory,
    strftime('%Y-%m-%dT%H:%M:%fZ', planned_at / 1000.0, 'unixepoch') AS planned_at
FROM voronka_activity;

CREATE VIEW voronka_case_fields AS SELECT
    case_id, field, kind, text,
    amount / 10000.0 AS amount, currency,
    strftime('%Y-%m-%dT%H:%M:%fZ', moment / 1000.0, 'unixepoch') AS moment
FROM voronka_field_value;
