package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// dryTarget validates and rolls back what it is given; what it says to be there is what a load would find.
type dryTarget struct {
	*Target
	dry   *dryRun
	trial *odoo.Trial
}

// dryTries is how often a batch is sent while the server is in trouble: a trial may be repeated whatever became of it.
const dryTries = 5

func (t *dryTarget) LoadIn(ctx context.Context, model string, columns []string, rows [][]string, more map[string]any) (schema.LoadResult, error) {
	if _, translating := more["lang"]; translating {
		return schema.LoadResult{IDs: make([]int64, len(rows))}, nil // of records that are not there any more
	}
	columns, rows, was := t.dry.inOrder(columns, rows)
	for try := 1; ; try++ {
		res, err := t.trial.LoadIn(ctx, model, columns, rows, more)
		class := schema.ClassOf(err)
		if err != nil && (class.Unknown() || class.Retryable()) {
			if try < dryTries {
				select {
				case <-ctx.Done():
					return res, ctx.Err()
				case <-time.After(time.Duration(try) * time.Second):
				}
				continue
			}
			return res, errors.New("the target does not answer: " + err.Error()) // no longer of a class that is asked about
		}
		for i := range res.Messages {
			if m := &res.Messages[i]; was != nil && m.From >= 0 && m.From < len(was) {
				m.From, m.To = was[m.From], was[m.From]
			}
		}
		return res, err
	}
}

// inOrder puts parents before their children and links those that stand in the same batch by their external ids: was has the
// place of each row before. Documents with lines stay as they are.
func (r *dryRun) inOrder(columns []string, rows [][]string) (_ []string, _ [][]string, was []int) {
	at := map[string]int{}
	for i, row := range rows {
		at[row[0]] = i
	}
	if len(r.lines) > 0 || len(r.parents) == 0 {
		return columns, rows, nil
	}
	placed := make([]bool, len(rows))
	var place func(i int)
	place = func(i int) {
		if placed[i] {
			return
		}
		placed[i] = true
		up := r.parents[rows[i][0]]
		for _, field := range sortedKeys(up) {
			if j, there := at[up[field]]; there {
				place(j)
			}
		}
		was = append(was, i)
	}
	for i := range rows {
		place(i)
	}
	columns, out := slices.Clone(columns), make([][]string, len(rows))
	for i, j := range was {
		out[i] = slices.Clone(rows[j])
	}
	for c, column := range columns {
		field, byID := column, false
		for _, end := range []string{"/.id", "/id"} {
			if n := len(column) - len(end); n > 0 && column[n:] == end {
				field, byID = column[:n], true
			}
		}
		if byID && r.linkInside(field, c, out, at) {
			columns[c] = field + "/id"
		}
	}
	return columns, out, was
}

// linkInside fills a column with external ids where nothing else stands in it.
func (r *dryRun) linkInside(field string, column int, rows [][]string, at map[string]int) bool {
	free := !slices.ContainsFunc(rows, func(row []string) bool { return row[column] != "" })
	linked := false
	for _, row := range rows {
		parent := r.parents[row[0]][field]
		if parent == "" {
			continue
		}
		_, there := at[parent]
		if r.leaveOut(row[0], field, !free || !there); free && there {
			row[column], linked = parent, true
		}
	}
	return linked
}

func (t *dryTarget) Read(ctx context.Context, model string, ids []int64, fields []string) ([]map[string]any, error) {
	ids = slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return id >= firstUnreal || model == t.dry.model() && t.dry.taken[id] })
	if len(ids) == 0 {
		return nil, nil
	}
	return t.Target.Read(ctx, model, ids, fields)
}

func (r *dryRun) model() string { return r.d.programs[r.mapping].Layout().Model }

func (t *dryTarget) SearchRead(ctx context.Context, model string, domain []any, fields []string, limit int) ([]map[string]any, error) {
	rows, err := t.Target.SearchRead(ctx, model, domain, fields, limit)
	if model != t.dry.model() {
		return rows, err
	}
	return slices.DeleteFunc(rows, func(row map[string]any) bool { return t.dry.taken[schema.ID(row["id"])] }), err
}

// XMLIDs also has those that were announced: the loader believes no success, and looks for what it made.
func (t *dryTarget) XMLIDs(ctx context.Context, module string, names []string) (map[string]schema.XMLID, error) {
	out, err := t.Target.XMLIDs(ctx, module, names)
	if err != nil {
		return nil, err
	}
	for i, name := range names {
		if model, ok := t.dry.announced[name]; ok {
			out[name] = schema.XMLID{Model: model, ResID: firstUnreal + int64(i)}
		}
	}
	return out, nil
}

// Create is called for the external ids of matched records only. What would be written to those is not rehearsed.
func (t *dryTarget) Create(_ context.Context, _ string, values []map[string]any) ([]int64, error) {
	out := make([]int64, len(values))
	for i, v := range values {
		id := fmt.Sprintf("%v.%v", v["module"], v["name"])
		db, _ := v["res_id"].(int64)
		t.dry.adopted[id], t.dry.taken[db], out[i] = db, true, firstUnreal
		t.dry.claimed++
		delete(t.dry.sent, id)
	}
	return out, nil
}

// Write, Unlink and Method are what a rehearsal never gets to.
func (t *dryTarget) Write(context.Context, string, []int64, map[string]any) error { return errDry }

func (t *dryTarget) Unlink(context.Context, string, []int64) error { return errDry }

func (t *dryTarget) Method(context.Context, string, string, []int64, map[string]any) (any, error) {
	return nil, errDry
}

var errDry = errors.New("a rehearsal writes nothing")

// dryJournal remembers what the batch under way announced.
type dryJournal struct{ r *dryRun }

func (j dryJournal) Intend(_ context.Context, in run.Intent) (int64, error) {
	for _, c := range in.Changes {
		j.r.announced[c.ExternalID] = c.Model
	}
	j.r.intents = append(j.r.intents, in.ExternalIDs)
	return int64(len(j.r.intents)), nil
}

func (j dryJournal) Settle(_ context.Context, id int64, s run.Settlement) error {
	if s.State == run.IntentFailed {
		for _, name := range j.r.intents[id-1] {
			delete(j.r.announced, name)
		}
	}
	j.r.intents[id-1] = nil
	return nil
}

func (j dryJournal) Unsettle(ctx context.Context, id int64, _ string) error {
	return j.Settle(ctx, id, run.Settlement{State: run.IntentFailed})
}

func (j dryJournal) OpenIntents(context.Context, int64) ([]run.Intent, error) { return nil, nil }

// dryLedger reads the ledger and keeps what would be written about the run.
type dryLedger struct{ r *dryRun }

func (l dryLedger) EntriesByID(ctx context.Context, targetID int64, externalIDs []string) (map[string]run.Entry, error) {
	return l.r.p.Store.EntriesByID(ctx, targetID, externalIDs)
}

func (l dryLedger) AddOutcomes(context.Context, int64, []run.Outcome) error { return nil }

func (l dryLedger) AddFindings(_ context.Context, _ int64, findings []record.Finding) error {
	l.r.said = append(l.r.said, findings...)
	return nil
}

// Clash decides nothing: records that are there already are not rehearsed.
func (l dryLedger) Clash(_ context.Context, _, _ int64, clashes []run.Clash) ([]run.Clash, error) {
	return clashes, nil
}
