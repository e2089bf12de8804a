package view

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/gate"
	"github.com/odoo-migrate/odoo-migrate/pipeline/rollback"
	"github.com/odoo-migrate/odoo-migrate/pipeline/verify"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/staging/embedded"
)

// Load writes what a cutover or a delta did and what was read afterwards.
func Load(w io.Writer, l *pipeline.Load, width int) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, run %d, into %s (Odoo %s)\n", capital(l.Kind), l.Run, l.Target, l.Server)
	gates(&b, l.Gates, width)
	forecasts(&b, l.Forecast, width)
	for _, c := range l.Checkpoints {
		text := c.Describe()
		if c.By != "" {
			text += fmt.Sprintf("; %s decided to go on: %s", c.By, c.Reason)
		}
		b.WriteString(hang("  "+mark(len(c.NoGo) == 0)+"  ", "checkpoint "+text, width))
	}
	if l.Records != nil {
		heading(&b, "Records")
		outcomes(&b, l, width)
	}
	for _, u := range l.Balance {
		b.WriteString(Wrap("NOT BALANCED: "+u, width, 2))
	}
	if d := l.Deferral; d != nil {
		b.WriteString(Wrap(fmt.Sprintf("DEFERRED: %s, and nobody accepted it: %s. See the findings; mend what they say and run migrate delta, or accept each under accepted: in migrate.yaml.",
			Count(int(d.Records), "record"), numbered(d.First, d.Records)), width, 2))
	} else if l.Verify != nil && !l.Complete() {
		b.WriteString(Wrap("NOT COMPLETE: too many records were refused, or did not take their last step; see the findings.", width, 2))
	}
	if l.Verify != nil {
		verified(&b, l.Verify, width)
		controls(&b, l.Controls, width)
		fmt.Fprintf(&b, "\nMails and mail jobs caused: %d.\n", l.After.Mails-l.Before.Mails)
	}
	paused(&b, l.Paused, width)
	if l.Manifest != nil {
		b.WriteString(Wrap(manifestText(l.Manifest), width, 0))
	}
	findings(&b, l.Findings, 12, width)
	_, err := io.WriteString(w, b.String())
	return err
}

// deferredShown is how many deferred records are written out; the JSON has more.
const deferredShown = 5

func numbered(first []string, all int64) string {
	text := strings.Join(first[:min(deferredShown, len(first))], ", ")
	if more := all - int64(min(deferredShown, len(first))); more > 0 {
		text += fmt.Sprintf(" and %s more", Number(more))
	}
	return Clean(text)
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func gates(b *strings.Builder, list []gate.Gate, width int) {
	heading(b, "Gates")
	for _, g := range list {
		text := g.Evidence
		if g.OverrideBy != "" {
			text += fmt.Sprintf("; overridden by %s: %s", g.OverrideBy, g.Reason)
		}
		b.WriteString(hang("  "+mark(g.OK)+"  ", g.Name+": "+text, width))
		if !g.Passed() && g.Remedy != "" {
			b.WriteString(hang("      → ", g.Remedy, width))
		}
	}
}

// usedClasses lists the classes some record ended in.
func usedClasses(l *pipeline.Load) []string {
	var used []string
	for _, class := range run.OutcomeClasses {
		for _, counts := range l.Records {
			if counts[class] > 0 {
				used = append(used, class)
				break
			}
		}
	}
	return used
}

func outcomes(b *strings.Builder, l *pipeline.Load, width int) {
	used := usedClasses(l)
	t := Table{Head: append([]string{"mapping", "produced"}, used...), Width: width, Indent: 2}
	for i := range used {
		t.Right = append(t.Right, i+2)
	}
	t.Right = append(t.Right, 1)
	for _, s := range l.Stage.Steps {
		row := []string{s.Mapping, Number(l.Produced[s.Mapping])}
		for _, class := range used {
			row = append(row, Number(l.Records[s.Mapping][class]))
		}
		t.Rows = append(t.Rows, row)
	}
	b.WriteString(t.String())
}

func verified(b *strings.Builder, v *verify.Result, width int) {
	heading(b, "Read back from Odoo")
	t := Table{Head: []string{"", "mapping", "compared", "equal", "differ", "missing", "Merkle root in Odoo"}, Right: []int{2, 3, 4, 5}, Width: width, Indent: 2}
	for _, m := range v.Mappings {
		t.Rows = append(t.Rows, []string{mark(m.Differs+m.Missing == 0), m.Mapping, Number(m.Compared), Number(m.Equal), Number(m.Differs), Number(m.Missing), m.OdooRoot[:16]})
	}
	b.WriteString(t.String())
	fmt.Fprintf(b, "  %s compared.\n", Count(v.Fields, "value"))
	for _, line := range besides(v) {
		b.WriteString(Wrap(line, width, 2))
	}
	for i, d := range v.Extra {
		if i == 10 {
			break
		}
		b.WriteString(Wrap(differenceText(d), width, 2))
	}
	for i, d := range v.Differences {
		if i == 10 {
			b.WriteString(Wrap(fmt.Sprintf("... and %s more", Number(len(v.Differences)-10)), width, 2))
			break
		}
		b.WriteString(Wrap(differenceText(d), width, 2))
	}
}

func differenceText(d verify.Difference) string {
	if d.Class == verify.Missing {
		return fmt.Sprintf("%s (%s %d): not in Odoo any more", d.ExternalID, d.Model, d.DBID)
	}
	if d.Class == verify.Extra {
		return fmt.Sprintf("%s (%s %d): nobody loaded it", d.ExternalID, d.Model, d.DBID)
	}
	text := fmt.Sprintf("%s (%s %d): %s is %q, meant was %q", d.ExternalID, d.Model, d.DBID, d.Field, d.Have, d.Want)
	switch d.Class {
	case verify.Normalised, verify.Logic:
		text += "; as declared, " + d.Rule
	case verify.Since:
		text += "; written in Odoo at " + d.Written
	}
	if d.At != "" || d.Source != "" {
		text += " (" + strings.TrimPrefix(strings.TrimSuffix(d.At+"; "+d.Source, "; "), "; ") + ")"
	}
	return Clean(text)
}

// Verification writes what reading back gave.
func Verification(w io.Writer, v *pipeline.Verification, width int) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Verification, run %d, of %s: %s\n", v.Run, v.Target, verdict(v.Result))
	verified(&b, v.Result, width)
	stillPaused(&b, v.Paused, width)
	_, err := io.WriteString(w, b.String())
	return err
}

