package profile

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/record"
)

const (
	longestKey  = 64 // characters; longer texts identify nothing a person would type
	pairColumns = 8  // columns of which pairs are tried
)

// findKeys names the columns that identify a row: single ones as counted, pairs by reading the table a second time.
func (t *table) findKeys(ctx context.Context, in Input, ct connectors.Table, s *Source) error {
	sound := t.rows - t.quarantined
	if sound < 1 {
		return nil
	}
	for i := range s.Columns {
		if p := &s.Columns[i]; t.canIdentify(p) && p.Unique && (sound > 1 || slices.Equal(in.Key, []string{p.Name})) {
			s.Keys = append(s.Keys, Key{[]string{p.Name}, t.columns[i].unsure})
		}
	}
	slices.SortStableFunc(s.Keys, func(a, b Key) int { return cmp.Compare(keyRank(b.Columns[0], s.Name), keyRank(a.Columns[0], s.Name)) })
	if len(s.Keys) > 0 && keyRank(s.Keys[0].Columns[0], s.Name) > 0 || t.duplicates > 0 {
		return nil
	}
	pairs, err := t.findPairs(ctx, in, ct, s)
	if len(s.Keys) > 0 {
		// A text that happens to be unique yields to a pair that is called a key.
		pairs = slices.DeleteFunc(pairs, func(k Key) bool { return pairRank(k) < 2 })
	}
	s.Keys = append(pairs, s.Keys...)
	return err
}

func pairRank(k Key) int { return keyRank(k.Columns[0], "") + keyRank(k.Columns[1], "") }

// canIdentify reports whether every sound row has a value that could be part of a key.
func (t *table) canIdentify(p *Column) bool {
	switch p.Type {
	case TypeEmpty, TypeDecimal, TypeBoolean:
		return false
	}
	return p.Name != "" && p.Values == t.rows-t.quarantined && p.MaxLength <= longestKey
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

// pairState says how far a pair of columns has come as a key.
type pairState uint8

const (
	pairAlive  pairState = iota
	pairBroken           // two rows share the values
	pairUnsure           // more rows than are counted
)

type pair struct {
	a, b  int
	seen  hashSet
	state pairState
}

// pairs lists the pairs worth trying. One with a column that is unique by itself would be a key of no use.
func (t *table) pairs(s *Source) []*pair {
	var candidates []int
	for i := range s.Columns {
		if p := &s.Columns[i]; t.canIdentify(p) && p.Distinct > 1 && p.Type != TypeDateTime && !p.Unique {
			candidates = append(candidates, i)
		}
	}
	slices.SortStableFunc(candidates, func(a, b int) int {
		return cmp.Or(cmp.Compare(min(2, keyRank(s.Columns[b].Name, "")), min(2, keyRank(s.Columns[a].Name, ""))), cmp.Compare(s.Columns[b].Distinct, s.Columns[a].Distinct))
	})
	candidates = candidates[:min(len(candidates), pairColumns)]
	slices.Sort(candidates)
	var out []*pair
	for i, a := range candidates {
		for _, b := range candidates[i+1:] {
			if s.Columns[a].Distinct*s.Columns[b].Distinct >= t.rows-t.quarantined {
				out = append(out, &pair{a: a, b: b})
			}
		}
	}
	return out
}

func (t *table) findPairs(ctx context.Context, in Input, ct connectors.Table, s *Source) ([]Key, error) {
	alive := t.pairs(s)
	if len(alive) == 0 {
		return nil, nil
	}
	all := alive
	limit := 2 * t.opt.KeyCap / len(alive)
	for b, err := range in.Source.Batches(ctx, ct.Name) {
		if err != nil {
			return nil, err
		}
		for i := range b.Rows {
			if b.Rows[i].Damage == "" {
				alive = addPairs(alive, b.Rows[i].Cells, limit)
			}
		}
		if len(alive) == 0 {
			break
		}
	}
	var keys []Key
	for _, p := range all {
		if p.state != pairBroken {
			keys = append(keys, Key{[]string{s.Columns[p.a].Name, s.Columns[p.b].Name}, p.state == pairUnsure})
		}
	}
	slices.SortStableFunc(keys, func(a, b Key) int { return cmp.Compare(pairRank(b), pairRank(a)) })
	return keys[:min(len(keys), 3)], nil
}

// addPairs looks at one row and returns the pairs that are still in doubt.
func addPairs(alive []*pair, cells []string, limit int) []*pair {
	kept := alive[:0:0]
	same := true
	for _, p := range alive {
		if p.a >= len(cells) || p.b >= len(cells) || !p.seen.insert(pairHash(cells[p.a], cells[p.b])) {
			p.state, p.seen, same = pairBroken, hashSet{}, false
			continue
		}
		if p.seen.len() > limit {
			p.state, p.seen, same = pairUnsure, hashSet{}, false
			continue
		}
		kept = append(kept, p)
	}
	if same {
		return alive
	}
	return kept
}

// declaredKey checks the key the project states.
func (t *table) declaredKey(in Input, s *Source) []record.Finding {
	if len(in.Key) != 1 {
		return nil
	}
	p, ok := s.Column(in.Key[0])
	if !ok || s.HasKey(in.Key...) {
		return nil
	}
	missing := t.rows - t.quarantined - p.Values
	return []record.Finding{{Severity: record.Error, Rule: "table.key_not_unique", Column: p.Name, Rows: missing,
		Message: fmt.Sprintf("the declared key %s identifies no row: %d different values in %d rows", p.Name, p.Distinct, t.rows-t.quarantined),
		Hint:    "Name another column, or several, under key: of the source."}}
}
