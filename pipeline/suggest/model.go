package suggest

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
)

// What the parts of the evidence for a model weigh.
const (
	byTableName   = 0.9  // the table is called so
	byWeakName    = 0.55 // the table's name may mean it
	byFileName    = 0.8  // of the same in the name of the file instead of the table's own
	lacking       = 0.5  // no column for any of the fields the model needs
	lackingKeyed  = 0.65 // the same, but its key is named after the table
	oneRow        = 0.7  // a table of one row, without a name that says what it is
	otherWeighs   = 0.4  // of the name, where another word of it says it is something else
	saysOther     = 0.5  // only the name says it is something else
	linePaths     = 2    // columns named as lines of a document, as Odoo exports them, that prove the document
	exported      = 0.95
	besideLines   = 0.8  // models without such lines, where another has them
	headerAlone   = 0.5  // what a column without any value says by its name
	columnsWeigh  = 0.6  // columns beside a name
	columnsAlone  = 0.95 // columns without a name
	columnsHalf   = 3.0  // telling columns that are half a proof
	telling       = 0.6  // score of a column from which it counts
	shown         = 0.15 // confidence below which a model is not worth naming
	modelsShown   = 3
	fieldsShown   = 3
	reasonColumns = 4
)

// rank orders the models by how well they fit a table; models are those the tables had before.
func (f *fitter) rank(i int, models []string) []ModelFit {
	s := &f.report.Sources[i]
	if s.Rows == s.Quarantined && s.Rows > 0 {
		return nil
	}
	names := f.tableNames(s)
	var out []ModelFit
	for _, m := range f.know.models {
		if fit, ok := f.weigh(s, m, names, models); ok {
			out = append(out, fit)
		}
	}
	f.documentsFirst(s, out)
	slices.SortStableFunc(out, func(a, b ModelFit) int { return cmp.Compare(b.Confidence, a.Confidence) })
	return out[:min(len(out), modelsShown)]
}

// documentsFirst lowers all models but documents where columns are named as a document's lines in Odoo's own exports.
func (f *fitter) documentsFirst(s *profile.Source, fits []ModelFit) {
	has := func(m ModelFit) bool { return f.linePaths(s, f.index[m.Model]) >= linePaths }
	if !slices.ContainsFunc(fits, has) {
		return
	}
	for i := range fits {
		if !has(fits[i]) {
			fits[i].Confidence = round2(fits[i].Confidence * besideLines)
		}
	}
}

// nameMatch is the best word of a model in a table's name.
type nameMatch struct {
	word     string
	strength float64
	other    int // words that say it is something else
}

// tableNames looks for the words of all models in the table's name. Of words that contain one another the longer one
// wins: an order detail is no order.
func (f *fitter) tableNames(s *profile.Source) map[string]nameMatch {
	own, file := tableWords(s)
	out := map[string]nameMatch{}
	longest := 0
	for _, m := range f.know.models {
		n := matchName(m, own, 1)
		if n.strength == 0 && n.other == 0 {
			n = matchName(m, file, byFileName)
		}
		out[m.name] = n
		if n.other == 0 && n.strength > 0 {
			longest = max(longest, len(n.word))
		}
	}
	for model, n := range out {
		if n.other > 0 {
			n.strength *= math.Pow(otherWeighs, float64(n.other))
		} else if n.strength > 0 {
			n.strength *= math.Sqrt(float64(len(n.word)) / float64(longest))
		}
		out[model] = n
	}
	return out
}

// genericSheets are names of sheets and elements that say nothing.
var genericSheets = []string{"sheet", "tabelle", "feuil", "hoja", "foglio", "blad", "data", "daten", "export", "table", "row", "record", "item", "entry", "element", "worksheet", "result", "query"}

// tableWords are the words of the table's own name, and those of its file's where the file holds several tables.
func tableWords(s *profile.Source) (own, file []string) {
	file = foldWords(s.Name)
	name := s.Table
	if s.Sheet != "" {
		name = s.Sheet
	}
	if name == "" {
		return file, nil
	}
	if s.Format == "xml" {
		parts := strings.FieldsFunc(name, func(r rune) bool { return r == '.' || r == '/' })
		if len(parts) > 2 {
			parts = parts[len(parts)-2:]
		}
		name = strings.Join(parts, " ")
	}
	own = foldWords(name)
	if len(own) == 0 || s.Format != "xml" && slices.Contains(genericSheets, strings.TrimRight(own[0], "0123456789")) {
		return file, nil
	}
	return own, file
}

