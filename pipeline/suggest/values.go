package suggest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

const (
	valuesChecked = 2000 // different values held against a set; a column with more is no code of a small table
	valuesTold    = 20   // unknown values told a column
	closedMisfit  = 0.3  // share of rows with a known value below which a code of a fixed list is doubted
	misfitWeighs  = 0.5
)

// acceptor knows which values a selection or a small table of the target accepts.
type acceptor struct {
	model   string            // "res.country", or "" for a selection
	find    string            // field values are looked up in: "code"
	accepts map[string]string // folded value -> the text Odoo has, for the field in find
	means   map[string]string // folded other name -> the text Odoo has
	similar []string          // accepted texts and names of theirs, for guesses
	stands  map[string]string // of similar, those that are names -> the accepted text
	closed  bool              // no other values can come: countries, currencies, selections
	partial bool              // not all values were read
}

// foldValue makes values comparable: "Côte d'Ivoire" and "COTE D IVOIRE".
func foldValue(s string) string {
	if f := fold(s); f != "" {
		return f
	}
	return strings.TrimSpace(s) // "€", "$"
}

// status is how a value is accepted.
type status uint8

const (
	unknown status = iota
	accepted
	renamed
)

func (a *acceptor) ask(value string) (status, string) {
	key := foldValue(value)
	if _, ok := a.accepts[key]; ok {
		return accepted, ""
	}
	if text, ok := a.means[key]; ok {
		return renamed, text
	}
	return unknown, ""
}

// byValues holds the values of the column against the selections and lookups of the fields found so far, and adds
// fields whose lookup has just these values.
func (f *fitter) byValues(s *profile.Source, c *profile.Column, x *modelIndex, found map[string]*FieldFit) {
	asked := slices.ContainsFunc(slices.Collect(maps.Values(found)), func(h *FieldFit) bool {
		return h.Ref == "" && h.Confidence >= shown && len(f.acceptors(h.model, &h.definition)) > 0
	})
	values, complete := c.Top, int64(len(c.Top)) == c.Distinct
	if asked { // only then is it worth reading the file again
		values, complete = f.values(s, c)
	}
	if len(values) == 0 || !asked && f.report.Masked && c.Personal {
		return
	}
	for _, h := range found {
		if h.Ref == "" {
			f.holdAgainst(h, values, complete)
		}
	}
	for _, k := range x.know.fields {
		if (k.Relation == "res.country" || k.Relation == "res.currency") && found[k.Name] == nil {
			f.valuesAlone(c, x, k, values, complete, found)
		}
	}
}

// valuesAlone suggests a country or a currency by its values: whole names, which hardly are anything else.
func (f *fitter) valuesAlone(c *profile.Column, x *modelIndex, k *fieldKnowledge, values []profile.Count, complete bool, found map[string]*FieldFit) {
	def, ok := x.define(k)
	if !ok || len(values) < 3 || c.MinLength < 3 || c.Type != profile.TypeText || k.Relation == "res.country" && c.MaxLength < 5 {
		return
	}
	h := x.newFieldFit(def, 0, "", false)
	f.holdAgainst(h, values, complete)
	if h.Values == nil || shareKnown(h.Values) < 0.9 {
		return
	}
	h.Confidence, h.Reason = 0.7, strings.TrimPrefix(h.Reason, "; ")
	found[k.Name] = h
}

// holdAgainst says how the values fit the field, and moves its confidence accordingly.
func (f *fitter) holdAgainst(h *FieldFit, values []profile.Count, complete bool) {
	best, set := f.bestSet(h, values)
	if best == nil {
		return
	}
	best.Sampled = !complete
	h.Values, h.set = best, set
	if set.model != "" {
		h.Find = set.model + "." + set.find
	}
	share := shareKnown(best)
	switch {
	case share >= 0.5:
		h.Confidence = both(h.Confidence, 0.5*share)
		h.Reason += fmt.Sprintf("; %.0f %% of the %s are %s", floorPercent(share), seen(complete), f.called(h, set))
	case set.closed && share < closedMisfit && len(values) > 1:
		h.Confidence *= misfitWeighs
		h.Reason += fmt.Sprintf("; but only %.0f %% of the %s are %s", floorPercent(share), seen(complete), f.called(h, set))
	case set.closed && share == 0:
		h.Confidence *= 0.7
	}
}

