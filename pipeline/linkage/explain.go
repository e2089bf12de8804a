package linkage

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

func newResult() *Result {
	return &Result{Version: Version, Tables: []Roles{}, Groups: []Group{}, Models: []Model{}, Findings: []record.Finding{}}
}

// addTo adds a kind's groups, findings and model to the result.
func (l *linker) addTo(r *Result) {
	for _, g := range l.groups {
		r.Rows += int64(len(g.members))
		r.Pairs += int64(len(g.pairs))
	}
	r.Found += int64(len(l.groups))
	// The bound is of the whole result: no kind lists more than it.
	for _, g := range l.groups[:min(len(l.groups), l.opt.MaxGroups)] {
		r.Groups = append(r.Groups, l.describe(&g))
	}
	r.Models = append(r.Models, l.explainModel())
	for _, p := range l.passes {
		r.Truncated.Blocks += int64(p.Oversized)
	}
	r.Truncated.Dropped += l.dropped
	r.Compared += l.compared
	r.Findings = append(r.Findings, l.findings()...)
}

// finish orders the groups of all kinds and numbers them.
func (r *Result) finish(opt Options) {
	slices.SortStableFunc(r.Groups, func(a, b Group) int { return cmp.Compare(b.Probability, a.Probability) })
	r.Groups = r.Groups[:min(len(r.Groups), opt.MaxGroups)]
	r.Truncated.Groups = r.Found - int64(len(r.Groups))
	for i := range r.Groups {
		g := &r.Groups[i]
		g.Number = i + 1
		r.Truncated.Members += int64(g.Size - len(g.Members))
		r.Truncated.Pairs += int64(g.hidden)
	}
	r.Masked = !opt.ShowPersonal
}

// describe writes a group for people.
func (l *linker) describe(g *cluster) Group {
	out := Group{Kind: l.kind, Probability: round(probability(g.weakest), 6), Size: len(g.members), Members: []Member{}, Pairs: []Pair{}}
	index := map[uint32]int{}
	most := -1
	for i, m := range g.members[:min(len(g.members), l.opt.MaxMembers)] {
		index[m] = i
		out.Members = append(out.Members, l.member(m))
		if n := l.filled(m); n > most {
			most, out.Keep = n, i
		}
	}
	c := l.comparer()
	for _, p := range l.toExplain(g, index) {
		out.Pairs = append(out.Pairs, l.pair(c, p, index))
	}
	out.hidden = len(g.pairs) - len(out.Pairs)
	if len(out.Pairs) > 0 {
		out.Reason = out.Pairs[len(out.Pairs)-1].Reason
	}
	return out
}

// toExplain picks the pairs that hold the group together, and then the best of the others, best first.
func (l *linker) toExplain(g *cluster, listed map[uint32]int) []scored {
	parent := map[uint32]uint32{}
	var root func(uint32) uint32
	root = func(x uint32) uint32 {
		if p, ok := parent[x]; ok {
			return root(p)
		}
		return x
	}
	var needed, others []scored
	for _, p := range g.pairs {
		_, a := listed[p.a]
		_, b := listed[p.b]
		if !a || !b {
			continue
		}
		if x, y := root(p.a), root(p.b); x != y {
			parent[x] = y
			needed = append(needed, p)
		} else {
			others = append(others, p)
		}
	}
	all := slices.Concat(needed, others)
	all = all[:min(len(all), l.opt.MaxPairs)]
	slices.SortFunc(all, byScore)
	return all
}

func (l *linker) member(party uint32) Member {
	t := l.tables[l.table[party]]
	key := string(l.keys.text(l.key[party]))
	if c, ok := t.source.Column(t.Key); ok && c.Personal && !l.opt.ShowPersonal {
		key = profile.Mask(key)
	}
	return Member{Table: t.Table, Row: int64(l.row[party]), Line: int64(l.line[party]), Key: key}
}

// filled counts the roles in which a party has a value.
func (l *linker) filled(party uint32) int {
	n := 0
	for in := range slots {
		if l.at(in, party) != 0 {
			n++
		}
	}
	return n
}

// pair explains two parties.
func (l *linker) pair(c *comparer, p scored, index map[uint32]int) Pair {
	bits := c.score(l.model, p.a, p.b)
	out := Pair{A: index[p.a], B: index[p.b], Score: round(bits, 2), Probability: round(probability(bits), 6), Fields: []Field{}}
	for by := range aspects {
		if o := c.out[by]; o.level != missing {
			a, b := l.shown(by, p.a, p.b)
			out.Fields = append(out.Fields, Field{Role: measures[by].role, A: a, B: b, Level: o.level.String(), Weight: round(c.w[by], 2)})
		}
	}
	slices.SortStableFunc(out.Fields, func(x, y Field) int { return cmp.Compare(math.Abs(y.Weight), math.Abs(x.Weight)) })
	out.Reason = reason(out.Fields)
	return out
}

