package pipeline

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// Target is an Odoo the project loads into.
type Target struct {
	Name     string
	Database string
	*odoo.Client
}

// epochKey is the system parameter that marks a database as the one a ledger belongs to.
const epochKey = "migrate.epoch."

// identify finds the target in the ledger. A database whose epoch is not the ledger's was restored or copied since: the
// second result says so, and nothing may be loaded.
func (p *Pipeline) identify(ctx context.Context, t *Target) (run.Target, string, error) {
	id, err := t.Identity(ctx)
	if err != nil {
		return run.Target{}, "", err
	}
	known, created, err := p.Store.EnsureTarget(ctx, run.Target{URL: id.URL, Database: id.Database, UUID: id.UUID})
	if err != nil {
		return run.Target{}, "", err
	}
	epoch, err := p.readEpoch(ctx, t)
	if err != nil {
		return known, "", err
	}
	switch {
	case created && epoch != "" || !created && known.Epoch == "" && epoch != "":
		return known, "the database carries the mark of a ledger that is not this one: another staging area loaded into it", nil
	case !created && known.Epoch != "" && epoch != known.Epoch:
		return known, "the database was restored or copied since the ledger was written: its mark is not the ledger's", nil
	}
	return known, "", nil
}

func (p *Pipeline) readEpoch(ctx context.Context, t *Target) (string, error) {
	rows, err := t.SearchRead(ctx, "ir.config_parameter", []any{[]any{"key", "=", epochKey + p.Project.Name}}, []string{"value"}, 1)
	if err != nil || len(rows) == 0 {
		return "", err
	}
	value, _ := rows[0]["value"].(string)
	return value, nil
}

// mark writes the epoch into the database, once, before the first record is loaded.
func (p *Pipeline) mark(ctx context.Context, t *Target, known run.Target) (run.Target, error) {
	if known.Epoch != "" {
		return known, nil
	}
	var b [12]byte
	if _, err := rand.Read(b[:]); err != nil {
		return known, err
	}
	known.Epoch = hex.EncodeToString(b[:])
	// The ledger first: a crash in between is recognised as a database that lost its mark, never as a new one.
	if err := p.Store.SetEpoch(ctx, known.ID, known.Epoch); err != nil {
		return known, err
	}
	if _, err := t.Create(ctx, "ir.config_parameter", []map[string]any{{"key": epochKey + p.Project.Name, "value": known.Epoch}}); err != nil {
		return known, fmt.Errorf("mark the database: %w", err)
	}
	return known, nil
}

// Census counts what a run must not touch and what it must leave as it found it.
type Census struct {
	Records map[string]int `json:"records"` // of the models the project maps
	Mails   int            `json:"mails"`
}

func (p *Pipeline) census(ctx context.Context, t *Target, models []string) (Census, error) {
	c := Census{Records: map[string]int{}}
	for _, m := range models {
		n, err := t.Count(ctx, m, nil)
		if err != nil {
			return c, fmt.Errorf("count %s: %w", m, err)
		}
		c.Records[m] = n
	}
	var err error
	if c.Mails, err = t.Count(ctx, "mail.mail", nil); schema.ClassOf(err) == schema.FaultMissingModel {
		return c, nil
	}
	return c, err
}

func sorted(s []string) []string {
	slices.Sort(s)
	return s
}
