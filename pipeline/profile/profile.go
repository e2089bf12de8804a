// Package profile looks at legacy tables before a project starts: what is in each column, what is wrong with it, which
// columns identify a row and how the tables hang together. It reads every table once, and again where a key must be sought
// among sets of columns or rows are compared without case and blanks; tables that stand in one stream are read together.
// Its memory does not grow with the rows. It changes nothing, maps nothing and prints nothing.
package profile

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// Input is one opened file. The caller closes it.
type Input struct {
	Name   string // of the source in migrate.yaml; names the table of a file with one table
	Source connectors.Source
	Nulls  []string // exact texts that mean null here
	Key    []string // declared key columns, if any
	Point  string   // declared decimal point; "" is what the values show
	Dates  []string // declared layouts of dates
}

// Options bound the work. Zero values mean the documented defaults.
type Options struct {
	Now          time.Time // the run's clock, for dates in the future; zero: none is looked for
	DistinctCap  int       // distinct values kept a column; 0 is 48,000, fewer where many columns have as many
	TempDir      string    // folder for hashes that are too many for memory; "" is the system's. Nothing is left in it
	NoKeys       bool      // columns and duplicate rows only: no search for keys and references, each source is read once
	Workers      int       // columns worked on at once; 0 is the number of CPUs. No result depends on it
	ShowPersonal bool      // leave personal data unmasked
	Progress     func(table string, rows int64)
}

func (o Options) withDefaults() Options {
	if o.DistinctCap == 0 {
		o.DistinctCap = distinctCap
	}
	if o.Workers == 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	return o
}

// Run profiles all tables of all inputs. An error is a source that cannot be read, or no room for temporary files; what
// is wrong with the data is in the report's findings.
func Run(ctx context.Context, inputs []Input, opt Options) (report *Report, err error) {
	r := &Report{Version: Version, Sources: []Source{}, Relations: []Relation{}, LoadOrder: []string{}, Cycles: [][]string{}, Findings: []record.Finding{}}
	run := &run{opt: opt, report: r, store: newStore(opt.TempDir), names: map[string]bool{}}
	defer func() { err = errors.Join(err, run.store.close()) }()
	for i, in := range inputs {
		run.input = i
		tables, err := in.Source.Tables(ctx)
		if err != nil {
			return nil, fmt.Errorf("profile %s: %w", in.Name, err)
		}
		for _, some := range together(in.Source, tables) {
			var names []string
			for _, t := range some {
				names = append(names, run.tableName(in.Name, t.Name, len(tables)))
			}
			if err := run.add(ctx, in, run.newGroup(in, some, names)); err != nil {
				return nil, fmt.Errorf("profile %s: %w", strings.Join(names, ", "), err)
			}
		}
	}
	if err := run.joins.load(); err != nil {
		return nil, fmt.Errorf("profile: %w", err)
	}
	if err := r.addRelations(ctx, &run.joins, run.tables); err != nil {
		return nil, err
	}
	r.addSameRows(run.same)
	sortFindings(r.Findings)
	r.linkFindings()
	if !opt.ShowPersonal {
		r.mask()
	}
	return r, nil
}

// run is one call of Run.
type run struct {
	opt    Options
	report *Report
	store  *store
	names  map[string]bool // of tables
	joins  joinIndex
	same   []*sameness // a table each
	input  int         // number of the input at hand
	tables []*readable // a table each; none where no keys are sought
}

// tableName is the input's name, with the table's own name behind it where the file holds several.
func (r *run) tableName(input, table string, tables int) string {
	name := input
	if tables > 1 {
		name = input + "_" + plainName(table)
	}
	unique := name
	for i := 2; r.names[unique]; i++ {
		unique = name + "_" + itoa(i)
	}
	r.names[unique] = true
	return unique
}

// plainName keeps the letters and digits of a name, in lower case, with underscores between them.
func plainName(s string) string {
	parts := strings.FieldsFunc(strings.ToLower(s), func(c rune) bool { return (c < 'a' || c > 'z') && notDigit(c) })
	return strings.Join(parts, "_")
}

// linkFindings notes at each column which rules found something there.
func (r *Report) linkFindings() {
	columns := map[ColumnRef]*Column{}
	for i := range r.Sources {
		s := &r.Sources[i]
		for j := range s.Columns {
			c := &s.Columns[j]
			c.Findings, columns[ColumnRef{s.Name, c.Name}] = []string{}, c
		}
	}
	for _, f := range r.Findings {
		if c := columns[ColumnRef{f.Table, f.Column}]; c != nil && f.Column != "" && !slices.Contains(c.Findings, f.Rule) {
			c.Findings = append(c.Findings, f.Rule)
		}
	}
}

// mask hides personal values everywhere in the report.
func (r *Report) mask() {
	r.Masked = true
	personal := map[ColumnRef]bool{} // with an empty column: tables that have such a column
	for i := range r.Sources {
		s := &r.Sources[i]
		for j := range s.Columns {
			if c := &s.Columns[j]; c.Personal {
				personal[ColumnRef{s.Name, c.Name}], personal[ColumnRef{s.Name, ""}] = true, true
				c.mask()
			}
		}
	}
	for i := range r.Relations {
		if rel := &r.Relations[i]; personal[rel.From] || personal[rel.To] || r.personal(rel) {
			maskSamples(rel.Orphans)
		}
	}
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Personal || personal[ColumnRef{f.Table, f.Column}] {
			f.Raw, f.Personal = Mask(f.Raw), true
		}
	}
}

func (c *Column) mask() {
	c.Min, c.Max, c.Sum, c.Mean, c.Quantiles = Mask(c.Min), Mask(c.Max), "", "", nil
	maskCounts(c.Top)
	maskSamples(c.Breaking)
	maskSamples(c.Outliers)
	maskSamples(c.Invalid)
	for _, v := range c.Variants {
		maskCounts(v.Spellings)
	}
}

func maskCounts(list []Count) {
	for i := range list {
		list[i].Value = Mask(list[i].Value)
	}
}

func maskSamples(list []Sample) {
	for i := range list {
		list[i].Value = Mask(list[i].Value)
	}
}
