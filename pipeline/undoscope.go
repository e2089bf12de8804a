package pipeline

import (
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline/rollback"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// undoBegun is what the log says of a rollback that changes Odoo: enough to go on with it.
type undoBegun struct {
	Of    int64          `json:"of"`
	Scope rollback.Scope `json:"scope,omitzero"`
}

// scopeOf is what of a run is undone. A rollback that was cut off goes on with the scope it began with, or is widened to
// the whole run; another one has to wait.
func (p *Pipeline) scopeOf(ctx context.Context, t *Target, of run.Run, opt UndoOptions) (rollback.Scope, error) {
	s := p.normalScope(opt.Scope)
	runs, err := p.Store.Runs(ctx)
	if err != nil {
		return s, err
	}
	begun, err := p.unfinishedRollback(ctx, t, runs)
	newest := slices.IndexFunc(runs, func(r run.Run) bool { return r.Target == t.Name && loads(r) })
	if err == nil && begun.Of == 0 && !s.Whole() && of.State != run.Done && newest >= 0 && runs[newest].ID == of.ID {
		return s, record.Advise(fmt.Errorf("run %d was not finished: undoing a part of it would leave a run that can neither be resumed nor told apart", of.ID),
			fmt.Sprintf("Finish it first (migrate %s --resume), or undo all of it: migrate rollback %d.", of.Kind, of.ID))
	}
	switch {
	case err != nil || begun.Of == 0 || begun.Of == of.ID && s.Equal(begun.Scope):
		return s, err
	case begun.Of == of.ID && s.Whole() && opt.Run == 0:
		return begun.Scope, nil
	case begun.Of == of.ID && s.Whole():
		return s, nil
	}
	what := begun.Scope.Describe()
	if what != "" {
		what = " (" + what + ")"
	}
	return s, record.Advise(fmt.Errorf("the rollback of run %d%s was not finished", begun.Of, what), "Run migrate rollback without naming anything: it goes on where it stopped.")
}

// WriteBlockers writes what stands in the way as CSV. A file that is there already stays.
func WriteBlockers(file string, list []rollback.Blocker) error {
	return NewFile(file, func(f *os.File) error {
		w := csv.NewWriter(f)
		if err := w.Write([]string{"kind", "mapping", "model", "external_id", "odoo_id", "reason", "fields", "who", "when", "remedy"}); err != nil {
			return err
		}
		for _, b := range list {
			cells := []string{b.Kind, b.Mapping, b.Model, b.ExternalID, strconv.FormatInt(b.DBID, 10), b.Reason, strings.Join(b.Fields, " "), b.Who, b.When, b.Remedy}
			for i := range cells {
				cells[i] = record.NoFormula(cells[i])
			}
			if err := w.Write(cells); err != nil {
				return err
			}
		}
		w.Flush()
		return w.Error()
	})
}

// normalScope puts a scope in order; an external id may be named without the project's module.
func (p *Pipeline) normalScope(s rollback.Scope) rollback.Scope {
	out := rollback.Scope{Waves: slices.Clone(s.Waves), Mappings: slices.Clone(s.Mappings), WithDependents: s.WithDependents && !s.Whole()}
	for _, id := range s.Records {
		if !strings.HasPrefix(id, p.Project.Module+".") {
			id = p.Project.Module + "." + id
		}
		out.Records = append(out.Records, id)
	}
	slices.Sort(out.Waves)
	slices.Sort(out.Mappings)
	slices.Sort(out.Records)
	out.Waves, out.Mappings, out.Records = slices.Compact(out.Waves), slices.Compact(out.Mappings), slices.Compact(out.Records)
	return out
}
