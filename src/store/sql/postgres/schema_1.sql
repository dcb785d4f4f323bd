-- voronka, version 1 of the schema on PostgreSQL.
-- Moments are milliseconds since 1970-01-01T00:00:00Z; sums are ten-thousandths of their currency.
-- Other programs read the views `cases`, `activities` and `case_fields`, and write `inbox` (id, object, input).

CREATE SCHEMA IF NOT EXISTS voronka;

CREATE TABLE voronka.meta (
    key text COLLATE "C" PRIMARY KEY,
    value text NOT NULL
);

-- The database's clock, in milliseconds.
CREATE FUNCTION voronka.now_ms() RETURNS bigint LANGUAGE sql VOLATILE
    AS $$ SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint $$;

-- Room on the pages, since each step writes its case's row anew.
CREATE TABLE voronka.case_state (
    id text COLLATE "C" PRIMARY KEY,
    revision bigint NOT NULL,
    scenario text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    kind text COLLATE "C" NOT NULL,
    stage text COLLATE "C" NOT NULL,
    stage_order bigint NOT NULL,
    stage_from bigint NOT NULL,
    title text,
    channel text COLLATE "C",
    responsible text COLLATE "C",
    team text COLLATE "C",
    author text COLLATE "C" NOT NULL,
    parent text COLLATE "C",
    opened_at bigint NOT NULL,
    last_at bigint NOT NULL,
    yellow_from bigint,
    red_from bigint,
    amount bigint,
    currency text COLLATE "C",
    closed_at bigint,
    outcome text COLLATE "C",
    reason text COLLATE "C",
    closed_from text COLLATE "C",
    erased boolean NOT NULL,
    body text NOT NULL
) WITH (fillfactor = 80);

CREATE INDEX case_state_mine_red ON voronka.case_state (responsible, red_from, id) WHERE closed_at IS NULL;
CREATE INDEX case_state_mine_yellow ON voronka.case_state (responsible, yellow_from, id) WHERE closed_at IS NULL;
CREATE INDEX case_state_red ON voronka.case_state (red_from, id) WHERE closed_at IS NULL;
CREATE INDEX case_state_yellow ON voronka.case_state (yellow_from, id) WHERE closed_at IS NULL;
CREATE INDEX case_state_stage ON voronka.case_state (scenario, stage, id) WHERE closed_at IS NULL;
CREATE INDEX case_state_channel ON voronka.case_state (channel, id) WHERE closed_at IS NULL;
CREATE INDEX case_state_opened ON voronka.case_state (opened_at, id);
CREATE INDEX case_state_closed ON voronka.case_state (closed_at, id) WHERE closed_at IS NOT NULL;
CREATE INDEX case_state_parent ON voronka.case_state (parent, id) WHERE parent IS NOT NULL;

-- The journal; its input's id makes each input one entry. `position` is that of a feed of changes.
CREATE TABLE voronka.entry (
    case_id text COLLATE "C" NOT NULL,
    number bigint NOT NULL,
    at bigint NOT NULL,
    input_id text COLLATE "C" NOT NULL,
    input text COLLATE "C" NOT NULL,
    actor text COLLATE "C" NOT NULL,
    body text NOT NULL,
    position bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (case_id, number),
    CONSTRAINT entry_input_id UNIQUE (input_id)
);

CREATE INDEX entry_position ON voronka.entry (position);

CREATE TABLE voronka.timer (
    id text COLLATE "C" PRIMARY KEY,
    case_id text COLLATE "C" NOT NULL,
    at bigint NOT NULL,
    scenario text COLLATE "C" NOT NULL,
    trigger text COLLATE "C",
    enabled boolean NOT NULL,
    held bigint NOT NULL DEFAULT 0,
    held_by text COLLATE "C"
);

CREATE INDEX timer_at ON voronka.timer (at, id);

CREATE TABLE voronka.effect (
    seq bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    id text COLLATE "C" PRIMARY KEY,
    case_id text COLLATE "C" NOT NULL,
    entry bigint NOT NULL,
    nth bigint NOT NULL,
    lane text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    body text NOT NULL,
    state text COLLATE "C" NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'stopped', 'freed')),
    attempts bigint NOT NULL DEFAULT 0,
    -- Until when it is leased or put off; what is stopped holds its lane for ever.
    held bigint NOT NULL DEFAULT 0,
    held_by text COLLATE "C",
    error text
);

CREATE INDEX effect_pending ON voronka.effect (seq) WHERE state = 'pending';
CREATE INDEX effect_case ON voronka.effect (case_id, seq) WHERE state = 'pending';
CREATE INDEX effect_held ON voronka.effect (case_id, lane, held) WHERE held > 0;
CREATE INDEX effect_stopped ON voronka.effect (id) WHERE state <> 'pending';

CREATE TABLE voronka.activity (
    id text COLLATE "C" NOT NULL,
    case_id text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    title text NOT NULL,
    owner text COLLATE "C",
    role text COLLATE "C",
    due bigint,
    yellow_from bigint,
    mandatory boolean NOT NULL,
    planned_at bigint NOT NULL,
    body text NOT NULL,
    -- `due`, or the last of all numbers for none, so that they come last.
    due_order bigint NOT NULL GENERATED ALWAYS AS (coalesce(due, 9223372036854775807)) STORED,
    PRIMARY KEY (case_id, id)
);

