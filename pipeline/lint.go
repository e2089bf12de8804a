package pipeline

import (
	"context"
	"maps"
	"slices"

	"github.com/odoo-migrate/odoo-migrate/mappings"
)

// Lint finds every mistake in the mappings, checked against the columns of the sources and, where a target answers, its
// metadata. Warnings are among the problems.
func (p *Pipeline) Lint(ctx context.Context, targetName string) ([]mappings.Problem, error) {
	set, problems, err := p.readMappings()
	if err != nil || mappings.Failed(problems) {
		return problems, err
	}
	env := mappings.Env{Columns: map[string][]string{}, Nulls: map[string][]string{}}
	for _, name := range slices.Sorted(maps.Keys(p.Project.Sources)) {
		s := p.Project.Sources[name]
		src, err := p.OpenSource(ctx, s)
		if err != nil {
			return problems, err
		}
		tables, err := src.Tables(ctx)
		src.Close()
		if err != nil {
			return problems, err
		}
		table, err := pickTable(tables, s)
		if err != nil {
			return problems, err
		}
		env.Columns[name], env.Nulls[name] = table.Columns, s.Nulls
	}
	if targetName != "" {
		t, err := p.Connect(ctx, targetName)
		if err != nil {
			return problems, err
		}
		if env.Schema, err = t.Snapshot(ctx, modelsMapped(set)); err != nil {
			return problems, err
		}
	}
	_, found := set.Compile(env)
	return mappings.SortProblems(append(problems, found...)), nil
}

func modelsMapped(set *mappings.Set) []string {
	models := map[string]bool{}
	for _, m := range set.Order() {
		models[m.Model] = true
	}
	return sortedKeys(models)
}
