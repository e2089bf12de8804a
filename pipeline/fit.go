package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/pipeline/suggest"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// FitOptions of FitAudit.
type FitOptions struct {
	Schema       *schema.Snapshot // nil: what is known of Odoo without a server
	Origin       string           // where the schema comes from: the target's name, the file's
	Measured     []suggest.Rate   // the project's own rates
	ShowPersonal bool
}

// FitAudit compares a profile with Odoo. inputs are the files the profile was made of, still open: columns whose values
// must be known ones are read a second time, where the report does not hold all their values.
func FitAudit(ctx context.Context, r *profile.Report, inputs []profile.Input, opt FitOptions) (*suggest.Fitting, error) {
	v := &columnValues{ctx: ctx, report: r, inputs: inputs, known: map[profile.ColumnRef][]profile.Count{}, read: map[string]bool{}}
	f := suggest.Fit(r, suggest.Options{Schema: opt.Schema, Origin: opt.Origin, Measured: opt.Measured, ShowPersonal: opt.ShowPersonal, Values: v.of})
	return f, v.err
}

// DraftProject drafts a project from a profile, as suggest.Draft does, with the values of the files at hand.
func DraftProject(ctx context.Context, r *profile.Report, inputs []profile.Input, project string, opt FitOptions) (map[string][]byte, error) {
	d, err := draft(ctx, r, inputs, project, opt, suggest.Options{})
	return d.Files(), err
}

// draft is what init and map suggest write; about says what it is drafted for.
func draft(ctx context.Context, r *profile.Report, inputs []profile.Input, project string, opt FitOptions, about suggest.Options) (*suggest.Drafts, error) {
	v := &columnValues{ctx: ctx, report: r, inputs: inputs, known: map[profile.ColumnRef][]profile.Count{}, read: map[string]bool{}}
	about.Schema, about.Origin, about.Measured, about.Values = opt.Schema, opt.Origin, opt.Measured, v.of
	d := suggest.Draft(r, project, about)
	return d, v.err
}

const (
	valuesKept  = 2000 // different values a column; one with more is no code of a small table
	valueLength = 120  // characters
)

// columnValues reads the different values of columns from the files, a table at a time and only when it is asked.
type columnValues struct {
	ctx    context.Context
	report *profile.Report
	inputs []profile.Input
	known  map[profile.ColumnRef][]profile.Count
	read   map[string]bool
	err    error // the first
}

// of implements suggest.Options.Values.
func (v *columnValues) of(table, column string) ([]profile.Count, bool) {
	if v.err != nil {
		return nil, false
	}
	if !v.read[table] {
		v.read[table] = true
		if err := v.readTable(table); err != nil {
			v.err = fmt.Errorf("read the values of %s: %w", table, err)
			return nil, false
		}
	}
	list, ok := v.known[profile.ColumnRef{Table: table, Column: column}]
	return list, ok
}

func (v *columnValues) readTable(table string) error {
	s, ok := v.report.Source(table)
	if !ok {
		return nil
	}
	i := slices.IndexFunc(v.inputs, func(in profile.Input) bool { return in.Name == s.Input })
	if i < 0 {
		return nil
	}
	in := v.inputs[i]
	tables, err := in.Source.Tables(v.ctx)
	if err != nil {
		return err
	}
	t := slices.IndexFunc(tables, func(t connectors.Table) bool { return len(tables) == 1 || t.Name == s.Table })
	if t < 0 {
		return nil
	}
	counts := newCounting(s, tables[t].Columns, in.Nulls)
	if len(counts.columns) == 0 {
		return nil
	}
	for b, err := range in.Source.Batches(v.ctx, tables[t].Name) {
		if err != nil {
			return err
		}
		for n := range b.Rows {
			counts.add(b.Rows[n].Cells)
		}
	}
	counts.into(v.known, table)
	return nil
}

// counting counts the different values of the columns that may be codes of a small table.
type counting struct {
	columns map[int]*counted
	nulls   []string
}