func verdict(v *verify.Result) string {
	switch {
	case v.Sample != nil && v.Sound():
		return "in the sample, Odoo holds what was loaded."
	case v.Clean():
		return "Odoo holds what was loaded."
	case v.Sound():
		return "Odoo holds what was loaded, but for what people changed there since."
	}
	return "Odoo does NOT hold what was loaded."
}

// Undo writes what a rollback did, or would do, and what proves it.
func Undo(w io.Writer, u *pipeline.Undo, width int) error {
	var b strings.Builder
	of := fmt.Sprintf("run %d", u.Of)
	if part := u.Scope.Describe(); part != "" {
		of += " (" + part + ")"
	}
	if u.DryRun {
		b.WriteString(Wrap(fmt.Sprintf("Rolling back %s in %s would undo:", of, u.Target), width, 0))
	} else {
		b.WriteString(Wrap(fmt.Sprintf("Rollback of %s in %s", of, u.Target), width, 0))
	}
	t := Table{Head: []string{"", ""}, Right: []int{1}, Width: width, Indent: 2}
	for _, action := range []string{"create", "adopt", "update", "archive", "delete"} {
		if n := u.Planned[action]; n > 0 {
			t.Rows = append(t.Rows, []string{action, Number(n)})
		}
	}
	for _, action := range slices.Sorted(maps.Keys(u.Planned)) {
		if method, ok := strings.CutPrefix(action, "call:"); ok {
			t.Rows = append(t.Rows, []string{method, Number(u.Planned[action])})
		}
	}
	b.WriteString(t.String())
	blockers(&b, "In the way", u.Result.Blockers, width)
	blockers(&b, "Not undone", u.Result.Remaining, width)
	if len(u.Result.Proof) > 0 {
		heading(&b, "Proof, read from Odoo afterwards")
		proofs(&b, u.Result.Proof, width)
	}
	paused(&b, u.Paused, width)
	if u.Left > 0 {
		b.WriteString(Wrap(Count(u.Left, "change")+" of the run stay.", width, 0))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func proofs(b *strings.Builder, list []rollback.Proof, width int) {
	for _, p := range list {
		text := p.Claim
		if p.Detail != "" {
			text += ": " + p.Detail
		}
		b.WriteString(hang("  "+mark(p.Holds)+"  ", text, width))
	}
}

func blockers(b *strings.Builder, title string, list []rollback.Blocker, width int) {
	if len(list) == 0 {
		return
	}
	heading(b, title)
	for i, x := range list {
		if i == 20 {
			b.WriteString(Wrap(fmt.Sprintf("... and %s more; --blockers FILE writes all of them", Number(len(list)-20)), width, 2))
			return
		}
		text := fmt.Sprintf("%s (%s %d): %s", x.ExternalID, x.Model, x.DBID, x.Reason)
		if x.Who != "" {
			text += fmt.Sprintf("; last written by %s at %s UTC", x.Who, x.When)
		}
		b.WriteString(hang("  ", Clean(text), width))
		b.WriteString(hang("      → ", x.Remedy, width))
	}
}

// Runs lists runs, newest first.
func Runs(w io.Writer, runs []run.Run, still []run.Paused, width int) error {
	t := Table{Head: []string{"run", "what", "state", "target", "by", "started", "took"}, Right: []int{0, 6}, Width: width}
	for _, r := range runs {
		took := ""
		if !r.Finished.IsZero() {
			took = r.Finished.Sub(r.Started).Round(100 * time.Millisecond).String()
		}
		t.Rows = append(t.Rows, []string{fmt.Sprint(r.ID), r.Kind, r.State, r.Target, r.Actor, r.Started.Format("2006-01-02 15:04:05"), took})
	}
	var b strings.Builder
	b.WriteString(t.String())
	stillPaused(&b, still, width)
	_, err := io.WriteString(w, b.String())
	return err
}

// Staging says how the private cluster is.
func Staging(w io.Writer, s embedded.State) error {
	if !s.Exists {
		_, err := fmt.Fprintln(w, "The project has no PostgreSQL of its own yet; migrate stage makes one.")
		return err
	}
	if !s.Running {
		_, err := fmt.Fprintf(w, "PostgreSQL of the project is not running (%s).\n", s.Dir)
		return err
	}
	_, err := fmt.Fprintf(w, "PostgreSQL %s runs, pid %d, %.1f MiB in %s\n", s.Version, s.PID, float64(s.Bytes)/(1<<20), s.Dir)
	return err
}
