package mappings

import (
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/mappings/internal/yamlpos"
)

// Columns that no file has: a mapping may read them where its from: makes them.
const (
	ColumnSource = "_source" // of a union: the source the row is from
	ColumnIndex  = "_each"   // of each: the place of the element, from 1
	ColumnColumn = "_column" // of each over columns: the column the element is from
)

// What a joined row that is not there means (Join.Missing), and several that are (Join.Many).
const (
	MissingNull    = "null" // the default: the joined columns are empty
	MissingReject  = "reject"
	MissingExclude = "exclude"

	ManyReject = "reject" // the default
	ManyFirst  = "first"
	ManyEach   = "each" // a record for each of them
)

// How one cell is made of the cells of a group's rows (Take.How).
const (
	TakeSum   = "sum"
	TakeCount = "count"
	TakeFirst = "first"
	TakeSame  = "same"
	TakeMin   = "min"
	TakeMax   = "max"
	TakeJoin  = "join"
)

// Member is a source whose rows a mapping reads; the rows of several members are united.
type Member struct {
	Source  string
	Columns map[string]string // name in the mapping -> column of the source, "" where the source has none

	pos     yamlpos.Pos
	renames map[string]yamlpos.Pos
}

// column returns the column of the source that has the name in the mapping; "" where the member has none.
func (m *Member) column(name string) string {
	if own, renamed := m.Columns[name]; renamed {
		return own
	}
	return name
}

// hides reports whether a rename takes the name of another column of the source.
func (m *Member) hides(name string, columns []string) bool {
	if m.Columns[name] == name || !slices.Contains(columns, name) {
		return false
	}
	for _, own := range m.Columns {
		if own == name {
			return false
		}
	}
	return true
}

// names returns what the mapping calls the source's columns, in the source's order, and then what the source lacks.
func (m *Member) names(columns []string) []string {
	back := map[string]string{}
	var lacking []string
	for name, own := range m.Columns {
		if own == "" {
			lacking = append(lacking, name)
			continue
		}
		back[own] = name
	}
	out := make([]string, 0, len(columns)+len(lacking))
	for _, own := range columns {
		if name, renamed := back[own]; renamed {
			own = name
		}
		out = append(out, own)
	}
	slices.Sort(lacking)
	return append(out, lacking...)
}

// Join adds the columns of another source to each row, as "as.COLUMN".
type Join struct {
	Source  string
	As      string
	On      []JoinKey
	Missing string
	Many    string
	At      string // file:line:col

	pos yamlpos.Pos
}

// JoinKey is a pair of columns that hold the same text in rows that belong together. Left is a column of the rows read
// so far, Right one of the joined source.
type JoinKey struct {
	Left, Right string

	left, right yamlpos.Pos
}

// Group makes one row of all rows with the same texts in the columns By.
type Group struct {
	By   []string
	Take []Take

	by yamlpos.Pos
}

// Take says how a column of a group's row is made.
type Take struct {
	Column    string
	How       string
	Separator string   // of TakeJoin
	As        string   // of TakeMin and TakeMax: text, decimal, integer, date, datetime; "" is what the cells show
	Point     string   // of numbers in the file
	Group     string   // of numbers in the file
	Layouts   []string // of dates in the file

	pos yamlpos.Pos
}

// Each makes several records of a row: one for each element of a list in a cell, or for each of several columns that
// is not empty.
type Each struct {
	Column  string
	By      string // separator of Column's list
	Columns []string
	As      string // what the element is called

	pos, column yamlpos.Pos
}

// Sources are the sources whose rows the mapping reads, in the order in which it reads them.
func (m *Mapping) Sources() []string {
	if len(m.Union) == 0 {
		return []string{m.Source}
	}
	out := make([]string, len(m.Union))
	for i, u := range m.Union {
		out[i] = u.Source
	}
	return out
}

// Joined are the sources that are read only to complete the rows of others.
func (m *Mapping) Joined() []string {
	var out []string
	for _, j := range m.Joins {
		if !slices.Contains(out, j.Source) {
			out = append(out, j.Source)
		}
	}
	return out
}

// Reads are all sources the mapping reads, each of them once.
func (m *Mapping) Reads() []string {
	out := m.Sources()
	for _, name := range m.Joined() {
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// called is the name a column of a source has in the mapping.
func (m *Mapping) called(source, column string) string {
	for _, member := range m.members() {
		if member.Source != source {
			continue
		}
		for name, own := range member.Columns {
			if own == column {
				return name
			}
		}
		return column
	}
	for _, j := range m.Joins {
		if j.Source == source {
			return j.As + "." + column
		}
	}
	return column
}

// members are the sources with their renamed columns.
func (m *Mapping) members() []Member {
	if len(m.Union) == 0 {
		return []Member{{Source: m.Source, pos: m.at["from"]}}
	}
	return m.Union
}

// Reading is what staging has to do for a program: rows of several sources, united, joined and brought together.
type Reading struct {
	Members []Member
	Joins   []Join
	GroupBy []string            // rows with the same texts here come one after another, in the order of the first of each group
	Columns []string            // what a batch must have, beside JoinMark for every join
	Nulls   map[string][]string // by source: texts that mean null, which are empty cells of a batch
}

// NullsOf are the texts that mean null in a column of a row of the source.
func (r Reading) NullsOf(source, column string) []string {
	for _, j := range r.Joins {
		if strings.HasPrefix(column, j.As+".") {
			return r.Nulls[j.Source]
		}
	}
	return r.Nulls[source]
}

// JoinMark is the column of a batch that says which row was joined: "" for none, else its row, its line, and how many
// rows fit, with blanks between them.
func JoinMark(as string) string { return as + ".\x00" }

// Reading returns what the program reads; false where it is one source as it stands.
func (p *Program) Reading() (Reading, bool) {
	if !p.composed {
		return Reading{}, false
	}
	rows := p
	r := Reading{Members: p.mapping.members(), Joins: p.mapping.Joins, Nulls: p.readNulls}
	if p.gather != nil {
		rows, r.GroupBy = p.gather.rows, p.mapping.Group.By
	}
	for _, name := range rows.columns {
		if !rows.virtual(name) && !rows.isMark(name) {
			r.Columns = append(r.Columns, name)
		}
	}
	return r, true
}

// Manifold reports whether a row of the source can become several records.
func (p *Program) Manifold() bool {
	return p.each != nil || slices.ContainsFunc(p.mapping.Joins, func(j Join) bool { return j.Many == ManyEach })
}

func (p *Program) isMark(name string) bool {
	return slices.ContainsFunc(p.mapping.Joins, func(j Join) bool { return JoinMark(j.As) == name })
}

// virtual reports whether a column is made of each, not read.
func (p *Program) virtual(name string) bool {
	e := p.mapping.Each
	return e != nil && p.each != nil && (name == e.As || name == ColumnIndex || name == ColumnColumn)
}
