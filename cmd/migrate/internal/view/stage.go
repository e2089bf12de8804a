package view

import (
	"fmt"
	"io"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/pipeline/reconcile"
	"github.com/odoo-migrate/odoo-migrate/pipeline/validate"
)

// Stage writes what a dry run says: how much would load, what stands in the way, whether the controls agree.
func Stage(w io.Writer, s *pipeline.Stage, width int) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Dry run %d against %s (Odoo %s): %.2f %% of the rows load at the first pass (%.2f %% wanted).\n", s.Run, s.Target, s.Server, s.FirstPass, s.Threshold)
	heading(&b, "Rows")
	t := Table{Head: []string{"mapping", "model", "read", "used", "excluded", "merged", "rejected"}, Right: []int{2, 3, 4, 5, 6}, Width: width, Indent: 2}
	for _, r := range s.Rows {
		t.Rows = append(t.Rows, []string{r.Mapping, r.Model, Number(r.Read), Number(r.Used), Number(r.Excluded), Number(r.Merged + r.Grouped), Number(r.Rejected)})
	}
	if _, err := t.WriteTo(&b); err != nil {
		return err
	}
	valueMaps(&b, s.ValueMaps, width)
	joined(&b, s.Joined, width)
	checks(&b, s.Checks, width)
	controls(&b, s.Controls, width)
	for _, u := range s.Unbalanced {
		b.WriteString(Wrap("NOT BALANCED: "+u, width, 2))
	}
	for _, u := range s.Torn {
		b.WriteString(Wrap("Torn: "+u+" has rows of which nobody can tell the document; correct them, or documents load without a line.", width, 2))
	}
	limits(&b, s, width)
	undecided(&b, s.Scope, width)
	custodyText(&b, s.Custody, width)
	findings(&b, s.Findings, 12, width)
	if len(s.Unchecked) > 0 {
		heading(&b, "Not checked, since a saved schema stood for the server")
		for _, u := range s.Unchecked {
			b.WriteString(Wrap("- "+u, width, 4))
		}
	}
	rehearsal(&b, s.Rehearsal, width)
	forecasts(&b, s.Forecast, width)
	for _, file := range s.Todo {
		b.WriteString("\n" + Wrap("Fill in "+file+", and name it under file: of the value map.", width, 0))
	}
	b.WriteString("\n" + Wrap(fmt.Sprintf("Plan: %s in %s", s.Plan[:min(12, len(s.Plan))], s.PlanFile), width, 0))
	_, err := io.WriteString(w, b.String())
	return err
}

// limits says where the run falls short of what was asked of it, and what corrections were applied.
func limits(b *strings.Builder, s *pipeline.Stage, width int) {
	for _, l := range s.Limits {
		if l.Rows <= l.Most {
			continue
		}
		text := fmt.Sprintf("Too many rejects: %s rejects %s rows, %s allowed by thresholds.reject.", l.Rule, Number(l.Rows), Number(l.Most))
		if l.Finds {
			text = fmt.Sprintf("Too many findings: %s is about %s rows, %s allowed by thresholds.findings.", l.Rule, Number(l.Rows), Number(l.Most))
		}
		b.WriteString(Wrap(text, width, 2))
	}
	for _, a := range s.Amounts {
		b.WriteString(Wrap(fmt.Sprintf("By amount: %.2f %% of %s in %s loads at the first pass.", a.Percent, Clean(a.Column), Clean(a.Source)), width, 2))
	}
	for _, text := range s.LowAmounts {
		b.WriteString(Wrap("Too little by amount: "+Clean(text)+".", width, 2))
	}
	if n := len(s.Quarantine); n > 0 {
		b.WriteString(Wrap(fmt.Sprintf("%s nobody could read, neither corrected nor accepted, first %s.", Count(n, "row"), Clean(s.Quarantine[0])), width, 2))
	}
	for _, c := range s.Corrected {
		who := c.Who
		if who == "" {
			who = "nobody who signed"
		}
		b.WriteString(Wrap(fmt.Sprintf("Corrected in %s by %s: %s and %s (%s).", Clean(c.Source), Clean(who), Count(int(c.Rows), "row"), Count(int(c.Cells), "cell"), Clean(c.File)), width, 2))
	}
}

