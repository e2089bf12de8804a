-- +goose Up

-- Which snapshots a run read: retention keeps what a load is compared with, and evidence names it.
create table {s}.run_snapshots (
    run_id      bigint not null,
    source      text not null,
    snapshot_id bigint not null,
    primary key (run_id, source)
);
create index on {s}.run_snapshots (snapshot_id);
insert into {s}.run_snapshots (run_id, source, snapshot_id)
select c.run_id, v.source, max(v.id) from (select distinct run_id, snapshot_id from {s}.row_classes) c
join {s}.snapshots v on v.id = c.snapshot_id group by 1, 2;

-- Records that are staged but will not be loaded. Staged tables themselves are never updated.
create table {s}.staged_out (
    staged_id bigint not null,
    x_seq     bigint not null,
    reason    text not null,
    primary key (staged_id, x_seq)
);

-- What a purge removed: rows become their digests, bytes their SHA-256.
alter table {s}.snapshots    add column purged_at timestamptz;
alter table {s}.targets      add column purged_at timestamptz;
alter table {s}.runs         add column purged_at timestamptz;
alter table {s}.quarantine   add column raw_sha256 bytea;
alter table {s}.unheld_cells add column raw_sha256 bytea;

-- Who has to deal with a finding.
alter table {s}.findings add column owner text not null default '';

-- +goose StatementBegin
create function {s}.list_in(summary json, variadic path text[]) returns setof json language sql immutable as $$
    select value from json_array_elements(case when json_typeof(summary #> path) = 'array' then summary #> path else '[]' end)
$$;
-- +goose StatementEnd
