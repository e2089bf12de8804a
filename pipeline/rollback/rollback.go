// Package rollback undoes a run from its manifest, the list of changes its settled calls caused, backwards and by undo
// class, and then proves the result by reading. What stands in the way is found before anything is changed.
package rollback

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// ErrBlocked says that something stands in the way; nothing was changed.
var ErrBlocked = errors.New("rollback is blocked")

// ErrInterrupted says that the rollback was asked to stop and did, between two calls. Running it again goes on.
var ErrInterrupted = errors.New("stopped as asked; what is undone is marked so")

// ErrNotUndone says that a call to undo something returned, but what was read afterwards says otherwise.
var ErrNotUndone = errors.New("not undone")

// Target is what rollback needs of Odoo; archived records and all companies are included in every read.
type Target interface {
	Read(ctx context.Context, model string, ids []int64, fields []string) ([]map[string]any, error)
	XMLIDs(ctx context.Context, module string, names []string) (map[string]schema.XMLID, error)
	Write(ctx context.Context, model string, ids []int64, values map[string]any) error
	Unlink(ctx context.Context, model string, ids []int64) error
	Method(ctx context.Context, model, method string, ids []int64, kwargs map[string]any) (any, error)
	SearchRead(ctx context.Context, model string, domain []any, fields []string, limit int) ([]map[string]any, error)
	Load(ctx context.Context, model string, columns []string, rows [][]string) (schema.LoadResult, error)
}

// Resolver gives the database ids of references.
type Resolver interface {
	IDs(ctx context.Context, refs []string) (map[string]int64, error)
	// Learn finds out of which models the records are; Model tells it afterwards, "" of a record that is not there.
	Learn(ctx context.Context, refs []string) error
	Model(ref string) string
}

// Files gives the bytes of the project's files, as long as they are those of the hash.
type Files interface {
	Bytes(ctx context.Context, path, hash string) ([]byte, error)
}

// Manifest is where changes are read from and marked as undone.
type Manifest interface {
	Changes(ctx context.Context, runID int64) ([]run.Change, error)
	MarkUndone(ctx context.Context, seqs []int64, entries []run.Entry) error
	EntriesByID(ctx context.Context, targetID int64, externalIDs []string) (map[string]run.Entry, error)
	Entries(ctx context.Context, targetID int64, mapping string) iter.Seq2[run.Entry, error]
}

// Kinds of blockers.
const (
	Later       = "later"        // a later run changed it
	Touched     = "changed"      // people changed it since
	Dependent   = "dependent"    // it would be left pointing at what is removed
	Irrevocable = "restore-only" // the way back is the backup
)

// Blocker is one record that cannot be undone as things are.
type Blocker struct {
	Kind       string `json:"kind"`
	Mapping    string `json:"mapping"`
	Model      string `json:"model"`
	ExternalID string `json:"external_id"`
	DBID       int64  `json:"db_id"`
	Reason     string `json:"reason"`
	Remedy     string `json:"remedy"`

	Fields []string `json:"fields,omitempty"` // that people changed
	Who    string   `json:"who,omitempty"`    // wrote the record last: a login
	When   string   `json:"when,omitempty"`   // by Odoo's clock, in UTC
}

// Result says what a rollback did and what was read afterwards.
type Result struct {
	Run       int64            `json:"run"`
	Undone    map[string]int64 `json:"undone"` // by action
	ByModel   map[string]int64 `json:"by_model"`
	Blockers  []Blocker        `json:"blockers,omitempty"`
	Remaining []Blocker        `json:"remaining,omitempty"` // restore-only changes: the way back is the backup
	Kept      map[string]int   `json:"kept,omitempty"`      // by model: records that Odoo keeps, archived where it can
	Proof     []Proof          `json:"proof"`
}

// Proof is one thing read from Odoo after the rollback.
type Proof struct {
	Claim  string `json:"claim"`
	Holds  bool   `json:"holds"`
	Detail string `json:"detail,omitempty"`
}

