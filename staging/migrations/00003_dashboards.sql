-- +goose Up

-- Views for dashboards. None shows a value of the data; columns are only ever added. Whoever may read them needs no right on
-- the tables beneath.

create view {bi}.findings_by_owner as
select run_id as run, case when owner = '' then 'nobody' else owner end as owner, severity, rule, mapping, table_name as source,
       count(*) as findings, sum(greatest(rows, 1))::bigint as rows
from {s}.findings
group by 1, 2, 3, 4, 5, 6;
comment on view {bi}.findings_by_owner is 'Findings of each run counted by who has to deal with them, severity, rule, mapping and source. It shows no raw values.';

create view {bi}.snapshots as
select v.id as snapshot, v.source, v.file, v.sheet, v.format, v.sha256, v.bytes, v.rows, v.quarantined, v.landed_at, v.purged_at,
       v.id = first_value(v.id) over (partition by v.source order by v.landed_at desc, v.id desc) as newest
from {s}.snapshots v
where v.landed_at is not null;
comment on view {bi}.snapshots is 'One row a landed file: its hash and size, how many rows it has, how many could not be read, and whether it is the newest of its source.';

create view {bi}.row_counts as
select r.id as run, r.kind, r.state, r.started_at, l.value ->> 'mapping' as mapping, l.value ->> 'source' as source, l.value ->> 'model' as model,
       (l.value ->> 'read')::bigint as read, (l.value ->> 'used')::bigint as used, coalesce((l.value ->> 'grouped')::bigint, 0) as grouped,
       (l.value ->> 'merged')::bigint as merged, (l.value ->> 'excluded')::bigint as excluded, (l.value ->> 'rejected')::bigint as rejected,
       (l.value ->> 'records')::bigint as records
from {s}.runs r
cross join lateral (
    select value from {s}.list_in(r.summary, 'rows') value
    union all
    select value from {s}.list_in(r.summary, 'stage', 'rows') value) l;
comment on view {bi}.row_counts is 'What became of the rows of each source for each mapping, a run: read = used + grouped + merged + excluded + rejected.';

create view {bi}.staged_counts as
select g.run_id as run, g.mapping, g.model, g.rows as records, (select count(*) from {s}.staged_out o where o.staged_id = g.id) as left_out, g.written_at
from {s}.staged g
where g.written_at is not null;
comment on view {bi}.staged_counts is 'Records that are staged now, by run and mapping, and how many of them are left out of a load.';

create view {bi}.progress_by_mapping as
select i.run_id as run, i.mapping, i.model, min(i.wave) as wave,
       count(*) filter (where i.state = 'settled') as batches_settled, count(*) filter (where i.state = 'intended') as batches_open,
       count(*) filter (where i.state = 'unsettled') as batches_unsettled, count(*) filter (where i.state = 'failed') as batches_failed,
       coalesce(sum(cardinality(i.external_ids)) filter (where i.state = 'settled'), 0)::bigint as records_settled,
       min(i.intended_at) as first_batch_at, max(i.settled_at) as last_batch_at
from {s}.intents i
group by 1, 2, 3;
comment on view {bi}.progress_by_mapping is 'Batches and records of each run by mapping: what is settled, under way, of unknown outcome, and failed.';

create view {bi}.differences as
select r.id as run, r.kind, r.state, r.target, r.finished_at, l.value ->> 'mapping' as mapping, l.value ->> 'model' as model,
       (l.value ->> 'compared')::bigint as compared, (l.value ->> 'equal')::bigint as equal, (l.value ->> 'differs')::bigint as differs,
       (l.value ->> 'missing')::bigint as missing, l.value ->> 'meant_root' as meant_root, l.value ->> 'odoo_root' as odoo_root
from {s}.runs r
cross join lateral (
    select value from {s}.list_in(r.summary, 'verify', 'mappings') value
    union all
    select value from {s}.list_in(r.summary, 'result', 'mappings') value) l;
comment on view {bi}.differences is 'What was read back from Odoo, by run and mapping: records compared, equal, different and missing, with both Merkle roots.';

create view {bi}.differences_by_field as
select r.id as run, r.kind, l.value ->> 'mapping' as mapping, l.value ->> 'model' as model, l.value ->> 'class' as class,
       coalesce(l.value ->> 'field', '') as field, count(*) as differences
from {s}.runs r
cross join lateral (
    select value from {s}.list_in(r.summary, 'verify', 'differences') value
    union all
    select value from {s}.list_in(r.summary, 'result', 'differences') value) l
group by 1, 2, 3, 4, 5, 6;
comment on view {bi}.differences_by_field is 'The differences that were written down (1,000 a run at most) counted by mapping, class and field. It shows no values.';

create view {bi}.controls as
select r.id as run, r.kind, r.finished_at, l.value ->> 'name' as control, l.value ->> 'kind' as control_kind, (l.value ->> 'equal')::boolean as equal,
       l.value ->> 'expected' as expected, l.value ->> 'source' as source, l.value ->> 'staged' as staged, l.value ->> 'odoo' as odoo,
       l.value ->> 'rounding' as rounding
from {s}.runs r
cross join lateral {s}.list_in(r.summary, 'controls') l(value);
comment on view {bi}.controls is 'Control totals of each run: the legacy system''s own, of the files, as staged, and as read from Odoo, and whether they agree.';
