// Package staging keeps everything between the legacy files and Odoo in PostgreSQL: landed snapshots, staged records,
// findings, runs, the event log, the ledger of what was loaded, and leases. It is the only room that speaks to PostgreSQL;
// steps that own a meaning bring their own SQL through Queryer.
//
// One project owns four schemas: mig_<project> with the tables, mig_<project>_landed and mig_<project>_staged with a view
// for each source and mapping, and mig_<project>_bi with views for dashboards. Several projects live in one database.
//
// It interprets no values, decides nothing about a load, and keeps no state in a session: no SET, no search_path, no
// prepared statements, no session locks, no LISTEN. A pooler in transaction mode is therefore no obstacle.
package staging

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/staging/embedded"
)

// Options say where staging is.
type Options struct {
	DSN     string // a PostgreSQL connection string; "" is a private cluster under Dir/.migrate
	Project string // [a-z][a-z0-9_]*, at most 48 characters
	Dir     string // project folder; "" is the current folder
}

// Store is an open staging area. It may be used by several goroutines at once.
type Store struct {
	pool    *pgxpool.Pool
	project string
	dir     string // project folder of a private cluster; "" where a DSN was given
}

var projectName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,47}$`)

// Open connects, and creates or upgrades the project's schemas. Without a DSN it starts the private cluster first. The
// error wraps ErrUnavailable, ErrPassword, ErrNoDatabase, ErrRights, ErrServerOld, ErrEncoding or ErrSchemaNewer where
// one of them is the reason, and carries the remedy.
func Open(ctx context.Context, opt Options) (*Store, error) {
	if !projectName.MatchString(opt.Project) {
		return nil, record.Advise(fmt.Errorf("%q cannot name a project", opt.Project),
			"Set project: in migrate.yaml to a name of small letters, digits and underscores, at most 48 long.")
	}
	dsn, private := opt.DSN, ""
	if dsn == "" {
		private = opt.Dir
		if private == "" {
			private = "."
		}
		cluster, err := embedded.Start(ctx, private)
		if err != nil {
			return nil, err
		}
		dsn = cluster.DSN
	}
	pool, err := connect(ctx, dsn)
	if err != nil {
		return nil, err
	}
	s := &Store{pool: pool, project: opt.Project, dir: private}
	if err := s.prepare(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	return s, nil
}

// Close ends the connections. A private cluster goes on running.
func (s *Store) Close() error {
	s.pool.Close()
	return nil
}

// Schema is the name of the schema that holds the project's tables.
func (s *Store) Schema() string { return "mig_" + s.project }

// LandedSchema, StagedSchema and ViewSchema name the schemas of views: of sources, of mappings, and for dashboards.
func (s *Store) LandedSchema() string { return s.Schema() + "_landed" }

// StagedSchema holds one view a mapping.
func (s *Store) StagedSchema() string { return s.Schema() + "_staged" }

// ViewSchema holds the documented views for dashboards.
func (s *Store) ViewSchema() string { return s.Schema() + "_bi" }

// Drop removes everything the project has in staging, the ledger included.
func (s *Store) Drop(ctx context.Context) error {
	for _, schema := range s.schemas() {
		if _, err := s.Exec(ctx, "drop schema if exists "+quote(schema)+" cascade"); err != nil {
			return fmt.Errorf("drop schema %s: %w", schema, err)
		}
	}
	return nil
}

func (s *Store) schemas() []string {
	return []string{s.ViewSchema(), s.StagedSchema(), s.LandedSchema(), s.Schema()}
}

// connect opens the pool and waits through the moments in which a server is starting or a connection is cut.
func connect(ctx context.Context, dsn string) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, record.Advise(fmt.Errorf("the connection string of staging cannot be read: %s", unreadable(err)),
			"Write it as postgres://user@host:5432/database.")
	}
	// Exec sends parse, bind and execute in one go with the unnamed statement: nothing has to survive between two
	// round trips, so it works behind poolers in transaction mode, where named statements and a describe round trip do
	// not. Bulk data goes by COPY, which needs neither; that is why one mode serves private clusters as well.
	config.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeExec
	config.ConnConfig.StatementCacheCapacity = 0
	config.ConnConfig.DescriptionCacheCapacity = 0
	config.ConnConfig.OnNotice = func(*pgconn.PgConn, *pgconn.Notice) {}
	if config.ConnConfig.RuntimeParams["application_name"] == "" {
		config.ConnConfig.RuntimeParams["application_name"] = "migrate"
	}
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = 10 * time.Second
	}
	config.MaxConns = max(config.MaxConns, 8)
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, explainConnect(err, config.ConnConfig)
	}
	for attempt := 0; ; attempt++ {
		err = pool.Ping(ctx)
		if err == nil {
			return pool, nil
		}
		if attempt == 8 || !passing(err) {
			pool.Close()
			return nil, explainConnect(err, config.ConnConfig)
		}
		select {
		case <-ctx.Done():
			pool.Close()
			return nil, ctx.Err()
		case <-time.After(250 * time.Millisecond):
		}
	}
}

// prepare checks the server and brings the project's schemas up to date.
func (s *Store) prepare(ctx context.Context) error {
	var version int
	var encoding, text string
	err := s.pool.QueryRow(ctx, "select current_setting('server_version_num')::int, current_setting('server_version'), current_setting('server_encoding')").
		Scan(&version, &text, &encoding)
	if err != nil {
		return fmt.Errorf("ask PostgreSQL for its version: %w", explain(err))
	}
	if err := supported(version, text, encoding); err != nil {
		return err
	}
	err = s.upgrade(ctx)
	if errors.Is(err, ErrRights) {
		return record.Advise(err, "Let an administrator run: grant create on database <database> to <user>.")
	}
	return err
}

func supported(version int, text, encoding string) error {
	if version < 140000 {
		return record.Advise(fmt.Errorf("staging's server is PostgreSQL %s: %w", text, ErrServerOld), "Use PostgreSQL 14 or newer.")
	}
	if encoding != "UTF8" {
		return record.Advise(fmt.Errorf("staging's database has the encoding %s: %w", encoding, ErrEncoding),
			"Create the database with: create database <name> encoding 'UTF8' template template0.")
	}
	return nil
}

// quote writes a name so that it is that name and nothing else. A brace is written by its number: a column called
// "{s}." must not be taken for the project's schema.
func quote(name string) string {
	quoted := pgx.Identifier{name}.Sanitize()
	if !strings.Contains(quoted, "{") {
		return quoted
	}
	return "U&" + strings.NewReplacer(`\`, `\\`, "{", `\007B`).Replace(quoted)
}