// Proven reports whether every claim holds.
func (r *Result) Proven() bool {
	return !slices.ContainsFunc(r.Proof, func(p Proof) bool { return !p.Holds })
}

// Roller undoes runs on one target.
type Roller struct {
	Target   Target
	Manifest Manifest
	Refs     Resolver
	Files    Files // of the project, for records that are made again; may be nil
	Schema   *schema.Snapshot
	Module   string
	TargetID int64
	Leaves   map[string][]Leftover // by model

	Release      map[string]Release     // by model: what has to be written before Odoo lets records go
	Counter      map[string]Counter     // by model: what is written instead of deleting
	Beside       map[string][]Companion // by model: records that Odoo makes along with ours
	BeforeUnlink map[string]string      // by model: the method without which Odoo does not let its records go

	Scope    Scope
	Force    bool                                                                        // undo records that were changed since, too
	Changed  func(ctx context.Context, entries []run.Entry) (map[string][]string, error) // the fields that differ, by external id
	Progress func(model string, records int)
	Stop     <-chan struct{} // closed: finish the call under way and return ErrInterrupted
}

// Leftover names a model by the many2one to the records it goes with: Odoo makes such records by itself and does not
// delete them with those.
type Leftover struct{ Model, Field string }

// Companion is a record that Odoo makes along: the ending of its external id, its model, and the many2one to it.
type Companion struct{ Ending, Model, Field string }

// Release says which values of a field let a record go, and what is written to records that have another.
type Release struct {
	Field string
	Free  []string
	Write string
}

// Counter are numbers that take a booking back, and the context in which Odoo takes them for that.
type Counter struct {
	Values  map[string]int64
	Context map[string]any
}

// chunk is how many records are compared with Odoo at once.
const chunk = 1000

// Plan reads the manifest and finds what stands in the way, changing nothing.
func (r *Roller) Plan(ctx context.Context, runID int64) (changes []run.Change, res *Result, err error) {
	res = &Result{Run: runID, Undone: map[string]int64{}, ByModel: map[string]int64{}}
	all, err := r.Manifest.Changes(ctx, runID)
	if err != nil {
		return nil, nil, err
	}
	if err := r.Scope.check(runID, all); err != nil {
		return nil, nil, err
	}
	all = slices.DeleteFunc(all, func(c run.Change) bool { return c.UndoneAt != nil })
	chosen, blockers, err := r.choose(ctx, runID, all)
	if err != nil {
		return nil, nil, err
	}
	res.Blockers = append(res.Blockers, blockers...)
	for _, c := range chosen {
		if c.Undo == run.RestoreOnly {
			res.Blockers = append(res.Blockers, with(blocker(c, "nothing in Odoo undoes "+c.Action, "restore the backup"), Irrevocable))
			continue
		}
		changes = append(changes, c)
	}
	slices.SortFunc(changes, func(a, b run.Change) int { return int(b.Seq - a.Seq) })
	since, err := r.changedSince(ctx, runID, changes)
	if err != nil {
		return nil, nil, err
	}
	if err := r.sayWho(ctx, since); err != nil {
		return nil, nil, fmt.Errorf("who changed the records: %w", err)
	}
	res.Blockers = append(res.Blockers, since...)
	return changes, res, nil
}

