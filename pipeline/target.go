package pipeline

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

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

// epochKey is the system parameter that marks a database as the one a ledger belongs to, at the state the ledger knows:
// every run that loads changes the mark, so that a backup from before the run has another one.
const epochKey = "migrate.epoch."

// identify finds the target in the ledger. A database whose mark is not the ledger's was restored or copied since, or
// belongs to another ledger: the second result says so, and nothing may be loaded.
func (p *Pipeline) identify(ctx context.Context, t *Target) (run.Target, string, error) {
	id, err := t.Identity(ctx)
	if err != nil {
		return run.Target{}, "", err
	}
	known, created, err := p.Store.EnsureTarget(ctx, run.Target{URL: id.URL, Database: id.Database, UUID: id.UUID})
	if err != nil {
		return run.Target{}, "", err
	}
	mark, _, err := p.readMark(ctx, t)
	if err != nil {
		return known, "", err
	}
	was, becomes := epochs(known)
	switch {
	case mark == was || becomes != "" && mark == becomes:
		return known, "", nil
	case created || was == "" && becomes == "":
		return known, "the database carries the mark of another ledger: it was loaded from another staging area, or is a copy of a database that was", nil
	}
	return known, "the database was restored or copied since the ledger was written: its mark is not the ledger's", nil
}

// epochs takes the ledger's epoch apart: the mark it knows, and the one that was being written when it was last touched.
func epochs(t run.Target) (was, becomes string) {
	was, becomes, _ = strings.Cut(t.Epoch, ">")
	return was, becomes
}

// readMark reads the mark and the id of its parameter; both are empty where there is none.
func (p *Pipeline) readMark(ctx context.Context, t *Target) (value string, id int64, err error) {
	rows, err := t.SearchRead(ctx, "ir.config_parameter", []any{[]any{"key", "=", epochKey + p.Project.Name}}, []string{"id", "value"}, 1)
	if err != nil || len(rows) == 0 {
		return "", 0, err
	}
	value, _ = rows[0]["value"].(string)
	return value, schema.ID(rows[0]["id"]), nil
}

// mark gives the database a new mark before a run loads into it. The ledger first remembers both, so that a crash at any
// moment leaves a database it recognises.
func (p *Pipeline) mark(ctx context.Context, t *Target, known run.Target) (run.Target, error) {
	now, _, err := p.readMark(ctx, t)
	if err != nil {
		return known, err
	}
	var b [12]byte
	if _, err := rand.Read(b[:]); err != nil {
		return known, err
	}
	next := hex.EncodeToString(b[:])
	if err := p.Store.SetEpoch(ctx, known.ID, now+">"+next); err != nil {
		return known, err
	}
	if err := p.writeMark(ctx, t, next); err != nil {
		return known, fmt.Errorf("mark the database: %w", err)
	}
	known.Epoch = next
	return known, p.Store.SetEpoch(ctx, known.ID, next)
}

// writeMark writes the mark until it is read back: the parameter's unique key keeps a repetition from doubling it.
func (p *Pipeline) writeMark(ctx context.Context, t *Target, value string) error {
	const attempts = 5
	for try := 1; ; try++ {
		now, id, err := p.readMark(ctx, t)
		if err == nil && now == value {
			return nil
		}
		if err == nil && id == 0 {
			_, err = t.Create(ctx, "ir.config_parameter", []map[string]any{{"key": epochKey + p.Project.Name, "value": value}})
		} else if err == nil {
			err = t.Write(ctx, "ir.config_parameter", []int64{id}, map[string]any{"value": value})
		}
		if class := schema.ClassOf(err); err != nil && (try == attempts || !class.Retryable() && !class.Unknown()) {
			return err
		}
	}
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
