package profile

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

const (
	longestKey = 64 // characters; longer texts identify nothing a person would type
	largestKey = 4  // columns
)

// findKeys names the columns that identify a row: single ones as counted, sets of them by reading the tables again.
func (g *group) findKeys(ctx context.Context, sources []Source) error {
	var searches []*keySearch
	for i, t := range g.tables {
		if t.rows > t.quarantined {
			t.singleKeys(&sources[i])
			searches = append(searches, t.newSearch(&sources[i]))
		}
	}
	for size := 2; size <= largestKey; size++ {
		var again []*rereading
		for _, k := range searches {
			if r := k.rereading(size); r != nil {
				again = append(again, r)
			}
		}
		if len(again) == 0 {
			continue
		}
		if err := g.readAgain(ctx, again); err != nil {
			return err
		}
		for _, r := range again {
			if err := r.finish(); err != nil {
				return err
			}
		}
	}
	return nil
}

// singleKeys names the single columns whose values all differ, those called a key first.
func (t *table) singleKeys(s *Source) {
	sound := t.rows - t.quarantined
	for i := range s.Columns {
		if p := &s.Columns[i]; t.canIdentify(p) && p.Unique && (sound > 1 || slices.Equal(t.input.Key, []string{p.Name})) {
			s.Keys = append(s.Keys, Key{Columns: []string{p.Name}})
		}
	}
	slices.SortStableFunc(s.Keys, func(a, b Key) int { return cmp.Compare(keyRank(b.Columns[0], s.Name), keyRank(a.Columns[0], s.Name)) })
	t.dropAccidents(s)
}

// dropAccidents leaves out what happens to differ from row to row beside a column that is called a key: prose, days,
// telephone numbers.
func (t *table) dropAccidents(s *Source) {
	if len(s.Keys) == 0 || keyRank(s.Keys[0].Columns[0], s.Name) < 2 {
		return
	}
	columns := make(map[string]*Column, len(s.Columns))
	for i := range s.Columns {
		columns[s.Columns[i].Name] = &s.Columns[i]
	}
	s.Keys = slices.DeleteFunc(s.Keys, func(k Key) bool {
		c := columns[k.Columns[0]]
		if keyRank(c.Name, s.Name) >= 2 {
			return false
		}
		prose := slices.ContainsFunc(c.Masks, func(m Count) bool { return strings.Contains(m.Value, " ") })
		return prose || c.Personal && c.Semantic != "email" || c.Semantic != "" && c.Semantic != "email" && c.Semantic != "ean" && c.Semantic != "vat" ||
			c.Type == TypeDate || c.Type == TypeDateTime
	})
}

// canIdentify reports whether every sound row has a value that could be part of a key.
func (t *table) canIdentify(p *Column) bool {
	switch p.Type {
	case TypeEmpty, TypeDecimal, TypeBoolean:
		return false
	}
	return p.Name != "" && p.Semantic != "money" && p.Values == t.rows-t.quarantined && p.MaxLength <= longestKey
}

// keyRank prefers columns that are called a key, above all the table's own.
func keyRank(column, table string) int {
	ws := Words(column)
	joined := strings.Join(ws, "")
	called := slices.ContainsFunc([]string{"id", "no", "nr", "code", "key", "number", "nummer", "num", "sku", "ref", "item", "lineno"}, func(e string) bool {
		return slices.Contains(ws, e) || strings.HasSuffix(joined, e)
	}) || slices.ContainsFunc([]string{"pos", "position", "line", "seq", "sequence", "zeile"}, func(e string) bool { return slices.Contains(ws, e) })
	own := strings.HasPrefix(joined, stem(table)) && stem(table) != ""
	switch {
	case called && own:
		return 3
	case called:
		return 2
	case own:
		return 1
	}
	return 0
}

// stem is the singular of a table's name, roughly, without separators: "order_details" gives "orderdetail".
func stem(table string) string {
	s := strings.Join(Words(table), "")
	switch {
	case strings.HasSuffix(s, "ies") && len(s) > 4:
		return s[:len(s)-3] + "y"
	case strings.HasSuffix(s, "sses"):
		return s[:len(s)-2]
	case strings.HasSuffix(s, "s") && !strings.HasSuffix(s, "ss"):
		return s[:len(s)-1]
	}
	return s
}

// declaredKey checks the key the project states.
func (t *table) declaredKey(s *Source) []record.Finding {
	key := t.input.Key
	if len(key) == 0 || s.HasKey(key...) {
		return nil
	}
	f := record.Finding{Severity: record.Error, Rule: "table.key_not_unique", Column: key[0], Hint: "Name another column, or several, under key: of the source."}
	if len(key) > 1 {
		if t.declared != keyBroken {
			return nil
		}
		f.Message = fmt.Sprintf("the declared key %s does not identify every row: different rows have the same values", strings.Join(key, " + "))
		return []record.Finding{f}
	}
	p, ok := s.Column(key[0])
	if !ok {
		return nil
	}
	f.Rows = t.rows - t.quarantined - p.Values
	f.Message = fmt.Sprintf("the declared key %s does not identify every row: %d different values in %d rows", p.Name, p.Distinct, t.rows-t.quarantined)
	return []record.Finding{f}
}
