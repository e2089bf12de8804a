package profile

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// addRelations finds foreign keys: columns whose values stand in another table's key, and whose names or values make it
// unlikely that they do so by chance; single ones by what was kept of the tables, several together by reading again.
func (r *Report) addRelations(ctx context.Context, j *joinIndex, tables []*readable) error {
	shapes := &shapes{sources: r.Sources, known: map[[2]int]bool{}}
	for _, c := range j.columns {
		if rel, ok := r.bestRelation(c, j, shapes); ok {
			r.Relations = append(r.Relations, rel)
		}
	}
	r.dropMirrors()
	if err := r.addTuples(ctx, tables, shapes); err != nil {
		return err
	}
	slices.SortFunc(r.Relations, func(a, b Relation) int { return strings.Compare(a.From.String(), b.From.String()) })
	for i := range r.Relations {
		r.relationFinding(&r.Relations[i])
	}
	r.order()
	return nil
}

// fewRows is up to how many rows a unique column that is not called a key must hold nearly all values of a column that
// is said to refer to it.
const fewRows = 20

// shapes remembers which tables are peers.
type shapes struct {
	sources []Source
	known   map[[2]int]bool
}

// peers reports whether two tables of different files are of one shape: two months of one export, two companies' audit
// files. What stands in both is no reference from one to the other.
func (s *shapes) peers(i, j int) bool {
	pair := [2]int{min(i, j), max(i, j)}
	same, ok := s.known[pair]
	if !ok {
		same = ofOneShape(&s.sources[i], &s.sources[j])
		s.known[pair] = same
	}
	return same
}

func ofOneShape(a, b *Source) bool {
	if a.Input == b.Input {
		return false
	}
	if a.Format == "xml" && b.Format == "xml" && a.Dialect.Path == b.Dialect.Path {
		return true
	}
	names := map[string]bool{}
	for i := range a.Columns {
		names[a.Columns[i].Name] = true
	}
	common := 0
	for i := range b.Columns {
		if names[b.Columns[i].Name] {
			common++
		}
	}
	return common >= 3 && 10*common >= 7*(len(a.Columns)+len(b.Columns)-common)
}

func (r *Report) bestRelation(c *joinColumn, j *joinIndex, shapes *shapes) (best Relation, found bool) {
	for at, keys := range j.keys {
		// Within a table only a parent is referred to; a table may have as many keys as columns.
		if len(keys) == 0 || at == c.source && !c.called.parent || at != c.source && shapes.peers(c.source, at) {
			continue
		}
		if rel, ok := r.bestOf(c, keys); ok && (!found || rel.Confidence > best.Confidence) {
			best, found = rel, true
		}
	}
	return best, found
}

// bestOf is the likeliest relation of a column to one of a table's keys.
func (r *Report) bestOf(c *joinColumn, keys []*joinKey) (best Relation, found bool) {
	src, target := &r.Sources[c.source], &r.Sources[keys[0].source]
	for _, k := range keys {
		if k.source == c.source && k.column == c.column {
			continue
		}
		name, why := c.called.kinship(&k.called)
		if !k.referable(name, target) {
			continue
		}
		if k.source == c.source && name < 0.8 {
			continue
		}
		if name < 0.6 && !telling(&src.Columns[c.column]) {
			continue
		}
		m, ok := k.try(c, false)
		if !ok && name >= 0.6 && (src.Columns[c.column].Digits || k.stripped != nil) {
			m, ok = k.try(c, true)
		}
		if ok && target.Rows < fewRows && k.rank < 2 && m.share() < 0.9 {
			continue // half of a handful of values is no sign of anything
		}
		if !ok || !believable(name, &m, &src.Columns[c.column]) || k.rank == 0 && src.Columns[c.column].Type != TypeText {
			continue
		}
		rel := relation(c.called.ref, k.called.ref, name, why, &m, c)
		if !found || rel.Confidence > best.Confidence {
			best, found = rel, true
		}
	}
	return best, found
}

