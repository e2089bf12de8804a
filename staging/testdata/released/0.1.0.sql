-- A project as version 0.1.0 left it (pg_dump --inserts): a stage run that is done, and a cutover that was killed with one call
-- settled, one unsettled and one announced. It stays as it is for ever.
CREATE SCHEMA mig_released;
CREATE SCHEMA mig_released_bi;
CREATE SCHEMA mig_released_landed;
CREATE SCHEMA mig_released_staged;
CREATE FUNCTION mig_released.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    raise exception 'the event log can only grow' using errcode = 'restrict_violation';
end $$;
CREATE TABLE mig_released.changes (
    seq bigint NOT NULL,
    run_id bigint NOT NULL,
    intent_id bigint NOT NULL,
    wave integer NOT NULL,
    mapping text NOT NULL,
    model text NOT NULL,
    external_id text NOT NULL,
    db_id bigint NOT NULL,
    action text NOT NULL,
    undo text NOT NULL,
    before json,
    after json,
    undone_at timestamp with time zone,
    CONSTRAINT changes_undo_check CHECK ((undo = ANY (ARRAY['erase'::text, 'compensate'::text, 'restore-only'::text])))
);
ALTER TABLE mig_released.changes ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME mig_released.changes_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE mig_released.event_head (
    single boolean DEFAULT true NOT NULL,
    seq bigint NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT event_head_single_check CHECK (single)
);
CREATE TABLE mig_released.events (
    seq bigint NOT NULL,
    run_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    kind text NOT NULL,
    data text NOT NULL,
    hash bytea NOT NULL
);
CREATE TABLE mig_released.findings (
    run_id bigint NOT NULL,
    seq bigint NOT NULL,
    rank smallint NOT NULL,
    severity text NOT NULL,
    rule text NOT NULL,
    message text NOT NULL,
    hint text NOT NULL,
    table_name text NOT NULL,
    file text NOT NULL,
    sheet text NOT NULL,
    row_no bigint NOT NULL,
    line bigint NOT NULL,
    column_name text NOT NULL,
    raw text NOT NULL,
    mapping text NOT NULL,
    at text NOT NULL,
    record text NOT NULL,
    rows bigint NOT NULL,
    personal boolean NOT NULL
);
ALTER TABLE mig_released.findings ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME mig_released.findings_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE mig_released.intents (
    id bigint NOT NULL,
    run_id bigint NOT NULL,
    target_id bigint NOT NULL,
    wave integer NOT NULL,
    lane text NOT NULL,
    mapping text NOT NULL,
    model text NOT NULL,
    strategy text NOT NULL,
    action text NOT NULL,
    external_ids text[] NOT NULL,
    payload_digest text NOT NULL,
    attempt integer NOT NULL,
    owner text NOT NULL,
    deadline timestamp with time zone,
    state text NOT NULL,
    note text NOT NULL,
    changes json,
    intended_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    settled_at timestamp with time zone,
    CONSTRAINT intents_state_check CHECK ((state = ANY (ARRAY['intended'::text, 'settled'::text, 'unsettled'::text, 'failed'::text])))
);
ALTER TABLE mig_released.intents ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME mig_released.intents_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE mig_released.land_1 (
    row_no bigint NOT NULL,
    line bigint NOT NULL,
    byte_offset bigint NOT NULL,
    digest bytea,
    no text,
    name text,
    rest jsonb
);
CREATE TABLE mig_released.land_2 (
    row_no bigint NOT NULL,
    line bigint NOT NULL,
    byte_offset bigint NOT NULL,
    digest bytea,
    no text,
    name text,
    rest jsonb
);
CREATE TABLE mig_released.land_2_fix (
    row_no bigint NOT NULL,
    line bigint NOT NULL,
    byte_offset bigint NOT NULL,
    digest bytea,
    no text,
    name text,
    rest jsonb
);
CREATE TABLE mig_released.leases (
    name text NOT NULL,
    owner text NOT NULL,
    token bigint NOT NULL,
    expires_at timestamp with time zone NOT NULL
);
CREATE TABLE mig_released.ledger (
    target_id bigint NOT NULL,
    external_id text NOT NULL COLLATE pg_catalog."C",
    mapping text NOT NULL,
    model text NOT NULL,
    db_id bigint NOT NULL,
    digest text NOT NULL,
    "values" json,
    state text NOT NULL,
    adopted boolean NOT NULL,
    run_id bigint NOT NULL,
    updated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT ledger_state_check CHECK ((state = ANY (ARRAY['active'::text, 'archived'::text, 'deleted'::text])))
);
CREATE TABLE mig_released.outcomes (
    run_id bigint NOT NULL,
    mapping text NOT NULL,
    external_id text NOT NULL COLLATE pg_catalog."C",
    class text NOT NULL,
    note text NOT NULL
);
CREATE TABLE mig_released.quarantine (
    snapshot_id bigint NOT NULL,
    row_no bigint NOT NULL,
    line bigint NOT NULL,
    byte_offset bigint NOT NULL,
    reason text NOT NULL,
    raw bytea NOT NULL
);
CREATE TABLE mig_released.row_classes (
    run_id bigint NOT NULL,
    mapping text NOT NULL,
    snapshot_id bigint NOT NULL,
    row_no bigint NOT NULL,
    class text NOT NULL,
    reason text NOT NULL
);
CREATE TABLE mig_released.runs (
    id bigint NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    actor text NOT NULL,
    host text NOT NULL,
    version text NOT NULL,
    target text NOT NULL,
    plan_hash text DEFAULT ''::text NOT NULL,
    started_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    finished_at timestamp with time zone,
    summary json
);
ALTER TABLE mig_released.runs ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME mig_released.runs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE mig_released.schema_version (
    id integer NOT NULL,
    version_id bigint NOT NULL,
    is_applied boolean NOT NULL,
    tstamp timestamp without time zone DEFAULT now() NOT NULL
);
ALTER TABLE mig_released.schema_version ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME mig_released.schema_version_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE mig_released.snapshots (
    id bigint NOT NULL,
    source text NOT NULL,
    file text NOT NULL,
    sheet text NOT NULL,
    format text NOT NULL,
    sha256 text NOT NULL,
    bytes bigint NOT NULL,
    options text NOT NULL,
    columns text[] NOT NULL,
    names text[] NOT NULL,
    plain integer NOT NULL,
    land_table text NOT NULL,
    rows bigint DEFAULT 0 NOT NULL,
    quarantined bigint DEFAULT 0 NOT NULL,
    detected json,
    findings json,
    started_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    landed_at timestamp with time zone
);
ALTER TABLE mig_released.snapshots ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME mig_released.snapshots_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE mig_released.staged (
    id bigint NOT NULL,
    run_id bigint NOT NULL,
    mapping text NOT NULL,
    model text NOT NULL,
    table_name text NOT NULL,
    fields text[] NOT NULL,
    kinds text[] NOT NULL,
    rows bigint DEFAULT 0 NOT NULL,
    written_at timestamp with time zone
);
CREATE UNLOGGED TABLE mig_released.staged_1 (
    x_id text COLLATE pg_catalog."C",
    x_seq bigint NOT NULL,
    x_table text,
    x_row bigint,
    x_line bigint,
    x_offset bigint,
    x_digest bytea,
    active boolean,
    birthday date,
    credit numeric,
    image text,
    name text,
    parent_id text,
    tag_ids text,
    "when" timestamp without time zone,
    x_id_2 text
);
CREATE UNLOGGED TABLE mig_released.staged_1_folded (
    source text,
    row_no bigint,
    into_source text,
    into_row bigint
);
ALTER TABLE mig_released.staged ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME mig_released.staged_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE mig_released.targets (
    id bigint NOT NULL,
    url text NOT NULL,
    database text NOT NULL,
    uuid text NOT NULL,
    epoch text NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
ALTER TABLE mig_released.targets ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME mig_released.targets_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE mig_released.unheld_cells (
    snapshot_id bigint NOT NULL,
    row_no bigint NOT NULL,
    column_name text NOT NULL,
    raw bytea NOT NULL
);
CREATE VIEW mig_released_bi.findings_by_rule AS
 SELECT findings.run_id AS run,
    findings.severity,
    findings.rule,
    findings.mapping,
    findings.table_name AS source,
    findings.column_name AS "column",
    (sum(GREATEST(findings.rows, (1)::bigint)))::bigint AS rows
   FROM mig_released.findings
  GROUP BY findings.run_id, findings.severity, findings.rule, findings.mapping, findings.table_name, findings.column_name;
COMMENT ON VIEW mig_released_bi.findings_by_rule IS 'Findings of each run counted by severity, rule, mapping, source table and column. It shows no raw values.';
CREATE VIEW mig_released_bi.outcome_counts AS
 SELECT outcomes.run_id AS run,
    outcomes.mapping,
    outcomes.class,
    count(*) AS records
   FROM mig_released.outcomes
  GROUP BY outcomes.run_id, outcomes.mapping, outcomes.class;
COMMENT ON VIEW mig_released_bi.outcome_counts IS 'Records of each run by mapping and outcome: created, updated, unchanged, archived, deleted, conflict, rejected, deferred.';
CREATE VIEW mig_released_bi.progress AS
 SELECT r.id AS run,
    r.kind,
    r.state,
    r.actor,
    r.host,
    r.version,
    r.target,
    r.started_at,
    r.finished_at,
    ( SELECT count(*) AS count
           FROM mig_released.intents i
          WHERE ((i.run_id = r.id) AND (i.state = 'settled'::text))) AS batches_settled,
    ( SELECT count(*) AS count
           FROM mig_released.intents i
          WHERE ((i.run_id = r.id) AND (i.state = 'intended'::text))) AS batches_open,
    ( SELECT count(*) AS count
           FROM mig_released.intents i
          WHERE ((i.run_id = r.id) AND (i.state = 'unsettled'::text))) AS batches_unsettled,
    ( SELECT count(*) AS count
           FROM mig_released.intents i
          WHERE ((i.run_id = r.id) AND (i.state = 'failed'::text))) AS batches_failed,
    ( SELECT count(*) AS count
           FROM mig_released.outcomes o
          WHERE (o.run_id = r.id)) AS records
   FROM mig_released.runs r;
COMMENT ON VIEW mig_released_bi.progress IS 'One row a run: who started it, its state, its batches by state, and how many records have an outcome.';
CREATE VIEW mig_released_landed.customers AS
 SELECT corrected.no,
    corrected.name
   FROM ( SELECT l.row_no,
            l.line,
            l.byte_offset,
            l.digest,
            l.no,
            l.name,
            l.rest
           FROM mig_released.land_2 l
          WHERE (NOT (EXISTS ( SELECT
                   FROM mig_released.land_2_fix f
                  WHERE (f.row_no = l.row_no))))
        UNION ALL
         SELECT land_2_fix.row_no,
            land_2_fix.line,
            land_2_fix.byte_offset,
            land_2_fix.digest,
            land_2_fix.no,
            land_2_fix.name,
            land_2_fix.rest
           FROM mig_released.land_2_fix) corrected;
CREATE VIEW mig_released_staged.partners AS
 SELECT staged_1.x_id,
    staged_1.x_seq,
    staged_1.x_table,
    staged_1.x_row,
    staged_1.x_line,
    staged_1.x_offset,
    staged_1.x_digest,
    staged_1.active,
    staged_1.birthday,
    staged_1.credit,
    staged_1.image,
    staged_1.name,
    staged_1.parent_id,
    staged_1.tag_ids,
    staged_1."when",
    staged_1.x_id_2
   FROM mig_released.staged_1;
INSERT INTO mig_released.changes OVERRIDING SYSTEM VALUE VALUES (1, 2, 1, 0, 'partners', 'res.partner', 'm.a', 41, 'create', 'erase', NULL, NULL, NULL);
INSERT INTO mig_released.event_head VALUES (true, 3, '\x247e157f20d5557200152132b27a72c842811c09c5da2630479a5c31b4ba19f0');
INSERT INTO mig_released.events VALUES (1, 1, '2026-11-22 22:24:35.948299+00', 'stage.begin', '{"actor":"ann"}', '\xc2900d37b18685b24a48d74d34c35dd40a9918c9b3e99b48ac871d5b118a9d2d');
INSERT INTO mig_released.events VALUES (2, 1, '2026-11-22 22:24:35.983701+00', 'stage.end', '{"state":"done"}', '\x8c45e7075ac27369dffdd25973fa44426c7fc12c27e41db950ed9409dae4050f');
INSERT INTO mig_released.events VALUES (3, 2, '2026-11-22 22:24:35.992394+00', 'cutover.begin', '{"actor":"ann"}', '\x247e157f20d5557200152132b27a72c842811c09c5da2630479a5c31b4ba19f0');
INSERT INTO mig_released.findings OVERRIDING SYSTEM VALUE VALUES (1, 1, 1, 'error', 'map.not_decimal', '"12,5O" is no decimal', '', 'customers', 'customers.csv', '', 2, 0, 'name', '12,5O', 'partners', '', '', 0, true);
INSERT INTO mig_released.intents OVERRIDING SYSTEM VALUE VALUES (1, 2, 1, 0, 'l', 'partners', 'res.partner', 'load', 'create', '{m.a}', 'p', 1, 'me', '2026-01-02 03:04:05+00', 'settled', '', NULL, '2026-11-22 22:24:35.993913+00', '2026-11-22 22:24:35.994756+00');
INSERT INTO mig_released.intents OVERRIDING SYSTEM VALUE VALUES (2, 2, 1, 0, 'l', 'partners', 'res.partner', 'load', 'create', '{m.b}', 'p', 1, 'me', '2026-01-02 03:04:05+00', 'unsettled', 'no reply', NULL, '2026-11-22 22:24:36.004243+00', NULL);
INSERT INTO mig_released.intents OVERRIDING SYSTEM VALUE VALUES (3, 2, 1, 0, 'l', 'partners', 'res.partner', 'load', 'update', '{m.c}', 'p', 1, 'me', '2026-01-02 03:04:05+00', 'intended', '', '[{"seq":0,"run_id":0,"intent_id":0,"wave":0,"mapping":"","model":"","external_id":"m.c","db_id":43,"action":"update","undo":"erase","before":{"name":"old"}}]', '2026-11-22 22:24:36.008924+00', NULL);
INSERT INTO mig_released.land_1 VALUES (1, 2, 10, '\x07df6604ea33d6fd6829d659b96d417b05efa55aa8d211f2b6476ff45a20accd', '1', 'Anna', NULL);
INSERT INTO mig_released.land_1 VALUES (2, 3, 20, '\xb49d440d06b9a53a1dd25cd7124ed3fcc46bcf3f1edd3d6b2010fb9b3f73c60e', '2', 'Bert', NULL);
INSERT INTO mig_released.land_2 VALUES (1, 2, 10, '\x07df6604ea33d6fd6829d659b96d417b05efa55aa8d211f2b6476ff45a20accd', '1', 'Anna', NULL);
INSERT INTO mig_released.land_2 VALUES (2, 3, 20, '\xab4fb910ca7c909ecdb2f137e5de7cb6d1514a4bed0610c144fe16e36df6e7b0', '2', 'Berta', NULL);
INSERT INTO mig_released.land_2 VALUES (4, 5, 40, '\x510ee59238611fea6a86998697d2d5b442c6d35301c54590c8a890656aa891b9', '4', NULL, NULL);
INSERT INTO mig_released.land_2_fix VALUES (2, 3, 20, '\x95cd7ca6e5b6585c83f1d94ef357eb7d74c05297287e4310b31f41374ad35fea', '2', 'Bettina', NULL);
INSERT INTO mig_released.leases VALUES ('run', 'ann@h', 1, '2026-01-02 00:00:00+00');
INSERT INTO mig_released.ledger VALUES (1, 'm.a', 'partners', 'res.partner', 41, 'da', '{"name": "Anna"}', 'active', false, 2, '2026-11-22 22:24:35.995265+00');
INSERT INTO mig_released.outcomes VALUES (2, 'partners', 'm.a', 'created', '');
INSERT INTO mig_released.quarantine VALUES (2, 3, 4, 30, 'torn', '\x332c224361726c');
INSERT INTO mig_released.row_classes VALUES (1, 'partners', 2, 2, 'rejected', 'no decimal');
INSERT INTO mig_released.runs OVERRIDING SYSTEM VALUE VALUES (1, 'stage', 'done', 'ann', 'h', '0.1.0', 'production', '', '2026-11-22 22:24:35.943624+00', '2026-11-22 22:24:35.983361+00', '{"first_pass":66.7,"version":1}');
INSERT INTO mig_released.runs OVERRIDING SYSTEM VALUE VALUES (2, 'cutover', 'running', 'ann', 'h', '0.1.0', 'production', 'abc', '2026-11-22 22:24:35.984408+00', NULL, NULL);
INSERT INTO mig_released.schema_version VALUES (1, 0, true, '2026-11-22 22:24:35.749509');
INSERT INTO mig_released.schema_version VALUES (2, 1, true, '2026-11-22 22:24:35.765571');
INSERT INTO mig_released.snapshots OVERRIDING SYSTEM VALUE VALUES (1, 'customers', 'customers.csv', '', 'csv', 'd577f0ca1bed925f5ea5c142d9fd526356409d5ea3ad3915876db30cbae4ca3b', 10, 'bb435baa2a3eee1663eefa6735469dabc559ed9585c171bb30049b4854e2c01e', '{no,name}', '{no,name}', 2, 'land_1', 2, 0, '{"encoding":{"value":"utf-8","confidence":1}}', '[]', '2026-11-22 22:24:35.892724+00', '2026-11-22 22:24:35.902925+00');
INSERT INTO mig_released.snapshots OVERRIDING SYSTEM VALUE VALUES (2, 'customers', 'customers.csv', '', 'csv', 'fd0a745c6b050d18d5f988b1a05ce928c89c294172ad82d1a4eafbb86dd419ca', 10, 'bb435baa2a3eee1663eefa6735469dabc559ed9585c171bb30049b4854e2c01e', '{no,name}', '{no,name}', 2, 'land_2', 3, 1, '{"encoding":{"value":"utf-8","confidence":1}}', '[{"severity":"warning","rule":"land.not_text","message":"the cell holds bytes that are no text (a NUL or broken UTF-8); it was landed as null","hint":"Pin the file''s encoding in migrate.yaml, or correct the cell; its bytes are kept in unheld_cells.","table":"customers","file":"customers.csv","row":4,"line":5,"column":"name","raw":"\"Do\\x00ra\""}]', '2026-11-22 22:24:35.915668+00', '2026-11-22 22:24:35.926921+00');
INSERT INTO mig_released.staged OVERRIDING SYSTEM VALUE VALUES (1, 1, 'partners', 'res.partner', 'staged_1', '{active,birthday,credit,image,name,parent_id,tag_ids,when,x_id}', '{boolean,date,number,binary,text,link,links,datetime,text}', 1, '2026-11-22 22:24:35.97403+00');
INSERT INTO mig_released.staged_1 VALUES ('m.a', 0, 'customers', 7, 8, 90, '\x0700000000000000000000000000000000000000000000000000000000000000', true, '2001-02-03', 1.5, '', 'Anna', '', '', NULL, '');
INSERT INTO mig_released.staged_1_folded VALUES ('customers', 4, 'customers', 1);
INSERT INTO mig_released.targets OVERRIDING SYSTEM VALUE VALUES (1, 'http://odoo', 'prod', 'u-1', 'e-1', '2026-11-22 22:24:35.993122+00');
INSERT INTO mig_released.unheld_cells VALUES (2, 4, 'name', '\x446f007261');
SELECT pg_catalog.setval('mig_released.changes_seq_seq', 1, true);
SELECT pg_catalog.setval('mig_released.findings_seq_seq', 1, true);
SELECT pg_catalog.setval('mig_released.intents_id_seq', 3, true);
SELECT pg_catalog.setval('mig_released.runs_id_seq', 2, true);
SELECT pg_catalog.setval('mig_released.schema_version_id_seq', 2, true);
SELECT pg_catalog.setval('mig_released.snapshots_id_seq', 2, true);
SELECT pg_catalog.setval('mig_released.staged_id_seq', 1, true);
SELECT pg_catalog.setval('mig_released.targets_id_seq', 1, true);
ALTER TABLE ONLY mig_released.changes
    ADD CONSTRAINT changes_pkey PRIMARY KEY (seq);
ALTER TABLE ONLY mig_released.event_head
    ADD CONSTRAINT event_head_pkey PRIMARY KEY (single);
ALTER TABLE ONLY mig_released.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (seq);
ALTER TABLE ONLY mig_released.findings
    ADD CONSTRAINT findings_pkey PRIMARY KEY (run_id, seq);
ALTER TABLE ONLY mig_released.intents
    ADD CONSTRAINT intents_pkey PRIMARY KEY (id);
ALTER TABLE ONLY mig_released.land_1
    ADD CONSTRAINT land_1_pkey PRIMARY KEY (row_no);
ALTER TABLE ONLY mig_released.land_2_fix
    ADD CONSTRAINT land_2_fix_pkey PRIMARY KEY (row_no);
ALTER TABLE ONLY mig_released.land_2
    ADD CONSTRAINT land_2_pkey PRIMARY KEY (row_no);
ALTER TABLE ONLY mig_released.leases
    ADD CONSTRAINT leases_pkey PRIMARY KEY (name);
ALTER TABLE ONLY mig_released.ledger
    ADD CONSTRAINT ledger_pkey PRIMARY KEY (target_id, external_id);
ALTER TABLE ONLY mig_released.outcomes
    ADD CONSTRAINT outcomes_pkey PRIMARY KEY (run_id, mapping, external_id);
ALTER TABLE ONLY mig_released.row_classes
    ADD CONSTRAINT row_classes_pkey PRIMARY KEY (run_id, mapping, snapshot_id, row_no);
ALTER TABLE ONLY mig_released.runs
    ADD CONSTRAINT runs_pkey PRIMARY KEY (id);
ALTER TABLE ONLY mig_released.schema_version
    ADD CONSTRAINT schema_version_pkey PRIMARY KEY (id);
ALTER TABLE ONLY mig_released.snapshots
    ADD CONSTRAINT snapshots_pkey PRIMARY KEY (id);
ALTER TABLE ONLY mig_released.staged_1
    ADD CONSTRAINT staged_1_pkey PRIMARY KEY (x_seq);
ALTER TABLE ONLY mig_released.staged
    ADD CONSTRAINT staged_pkey PRIMARY KEY (id);
ALTER TABLE ONLY mig_released.targets
    ADD CONSTRAINT targets_pkey PRIMARY KEY (id);
ALTER TABLE ONLY mig_released.targets
    ADD CONSTRAINT targets_url_database_uuid_key UNIQUE (url, database, uuid);
CREATE INDEX changes_run_id_seq_idx ON mig_released.changes USING btree (run_id, seq);
CREATE INDEX intents_run_id_idx ON mig_released.intents USING btree (run_id);
CREATE INDEX intents_target_id_id_idx ON mig_released.intents USING btree (target_id, id) WHERE (state = ANY (ARRAY['intended'::text, 'unsettled'::text]));
CREATE INDEX ledger_target_id_mapping_external_id_idx ON mig_released.ledger USING btree (target_id, mapping, external_id);
CREATE INDEX quarantine_snapshot_id_row_no_idx ON mig_released.quarantine USING btree (snapshot_id, row_no);
CREATE INDEX snapshots_source_sha256_idx ON mig_released.snapshots USING btree (source, sha256);
CREATE INDEX staged_1_x_id_idx ON mig_released.staged_1 USING btree (x_id);
CREATE INDEX staged_run_id_mapping_idx ON mig_released.staged USING btree (run_id, mapping);
CREATE INDEX unheld_cells_snapshot_id_row_no_idx ON mig_released.unheld_cells USING btree (snapshot_id, row_no);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON mig_released.events FOR EACH STATEMENT EXECUTE FUNCTION mig_released.refuse_change();
ALTER TABLE ONLY mig_released.changes
    ADD CONSTRAINT changes_intent_id_fkey FOREIGN KEY (intent_id) REFERENCES mig_released.intents(id);
ALTER TABLE ONLY mig_released.intents
    ADD CONSTRAINT intents_target_id_fkey FOREIGN KEY (target_id) REFERENCES mig_released.targets(id);
ALTER TABLE ONLY mig_released.ledger
    ADD CONSTRAINT ledger_target_id_fkey FOREIGN KEY (target_id) REFERENCES mig_released.targets(id);
