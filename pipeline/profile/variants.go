package profile

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

const (
	variantsKept  = 20  // values with several spellings that are named
	spellingsKept = 5   // spellings of each
	variantLength = 120 // bytes; longer texts are prose
)

// spelling is one way in which a value is written.
type spelling struct {
	key  string
	text string
	rows int64
	row  int64
	line int64
}

// variants finds values that are written in several ways: "ACME Ltd" and "Acme ltd", an é of one character and of two.
// It looks at columns whose different values are all at hand, and not at codes in which case may matter.
func (c *column) variants(p *Column) {
	if p.Type != TypeText || p.Digits || c.overflow || p.Distinct < 2 || p.Unique && p.MinLength == p.MaxLength && p.MaxLength >= 15 {
		return
	}
	groups := c.spellings()
	p.VariantCount = int64(len(groups))
	for _, g := range groups {
		for _, s := range g[1:] {
			c.variantRows += s.rows
			if c.firstVariant.row == 0 || s.row < c.firstVariant.row {
				c.firstVariant = sample{s.text, s.rows, s.row, s.line}
			}
		}
	}
	for _, g := range groups[:min(len(groups), variantsKept)] {
		v := Variant{Differ: differences(g)}
		for _, s := range g[:min(len(g), spellingsKept)] {
			v.Spellings = append(v.Spellings, Count{shorten(s.text), s.rows})
		}
		p.Variants = append(p.Variants, v)
	}
}

// spellings groups the values that are one but for case, blanks inside and the composition of characters. The groups
// with most rows come first, and in each the spelling with most rows.
func (c *column) spellings() [][]spelling {
	all := make([]spelling, 0, len(c.values.entries))
	var buf []byte
	for i := range c.values.entries {
		e := &c.values.entries[i]
		if e.size > variantLength {
			continue
		}
		text := strings.TrimSpace(c.values.textOf(e))
		if c.nothing(text) {
			continue
		}
		buf = appendKey(buf[:0], text)
		all = append(all, spelling{string(buf), text, e.count, e.row, e.line})
	}
	slices.SortFunc(all, func(a, b spelling) int { return cmp.Or(strings.Compare(a.key, b.key), strings.Compare(a.text, b.text)) })
	var groups [][]spelling
	for from := 0; from < len(all); {
		to := from + 1
		for to < len(all) && all[to].key == all[from].key {
			to++
		}
		if g := distinctSpellings(all[from:to]); len(g) > 1 {
			groups = append(groups, g)
		}
		from = to
	}
	slices.SortStableFunc(groups, func(a, b []spelling) int { return cmp.Compare(rowsIn(b), rowsIn(a)) })
	return groups
}

// appendKey appends what all spellings of a value have in common.
func appendKey(to []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			s = norm.NFKC.String(s)
			break
		}
	}
	return appendFolded(to, s)
}

// distinctSpellings joins texts that are equal once trimmed, and puts the spelling of most rows first.
func distinctSpellings(list []spelling) []spelling {
	var out []spelling
	for _, s := range list {
		if last := len(out) - 1; last >= 0 && out[last].text == s.text {
			out[last].rows += s.rows
			if s.row < out[last].row {
				out[last].row, out[last].line = s.row, s.line
			}
			continue
		}
		out = append(out, s)
	}
	slices.SortStableFunc(out, func(a, b spelling) int { return cmp.Compare(b.rows, a.rows) })
	return out
}

func rowsIn(group []spelling) (n int64) {
	for _, s := range group {
		n += s.rows
	}
	return n
}

// differences says in what the spellings differ from the first.
func differences(group []spelling) []string {
	var out []string
	note := func(what string) {
		if !slices.Contains(out, what) {
			out = append(out, what)
		}
	}
	a := group[0].text
	for _, s := range group[1:] {
		b := s.text
		switch {
		case strings.EqualFold(a, b):
			note("case")
		case strings.Join(strings.Fields(a), " ") == strings.Join(strings.Fields(b), " "):
			note("blanks")
		case norm.NFKC.String(a) == norm.NFKC.String(b):
			note("composition")
		case strings.Join(strings.Fields(strings.ToLower(a)), " ") == strings.Join(strings.Fields(strings.ToLower(b)), " "):
			note("case")
			note("blanks")
		default:
			note("composition")
			note("case")
		}
	}
	slices.Sort(out)
	return out
}
