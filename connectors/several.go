package connectors

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// ErrColumns says that files which should be one table have different columns.
var ErrColumns = errors.New("the files have different columns")

// FileColumn is the name of the first column of a table that several files make: which file each row came from.
const FileColumn = "_file"

// Part is one of several files that make a table together.
type Part struct {
	Name   string // below the folder or in the archive, with slashes
	File   File
	Tables []Table
}

// Several is what several files of the same form are together: for each table they hold one table of all their rows, in
// the order of the files. Files of one table each make one table, whatever the tables are called; elements of XML keep
// their names.
type Several struct {
	file   File
	parts  []Part
	tables []united
}

// united is one table of several files.
type united struct {
	table   Table
	members []member // one a part, empty for parts without the table
}

// member is a table of one part.
type member struct {
	name    string
	columns []int // for each column of the united table but the first: its place in the part, -1 for none
	same    bool  // the part has the columns in this order
}

// NewSeveral puts the parts together under the given name. The error wraps ErrColumns where the columns of a table
// differ; XML is the exception: an element that some files lack is a column that is missing there.
func NewSeveral(file File, name string, parts []Part) (*Several, error) {
	s := &Several{file: file, parts: parts}
	single := oneTableEach(parts)
	for i, p := range parts {
		for _, t := range p.Tables {
			own := t.Name
			if single {
				t.Name = name
			}
			if err := s.add(i, own, t); err != nil {
				return nil, err
			}
		}
	}
	for i := range s.tables {
		s.tables[i].finish(parts)
	}
	return s, nil
}

// oneTableEach reports whether the tables of the parts are one, whatever they are called. Tables of XML are called after
// their elements: those have the same name in every file, and keep it.
func oneTableEach(parts []Part) bool {
	elements := true
	for _, p := range parts {
		if len(p.Tables) != 1 {
			return false
		}
		elements = elements && p.Tables[0].Format == "xml" && p.Tables[0].Name == parts[0].Tables[0].Name
	}
	return !elements
}

// add joins a table of a part, called own there, to the table of all.
func (s *Several) add(part int, own string, t Table) error {
	k := slices.IndexFunc(s.tables, func(u united) bool { return u.table.Name == t.Name })
	if k < 0 {
		first := t
		first.Columns, first.Findings = append([]string{FileColumn}, t.Columns...), nil
		s.tables = append(s.tables, united{table: first, members: make([]member, len(s.parts))})
		k = len(s.tables) - 1
	}
	u := &s.tables[k]
	have := u.table.Columns[1:]
	switch {
	case slices.Contains(t.Columns, FileColumn):
		return record.Advise(fmt.Errorf("%s has a column %s itself: %w", s.parts[part].Name, FileColumn, ErrColumns), "Rename it, or name the files one by one.")
	case t.Format == "xml":
		for _, c := range t.Columns {
			if !slices.Contains(have, c) {
				u.table.Columns = append(u.table.Columns, c)
			}
		}
	case !slices.Equal(have, t.Columns):
		if text := differing(have, t.Columns); text != "" {
			return record.Advise(fmt.Errorf("%s %s, unlike %s: %w", s.parts[part].Name, text, s.parts[u.firstMember()].Name, ErrColumns),
				"Name only the files that belong together, or make their headers the same.")
		}
		u.note(record.Finding{Severity: record.Note, Rule: "several.column_order", File: s.parts[part].File.Path,
			Message: "the columns stand in another order than in the first file; they are matched by name"})
	}
	u.members[part] = member{name: own, columns: make([]int, len(t.Columns))}
	for i, c := range t.Columns {
		u.members[part].columns[i] = slices.Index(u.table.Columns[1:], c)
	}
	for _, f := range t.Findings {
		u.note(f)
	}
	u.detected(t)
	return nil
}

func (u *united) note(f record.Finding) { u.table.Findings = append(u.table.Findings, f) }

func (u *united) firstMember() int {
	return slices.IndexFunc(u.members, func(m member) bool { return m.name != "" })
}

// differing says in words which columns a file has that the first has not, and the other way round; "" for none.
func differing(first, own []string) string {
	var parts []string
	for _, side := range []struct {
		what       string
		has, lacks []string
	}{{"lacks", first, own}, {"has", own, first}} {
		var names []string
		for _, c := range side.has {
			if !slices.Contains(side.lacks, c) {
				names = append(names, fmt.Sprintf("%q", c))
			}
		}
		if n := len(names); n > 5 {
			names = append(names[:5], fmt.Sprintf("%d more", n-5))
		}
		if len(names) > 0 {
			parts = append(parts, side.what+" "+strings.Join(names, ", "))
		}
	}
	return strings.Join(parts, " and ")
}

// detected keeps the least sure confidence of what all files agree in.
func (u *united) detected(t Table) {
	all := map[string]Detection{}
	for k, d := range u.table.Detected {
		own, ok := t.Detected[k]
		if ok && own.Value == d.Value && own.Confidence < d.Confidence {
			d.Confidence = own.Confidence
		}
		if ok && own.Value != d.Value && (k == "encoding" || k == "delimiter") {
			u.note(record.Finding{Severity: record.Note, Rule: "several." + k, Message: fmt.Sprintf("the %s differs from file to file: %s here, %s in the first", k, own.Value, d.Value)})
		}
		all[k] = d
	}
	u.table.Detected = all
}