// valueMaps lists the value maps that have to be confirmed and complete before a cutover.
func valueMaps(b *strings.Builder, list []pipeline.ValueMap, width int) {
	t := Table{Head: []string{"", "map", "field", "values", "without", "unknown", "confirmed"}, Right: []int{3, 4, 5}, Width: width, Indent: 2}
	for _, v := range list {
		if !v.Managed {
			continue
		}
		without := len(v.Empty) + len(v.Contradictory)
		by := "not yet"
		if v.ConfirmedBy != "" {
			by = v.ConfirmedBy + ", " + v.ConfirmedOn
		}
		t.Rows = append(t.Rows, []string{mark(v.ConfirmedBy != "" && without+len(v.Unknown) == 0), v.Map, v.Mapping + "." + v.Field, Number(int64(v.Values)),
			Number(int64(without)), Number(int64(len(v.Unknown))), by})
	}
	if len(t.Rows) == 0 {
		return
	}
	heading(b, "Value maps")
	b.WriteString(t.String())
}

func joined(b *strings.Builder, list []pipeline.Joined, width int) {
	if len(list) == 0 {
		return
	}
	heading(b, "Joined")
	t := Table{Head: []string{"mapping", "joins", "as", "rows", "used", "unused", "damaged"}, Right: []int{3, 4, 5, 6}, Width: width, Indent: 2}
	for _, j := range list {
		t.Rows = append(t.Rows, []string{j.Mapping, j.Source, j.As, Number(j.Rows), Number(j.Used), Number(j.Unused), Number(j.Damaged)})
	}
	b.WriteString(t.String())
}

// shownFailures is how many failing groups of a check are written out; the JSON has more.
const shownFailures = 5

func checks(b *strings.Builder, list []validate.CheckResult, width int) {
	if len(list) == 0 {
		return
	}
	heading(b, "Checks")
	t := Table{Head: []string{"", "mapping", "check", "groups", "fail"}, Right: []int{3, 4}, Width: width, Indent: 2}
	for _, c := range list {
		groups := Number(c.Groups)
		if c.SQL {
			groups = ""
		}
		t.Rows = append(t.Rows, []string{mark(c.Failed == 0), c.Mapping, c.Name, groups, Number(c.Failed)})
	}
	b.WriteString(t.String())
	for _, c := range list {
		for _, f := range c.First[:min(shownFailures, len(c.First))] {
			if len(f.Rows) == 0 {
				b.WriteString(Wrap(c.Name+": "+Clean(f.String()), width, 5))
				continue
			}
			where := fmt.Sprintf("%s row %s", f.Source, numbers(f.Rows))
			if len(f.Rows) > 1 {
				where = fmt.Sprintf("%s rows %s", f.Source, numbers(f.Rows))
			}
			if f.Records > int64(len(f.Rows)) {
				where += fmt.Sprintf(" and %s more", Number(f.Records-int64(len(f.Rows))))
			}
			key := f.Key
			if key == "" {
				key = "all records"
			}
			b.WriteString(Wrap(fmt.Sprintf("%s: %s: %s (%s)", c.Name, Clean(key), Clean(f.Actual), where), width, 5))
		}
	}
}

func numbers(list []int64) string {
	texts := make([]string, len(list))
	for i, n := range list {
		texts[i] = fmt.Sprint(n)
	}
	return strings.Join(texts, ", ")
}

func controls(b *strings.Builder, list []reconcile.Result, width int) {
	if len(list) == 0 {
		return
	}
	heading(b, "Controls")
	t := Table{Head: []string{"", "control", "expected", "source", "predicted", "Odoo"}, Right: []int{2, 3, 4, 5}, Width: width, Indent: 2}
	for _, c := range list {
		t.Rows = append(t.Rows, []string{mark(c.Equal), c.Name, c.Expected, c.Source, c.Staged, c.Odoo})
	}
	b.WriteString(t.String())
	for _, c := range list {
		if c.Rounding != "" {
			b.WriteString(Wrap(fmt.Sprintf("%s: predicted differs from source by %s, all of it by rounding %s of %s.", c.Name, c.Rounding,
				Number(c.Rounded), Count(c.Keys, "amount")), width, 5))
		}
		for _, why := range c.Why {
			b.WriteString(Wrap(c.Name+": "+why, width, 5))
		}
		if !c.Equal {
			for _, l := range c.Residual[:min(5, len(c.Residual))] {
				b.WriteString(Wrap(fmt.Sprintf("%s: source %s, predicted %s, Odoo %s", l.Key, l.Source, l.Staged, l.Odoo), width, 7))
			}
		}
	}
}

// Init says which files were written and what to do next.
func Init(w io.Writer, files []string, r *profile.Report) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Wrote %s for %s:\n", Count(len(files), "file"), Count(len(r.Sources), "table"))
	for _, f := range files {
		b.WriteString("  " + Clean(f) + "\n")
	}
	b.WriteString(Wrap("It is a first draft: every line has its reason and its doubt beside it. Look through the mappings, then run migrate map lint and migrate stage.", DefaultWidth, 0))
	_, err := io.WriteString(w, b.String())
	return err
}