type counted struct {
	column *profile.Column
	rows   map[string]int64
}

func newCounting(s *profile.Source, names, nulls []string) *counting {
	c := &counting{columns: map[int]*counted{}, nulls: nulls}
	for i := range s.Columns {
		p := &s.Columns[i]
		coded := p.Type == profile.TypeText || p.Type == profile.TypeInteger || p.Type == profile.TypeBoolean
		at := slices.Index(names, p.Name)
		if coded && at >= 0 && p.Distinct > 0 && p.Distinct <= valuesKept && p.MaxLength <= valueLength {
			c.columns[at] = &counted{p, map[string]int64{}}
		}
	}
	return c
}

func (c *counting) add(cells []string) {
	for at, k := range c.columns {
		if at >= len(cells) || len(k.rows) > valuesKept+len(k.column.NullWords) {
			continue
		}
		text := strings.TrimSpace(cells[at])
		if text == "" {
			continue
		}
		if _, seen := k.rows[text]; !seen {
			text = strings.Clone(text) // the cell is a view into a buffer of a megabyte
		}
		k.rows[text]++
	}
}

// into adds the counts, most rows first, without what means nothing and without columns that have too many values.
func (c *counting) into(known map[profile.ColumnRef][]profile.Count, table string) {
	for _, k := range c.columns {
		for _, w := range k.column.NullWords {
			delete(k.rows, w.Value)
		}
		for _, w := range c.nulls {
			delete(k.rows, w)
		}
		if len(k.rows) > valuesKept {
			continue
		}
		list := make([]profile.Count, 0, len(k.rows))
		for text, n := range k.rows {
			list = append(list, profile.Count{Value: text, Rows: n})
		}
		slices.SortFunc(list, func(a, b profile.Count) int {
			return cmp.Or(cmp.Compare(b.Rows, a.Rows), strings.Compare(a.Value, b.Value))
		})
		known[profile.ColumnRef{Table: table, Column: k.column.Name}] = list
	}
}

// measuredRates are batches that were sent once and settled: what was created in them, and how long it took. Records of
// another model in the same call are lines of documents, whose time the documents' rate holds.
const measuredRates = `
select model, sum(records)::bigint, sum(seconds)::float8 from (
  select i.model, extract(epoch from i.settled_at - i.intended_at) as seconds,
         (select count(*) from {s}.changes c where c.intent_id = i.id and c.model = i.model and c.action = 'create') as records
  from {s}.intents i
  where i.state = 'settled' and i.attempt = 1 and i.action = 'create' and i.settled_at > i.intended_at
) batches where records > 0 group by model having sum(seconds) > 0 order by model`

// HasStaging reports whether the project has staged before, or names a server for it.
func (p *Pipeline) HasStaging() bool {
	for _, sign := range []string{"pg", "pg.place"} {
		if _, err := os.Stat(p.dir(sign)); err == nil {
			return true
		}
	}
	return !p.Project.Staging.DSN.IsZero()
}

// MeasuredRates are the rates at which this project created records so far, by one client: one a model, from the journal
// of all its runs. Staging must be open.
func (p *Pipeline) MeasuredRates(ctx context.Context) ([]suggest.Rate, error) {
	rows, err := p.Store.Query(ctx, measuredRates)
	if err != nil {
		return nil, fmt.Errorf("read the measured rates: %w", err)
	}
	defer rows.Close()
	var out []suggest.Rate
	for rows.Next() {
		var model string
		var records int64
		var seconds float64
		if err := rows.Scan(&model, &records, &seconds); err != nil {
			return nil, fmt.Errorf("read the measured rates: %w", err)
		}
		out = append(out, suggest.Rate{Model: model, Call: "load", PerSecond: float64(records) / seconds, Measured: records,
			Origin: fmt.Sprintf("this project's own batches: %d records", records)})
	}
	return out, rows.Err()
}