// shown returns the two values of an aspect as people may see them.
func (l *linker) shown(by aspect, a, b uint32) (string, string) {
	in := measures[by].in
	show := func(party uint32) string {
		slot, text := in, l.written(in, party)
		if second := second(in); text == "" && second != in {
			slot, text = second, l.written(second, party)
		}
		if by == byNumbers {
			text = numbersIn(string(l.fields[in].text.text(l.at(in, party))))
		}
		if t := l.tables[l.table[party]]; t.personal(slot) && !l.opt.ShowPersonal {
			text = profile.Mask(text)
		}
		return text
	}
	return show(a), show(b)
}

// second returns the slot that also holds values of a role.
func second(in slot) slot {
	for other, base := range shared {
		if base == in {
			return other
		}
	}
	return in
}

func (l *linker) explainModel() Model {
	m := Model{Kind: l.kind, Rows: int64(l.size()), Bytes: l.bytes(), Prior: round(l.model.prior, 2), Threshold: round(probability(l.threshold), 6),
		Chosen: l.opt.Threshold == 0, Passes: []Pass{}, Levels: []Weight{}}
	for _, p := range l.passes {
		m.Passes = append(m.Passes, p.Pass)
	}
	for by := range aspects {
		if l.cells[measures[by].in] == nil || (by >= byEAN) != (l.kind == KindProduct) {
			continue
		}
		for lv := different; lv < levels; lv++ {
			if p := l.model.m[by][lv]; p > 0 {
				m.Levels = append(m.Levels, Weight{Role: measures[by].role, Level: lv.String(), M: round(p, 4), U: round(l.model.u[by][lv], 6), Weight: round(float64(l.model.base[by][lv]), 2)})
			}
		}
	}
	return m
}

func round(x float64, digits int) float64 {
	p := math.Pow10(digits)
	return math.Round(x*p) / p
}

// roleLabels name the roles in sentences.
var roleLabels = map[Role]string{
	RoleName: "name", RoleGiven: "given name", RoleSurname: "surname", RoleCompany: "company", RoleStreet: "street", RoleStreet2: "second address line", RoleNumber: "house number",
	RoleZip: "postal code", RoleCity: "town", RoleState: "state", RoleCountry: "country", RoleEmail: "e-mail", RolePhone: "phone", RoleFax: "fax", RoleVAT: "VAT number", RoleIBAN: "IBAN",
	RoleNational: "national number", RoleBirth: "birth date", RoleSKU: "article number", RoleEAN: "bar code", RoleDescription: "description", RolePrice: "price", roleNumbers: "numbers in the name",
}

// alikeWords say how values agree that are neither equal nor different; %s is the role.
var alikeWords = map[string]string{
	oneOfTwo.String(): "one word of the %s", someWords.String(): "some words of the %s", similar.String(): "a similar %s", contained.String(): "a longer and a shorter %s", initial.String(): "an initial for the %s",
	swapped.String(): "a swapped %s", near.String(): "nearly the same %s", sameDomain.String(): "the same domain of the %s", sameLocal.String(): "the same %s before the @", sameEnd.String(): "the same last digits of the %s",
}

// reason says in one sentence what speaks for a pair and what against it, the most telling first.
func reason(fields []Field) string {
	var equal, alike, other []string
	for _, f := range fields {
		label := roleLabels[f.Role]
		switch {
		case f.Level == same.String():
			equal = append(equal, label)
		case f.Level == different.String():
			other = append(other, label)
		default:
			alike = append(alike, fmt.Sprintf(alikeWords[f.Level], label))
		}
	}
	var parts []string
	if len(equal) > 0 {
		parts = append(parts, "the same "+list(equal))
	}
	if len(alike) > 0 {
		parts = append(parts, list(alike))
	}
	if len(other) > 0 {
		parts = append(parts, "but not the same "+list(other))
	}
	s := strings.Join(parts, "; ")
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:] + "."
}

// list joins up to five words with commas and an "and".
func list(words []string) string {
	if len(words) > 5 {
		words = append(slices.Clone(words[:5]), "more")
	}
	if len(words) == 1 {
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
