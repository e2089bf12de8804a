package view

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/odoo-migrate/odoo-migrate/pipeline/suggest"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// What an HTML report shows of a fitting at most; JSON has all of it.
const (
	fitMaxTables  = 120
	fitMaxColumns = 1500
)

// fitText is what fits which model of Odoo for a terminal: a line a table, what stands in the way, how much there is to
// load, and how long it takes.
func fitText(f *suggest.Fitting, fs *families, width int) string {
	var b strings.Builder
	heading(&b, "What fits Odoo: "+fitOrigin(f))
	t := Table{Head: []string{"Table", "Model", "Sure", "Columns placed", "To do"}, Right: []int{2, 3}, Middle: []int{0}, Width: width, Indent: 2}
	rows, more := fitShown(f, fs)
	for _, row := range rows {
		model, sure := fitModel(row)
		placed, all := fitPlaced(row)
		columns := ""
		if row.Model() != "" {
			columns = fmt.Sprintf("%d of %d", placed, all)
		}
		t.Rows = append(t.Rows, []string{fs.called(row.Table), model, sure, columns, fitToDo(row)})
	}
	b.WriteString(t.String())
	if more > 0 {
		fmt.Fprintf(&b, "  and %s\n", Count(more, "more table"))
	}
	fitForecast(&b, f, width)
	return b.String()
}

// fitShown picks the tables to show: one of each family, and where there are many those that look like a model first.
func fitShown(f *suggest.Fitting, fs *families) (shown []*suggest.TableFit, more int) {
	seen := map[string]bool{}
	for i := range f.Tables {
		if name := fs.called(f.Tables[i].Table); !seen[name] {
			seen[name] = true
			shown = append(shown, &f.Tables[i])
		}
	}
	if more = len(shown) - mostTables; more <= 0 {
		return shown, 0
	}
	slices.SortStableFunc(shown, func(a, b *suggest.TableFit) int { return cmp.Compare(sureness(b), sureness(a)) })
	return shown[:mostTables], more
}

func sureness(t *suggest.TableFit) float64 {
	if len(t.Models) == 0 {
		return 0
	}
	return t.Models[0].Confidence
}

func fitOrigin(f *suggest.Fitting) string {
	if f.Server == "" {
		return Clean(f.Origin)
	}
	return fmt.Sprintf("%s (Odoo %s)", Clean(f.Origin), Clean(f.Server))
}

// fitModel names the model a table is taken for, or that it may be.
func fitModel(t *suggest.TableFit) (model, sure string) {
	if len(t.Models) == 0 {
		return "-", ""
	}
	best := t.Models[0]
	sure = whole(best.Confidence)
	switch {
	case fitLacks(t):
		return best.Model, sure
	case t.Model() == "":
		return best.Model + "?", sure
	}
	return best.Model, sure
}

// fitLacks reports whether the target does not have the model a table surely is.
func fitLacks(t *suggest.TableFit) bool {
	return len(t.Models) > 0 && t.Models[0].Missing && t.Models[0].Confidence >= suggest.Sure
}

// whole writes a confidence: a guess has no tenths.
func whole(share float64) string { return fmt.Sprintf("%.0f %%", share*100) }

func fitPlaced(t *suggest.TableFit) (placed, all int) {
	for i := range t.Columns {
		if t.Columns[i].Ignore {
			continue
		}
		all++
		if t.Columns[i].Field() != nil {
			placed++
		}
	}
	return placed, all
}

// fitToDo is the shortest account of what a person must do about a table.
func fitToDo(t *suggest.TableFit) string {
	var parts []string
	if fitLacks(t) {
		parts = append(parts, "not in the target")
	}
	if len(t.Required) > 0 {
		parts = append(parts, "no column for "+strings.Join(t.Required, ", "))
	}
	unknown := 0
	for i := range t.Columns {
		if h := t.Columns[i].Field(); h != nil && h.Values != nil && t.Model() != "" {
			unknown += len(h.Values.Unknown)
		}
	}
	if unknown > 0 {
		parts = append(parts, Count(unknown, "unknown value"))
	}
	return strings.Join(parts, "; ")
}