// referable reports whether the key is one that other tables would use: called a key, or the table's foremost one under
// the same name. An address may be unique and is still no key.
func (k *joinKey) referable(name float64, target *Source) bool {
	switch {
	case k.rank >= 2:
		return true
	case k.rank == 1:
		return name >= 0.9
	}
	return name == 1 && target.Keys[0].Columns[0] == target.Columns[k.column].Name
}

// believable asks more of the values the less the names say: small numbers stand in every key.
func believable(name float64, m *match, p *Column) bool {
	switch {
	case name >= 0.9 && p.Unique && m.covered+m.orphans >= 20:
		return m.share() >= 0.9 // two lists that share some numbers are no reference
	case name >= 0.9:
		return m.share() >= 0.5
	case name >= 0.6:
		return m.share() >= 0.9
	}
	return m.share() >= 0.99
}

// telling reports whether a column's values can speak for a reference where no name does.
func telling(p *Column) bool {
	return p.Distinct >= 3 && (p.MinLength >= 6 || p.Type == TypeText && !p.Digits && p.MinLength >= 3 && p.Distinct >= 10)
}

func relation(from, to ColumnRef, name float64, why string, m *match, c *joinColumn) Relation {
	rel := Relation{
		From: from, To: to, StripZeros: m.stripped, Approximate: c.approximate, OrphanRows: m.orphanRows, OrphanCount: m.orphans, Explained: m.explained,
		Coverage: float64(m.coveredRows) / float64(m.coveredRows+m.orphanRows), Confidence: 0.5*name + 0.5*m.share(), Orphans: []Sample{},
	}
	rel.Confidence = float64(int(rel.Confidence*100+0.5)) / 100
	rel.Reason = fmt.Sprintf("%s; %d of %d values stand in the key", why, m.covered, m.covered+m.orphans)
	slices.SortFunc(m.examples, func(a, b joinValue) int { return cmp.Or(cmp.Compare(b.rows, a.rows), strings.Compare(a.text, b.text)) })
	for _, o := range m.examples[:min(len(m.examples), orphansKept)] {
		rel.Orphans = append(rel.Orphans, Sample{o.text, o.rows, o.row, o.line})
	}
	return rel
}

var (
	genericKeys = []string{"id", "code", "no", "nr", "key", "number", "name", "num", "ref"}
	parentWords = []string{"parent", "reports", "manager", "boss", "supervisor", "superior", "head", "vater", "übergeordnet", "hq"}
)

// isGeneric reports whether a name says nothing of what it names: "id", a single letter, or the number of a column that
// the file does not name.
func isGeneric(name string) bool {
	return slices.Contains(genericKeys, name) || len(name) < 2 || name[0] == 'c' && allDigits(name[1:])
}

// called is what a column's and its table's name say, taken apart once: every column is compared with every key.
type called struct {
	ref     ColumnRef
	words   []string
	joined  string // the words without separators
	table   string // stem of the table's name
	generic bool
	parent  bool // it names a parent in the same table
}

func calledSo(table, column string) called {
	words := Words(column)
	joined := strings.Join(words, "")
	return called{ref: ColumnRef{table, column}, words: words, joined: joined, table: stem(table), generic: isGeneric(joined), parent: names(column, parentWords, nil)}
}

// kinship says how much two names speak for a reference to a key, 0 to 1, and why.
func (f *called) kinship(key *called) (float64, string) {
	named := len(key.table) > 2 && strings.Contains(f.joined, key.table)
	switch {
	case f.ref.Table == key.ref.Table:
		if f.parent {
			return 0.9, "names a parent in the same table"
		}
		return 0, ""
	case key.generic && f.joined == key.joined:
		return 0, "only the values speak for it"
	case f.joined == key.joined:
		return 1, "same name"
	case key.generic && named:
		return 1, "named after the table"
	case !key.generic && strings.HasSuffix(f.joined, key.joined):
		return 0.9, "name ends with the key's"
	case named:
		return 0.8, "named after the table"
	}
	for _, w := range f.words {
		if len(w) >= 4 && (strings.HasPrefix(key.joined, w) || strings.HasPrefix(key.table, w)) {
			return 0.6, "similar name"
		}
	}
	return 0, "only the values speak for it"
}

