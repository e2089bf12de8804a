-- +goose Up

-- Landed snapshots. landed_at is null until the snapshot is complete; the next landing removes what a crash left.
create table {s}.snapshots (
    id          bigint generated always as identity primary key,
    source      text not null,
    file        text not null,
    sheet       text not null,
    format      text not null,
    sha256      text not null,
    bytes       bigint not null,
    options     text not null,
    columns     text[] not null,
    names       text[] not null,
    plain       int not null,
    land_table  text not null,
    rows        bigint not null default 0,
    quarantined bigint not null default 0,
    detected    json,
    findings    json,
    started_at  timestamptz not null default clock_timestamp(),
    landed_at   timestamptz
);
create index on {s}.snapshots (source, sha256);

create table {s}.quarantine (
    snapshot_id bigint not null,
    row_no      bigint not null,
    line        bigint not null,
    byte_offset bigint not null,
    reason      text not null,
    raw         bytea not null
);
create index on {s}.quarantine (snapshot_id, row_no);

-- Cells whose bytes PostgreSQL's text cannot hold; they are null in the landed table.
create table {s}.unheld_cells (
    snapshot_id bigint not null,
    row_no      bigint not null,
    column_name text not null,
    raw         bytea not null
);
create index on {s}.unheld_cells (snapshot_id, row_no);

create table {s}.runs (
    id          bigint generated always as identity primary key,
    kind        text not null,
    state       text not null,
    actor       text not null,
    host        text not null,
    version     text not null,
    target      text not null,
    plan_hash   text not null default '',
    started_at  timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    summary     json
);

-- The event log: each row's hash covers the one before it; the head says where the log ends.
create table {s}.events (
    seq    bigint primary key,
    run_id bigint not null,
    at     timestamptz not null,
    kind   text not null,
    data   text not null,
    hash   bytea not null
);
create table {s}.event_head (
    single boolean primary key default true check (single),
    seq  bigint not null,
    hash bytea not null
);
insert into {s}.event_head (seq, hash) values (0, '');

-- +goose StatementBegin
create function {s}.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'the event log can only grow' using errcode = 'restrict_violation';
end $$;
-- +goose StatementEnd
create trigger append_only before update or delete or truncate on {s}.events
    for each statement execute function {s}.refuse_change();

create table {s}.findings (
    run_id      bigint not null,
    seq         bigint generated always as identity,
    rank        smallint not null,
    severity    text not null,
    rule        text not null,
    message     text not null,
    hint        text not null,
    table_name  text not null,
    file        text not null,
    sheet       text not null,
    row_no      bigint not null,
    line        bigint not null,
    column_name text not null,
    raw         text not null,
    mapping     text not null,
    at          text not null,
    record      text not null,
    rows        bigint not null,
    personal    boolean not null,
    primary key (run_id, seq)
);

-- What became of landed rows that were not used.
create table {s}.row_classes (
    run_id      bigint not null,
    mapping     text not null,
    snapshot_id bigint not null,
    row_no      bigint not null,
    class       text not null,
    reason      text not null,
    primary key (run_id, mapping, snapshot_id, row_no)
);

-- Staged tables by run and mapping; written_at is null until one is complete.
create table {s}.staged (
    id         bigint generated always as identity primary key,
    run_id     bigint not null,
    mapping    text not null,
    model      text not null,
    table_name text not null,
    fields     text[] not null,
    kinds      text[] not null,
    rows       bigint not null default 0,
    written_at timestamptz
);
create index on {s}.staged (run_id, mapping);

create table {s}.targets (
    id         bigint generated always as identity primary key,
    url        text not null,
    database   text not null,
    uuid       text not null,
    epoch      text not null,
    created_at timestamptz not null default clock_timestamp(),
    unique (url, database, uuid)
);

create table {s}.ledger (
    target_id   bigint not null references {s}.targets,
    external_id text collate "C" not null,
    mapping     text not null,
    model       text not null,
    db_id       bigint not null,
    digest      text not null,
    "values"    json,
    state       text not null check (state in ('active', 'archived', 'deleted')),
    adopted     boolean not null,
    run_id      bigint not null,
    updated_at  timestamptz not null default clock_timestamp(),
    primary key (target_id, external_id)
);
create index on {s}.ledger (target_id, mapping, external_id);

create table {s}.intents (
    id             bigint generated always as identity primary key,
    run_id         bigint not null,
    target_id      bigint not null references {s}.targets,
    wave           int not null,
    lane           text not null,
    mapping        text not null,
    model          text not null,
    strategy       text not null,
    action         text not null,
    external_ids   text[] not null,
    payload_digest text not null,
    attempt        int not null,
    owner          text not null,
    deadline       timestamptz,
    state          text not null check (state in ('intended', 'settled', 'unsettled', 'failed')),
    note           text not null,
    changes        json,
    intended_at    timestamptz not null default clock_timestamp(),
    settled_at     timestamptz
);
create index on {s}.intents (target_id, id) where state in ('intended', 'unsettled');
create index on {s}.intents (run_id);

create table {s}.changes (
    seq         bigint generated always as identity primary key,
    run_id      bigint not null,
    intent_id   bigint not null references {s}.intents,
    wave        int not null,
    mapping     text not null,
    model       text not null,
    external_id text not null,
    db_id       bigint not null,
    action      text not null,
    undo        text not null check (undo in ('erase', 'compensate', 'restore-only')),
    before      json,
    after       json,
    undone_at   timestamptz
);
create index on {s}.changes (run_id, seq);

create table {s}.outcomes (
    run_id      bigint not null,
    mapping     text not null,
    external_id text collate "C" not null,
    class       text not null,
    note        text not null,
    primary key (run_id, mapping, external_id)
);

-- A released lease keeps its row: its token must go on growing.
create table {s}.leases (
    name       text primary key,
    owner      text not null,
    token      bigint not null,
    expires_at timestamptz not null
);

-- Views for dashboards. Columns are only ever added.
create view {bi}.progress as
select r.id as run, r.kind, r.state, r.actor, r.host, r.version, r.target, r.started_at, r.finished_at,
       (select count(*) from {s}.intents i where i.run_id = r.id and i.state = 'settled')   as batches_settled,
       (select count(*) from {s}.intents i where i.run_id = r.id and i.state = 'intended')  as batches_open,
       (select count(*) from {s}.intents i where i.run_id = r.id and i.state = 'unsettled') as batches_unsettled,
       (select count(*) from {s}.intents i where i.run_id = r.id and i.state = 'failed')    as batches_failed,
       (select count(*) from {s}.outcomes o where o.run_id = r.id)                          as records
from {s}.runs r;
comment on view {bi}.progress is 'One row a run: who started it, its state, its batches by state, and how many records have an outcome.';

create view {bi}.findings_by_rule as
select run_id as run, severity, rule, mapping, table_name as source, column_name as "column",
       sum(greatest(rows, 1))::bigint as rows
from {s}.findings
group by 1, 2, 3, 4, 5, 6;
comment on view {bi}.findings_by_rule is 'Findings of each run counted by severity, rule, mapping, source table and column. It shows no raw values.';

create view {bi}.outcome_counts as
select run_id as run, mapping, class, count(*) as records
from {s}.outcomes
group by 1, 2, 3;
comment on view {bi}.outcome_counts is 'Records of each run by mapping and outcome: created, updated, unchanged, archived, deleted, conflict, rejected, deferred.';
