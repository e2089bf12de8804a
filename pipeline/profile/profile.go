// Package profile looks at legacy tables before a project starts: what is in each column, what is wrong with it, which
// columns identify a row and how the tables hang together. It reads every source once, twice where a key must be sought
// among pairs of columns, in memory that does not grow with the rows. It changes nothing, maps nothing and prints nothing.
package profile

import (
	"context"
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
	DistinctCap  int       // distinct values kept a column; 0 is 50,000, fewer in tables of more than 40 columns
	KeyCap       int       // hashes kept to prove that a column is unique; 0 is 2,000,000
	RowCap       int       // hashes of rows kept to find duplicates; 0 is 2,000,000
	Workers      int       // columns worked on at once; 0 is the number of CPUs. No result depends on it
	ShowPersonal bool      // leave personal data unmasked
	Progress     func(table string, rows int64)
}

func (o Options) withDefaults(columns int) Options {
	if o.DistinctCap == 0 {
		o.DistinctCap = max(500, min(50_000, 2_000_000/max(1, columns)))
	}
	if o.KeyCap == 0 {
		o.KeyCap = 2_000_000
	}
	if o.RowCap == 0 {
		o.RowCap = 2_000_000
	}
	if o.Workers == 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	return o
}

// Run profiles all tables of all inputs. An error is a source that cannot be read; what is wrong with the data is in the
// report's findings.
func Run(ctx context.Context, inputs []Input, opt Options) (*Report, error) {
	r := &Report{Version: Version, Sources: []Source{}, Relations: []Relation{}, LoadOrder: []string{}, Findings: []record.Finding{}}
	var joins joinIndex
	for _, in := range inputs {
		tables, err := in.Source.Tables(ctx)
		if err != nil {
			return nil, fmt.Errorf("profile %s: %w", in.Name, err)
		}
		for _, t := range tables {
			name := tableName(in.Name, t.Name, len(tables), r)
			if err := r.addTable(ctx, in, t, name, opt, &joins); err != nil {
				return nil, fmt.Errorf("profile %s: %w", name, err)
			}
		}
	}
	r.addRelations(&joins)
	sortFindings(r.Findings)
	r.linkFindings()
	if !opt.ShowPersonal {
		r.mask()
	}
	return r, nil
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

func (r *Report) addTable(ctx context.Context, in Input, ct connectors.Table, name string, opt Options, joins *joinIndex) error {
	opt = opt.withDefaults(len(ct.Columns))
	t := newTable(ct, name, in, opt)
	for b, err := range in.Source.Batches(ctx, ct.Name) {
		if err != nil {
			return err
		}
		t.addBatch(b)
		if opt.Progress != nil {
			opt.Progress(name, t.rows)
		}
	}
	src := t.source(in, ct)
	if err := t.findKeys(ctx, in, ct, &src); err != nil {
		return err
	}
	fs := append(slices.Clone(ct.Findings), t.findings(&src)...)
	for i := range fs {
		fs[i].Table, fs[i].File, fs[i].Sheet = name, src.File, ct.Sheet
	}
	r.Findings = append(r.Findings, fs...)
	joins.add(t, &src, len(r.Sources))
	r.Sources = append(r.Sources, src)
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
	c.Min, c.Max, c.Sum, c.Mean = Mask(c.Min), Mask(c.Max), "", ""
	for i := range c.Top {
		c.Top[i].Value = Mask(c.Top[i].Value)
	}
	maskSamples(c.Breaking)
}

func maskSamples(list []Sample) {
	for i := range list {
		list[i].Value = Mask(list[i].Value)
	}
}
