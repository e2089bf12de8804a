package pipeline

import (
	"context"
	"fmt"
	"slices"
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
