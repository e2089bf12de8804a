package pipeline

import (
	"context"
	"fmt"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// alikeColumns is from how many columns on equal headers are no coincidence.
const alikeColumns = 3

// findAlike names tables of several files that have the same columns: most often they are one table, exported in parts.
func (a *auditing) findAlike(context.Context) error {
	index := map[string]int{}
	var groups [][]*profile.Source
	for i := range a.report.Sources {
		s := &a.report.Sources[i]
		if len(s.Columns) < alikeColumns || s.Columns[0].Name == "c1" { // without a header names say nothing
			continue
		}
		key := s.Format + "\x00" + s.Table
		if s.Format != "xml" {
			key = s.Format // the names of sheets say little
		}
		for j := range s.Columns {
			key += "\x00" + s.Columns[j].Name
		}
		at, ok := index[key]
		if !ok {
			at = len(groups)
			index[key], groups = at, append(groups, nil)
		}
		groups[at] = append(groups[at], s)
	}
	for _, g := range groups {
		if f, ok := alike(g); ok {
			a.findings = append(a.findings, f)
		}
	}
	return nil
}

func alike(g []*profile.Source) (record.Finding, bool) {
	const most = 3
	first := g[0]
	var others []string
	for _, s := range g[1:] {
		if s.Input != first.Input {
			others = append(others, s.Name)
		}
	}
	if len(others) == 0 {
		return record.Finding{}, false
	}
	list := strings.Join(others[:min(most, len(others))], ", ")
	if n := len(others) - most; n > 0 {
		list += fmt.Sprintf(" and %d more", n)
	}
	what := fmt.Sprintf("%d other files have a table", len(others))
	if len(others) == 1 {
		what = "1 other file has a table"
	}
	return record.Finding{Severity: record.Note, Rule: "source.alike", Table: first.Name, File: first.File, Sheet: first.Sheet,
		Message: fmt.Sprintf("%s with the same %d columns: %s", what, len(first.Columns), list),
		Hint:    "If they are parts of one table, name them by a pattern, such as 'exports/orders_*.csv': here, or as file: in migrate.yaml."}, true
}