// finish turns the places of columns round, and says once what holds for several files.
func (u *united) finish(parts []Part) {
	width := len(u.table.Columns) - 1
	for i := range u.members {
		m := &u.members[i]
		if m.name == "" {
			continue
		}
		places := make([]int, width)
		for k := range places {
			places[k] = -1
		}
		m.same = len(m.columns) == width
		for own, k := range m.columns {
			places[k] = own
			m.same = m.same && own == k
		}
		m.columns = places
	}
	type what struct{ rule, message string }
	groups := map[what]int{}
	var out []record.Finding
	for _, f := range u.table.Findings {
		key := what{f.Rule, f.Message}
		if groups[key]++; groups[key] == 1 {
			out = append(out, f)
		}
	}
	for i := range out {
		if n := groups[what{out[i].Rule, out[i].Message}]; n > 1 {
			out[i].Message += fmt.Sprintf(" (in %d of %d files)", n, len(parts))
		}
		out[i].Table = u.table.Name
	}
	u.table.Findings = out
}

// File says which bytes these are.
func (s *Several) File() File { return s.file }

// Tables lists the tables of all files together.
func (s *Several) Tables(ctx context.Context) ([]Table, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	out := make([]Table, len(s.tables))
	for i, u := range s.tables {
		out[i] = u.table
		out[i].Columns, out[i].Findings = slices.Clone(u.table.Columns), slices.Clone(u.table.Findings)
		for k := range out[i].Findings {
			if out[i].Findings[k].File == "" {
				out[i].Findings[k].File = s.file.Path
			}
		}
	}
	return out, nil
}

// Of reads a table from all its parts, one after the other: read yields the rows of a part's own table.
func (s *Several) Of(ctx context.Context, table string, read func(part int, own string) iter.Seq2[*record.Batch, error]) iter.Seq2[*record.Batch, error] {
	return func(yield func(*record.Batch, error) bool) {
		k := slices.IndexFunc(s.tables, func(u united) bool { return u.table.Name == table })
		if k < 0 {
			yield(nil, fmt.Errorf("%s: table %q: %w", s.file.Path, table, ErrNoTable))
			return
		}
		if err := ctx.Err(); err != nil {
			yield(nil, err)
			return
		}
		rows := int64(0)
		for part, m := range s.tables[k].members {
			if m.name == "" {
				continue
			}
			for b, err := range read(part, m.name) {
				if err == nil {
					b = s.tables[k].relabel(b, s.parts[part].Name, m, rows)
				}
				if !yield(b, err) || err != nil {
					return
				}
				rows = b.Rows[len(b.Rows)-1].Row
			}
		}
	}
}

// all reads all tables of all parts: read yields the rows of a part's tables, each batch of one of them.
func (s *Several) all(read func(part int) iter.Seq2[*record.Batch, error]) iter.Seq2[*record.Batch, error] {
	return func(yield func(*record.Batch, error) bool) {
		rows := make([]int64, len(s.tables))
		for part := range s.parts {
			of := map[string]int{} // a part's own tables
			for k, u := range s.tables {
				of[u.members[part].name] = k
			}
			for b, err := range read(part) {
				if err == nil {
					k := of[b.Table]
					b = s.tables[k].relabel(b, s.parts[part].Name, s.tables[k].members[part], rows[k])
					rows[k] = b.Rows[len(b.Rows)-1].Row
				}
				if !yield(b, err) || err != nil {
					return
				}
			}
		}
	}
}

// relabel makes rows of one part rows of the table of all; before is how many came from the parts before.
func (u *united) relabel(b *record.Batch, file string, m member, before int64) *record.Batch {
	width := len(u.table.Columns)
	sound := 0
	for i := range b.Rows {
		if b.Rows[i].Damage == "" {
			sound++
		}
	}
	cells := make([]string, sound*width)
	shift := before - (b.Rows[0].Row - 1) // rows are numbered from 1 in each part
	for i := range b.Rows {
		r := &b.Rows[i]
		r.Row += shift
		if r.Damage != "" {
			continue
		}
		own, old := cells[:width:width], r.Cells
		cells = cells[width:]
		own[0] = file
		if m.same {
			copy(own[1:], old)
			for k := range r.Missing {
				r.Missing[k]++
			}
			r.Cells = own
			continue
		}
		var missing []int
		for k, place := range m.columns {
			if place >= 0 {
				own[k+1] = old[place]
			}
			if place < 0 || slices.Contains(r.Missing, place) {
				missing = append(missing, k+1)
			}
		}
		r.Cells, r.Missing = own, missing
	}
	return &record.Batch{Table: u.table.Name, File: file, Columns: u.table.Columns, Rows: b.Rows}
}

// about is the File of several files together.
func about(path string, parts []Part) File {
	f := File{Path: path}
	h := sha256.New()
	for _, p := range parts {
		f.Size += p.File.Size
		f.Parts = append(f.Parts, p.File)
		fmt.Fprintf(h, "%s  %s\n", p.File.SHA256, p.Name)
	}
	f.SHA256 = hex.EncodeToString(h.Sum(nil))
	return f
}