func seen(complete bool) string {
	if complete {
		return "values"
	}
	return "most frequent values"
}

// called names what a set accepts.
func (f *fitter) called(h *FieldFit, a *acceptor) string {
	known := "known in the target"
	if f.opt.Schema == nil {
		known = "known"
	}
	switch a.model {
	case "":
		return "choices of " + cmp.Or(h.Label, h.Field)
	case "res.country":
		return "countries " + known
	case "res.currency":
		return "currencies " + known
	case "res.lang":
		return "languages " + known
	}
	if m, ok := f.schema.Model(a.model); ok && m.Label != "" {
		return known + " as " + m.Label
	}
	return known + " in " + a.model
}

// bestSet is the set that accepts most rows: a country may be written as its code or its name.
func (f *fitter) bestSet(h *FieldFit, values []profile.Count) (*ValueFit, *acceptor) {
	var best *ValueFit
	var by *acceptor
	for _, a := range f.acceptors(h.model, &h.definition) {
		v := f.judge(a, values)
		if best == nil || better(v, best) {
			best, by = v, a
		}
	}
	return best, by
}

func better(a, b *ValueFit) bool {
	return cmp.Or(cmp.Compare(rowsKnown(a), rowsKnown(b)), cmp.Compare(a.Known, b.Known)) > 0
}

// judgement is a set and a list of values, of which the first element tells which it is.
type judgement struct {
	set  *acceptor
	list *profile.Count
}

// judge judges each list by a set once, however many models have a field that takes the set's values.
func (f *fitter) judge(a *acceptor, values []profile.Count) *ValueFit {
	key := judgement{a, &values[0]}
	v, ok := f.judged[key]
	if !ok {
		v = a.judge(values)
		f.judged[key] = v
	}
	own := *v
	return &own
}

// judge sorts values into accepted, renamed and unknown ones.
func (a *acceptor) judge(values []profile.Count) *ValueFit {
	v := &ValueFit{Renamed: []RenamedValue{}, Unknown: []UnknownValue{}}
	for _, c := range values {
		switch how, text := a.ask(c.Value); how {
		case accepted:
			v.Known += c.Rows
		case renamed:
			v.Renamed = append(v.Renamed, RenamedValue{c.Value, c.Rows, text})
		default:
			v.Unknown = append(v.Unknown, UnknownValue{Value: c.Value, Rows: c.Rows})
		}
	}
	slices.SortStableFunc(v.Unknown, func(a, b UnknownValue) int {
		return cmp.Or(cmp.Compare(b.Rows, a.Rows), strings.Compare(a.Value, b.Value))
	})
	return v
}

// guess adds what unknown values may have meant. It is left to the end: it costs a comparison with every accepted value.
func (a *acceptor) guess(v *ValueFit) {
	for i := range v.Unknown[:min(len(v.Unknown), valuesTold)] {
		near := nearest(v.Unknown[i].Value, a.similar)
		if text, ok := a.stands[near]; ok {
			near = text
		}
		v.Unknown[i].Similar = near
	}
}

func rowsKnown(v *ValueFit) int64 {
	n := v.Known
	for _, r := range v.Renamed {
		n += r.Rows
	}
	return n
}

func shareKnown(v *ValueFit) float64 {
	all := rowsKnown(v)
	known := all
	for _, u := range v.Unknown {
		all += u.Rows
	}
	if all == 0 {
		return 0
	}
	return float64(known) / float64(all)
}

// values are the different values of a column, or as many of them as there are at hand. Masked values say nothing.
func (f *fitter) values(s *profile.Source, c *profile.Column) (list []profile.Count, complete bool) {
	if c.Distinct > valuesChecked || c.Distinct == 0 {
		return nil, false
	}
	masked := f.report.Masked && c.Personal
	if int64(len(c.Top)) == c.Distinct && !masked {
		return c.Top, true
	}
	if f.opt.Values != nil {
		key := profile.ColumnRef{Table: s.Name, Column: c.Name}
		list, asked := f.asked[key]
		if !asked {
			list, _ = f.opt.Values(s.Name, c.Name)
			f.asked[key] = list
		}
		if len(list) > 0 {
			return list, true
		}
	}
	if masked {
		return nil, false
	}
	return c.Top, false
}

