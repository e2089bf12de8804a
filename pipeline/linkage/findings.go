package linkage

import (
	"fmt"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// tableCount counts a table's share of the groups.
type tableCount struct {
	groups, rows int64
	first        uint32 // party
}

// findings says for each table how many of its rows look like one another, and how many groups join tables.
func (l *linker) findings() []record.Finding {
	within := make([]tableCount, len(l.tables))
	var across tableCount
	for _, g := range l.groups {
		perTable := map[uint16]*tableCount{}
		for _, m := range g.members {
			c := perTable[l.table[m]]
			if c == nil {
				c = &tableCount{first: m}
				perTable[l.table[m]] = c
			}
			c.rows++
		}
		for t, c := range perTable {
			if c.rows > 1 {
				w := &within[t]
				if w.groups == 0 {
					w.first = c.first
				}
				w.groups++
				w.rows += c.rows
			}
		}
		if len(perTable) > 1 {
			if across.groups == 0 {
				across.first = g.members[0]
			}
			across.groups++
			across.rows += int64(len(g.members))
		}
	}
	var fs []record.Finding
	for i, w := range within {
		if w.groups > 0 {
			fs = append(fs, l.within(l.tables[i], w))
		}
	}
	if across.groups > 0 {
		fs = append(fs, l.across(across))
	}
	return fs
}

// what names a party or product of a kind.
var what = map[string]string{KindParty: "party", KindProduct: "product"}

// acrossHint says what to do about rows of several tables.
var acrossHint = map[string]string{
	KindParty:   "Decide whether they become one record in Odoo: a partner can be customer and supplier at once.",
	KindProduct: "Decide whether they become one product in Odoo, and which table it is taken from.",
}

// leaveOutLarge leaves out tables of more rows than limit, and notes that.
func leaveOutLarge(plans []*tablePlan, limit int64) []record.Finding {
	var fs []record.Finding
	for _, t := range plans {
		rows := t.source.Rows - t.source.Quarantined
		if t.Kind == "" || limit <= 0 || rows <= limit {
			continue
		}
		fs = append(fs, record.Finding{Severity: record.Note, Rule: "linkage.not_searched", Table: t.Table, File: t.source.File, Sheet: t.source.Sheet,
			Message: fmt.Sprintf("near-duplicates were not searched: the table has %s rows, and more than %s are compared only when asked for", record.GroupedInt(rows), record.GroupedInt(limit)),
			Hint:    "Run the audit once more with --duplicates always; a million rows take some minutes."})
		t.Kind, t.Why = "", fmt.Sprintf("it has %s rows, more than are compared unless asked for", record.GroupedInt(rows))
	}
	return fs
}

func (l *linker) within(t *tablePlan, c tableCount) record.Finding {
	f := l.finding(t, c)
	f.Rule = "linkage.near_duplicates"
	f.Message = fmt.Sprintf("%s %s of rows %s like the same %s (%s rows)", record.GroupedInt(c.groups), plural(c.groups, "group", "groups"), plural(c.groups, "looks", "look"), what[l.kind], record.GroupedInt(c.rows))
	f.Hint = "Go through the groups with somebody who knows the data, decide which row of each survives, and merge the others into it; nothing is merged by itself."
	return f
}

func (l *linker) across(c tableCount) record.Finding {
	f := l.finding(l.tables[l.table[c.first]], c)
	f.Rule = "linkage.across_tables"
	f.Message = fmt.Sprintf("%s %s rows of different tables that look like the same %s (%s rows)", record.GroupedInt(c.groups), plural(c.groups, "group joins", "groups join"), what[l.kind], record.GroupedInt(c.rows))
	f.Hint = acrossHint[l.kind]
	return f
}

func (l *linker) finding(t *tablePlan, c tableCount) record.Finding {
	return record.Finding{Severity: record.Warning, Table: t.Table, File: t.source.File, Sheet: t.source.Sheet, Row: int64(l.row[c.first]), Line: int64(l.line[c.first]), Rows: c.rows}
}

func plural(n int64, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
