-- +goose Up

-- Fields that the source and people in Odoo both changed, as the newest load that saw them found them, and what people
-- decided. A decision is about the three values: where one of them changes, it is void.
create table {s}.conflicts (
    target_id   bigint not null references {s}.targets,
    external_id text collate "C" not null,
    field       text collate "C" not null,
    mapping     text not null,
    model       text not null,
    run_id      bigint not null,
    base        text not null,
    source      text not null,
    odoo        text not null,
    decision    text not null default '' check (decision in ('', 'source', 'odoo')),
    decided_by  text not null default '',
    decided_on  text not null default '',
    primary key (target_id, external_id, field)
);
create index on {s}.conflicts (run_id);