// changedSince lists records that a later run or a user changed after this run was done with them.
func (r *Roller) changedSince(ctx context.Context, runID int64, changes []run.Change) ([]Blocker, error) {
	var out []Blocker
	for part := range slices.Chunk(changes, chunk) {
		ids := make([]string, len(part))
		for i, c := range part {
			ids[i] = c.ExternalID
		}
		entries, err := r.Manifest.EntriesByID(ctx, r.TargetID, ids)
		if err != nil {
			return nil, err
		}
		seen := map[string]bool{}
		var mine []run.Entry
		for _, c := range part {
			e, ok := entries[c.ExternalID]
			if !ok || seen[c.ExternalID] {
				continue
			}
			seen[c.ExternalID] = true
			if e.RunID > runID {
				out = append(out, with(blocker(c, fmt.Sprintf("run %d changed it later", e.RunID), fmt.Sprintf("roll back run %d first", e.RunID)), Later))
				continue
			}
			mine = append(mine, e)
		}
		if r.Force || r.Changed == nil {
			continue
		}
		changed, err := r.Changed(ctx, mine)
		if err != nil {
			return nil, err
		}
		touched := touches(part)
		for _, c := range part {
			if what := touched[c.ExternalID].of(changed[c.ExternalID]); len(what) > 0 && seen[c.ExternalID] {
				seen[c.ExternalID] = false
				undone, err := r.holdsBefore(ctx, c)
				if err != nil {
					return nil, err
				}
				if undone {
					continue // an earlier attempt put it back and was cut off before it was written down
				}
				b := with(blocker(c, "changed in Odoo since: "+strings.Join(what, ", "), "put it back there, or use --force to give the change up"), Touched)
				b.Fields = what
				out = append(out, b)
			}
		}
	}
	return out, nil
}

// holdsBefore reports whether a record holds the before-image of its change already.
func (r *Roller) holdsBefore(ctx context.Context, c run.Change) (bool, error) {
	if c.Action != "update" && c.Action != "archive" {
		return false, nil
	}
	before, err := decode(c.Before)
	if err != nil {
		return false, fmt.Errorf("before-image of %s: %w", c.ExternalID, err)
	}
	fields := make([]string, 0, len(before))
	for f := range before {
		fields = append(fields, f)
	}
	ids, err := r.idsNow(ctx, []run.Change{c})
	if err != nil {
		return false, err
	}
	if ctx, err = r.within(ctx, c); err != nil {
		return false, err
	}
	left, err := r.notHolding(ctx, c.Model, ids, fields, before)
	return err == nil && len(left) == 0, err
}

func blocker(c run.Change, reason, remedy string) Blocker {
	return Blocker{Mapping: c.Mapping, Model: c.Model, ExternalID: c.ExternalID, DBID: c.DBID, Reason: reason, Remedy: remedy}
}

func with(b Blocker, kind string) Blocker {
	b.Kind = kind
	return b
}

// Run undoes a run. It can be repeated after an interruption: what is undone is marked so in the manifest.
func (r *Roller) Run(ctx context.Context, runID int64) (*Result, error) {
	changes, res, err := r.Plan(ctx, runID)
	if err != nil {
		return nil, err
	}
	if len(res.Blockers) > 0 {
		return res, fmt.Errorf("%w by %s", ErrBlocked, records(len(res.Blockers)))
	}
	size := pace(firstCall)
	for left := documentsFirst(changes); len(left) > 0; {
		if err := ctx.Err(); err != nil {
			return res, err
		}
		if r.stopping() {
			return res, ErrInterrupted
		}
		g := group(left, int(size))
		begun := time.Now()
		if err := r.undo(ctx, g); err != nil {
			return res, fmt.Errorf("undo %s of %d %s: %w", g[0].Action, len(g), g[0].Model, err)
		}
		size, left = size.after(len(g), time.Since(begun)), left[len(g):]
		res.Undone[g[0].Action] += int64(len(g))
		res.ByModel[g[0].Model] += int64(len(g))
		if r.Progress != nil {
			r.Progress(g[0].Model, len(g))
		}
	}
	return res, r.prove(ctx, runID, res)
}

func (r *Roller) stopping() bool {
	select {
	case <-r.Stop:
		return true
	default:
		return false
	}
}

// documentsFirst puts the lines that came with their document after everything else: they go with it, and only when they
// are gone is that written down. A rollback that is cut off between the two finds the lines again.
func documentsFirst(changes []run.Change) []run.Change {
	var first, lines []run.Change
	for _, c := range changes {
		if isLine(c) {
			lines = append(lines, c)
		} else {
			first = append(first, c)
		}
	}
	return append(first, lines...)
}

