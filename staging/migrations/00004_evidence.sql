-- +goose Up

-- The project's key, from which the salts of published leaves are made.
create table {s}.project_key (
    single boolean primary key default true check (single),
    key    bytea not null
);

-- What the newest verification of a target compared: the digest meant and the one read, null where the record was missing.
create table {s}.verified (
    run_id      bigint not null,
    model       text collate "C" not null,
    external_id text collate "C" not null,
    mapping     text not null,
    db_id       bigint not null,
    class       text not null,
    meant       bytea not null,
    have        bytea,
    primary key (run_id, model, external_id)
);

-- Its differing fields, all of them.
create table {s}.differences (
    run_id      bigint not null,
    model       text collate "C" not null,
    external_id text collate "C" not null,
    field       text collate "C" not null,
    want        text not null,
    have        text not null,
    primary key (run_id, model, external_id, field)
);

-- Verifications that got to their end.
create table {s}.verifications (
    run_id      bigint primary key,
    verified_at timestamptz not null default clock_timestamp()
);
