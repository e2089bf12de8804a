package linkage

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// decisionColumns are the columns of the file of decisions, in order.
var decisionColumns = []string{"group", "keep", "table", "key", "row", "why", "decision"}

// WriteDecisions writes the groups of a result as CSV, a line a member, for people to fill in the column "decision". The
// columns: group (number), keep (the key of the row proposed to survive, or "row N" where the table has no key; with the
// table in front where the group joins tables), table, key, row, why (a sentence), decision (empty). Only groups and
// members that the result lists are written: Options.MaxGroups and MaxMembers bound them. A value that a spreadsheet would take for a
// formula has an apostrophe in front, as spreadsheets write such text themselves.
func WriteDecisions(w io.Writer, r *Result) error {
	out := csv.NewWriter(w)
	if err := out.Write(decisionColumns); err != nil {
		return fmt.Errorf("write decisions: %w", err)
	}
	for i := range r.Groups {
		g := &r.Groups[i]
		keep := g.keepName()
		for j, m := range g.Members {
			line := []string{strconv.Itoa(g.Number), keep, m.Table, m.Key, strconv.FormatInt(m.Row, 10), g.why(j), ""}
			for k := range line {
				line[k] = record.NoFormula(line[k])
			}
			if err := out.Write(line); err != nil {
				return fmt.Errorf("write decisions: %w", err)
			}
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write decisions: %w", err)
	}
	return nil
}

// keepName names the row proposed to survive.
func (g *Group) keepName() string {
	m := g.Members[g.Keep]
	name := m.Key
	if name == "" {
		name = fmt.Sprintf("row %d", m.Row)
	}
	for _, other := range g.Members {
		if other.Table != m.Table {
			return m.Table + " " + name
		}
	}
	return name
}

// why says why a member stands in the group: by its best pair.
func (g *Group) why(member int) string {
	for _, p := range g.Pairs {
		if p.A == member || p.B == member {
			return fmt.Sprintf("with row %d of %s (%.1f %%): %s", g.other(p, member).Row, g.other(p, member).Table, math.Min(99.9, 100*p.Probability), p.Reason)
		}
	}
	return ""
}

func (g *Group) other(p Pair, member int) Member {
	if p.A == member {
		return g.Members[p.B]
	}
	return g.Members[p.A]
}
