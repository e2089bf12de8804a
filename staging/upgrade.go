package staging

import (
	"bytes"
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"github.com/odoo-migrate/odoo-migrate/record"
)

//go:embed migrations/*.sql
var migrations embed.FS

// placed is the folder of migrations with the project's schemas put into each file.
type placed struct {
	fs.FS
	place func(string) string
}

func (p placed) Open(name string) (fs.File, error) {
	f, err := p.FS.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil || info.IsDir() {
		return f, err
	}
	text, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	return placedFile{f, bytes.NewReader([]byte(p.place(string(text))))}, nil
}

type placedFile struct {
	fs.File
	text *bytes.Reader
}

func (f placedFile) Read(b []byte) (int, error) { return f.text.Read(b) }

// upgrade creates the project's schemas and applies the migrations that are missing. Two processes may do so at once:
// the second waits for the first.
func (s *Store) upgrade(ctx context.Context) error {
	db := stdlib.OpenDBFromPool(s.pool)
	defer func() { _ = db.Close() }()
	if current, err := s.current(ctx, db); err != nil || current {
		return err
	}
	for {
		err := s.upgradeAlone(ctx, db)
		if !errors.Is(err, errBusy) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

var errBusy = errors.New("another process is upgrading the schema")

// upgradeAlone upgrades while nobody else does. Who does not get the lock gives its connection back before it waits: a
// pooler may have few, and the upgrade needs two.
func (s *Store) upgradeAlone(ctx context.Context, db *sql.DB) error {
	return s.inTx(ctx, func(t tx) error {
		var alone bool
		err := one(ctx, t, []any{&alone}, "select pg_try_advisory_xact_lock(hashtextextended($1, 0))", s.Schema()+"/upgrade")
		if err != nil {
			return err
		}
		if !alone {
			return errBusy
		}
		for _, schema := range s.schemas() {
			if err := s.ensureSchema(ctx, schema); err != nil {
				return err
			}
		}
		provider, err := s.provider(db)
		if err != nil {
			return err
		}
		if _, err := provider.Up(ctx); err != nil {
			return fmt.Errorf("upgrade schema %s: %w", s.Schema(), explain(err))
		}
		return nil
	})
}

// lock waits for a lock of the project that ends with the transaction.
func (t tx) lock(ctx context.Context, name string) error {
	_, err := t.Exec(ctx, "select pg_advisory_xact_lock(hashtextextended($1, 0))", t.store.Schema()+"/"+name)
	return err
}

func (s *Store) provider(db *sql.DB) (*goose.Provider, error) {
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, db, placed{sub, s.place},
		goose.WithTableName(s.Schema()+".schema_version"), goose.WithDisableGlobalRegistry(true))
}

// current reports whether the schema is what this program knows; a newer one is an error.
func (s *Store) current(ctx context.Context, db *sql.DB) (bool, error) {
	var version int64
	err := s.pool.QueryRow(ctx, s.place("select coalesce(max(version_id), 0) from {s}.schema_version")).Scan(&version)
	switch code(err) {
	case "42P01", "3F000": // no such table, no such schema
		return false, nil
	}
	if err != nil {
		return false, explain(err)
	}
	provider, err := s.provider(db)
	if err != nil {
		return false, err
	}
	sources := provider.ListSources()
	known := sources[len(sources)-1].Version
	if version > known {
		return false, record.Advise(fmt.Errorf("%w: schema %s has version %d, this one knows %d", ErrSchemaNewer, s.Schema(), version, known),
			"Use the newer version of migrate for this project.")
	}
	return version == known, nil
}

// ensureSchema creates a schema that is missing. An administrator may have made it for a user without the right to
// create schemas, and PostgreSQL's "if not exists" asks for that right even then.
func (s *Store) ensureSchema(ctx context.Context, schema string) error {
	var there bool
	err := s.pool.QueryRow(ctx, "select exists (select from pg_catalog.pg_namespace where nspname = $1)", schema).Scan(&there)
	if err != nil || there {
		return explain(err)
	}
	if _, err := s.pool.Exec(ctx, "create schema "+quote(schema)); err != nil {
		return fmt.Errorf("create schema %s: %w", schema, explain(err))
	}
	return nil
}
