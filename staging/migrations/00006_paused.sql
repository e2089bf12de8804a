-- +goose Up

-- What runs switched off in a target for the time of a load: written down before it is switched off, and done with once it
-- was read to be on again. It belongs to a database, whatever its address.
create table {s}.paused (
    id          bigint generated always as identity primary key,
    uuid        text not null,
    database    text not null,
    model       text not null,
    record_id   bigint not null,
    name        text not null,
    run_id      bigint not null,
    paused_at   timestamptz not null default clock_timestamp(),
    restored_at timestamptz
);
create unique index on {s}.paused (uuid, database, model, record_id) where restored_at is null;