// acceptors are the sets a field's values may come from: one, or several where records have a code and a name.
func (f *fitter) acceptors(model string, d *schema.Field) []*acceptor {
	switch {
	case d.Type == schema.Selection && d.Name == "lang":
		return f.cached("res.lang", f.languageSets)
	case d.Type == schema.Selection && len(d.Options) > 0:
		return f.cached(model+"."+d.Name, func(string) []*acceptor { return []*acceptor{f.selectionSet(model, d)} })
	case d.Type != schema.Many2one:
		return nil
	case d.Relation == "res.country":
		return f.cached(d.Relation, f.countrySets)
	case d.Relation == "res.currency":
		return f.cached(d.Relation, f.currencySets)
	}
	return f.cached(d.Relation, f.lookupSets)
}

// cached makes the sets of a model or selection once.
func (f *fitter) cached(name string, makeSets func(string) []*acceptor) []*acceptor {
	sets, done := f.sets[name]
	if !done {
		sets = makeSets(name)
		f.sets[name] = sets
	}
	return sets
}

// selectionSet accepts a selection's values and knows its labels.
func (f *fitter) selectionSet(model string, d *schema.Field) *acceptor {
	a := &acceptor{accepts: map[string]string{}, means: map[string]string{}, closed: true}
	for _, o := range d.Options {
		a.accepts[foldValue(o.Value)] = o.Value
		a.similar = append(a.similar, o.Value)
	}
	for _, o := range d.Options {
		a.renames(o.Label, o.Value)
		for _, l := range o.Labels {
			a.renames(l, o.Value)
		}
	}
	for name, value := range f.know.alias[model+"."+d.Name] {
		if _, ok := a.accepts[foldValue(value)]; ok {
			a.renames(name, value)
		}
	}
	return a
}

// named adds a name that a misspelt value may have meant.
func (a *acceptor) named(name, text string) {
	if _, there := a.stands[name]; there || len(name) < 4 {
		return
	}
	if a.stands == nil {
		a.stands = map[string]string{}
	}
	a.stands[name] = text
	a.similar = append(a.similar, name)
}

func (a *acceptor) renames(name, text string) {
	key := foldValue(name)
	if _, own := a.accepts[key]; own || key == "" {
		return
	}
	if _, taken := a.means[key]; !taken {
		a.means[key] = text
	}
}

// lookupSets are the sets of a small table of the target, one a field; the other fields rename to it.
func (f *fitter) lookupSets(model string) []*acceptor {
	l, ok := f.schema.Lookup(model)
	if !ok || len(l.Rows) == 0 {
		return nil
	}
	var out []*acceptor
	for i, field := range l.Fields {
		if strings.Contains(field, "@") {
			continue
		}
		a := &acceptor{model: model, find: field, accepts: map[string]string{}, means: map[string]string{}, partial: l.Partial}
		for _, r := range l.Rows {
			if r[i] != "" {
				a.accepts[foldValue(r[i])] = r[i]
				a.similar = append(a.similar, r[i])
			}
		}
		for _, r := range l.Rows {
			for j := range r {
				if j != i && r[i] != "" {
					a.renames(r[j], r[i])
					a.named(r[j], r[i])
				}
			}
		}
		for name, canonical := range f.know.alias[model] {
			if text, ok := a.accepts[foldValue(canonical)]; ok {
				a.renames(name, text)
			}
		}
		out = append(out, a)
	}
	return out
}

// nearest is the accepted text that a value is a misspelling of, "" where none is near.
func nearest(value string, list []string) string {
	v := []rune(strings.ToLower(strings.TrimSpace(value)))
	limit := len(v) / 3
	if limit == 0 || len(v) > 60 {
		return ""
	}
	best, distance := "", min(limit, 3)+1
	for _, s := range list {
		if len(s) < 4 {
			continue // every short word is near some code
		}
		if d := editDistance(v, []rune(strings.ToLower(s)), distance); d < distance {
			best, distance = s, d
		}
	}
	return best
}

// editDistance counts the characters to insert, delete, exchange or swap; from limit on the exact number does not matter.
func editDistance(a, b []rune, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	before, last, now := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		now[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			now[j] = min(last[j]+1, now[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				now[j] = min(now[j], before[j-2]+1)
			}
		}
		before, last, now = last, now, before
	}
	return last[len(b)]
}