// dropMirrors keeps one direction where two keys hold the same values: towards the table the key is named after, else
// towards the one read first.
func (r *Report) dropMirrors() {
	there := map[[2]ColumnRef]bool{}
	for i := range r.Relations {
		there[[2]ColumnRef{r.Relations[i].From, r.Relations[i].To}] = true
	}
	r.Relations = slices.DeleteFunc(r.Relations, func(a Relation) bool {
		return there[[2]ColumnRef{a.To, a.From}] && r.owner(a.From, a.To) == a.From
	})
}

func (r *Report) owner(a, b ColumnRef) ColumnRef {
	switch ra, rb := keyRank(a.Column, a.Table), keyRank(b.Column, b.Table); {
	case ra > rb:
		return a
	case rb > ra:
		return b
	}
	for i := range r.Sources {
		switch r.Sources[i].Name {
		case a.Table:
			return a
		case b.Table:
			return b
		}
	}
	return a
}

func (r *Report) relationFinding(rel *Relation) {
	if rel.StripZeros {
		r.Findings = append(r.Findings, record.Finding{Severity: record.Warning, Rule: "relation.strip_zeros", Table: rel.From.Table, Column: rel.From.Column,
			Message: fmt.Sprintf("joins %s only without leading zeros", rel.To), Hint: "Use do: [strip_zeros] on both sides."})
	}
	if rel.OrphanCount == 0 {
		return
	}
	target, _ := r.Source(rel.To.Table)
	f := record.Finding{Table: rel.From.Table, Column: rel.From.Column, Rows: rel.OrphanRows}
	if len(rel.Orphans) > 0 { // of a sample of very many none may be left
		f.Row, f.Line, f.Raw = rel.Orphans[0].Row, rel.Orphans[0].Line, rel.Orphans[0].Value
	}
	if src, ok := r.Source(rel.From.Table); ok {
		f.File, f.Sheet = src.File, src.Sheet
	}
	f.Personal = r.personal(rel)
	missing := fmt.Sprintf("%s %d value%s that %s lacks", rowsName(rel.OrphanRows), rel.OrphanCount, plural(rel.OrphanCount), rel.To)
	switch {
	case rel.Explained == rel.OrphanCount:
		f.Severity, f.Rule = record.Warning, "relation.orphans_quarantined"
		f.Message = fmt.Sprintf("%s; all of them stand in its %d damaged rows", missing, target.Quarantined)
		f.Hint = "Mend the damaged rows of " + rel.To.Table + " first."
	case rel.Explained > 0:
		f.Severity, f.Rule = record.Error, "relation.orphans"
		f.Message = fmt.Sprintf("%s; %d of them stand in its %d damaged rows", missing, rel.Explained, target.Quarantined)
		f.Hint = "Mend the damaged rows of " + rel.To.Table + ", then ask for what is still missing."
	default:
		f.Severity, f.Rule = record.Error, "relation.orphans"
		f.Message = missing
		f.Hint = "Ask for the missing rows of " + rel.To.Table + ", or decide what becomes of these."
	}
	r.Findings = append(r.Findings, f)
}

// personal reports whether one of the columns that refer together, or are referred to, holds personal data.
func (r *Report) personal(rel *Relation) bool {
	holds := func(table string, columns []string) bool {
		s, ok := r.Source(table)
		return ok && slices.ContainsFunc(columns, func(name string) bool {
			c, ok := s.Column(name)
			return ok && c.Personal
		})
	}
	return holds(rel.From.Table, rel.FromColumns) || holds(rel.To.Table, rel.ToColumns)
}

func rowsName(n int64) string {
	if n == 1 {
		return "1 row names"
	}
	return fmt.Sprintf("%d rows name", n)
}

func plural(n int64) string {
	if n == 1 {
		return ""
	}
	return "s"
}