func fitForecast(b *strings.Builder, f *suggest.Fitting, width int) {
	if len(f.Volumes) == 0 {
		return
	}
	heading(b, "Volume and time")
	t := Table{Head: []string{"Model", "Records", "In Odoo", "A second", "Time"}, Right: []int{1, 2, 3, 4}, Width: width, Indent: 2}
	for i, v := range f.Volumes {
		s := f.Forecast.Steps[i]
		there, rate, took := "", "", "with its documents"
		if v.Target != nil {
			there = Number(*v.Target)
		}
		if s.PerSecond > 0 {
			rate, took = Number(int64(s.PerSecond)), fitSpan(s.Shortest, s.Longest)
		}
		t.Rows = append(t.Rows, []string{v.Model, Number(v.Rows), there, rate, took})
	}
	b.WriteString(t.String())
	b.WriteString(Wrap(fitAll(&f.Forecast)+": "+f.Forecast.Basis+".", cmp.Or(width, DefaultWidth), 2))
}

// fitAll says how long all of it takes.
func fitAll(f *suggest.Forecast) string {
	took, span := fitTime(f.Seconds), fitSpan(f.Shortest, f.Longest)
	if took == span {
		return strings.ToUpper(took[:1]) + took[1:] + " in all"
	}
	return fmt.Sprintf("About %s in all (%s)", took, span)
}

// fitSpan writes a span of time.
func fitSpan(shortest, longest float64) string {
	a, b := fitTime(shortest), fitTime(longest)
	if a == b {
		return a
	}
	return a + " to " + b
}

// fitTime writes seconds as people say them.
func fitTime(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	switch {
	case d < time.Second:
		return "under 1 s"
	case d < 2*time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d < 2*time.Hour:
		return fmt.Sprintf("%.0f min", d.Minutes())
	}
	return fmt.Sprintf("%.1f h", d.Hours())
}

// fitSections are the parts of an HTML report about what fits Odoo.
func fitSections(f *suggest.Fitting) []Section {
	return []Section{fitTableSection(f), fitVolumeSection(f)}
}

func fitTableSection(f *suggest.Fitting) Section {
	s := Section{Title: "What fits which Odoo model", Lead: "Compared with " + fitOrigin(f) + ". Open a table to see the field of each column, with the reason."}
	left := fitMaxColumns
	for i := range f.Tables[:min(len(f.Tables), fitMaxTables)] {
		t := &f.Tables[i]
		model, sure := fitModel(t)
		n := min(left, len(t.Columns))
		left -= n
		if fitLacks(t) {
			model += " (not in the target)"
		}
		fold := Fold{ID: fmt.Sprintf("fit%d", i+1), Title: CutMiddle(Clean(t.Table+" → "+model), 90), Note: sure}
		if len(t.Models) > 0 {
			fold.Blocks = append(fold.Blocks, Para(fitReasons(t)))
		}
		if len(t.Required) > 0 {
			fold.Blocks = append(fold.Blocks, Para("No column was found for "+strings.Join(t.Required, ", ")+", without which Odoo refuses the record."))
		}
		if len(t.Models) > 0 {
			fold.Blocks = append(fold.Blocks, fitColumns(t, n))
		}
		s.Blocks = append(s.Blocks, fold)
	}
	if n := len(f.Tables) - fitMaxTables; n > 0 {
		s.Blocks = append(s.Blocks, Para(fmt.Sprintf("%s more in the JSON report.", Count(n, "table"))))
	}
	return s
}

func fitReasons(t *suggest.TableFit) string {
	var parts []string
	for _, m := range t.Models {
		parts = append(parts, fmt.Sprintf("%s (%s): %s", m.Model, whole(m.Confidence), strings.Join(m.Reasons, "; ")))
	}
	return Cut(Clean(strings.Join(parts, ". ")), 600) + "."
}

