package view

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// History writes what is known of one run.
func History(w io.Writer, h *pipeline.History, width int) error {
	var b strings.Builder
	r := h.Run
	text := fmt.Sprintf("Run %d: %s", r.ID, r.Kind)
	if r.Target != "" {
		text += " into " + r.Target
	}
	b.WriteString(Wrap(fmt.Sprintf("%s, %s, by %s on %s, migrate %s", text, r.State, r.Actor, r.Host, r.Version), width, 0))
	b.WriteString(Wrap("Began "+r.Started.Format(time.RFC3339)+ended(r), width, 0))
	if r.PlanHash != "" {
		b.WriteString(Wrap("Plan "+r.PlanHash, width, 0))
	}
	if h.Changes > 0 {
		b.WriteString(Wrap(fmt.Sprintf("%s in Odoo, %s of them not undone.", Count(h.Changes, "change"), Number(h.Left)), width, 0))
	}
	if len(h.Gates) > 0 {
		gates(&b, h.Gates, width)
	}
	historyTables(&b, h, width)
	heading(&b, "Log")
	t := Table{Head: []string{"event", "at", "what", "hash"}, Right: []int{0}, Width: width, Indent: 2}
	for _, e := range h.Events {
		t.Rows = append(t.Rows, []string{Number(e.Seq), e.At.Format("2006-01-02 15:04:05"), e.Kind, e.Hash[:16]})
	}
	b.WriteString(t.String())
	_, err := io.WriteString(w, b.String())
	return err
}

func ended(r run.Run) string {
	if r.Finished.IsZero() {
		return ", and did not end"
	}
	return fmt.Sprintf(", ended %s after %s", r.Finished.Format(time.RFC3339), r.Finished.Sub(r.Started).Round(100*time.Millisecond))
}

func historyTables(b *strings.Builder, h *pipeline.History, width int) {
	inputs := Table{Head: []string{"source", "file", "rows", "SHA-256"}, Right: []int{2}, Width: width, Indent: 2}
	for _, in := range h.Inputs {
		inputs.Rows = append(inputs.Rows, []string{in.Source, strings.TrimSuffix(in.File+", "+in.Sheet, ", "), Number(in.Rows), in.SHA256[:min(16, len(in.SHA256))]})
	}
	phases := Table{Head: []string{"phase", "seconds"}, Right: []int{1}, Width: width, Indent: 2}
	for _, name := range slices.Sorted(maps.Keys(h.Seconds)) {
		phases.Rows = append(phases.Rows, []string{name, fmt.Sprintf("%.1f", h.Seconds[name])})
	}
	for _, part := range []struct {
		title string
		table Table
	}{{"Inputs", inputs}, {"Records", tally("mapping", "class", h.Outcomes, width)}, {"Findings", tally("severity", "rule", h.Findings, width)}, {"Time", phases}} {
		if len(part.table.Rows) > 0 {
			heading(b, part.title)
			b.WriteString(part.table.String())
		}
	}
}

func tally(first, second string, counts map[string]map[string]int64, width int) Table {
	t := Table{Head: []string{first, second, "rows"}, Right: []int{2}, Width: width, Indent: 2}
	for _, a := range slices.Sorted(maps.Keys(counts)) {
		for _, c := range slices.Sorted(maps.Keys(counts[a])) {
			t.Rows = append(t.Rows, []string{a, c, Number(counts[a][c])})
		}
	}
	return t
}

// LogCheck writes that the event log holds.
func LogCheck(w io.Writer, c *pipeline.LogCheck, width int) error {
	_, err := io.WriteString(w, Wrap(fmt.Sprintf("The log holds: %s, each with the hash that covers those before it. The last is %s", Count(c.Events, "event"), c.Head), width, 0))
	return err
}

// ManifestFile writes where a manifest is, and what it has to be afterwards.
func ManifestFile(w io.Writer, m *pipeline.ManifestFile, width int) error {
	_, err := io.WriteString(w, Wrap(manifestText(m), width, 0))
	return err
}

func manifestText(m *pipeline.ManifestFile) string {
	return fmt.Sprintf("Manifest of run %d: %s, %s, SHA-256 %s. It holds the data as it is.", m.Run, m.Path, Count(m.Changes, "change"), m.SHA256)
}
