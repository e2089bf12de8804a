package mappings

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/mappings/internal/yamlpos"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// Merge names the file of decisions by which rows of a mapping become one record.
type Merge struct {
	File  string // CSV or XLSX, relative to migrate.yaml
	Sheet string
	at    yamlpos.Pos
}

// ClassMerged is the class of a row that another row stands for, by a decision.
const ClassMerged = "merged"

// What a line of decisions says; an empty one is not decided yet.
const (
	decisionMerge    = "merge"
	decisionSeparate = "separate"
)

// mergeKeySeparator joins the values of an id of several columns.
const mergeKeySeparator = "|"

// Merged is one decision: the row with the key Key is no record of its own; what refers to it refers to KeepID.
type Merged struct {
	Key, Keep string // Keep is where a chain of decisions ends
	KeepID    string // external id, with the module
	File      string
	Line      int

	next, by, on string
}

// Merges are the decisions the program follows, by line.
func (p *Program) Merges() []Merged {
	if p.merge == nil {
		return nil
	}
	out := make([]Merged, 0, len(p.merge))
	for _, d := range p.merge {
		out = append(out, *d)
	}
	slices.SortFunc(out, func(a, b Merged) int { return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Key, b.Key)) })
	return out
}

func (p *mappingParser) merge(o yamlpos.Object) {
	n := o.Node("merge")
	if n == nil || n.IsNull() {
		return
	}
	m := p.doc.Object(n, "merge", mergeKeys.Names()...)
	if n.Kind != yamlpos.Map {
		return
	}
	m.Require(mergeKeys.Required()...)
	p.m.Merge = &Merge{File: m.Text("file"), Sheet: m.Text("sheet"), at: n.Pos}
}

// decisions reads the decisions of every mapping that has some.
func (s *Set) decisions(env *Env) (map[string]map[string]*Merged, []Problem) {
	out := map[string]map[string]*Merged{}
	var problems []Problem
	for _, name := range s.names() {
		if m := s.byName[name]; m.Merge != nil && len(m.ID.Columns) > 0 {
			r := decisionReader{m: m, file: m.Merge.File, out: map[string]*Merged{}}
			r.read(env)
			r.follow(s.module)
			out[name], problems = r.out, append(problems, r.problems...)
		}
	}
	return out, problems
}

type decisionReader struct {
	m        *Mapping
	file     string
	out      map[string]*Merged
	problems []Problem
}

func (r *decisionReader) tell(severity record.Severity, line int, hint, format string, args ...any) {
	r.problems = append(r.problems, Problem{File: r.file, Line: line, Col: 1, Severity: severity, Message: fmt.Sprintf(format, args...), Hint: hint})
}

// decisionColumns are where the parts of a decision stand in a row; -1 where the file has no such column.
type decisionColumns struct{ key, keep, decision, by, on, table int }

func (r *decisionReader) read(env *Env) {
	table, ok := env.Tables[TableFile{r.m.Merge.File, r.m.Merge.Sheet}]
	if !ok {
		table.Fault = "the file of decisions " + r.file + " was not read"
	}
	if table.Fault != "" {
		r.problems = append(r.problems, r.m.problem(r.m.Merge.at, table.Hint, "%s", table.Fault))
		return
	}
	at := func(names ...string) int {
		return slices.IndexFunc(table.Columns, func(c string) bool { return slices.Contains(names, strings.ToLower(strings.TrimSpace(c))) })
	}
	c := decisionColumns{at("key"), at("keep_key", "keep"), at("decision"), at("by", "who"), at("on", "when"), at("table")}
	if c.key < 0 || c.keep < 0 || c.decision < 0 {
		r.problems = append(r.problems, r.m.problem(r.m.Merge.at, "give it the columns key, keep_key, decision, by and on", "%s lacks one of the columns key, keep_key and decision", r.file))
		return
	}
	undecided, first := 0, 0
	for _, row := range table.Rows {
		line := int(row.Line)
		if row.Damage != "" {
			r.tell(record.Error, line, "mend the line", "the line cannot be read: %s", row.Damage)
			continue
		}
		d := Merged{Key: decisionCell(row, c.key), next: decisionCell(row, c.keep), by: decisionCell(row, c.by), on: decisionCell(row, c.on), File: r.file, Line: line}
		if table := decisionCell(row, c.table); d.Key == "" && d.next == "" || d.Key == d.next || table != "" && !slices.Contains(r.m.Sources(), table) {
			continue
		}
		switch decision := strings.ToLower(decisionCell(row, c.decision)); decision {
		case "":
			if undecided++; undecided == 1 {
				first = line
			}
		case decisionSeparate:
		case decisionMerge:
			r.take(d, c.by >= 0)
		default:
			r.tell(record.Error, line, suggest(decision, []string{decisionMerge, decisionSeparate}), "a decision is merge or separate, not %q", decision)
		}
	}
	if undecided > 0 {
		what := "1 line is not decided; its row stays a record of its own"
		if undecided > 1 {
			what = fmt.Sprintf("%d lines are not decided; their rows stay records of their own", undecided)
		}
		r.tell(record.Warning, first, "write merge or separate into the column decision", "%s", what)
	}
}