func matchName(m *modelKnowledge, table []string, weight float64) (best nameMatch) {
	for _, w := range m.tables {
		if s := says(table, w) * byTableName * weight; s > best.strength || s == best.strength && s > 0 && len(w) > len(best.word) {
			best.word, best.strength = w, s
		}
	}
	for _, w := range m.weak {
		if s := says(table, w) * byWeakName * weight; s > best.strength {
			best.word, best.strength = w, s
		}
	}
	for _, w := range m.not {
		// A word that is part of what names the model does not speak against it: "order" in "order detail".
		if says(table, w) == 1 && !strings.Contains(best.word, w) {
			best.other++
		}
	}
	return best
}

// weigh adds up what speaks for a model.
func (f *fitter) weigh(s *profile.Source, m *modelKnowledge, names map[string]nameMatch, models []string) (ModelFit, bool) {
	x := f.index[m.name]
	name := names[m.name]
	sum, columns, found := f.columnsFor(s, x, models)
	k := sum / (sum + columnsHalf)
	fit := ModelFit{Model: m.name, Label: m.label, Reasons: []string{}}
	if x.model != nil && x.model.Label != "" {
		fit.Label = x.model.Label
	}
	if name.strength > 0 {
		fit.Confidence = 1 - (1-name.strength)*(1-columnsWeigh*k)
		fit.Reasons = append(fit.Reasons, fmt.Sprintf("the table's name says %q", name.word))
	} else {
		fit.Confidence = columnsAlone * k
		if s.Rows == 1 {
			fit.Confidence *= oneRow
		}
	}
	if !slices.ContainsFunc(m.needs, func(n string) bool { return found[n] }) {
		switch {
		case name.strength == 0:
			fit.Confidence = 0
		case slices.ContainsFunc(s.Columns, func(c profile.Column) bool { return ownKey(s, &c) }):
			fit.Confidence *= lackingKeyed
		default:
			fit.Confidence *= lacking
		}
	}
	if name.other > 0 && name.strength == 0 {
		fit.Confidence *= saysOther
	}
	if f.linePaths(s, x) >= linePaths {
		fit.Confidence = math.Max(fit.Confidence, exported+0.04*k-0.05*float64(name.other))
	}
	if len(columns) > 0 {
		fit.Reasons = append(fit.Reasons, "it has columns for "+list(columns, reasonColumns))
	}
	if x.model == nil {
		fit.Missing = true
		fit.Reasons = append(fit.Reasons, "the target does not have "+m.name+": its module is not installed")
	}
	fit.Confidence = round2(math.Min(fit.Confidence, 0.99))
	return fit, fit.Confidence >= shown
}

// columnsFor sums what the columns of a table say about a model, and names the telling ones.
func (f *fitter) columnsFor(s *profile.Source, x *modelIndex, models []string) (sum float64, names []string, found map[string]bool) {
	found = map[string]bool{}
	for i := range s.Columns {
		c, weight := &s.Columns[i], 1.0
		if c.Type == profile.TypeEmpty { // its name was chosen for the model all the same
			named := *c
			named.Type, weight = profile.TypeText, headerAlone
			if f.byNameOnly(x, &named, s) {
				c = &named
			}
		}
		hits := f.hits(s, c, x, models)
		if len(hits) == 0 || hits[0].Confidence < telling {
			continue
		}
		h := hits[0]
		known := h.known
		if known == nil || found[known.Name] {
			continue
		}
		found[known.Name] = true
		sum += weight * known.tells * h.Confidence
		if known.tells >= 1 {
			names = append(names, known.Name)
		}
	}
	return sum, names, found
}

// list names the first few of several.
func list(words []string, most int) string {
	if len(words) > most {
		return strings.Join(words[:most], ", ") + " and more"
	}
	if len(words) > 1 {
		return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
	}
	return strings.Join(words, "")
}

func round2(v float64) float64 { return math.Round(v*100) / 100 }

// byNameOnly reports whether an empty column's name means some field of the model; numbers and dates are taken as well.
func (f *fitter) byNameOnly(x *modelIndex, c *profile.Column, s *profile.Source) bool {
	for _, h := range f.byName(s, c, x) {
		switch h.form {
		case asNumber:
			c.Type = profile.TypeDecimal
		case asDate, asDateTime:
			c.Type = profile.TypeDate
		case asBoolean:
			c.Type = profile.TypeBoolean
		default:
			c.Type = profile.TypeText
			return true
		}
	}
	return c.Type != profile.TypeText
}

// linePaths counts the columns that are named as fields of a document's lines.
func (f *fitter) linePaths(s *profile.Source, x *modelIndex) int {
	n := 0
	for i := range s.Columns {
		if h, ok := f.byPath(s, &s.Columns[i], x); ok && strings.Contains(h.Field, "/") {
			n++
		}
	}
	return n
}
