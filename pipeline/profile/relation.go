package profile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// addRelations finds foreign keys: columns whose values stand in another table's key, and whose names or values make it
// unlikely that they do so by chance.
func (r *Report) addRelations(j *joinIndex) {
	for _, c := range j.columns {
		if rel, ok := r.bestRelation(c, j.keys); ok {
			r.Relations = append(r.Relations, rel)
		}
	}
	r.dropMirrors()
	slices.SortFunc(r.Relations, func(a, b Relation) int { return strings.Compare(a.From.String(), b.From.String()) })
	for i := range r.Relations {
		r.relationFinding(&r.Relations[i])
	}
	r.order()
}

func (r *Report) bestRelation(c *joinColumn, keys []*joinKey) (best Relation, found bool) {
	src := &r.Sources[c.source]
	from := ColumnRef{src.Name, src.Columns[c.column].Name}
	for _, k := range keys {
		if k.source == c.source && k.column == c.column {
			continue
		}
		target := &r.Sources[k.source]
		to := ColumnRef{target.Name, target.Columns[k.column].Name}
		name, why := kinship(from, to)
		if !k.referable(name, target) {
			continue
		}
		if k.source == c.source && name < 0.8 {
			continue
		}
		m, ok := k.try(c, false)
		if !ok && name >= 0.6 && (src.Columns[c.column].Digits || k.stripped != nil) {
			m, ok = k.try(c, true)
		}
		if !ok || !believable(name, &m, &src.Columns[c.column]) || k.rank == 0 && src.Columns[c.column].Type != TypeText {
			continue
		}
		rel := relation(from, to, name, why, &m, c)
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
	telling := p.MinLength >= 6 || p.Type == TypeText && !p.Digits && p.MinLength >= 3 && p.Distinct >= 10
	return telling && p.Distinct >= 3 && m.share() >= 0.99
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

// kinship says how much two names speak for a reference, 0 to 1, and why.
func kinship(from, to ColumnRef) (float64, string) {
	f, k, table := strings.Join(Words(from.Column), ""), strings.Join(Words(to.Column), ""), stem(to.Table)
	generic := isGeneric(k)
	switch {
	case from.Table == to.Table:
		if names(from.Column, parentWords, nil) {
			return 0.9, "names a parent in the same table"
		}
		return 0, ""
	case generic && f == k:
		return 0, "only the values speak for it"
	case f == k:
		return 1, "same name"
	case generic && len(table) > 2 && strings.Contains(f, table):
		return 1, "named after the table"
	case !generic && strings.HasSuffix(f, k):
		return 0.9, "name ends with the key's"
	case len(table) > 2 && strings.Contains(f, table):
		return 0.8, "named after the table"
	}
	for _, w := range Words(from.Column) {
		if len(w) >= 4 && (strings.HasPrefix(k, w) || strings.HasPrefix(table, w)) {
			return 0.6, "similar name"
		}
	}
	return 0, "only the values speak for it"
}

// dropMirrors keeps one direction where two keys hold the same values: towards the table the key is named after, else
// towards the one read first.
func (r *Report) dropMirrors() {
	r.Relations = slices.DeleteFunc(r.Relations, func(a Relation) bool {
		return slices.ContainsFunc(r.Relations, func(b Relation) bool {
			return a.From == b.To && a.To == b.From && r.owner(a.From, a.To) == a.From
		})
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
	f := record.Finding{Table: rel.From.Table, Column: rel.From.Column, Rows: rel.OrphanRows, Row: rel.Orphans[0].Row, Line: rel.Orphans[0].Line, Raw: rel.Orphans[0].Value}
	if src, ok := r.Source(rel.From.Table); ok {
		f.File, f.Sheet = src.File, src.Sheet
	}
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