func decisionCell(row TableRow, i int) string {
	if i < 0 {
		return ""
	}
	return cellOf(row, i)
}

func (r *decisionReader) take(d Merged, signed bool) {
	columns := len(r.m.ID.Columns)
	for _, key := range []string{d.Key, d.next} {
		if parts := strings.Split(key, mergeKeySeparator); key == "" || columns > 1 && len(parts) != columns {
			r.tell(record.Error, d.Line, "the columns of the id are "+strings.Join(r.m.ID.Columns, mergeKeySeparator), "%q is no key of %s", key, r.m.Name)
			return
		}
	}
	if was, ok := r.out[d.Key]; ok {
		if was.next != d.next {
			r.tell(record.Error, d.Line, "keep one of the lines", "%s is merged into %s here and into %s in line %d", d.Key, d.next, was.next, was.Line)
		}
		return
	}
	if signed && d.by == "" {
		r.tell(record.Warning, d.Line, "fill in the columns by and on", "nobody signed this decision")
	}
	r.out[d.Key] = &d
}

// follow finds where each chain of decisions ends, and names circles once.
func (r *decisionReader) follow(module string) {
	for _, d := range r.lines() {
		path := []string{d.Key}
		at := d
		for next, ok := r.out[at.next]; ok; next, ok = r.out[at.next] {
			if i := slices.Index(path, next.Key); i >= 0 {
				if circle := path[i:]; slices.Min(circle) == d.Key {
					r.tell(record.Error, d.Line, "one of them has to stay", "rows are merged in a circle: %s", strings.Join(append(circle, next.Key), " -> "))
				}
				break
			}
			path = append(path, next.Key)
			at = next
		}
		d.Keep = at.next
		d.KeepID = module + "." + string(r.m.ID.Append(nil, r.m.keyParts(d.Keep)))
	}
}

func (r *decisionReader) lines() []*Merged {
	out := make([]*Merged, 0, len(r.out))
	for _, d := range r.out {
		out = append(out, d)
	}
	slices.SortFunc(out, func(a, b *Merged) int { return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Key, b.Key)) })
	return out
}

// keyParts are the values of the id's columns that a key of decisions is made of.
func (m *Mapping) keyParts(key string) []string {
	if len(m.ID.Columns) == 1 {
		return []string{key}
	}
	return strings.Split(key, mergeKeySeparator)
}

// survivors returns the values to make an external id of: those of the record that stands for the one meant.
func (l *linker) survivors(keys []string) []string {
	if len(l.merged) == 0 {
		return keys
	}
	if d, ok := l.merged[strings.Join(keys, mergeKeySeparator)]; ok {
		return l.target.keyParts(d.Keep)
	}
	return keys
}

// mergedAway reports whether another row stands for the current one, by decision.
func (a *application) mergedAway() bool {
	a.merged = a.about
	return a.merged != nil
}

// reason says into what a row is merged, and who decided that where.
func (d *Merged) reason() string {
	into := "merged into " + d.Keep
	if d.by != "" {
		into = strings.TrimSpace(fmt.Sprintf("%s by %s %s", into, d.by, d.on))
	}
	return fmt.Sprintf("%s (%s:%d)", into, d.File, d.Line)
}

// decision is the decision about the current row; nil where there is none.
func (a *application) decision() *Merged {
	if len(a.p.merge) == 0 {
		return nil
	}
	a.parts = a.parts[:0]
	for _, slot := range a.p.id {
		text, ok := a.cell(slot)
		if !ok {
			return nil
		}
		a.parts = append(a.parts, text)
	}
	return a.p.merge[strings.Join(a.parts, mergeKeySeparator)]
}