// group takes the changes from the front that one call undoes: neighbours of the same kind.
func group(changes []run.Change, most int) []run.Change {
	n := 1
	for n < min(len(changes), most) && sameCall(changes[0], changes[n]) {
		n++
	}
	return changes[:n]
}

func sameCall(a, b run.Change) bool {
	return a.Action == b.Action && a.Model == b.Model && a.Undo == b.Undo && string(a.Before) == string(b.Before) && isLine(a) == isLine(b) && companyOf(a) == companyOf(b)
}

func isLine(c run.Change) bool {
	a, err := c.Aftermath()
	return err == nil && a.Line
}

// undo takes back one group and marks it.
func (r *Roller) undo(ctx context.Context, g []run.Change) error {
	ctx, err := r.within(ctx, g[0])
	if err != nil {
		return err
	}
	ids, err := r.idsNow(ctx, g)
	if err != nil {
		return err
	}
	seqs, names := make([]int64, len(g)), make([]string, len(g))
	for i, c := range g {
		seqs[i], names[i] = c.Seq, c.ExternalID
	}
	state := ""
	switch action := g[0].Action; {
	case action == "create" && isLine(g[0]):
		// They went with their document: a journal entry does not let them go one by one. PostgreSQL deleted them by
		// cascade, behind the back of Odoo, which therefore keeps their external ids.
		state = run.Deleted
		if err = r.unlink(ctx, g[0].Model, ids); err == nil {
			err = r.disown(ctx, names)
		}
	case action == "create" && g[0].Undo == run.Compensate:
		state = run.Deleted
		if err = r.unlinkOrKeep(ctx, g[0].Model, ids); err == nil {
			err = r.disown(ctx, r.withBeside(g[0].Model, names))
		}
	case action == "create":
		state = run.Deleted
		err = r.unlink(ctx, g[0].Model, ids)
	case action == "delete":
		return r.recreate(ctx, g)
	case action == "adopt":
		state = run.Deleted
		err = r.disown(ctx, names)
	case action == "update" || action == "archive":
		state = run.Active
		err = r.restore(ctx, g[0], ids)
	case strings.HasPrefix(action, "call:"):
		err = r.takeBack(ctx, g[0], ids)
	default:
		err = fmt.Errorf("no way is known to undo it")
	}
	if err != nil {
		return err
	}
	entries, err := r.entries(ctx, g, state)
	if err != nil {
		return err
	}
	return r.Manifest.MarkUndone(ctx, seqs, entries)
}

// idsNow are the database ids of the changed records: a record that was deleted and made again has a new one.
func (r *Roller) idsNow(ctx context.Context, g []run.Change) ([]int64, error) {
	names, ids := make([]string, len(g)), make([]int64, len(g))
	for i, c := range g {
		names[i], ids[i] = c.ExternalID, c.DBID
	}
	known, err := r.Manifest.EntriesByID(ctx, r.TargetID, names)
	if err != nil {
		return nil, err
	}
	for i, c := range g {
		if e, ok := known[c.ExternalID]; ok {
			ids[i] = e.DBID
		}
	}
	return ids, nil
}

// entries are the ledger entries as they are after the undo; a state of "" leaves the ledger alone.
func (r *Roller) entries(ctx context.Context, g []run.Change, state string) ([]run.Entry, error) {
	if state == "" {
		return nil, nil
	}
	names := make([]string, len(g))
	for i, c := range g {
		names[i] = c.ExternalID
	}
	known, err := r.Manifest.EntriesByID(ctx, r.TargetID, names)
	if err != nil {
		return nil, err
	}
	var out []run.Entry
	for _, c := range g {
		a, err := c.Aftermath()
		if err != nil {
			return nil, err
		}
		e, ok := known[c.ExternalID]
		switch {
		case a.Base != nil:
			base := *a.Base
			if ok {
				base.DBID = e.DBID // it may have been deleted and made again since
			}
			out = append(out, base)
		case ok:
			e.State = state
			out = append(out, e)
		}
	}
	return out, nil
}
