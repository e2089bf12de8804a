package profile

import (
	"fmt"
	"math/bits"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/record"
)

const (
	fewestTwinRows    = 5  // rows that two files must have for their equality to be told
	fewestSameRows    = 10 // and two tables of one file, or tables that are alike but for some columns
	fewestSameColumns = 3  // columns, not constant ones, that must hold the same values
	comparedTables    = 50 // tables of one number of rows that another one is held to column by column
)

// digest is a sum over the rows of a table that does not depend on their order: equal tables have equal ones, and others
// with a chance of 1 in 2^128.
type digest struct{ lo, hi uint64 }

// add takes a row's hash. Hashes of rows are sums themselves, over the cells: without the mixing, cells that change places
// between rows would leave the digest as it was.
func (d *digest) add(h rowHash) {
	d.lo += spread(h.lo ^ bits.RotateLeft64(h.hi, 32))
	d.hi += spread(h.hi + 0x9E3779B97F4A7C15*h.lo)
}

// sameness is what is kept of a table to find another one that holds the same.
type sameness struct {
	name, input string
	rows        int64 // sound ones
	width       int
	all         digest
	columns     map[string]columnDigest // by lower-case name; the constant and the empty ones left out
	order       []string                // their names as the file has them, in its order
}

// columnDigest tells a column's values and how often each comes, in any order; of columns with too many different values
// those that the table of distinct values holds, which are the same wherever the values are the same.
type columnDigest struct {
	level uint
	nulls int64
	sum   digest
}

func (d *distinct) digest() digest {
	var sum digest
	for i := range d.entries {
		e := &d.entries[i]
		sum.lo += spread(e.hash) * uint64(e.count)
		sum.hi += spread(e.hash^uint64(e.more)<<32) * uint64(e.count)
	}
	return sum
}

// sameness is called after finish.
func (t *table) sameness(s *Source) *sameness {
	out := &sameness{name: t.name, input: t.input.Name, rows: t.rows - t.quarantined, width: len(t.columns), all: t.digest}
	if out.rows < fewestSameRows {
		return out
	}
	out.columns = map[string]columnDigest{}
	for i, c := range t.columns {
		if p := &s.Columns[i]; p.Name != "" && (p.Distinct > 1 || p.Approximate) {
			out.columns[strings.ToLower(p.Name)] = columnDigest{c.values.level, c.nulls, c.values.digest()}
			out.order = append(out.order, p.Name)
		}
	}
	return out
}

// addSameRows names tables that hold the rows of another one, whole or in most of their columns.
func (r *Report) addSameRows(all []*sameness) {
	whole, alike := map[digest]*sameness{}, map[int64][]*sameness{}
	for _, t := range all {
		if t.rows < fewestTwinRows {
			continue
		}
		if first := whole[t.all]; first == nil {
			whole[t.all] = t
		} else if first.rows == t.rows && (first.input != t.input || t.rows >= fewestSameRows) {
			r.sameFinding(t, "table.same_rows", "the table holds the same %d rows as %s", t.rows, first.name)
			continue
		}
		others := alike[t.rows]
		for _, other := range others {
			if same, differ, ok := t.likeness(other); ok {
				r.sameFinding(t, "table.same_columns", "the table has as many rows as %s, and %d columns hold the same values in both, each as often%s", other.name, same, differ)
				break
			}
		}
		if len(others) < comparedTables && t.rows >= fewestSameRows {
			alike[t.rows] = append(others, t)
		}
	}
}

func (r *Report) sameFinding(t *sameness, rule, format string, args ...any) {
	f := record.Finding{Severity: record.Warning, Rule: rule, Table: t.name, Rows: t.rows, Message: fmt.Sprintf(format, args...),
		Hint: "Most likely one export twice: map one of the two, and declare the other out of scope."}
	if s, ok := r.Source(t.name); ok {
		f.File, f.Sheet = s.File, s.Sheet
	}
	r.Findings = append(r.Findings, f)
}

// likeness counts the columns of one name that hold the same values, and says which do not. It takes most of the columns
// of the narrower table to be alike.
func (t *sameness) likeness(other *sameness) (same int, differ string, ok bool) {
	var unlike []string
	sampled := false
	for _, name := range t.order {
		there, has := other.columns[strings.ToLower(name)]
		switch {
		case has && there == t.columns[strings.ToLower(name)]:
			same++
			sampled = sampled || there.level > 0
		case has:
			unlike = append(unlike, name)
		}
	}
	if len(unlike) > 0 {
		differ = "; others differ: " + connectors.Some(unlike)
	}
	if sampled {
		differ += "; of columns with very many values a sample was compared"
	}
	return same, differ, same >= fewestSameColumns && 10*same >= 8*min(len(t.columns), len(other.columns))
}
