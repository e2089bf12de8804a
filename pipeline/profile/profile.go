// Package profile looks at legacy tables before a project starts: what is in each column, what is wrong with it, which
// columns identify a row and how the tables hang together. It reads every source once, twice where a key must be sought
// among pairs of columns, in memory that does not grow with the rows. It changes nothing, maps nothing and prints nothing.
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
}

// Options bound the work. Zero values mean the documented defaults.
type Options struct {
	Now          time.Time // the run's clock, for dates in the future; zero: none is looked for
	DistinctCap  int       // distinct values kept a column; 0 is 48,000, fewer in tables of more than 24 columns
	TempDir      string    // folder for hashes that are too many for memory; "" is the system's. Nothing is left in it
	NoKeys       bool      // columns and duplicate rows only: no search for keys and references, each source is read once
	Workers      int       // columns worked on at once; 0 is the number of CPUs. No result depends on it
	ShowPersonal bool      // leave personal data unmasked
	Progress     func(table string, rows int64)
}

func (o Options) withDefaults(columns int) Options {
	if o.DistinctCap == 0 {
		o.DistinctCap = max(500, min(48_000, 1_200_000/max(1, columns)))
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
	run := &run{opt: opt, report: r, store: &store{dir: opt.TempDir}}
	defer func() { err = errors.Join(err, run.store.close()) }()
	for _, in := range inputs {
		tables, err := in.Source.Tables(ctx)
		if err != nil {
			return nil, fmt.Errorf("profile %s: %w", in.Name, err)
		}
		for _, t := range tables {
			name := tableName(in.Name, t.Name, len(tables), r)
			if err := run.addTable(ctx, in, t, name); err != nil {
				return nil, fmt.Errorf("profile %s: %w", name, err)
			}
		}
	}
	if err := run.joins.load(); err != nil {
		return nil, fmt.Errorf("profile: %w", err)
	}
	r.addRelations(&run.joins)
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
	joins  joinIndex
}

// tableName is the input's name, with the table's own name behind it where the file holds several.
func tableName(input, table string, tables int, r *Report) string {
	name := input
	if tables > 1 {
		name = input + "_" + plainName(table)
	}
	unique := name
	for i := 2; ; i++ {
		if _, taken := r.Source(unique); !taken {
			return unique
		}
		unique = name + "_" + itoa(i)
	}
}

// plainName keeps the letters and digits of a name, in lower case, with underscores between them.
func plainName(s string) string {
	parts := strings.FieldsFunc(strings.ToLower(s), func(c rune) bool { return (c < 'a' || c > 'z') && notDigit(c) })
	return strings.Join(parts, "_")
}

func (r *run) addTable(ctx context.Context, in Input, ct connectors.Table, name string) error {
	t := newTable(ct, name, in, r.opt.withDefaults(len(ct.Columns)), r.store)
	if err := t.read(ctx, ct); err != nil {
		return err
	}
	if err := t.finish(); err != nil {
		return err
	}
	src := t.source(in, ct)
	if !r.opt.NoKeys {
		if err := t.findKeys(ctx, ct, &src); err != nil {
			return err
		}
		r.joins.add(t, &src, len(r.report.Sources))
	}
	fs := append(slices.Clone(ct.Findings), t.findings(&src)...)
	for i := range fs {
		fs[i].Table, fs[i].File, fs[i].Sheet = name, src.File, ct.Sheet
	}
	r.report.Findings = append(r.report.Findings, fs...)
	r.report.Sources = append(r.report.Sources, src)
	return nil
}

// linkFindings notes at each column which rules found something there.
func (r *Report) linkFindings() {
	for i := range r.Sources {
		s := &r.Sources[i]
		for j := range s.Columns {
			s.Columns[j].Findings = []string{}
		}
		for _, f := range r.Findings {
			if f.Table != s.Name || f.Column == "" {
				continue
			}
			if c, ok := s.Column(f.Column); ok && !slices.Contains(c.Findings, f.Rule) {
				c.Findings = append(c.Findings, f.Rule)
			}
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
		if rel := &r.Relations[i]; personal[rel.From] || personal[rel.To] {
			maskSamples(rel.Orphans)
		}
	}
	for i := range r.Findings {
		if f := &r.Findings[i]; personal[ColumnRef{f.Table, f.Column}] {
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