func fitColumns(t *suggest.TableFit, n int) Grid {
	g := Grid{Head: []string{"Column", "Field", "Sure", "Why", "Values"}, Right: []int{2}}
	for i := range t.Columns[:n] {
		c := &t.Columns[i]
		h := c.Field()
		if h == nil {
			g.Rows = append(g.Rows, []Cell{ValueCell(c.Column), {Text: "–", Tone: Dim}, {}, {Text: Cut(Clean(fitNote(c)), 160), Tone: Dim}, {}})
			continue
		}
		sure := Cell{Text: whole(h.Confidence), Bar: h.Confidence}
		g.Rows = append(g.Rows, []Cell{ValueCell(c.Column), {Text: Cut(Clean(h.Field), 60), Mono: true, Note: Cut(Clean(h.Label), 60)}, sure,
			{Text: Cut(Clean(h.Reason), 200)}, fitValues(h)})
	}
	if hidden := len(t.Columns) - n; hidden > 0 {
		g.More = fmt.Sprintf("%s more in the JSON report.", Count(hidden, "column"))
	}
	return g
}

func fitNote(c *suggest.ColumnFit) string {
	if c.Note == "" && len(c.Fields) > 0 {
		return fmt.Sprintf("perhaps %s (%s): %s", c.Fields[0].Field, whole(c.Fields[0].Confidence), c.Fields[0].Reason)
	}
	return c.Note
}

// fitValues says in a cell which values are not accepted.
func fitValues(h *suggest.FieldFit) Cell {
	if h.Values == nil || len(h.Values.Unknown) == 0 {
		return Cell{}
	}
	var list []string
	for _, u := range h.Values.Unknown[:min(3, len(h.Values.Unknown))] {
		text := Cut(Clean(u.Value), 24)
		if u.Similar != "" {
			text += " (" + Cut(Clean(u.Similar), 24) + "?)"
		}
		list = append(list, text)
	}
	if len(h.Values.Unknown) > len(list) {
		list = append(list, "…")
	}
	return Cell{Text: Count(len(h.Values.Unknown), "unknown value"), Note: strings.Join(list, ", "), Tone: Warn}
}

func fitVolumeSection(f *suggest.Fitting) Section {
	s := Section{Title: "Volume and time", Lead: "Records to load, and how long Odoo takes for them: " + f.Forecast.Basis + "."}
	g := Grid{Head: []string{"Model", "Tables", "Records", "In Odoo already", "A second", "Time", "Rate"}, Right: []int{2, 3, 4}}
	for i, v := range f.Volumes {
		step := f.Forecast.Steps[i]
		there, rate, took := Cell{}, Cell{}, TextCell("with its documents")
		if v.Target != nil {
			there = NumberCell(*v.Target)
		}
		if step.PerSecond > 0 {
			rate, took = NumberCell(int64(step.PerSecond)), TextCell(fitSpan(step.Shortest, step.Longest))
		}
		g.Rows = append(g.Rows, []Cell{{Text: v.Model, Mono: true}, {Text: Cut(Clean(strings.Join(v.Tables, ", ")), 120)}, NumberCell(v.Rows), there, rate, took,
			{Text: Cut(step.Origin, 120), Tone: Dim}})
	}
	s.Blocks = []Block{g}
	if f.Forecast.Seconds > 0 {
		s.Blocks = append(s.Blocks, Para(fitAll(&f.Forecast)+"."))
	}
	return s
}

// SchemaSummary is what is told of a schema, and its JSON.
type SchemaSummary struct {
	Version       int      `json:"version"`
	File          string   `json:"file"`
	ServerVersion string   `json:"server_version"`
	Models        int      `json:"models"`
	Fields        int      `json:"fields"`
	Lookups       int      `json:"lookups"`
	Languages     []string `json:"languages"`
}

// Summarise counts what a schema holds.
func Summarise(file string, s *schema.Snapshot) SchemaSummary {
	out := SchemaSummary{Version: 1, File: file, ServerVersion: s.ServerVersion, Models: len(s.Models), Lookups: len(s.Lookups), Languages: s.Languages}
	for i := range s.Models {
		out.Fields += len(s.Models[i].Fields)
	}
	return out
}

// Schema writes what was saved.
func Schema(w io.Writer, s SchemaSummary) error {
	_, err := fmt.Fprintf(w, "%s holds the schema of Odoo %s: %s with %s, %s, %s.\n", s.File, Clean(s.ServerVersion), Count(s.Models, "model"),
		Count(s.Fields, "field"), Count(s.Lookups, "lookup table"), Count(len(s.Languages), "language"))
	return err
}
