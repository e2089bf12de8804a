package pipeline

import (
	"context"
	"maps"
	"slices"

	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// Lint finds every mistake in the mappings and in the decisions about what is not mapped, checked against the sources and,
// where a target answers, its metadata. Warnings are among the problems.
func (p *Pipeline) Lint(ctx context.Context, targetName string) ([]mappings.Problem, error) {
	return p.lint(ctx, func(set *mappings.Set) (*schema.Snapshot, error) {
		if targetName == "" {
			return nil, nil
		}
		t, err := p.Connect(ctx, targetName)
		if err != nil {
			return nil, err
		}
		return t.Snapshot(ctx, set.Models())
	})
}

// LintAgainst is Lint against a saved schema.
func (p *Pipeline) LintAgainst(ctx context.Context, s *schema.Snapshot) ([]mappings.Problem, error) {
	return p.lint(ctx, func(*mappings.Set) (*schema.Snapshot, error) { return s, nil })
}

func (p *Pipeline) lint(ctx context.Context, metadata func(*mappings.Set) (*schema.Snapshot, error)) (problems []mappings.Problem, err error) {
	defer func() {
		if mappings.Failed(problems) {
			err = nil // mistakes are worth hearing of although a source or the target cannot be asked
		}
	}()
	set, problems, err := p.readMappings()
	if err != nil {
		return problems, err
	}
	sources := map[string]opened{}
	env := mappings.Env{Columns: map[string][]string{}, Nulls: map[string][]string{}, Styles: map[string]mappings.Style{}}
	for _, name := range slices.Sorted(maps.Keys(p.Project.Sources)) {
		s := p.Project.Sources[name]
		src, table, err := p.openTable(ctx, s)
		if err != nil {
			return problems, err
		}
		sources[name] = opened{src.File(), table}
		src.Close()
		env.Columns[name], env.Nulls[name], env.Styles[name] = table.Columns, s.Nulls, s.Style()
	}
	_, wrong, err := p.accountTables(ctx, sources, mappedBy(set.Order()))
	if err != nil {
		return problems, err
	}
	problems = append(problems, wrong...)
	if env.Schema, err = metadata(set); err != nil {
		return problems, err
	}
	if err := p.setMaps(ctx, set, &env); err != nil {
		return problems, err
	}
	_, found := set.Compile(env)
	return mappings.SortProblems(append(problems, found...)), nil
}

func modelsMapped(set *mappings.Set) []string {
	models := map[string]bool{}
	for _, m := range set.Order() {
		models[m.Model] = true
		for _, name := range m.CompanyModels() {
			models[name] = true
		}
	}
	return sortedKeys(models)
}