CREATE INDEX activity_due ON voronka.activity (due_order, id);
CREATE INDEX activity_owner ON voronka.activity (owner, due_order, id);
CREATE INDEX activity_role ON voronka.activity (role, due_order, id) WHERE owner IS NULL;

CREATE TABLE voronka.field_value (
    case_id text COLLATE "C" NOT NULL,
    field text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    text text COLLATE "C" NOT NULL,
    amount bigint,
    currency text COLLATE "C",
    moment bigint,
    find boolean NOT NULL,
    PRIMARY KEY (case_id, field)
);

-- The beginning is enough to find by; a whole text can be too long for an index.
CREATE INDEX field_value_find ON voronka.field_value (field, left(text, 100)) WHERE find;

CREATE TABLE voronka.case_key (
    case_id text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL
);

CREATE INDEX case_key_case ON voronka.case_key (case_id);
CREATE INDEX case_key_find ON voronka.case_key (left(key, 100), kind);

-- Any program writes `id`, `object` and `input`; the rest has defaults. Of a row that is done only
-- the input's digest stays, by which the same row is known when it is posted again.
CREATE TABLE voronka.inbox (
    seq bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    id text COLLATE "C" PRIMARY KEY,
    object text COLLATE "C" NOT NULL,
    input text COLLATE "C" NOT NULL,
    posted_at bigint NOT NULL DEFAULT voronka.now_ms(),
    state text COLLATE "C" NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'refused', 'done')),
    attempts bigint NOT NULL DEFAULT 0,
    held bigint NOT NULL DEFAULT 0,
    held_by text COLLATE "C",
    error text,
    digest text COLLATE "C"
);

CREATE INDEX inbox_waiting ON voronka.inbox (seq) WHERE state = 'waiting';
CREATE INDEX inbox_refused ON voronka.inbox (id) WHERE state = 'refused';

CREATE TABLE voronka.counter (
    name text COLLATE "C" PRIMARY KEY,
    value bigint NOT NULL
);

CREATE TABLE voronka.version (
    scenario text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    hash text COLLATE "C" NOT NULL,
    body text NOT NULL,
    published_by text NOT NULL,
    published_at bigint NOT NULL,
    comment text NOT NULL,
    PRIMARY KEY (scenario, version)
);

CREATE TABLE voronka.draft (
    id text COLLATE "C" PRIMARY KEY,
    scenario text COLLATE "C" NOT NULL,
    revision bigint NOT NULL,
    body text NOT NULL,
    changed_by text NOT NULL,
    changed_at bigint NOT NULL
);

CREATE TABLE voronka.mapping (
    from_scenario text COLLATE "C" NOT NULL,
    from_version bigint NOT NULL,
    from_hash text COLLATE "C" NOT NULL,
    to_scenario text COLLATE "C" NOT NULL,
    to_version bigint NOT NULL,
    to_hash text COLLATE "C" NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (from_scenario, from_version, to_scenario, to_version)
);

CREATE TABLE voronka.switch (
    scenario text COLLATE "C" NOT NULL,
    trigger text COLLATE "C" NOT NULL,
    is_on boolean NOT NULL,
    since bigint NOT NULL,
    set_by text NOT NULL,
    PRIMARY KEY (scenario, trigger)
);

CREATE TABLE voronka.refusal (
    scenario text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    stage text COLLATE "C" NOT NULL,
    rule text COLLATE "C" NOT NULL,
    role text COLLATE "C" NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (scenario, version, stage, rule, role)
);

CREATE VIEW voronka.cases AS
SELECT id, revision, scenario, version, kind, stage, stage_order,
       timestamptz 'epoch' + stage_from * interval '1 millisecond' AS stage_from,
       title, channel, responsible, team, author, parent,
       timestamptz 'epoch' + opened_at * interval '1 millisecond' AS opened_at,
       timestamptz 'epoch' + last_at * interval '1 millisecond' AS last_at,
       timestamptz 'epoch' + yellow_from * interval '1 millisecond' AS yellow_from,
       timestamptz 'epoch' + red_from * interval '1 millisecond' AS red_from,
       amount::numeric / 10000 AS amount, currency,
       timestamptz 'epoch' + closed_at * interval '1 millisecond' AS closed_at,
       outcome, reason, closed_from, erased
FROM voronka.case_state;

CREATE VIEW voronka.activities AS
SELECT id, case_id, kind, title, owner, role,
       timestamptz 'epoch' + due * interval '1 millisecond' AS due,
       timestamptz 'epoch' + yellow_from * interval '1 millisecond' AS yellow_from,
       mandatory,
       timestamptz 'epoch' + planned_at * interval '1 millisecond' AS planned_at
FROM voronka.activity;

CREATE VIEW voronka.case_fields AS
SELECT case_id, field, kind, text,
       amount::numeric / 10000 AS amount, currency,
       timestamptz 'epoch' + moment * interval '1 millisecond' AS moment
FROM voronka.field_value;
