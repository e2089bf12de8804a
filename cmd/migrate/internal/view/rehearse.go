package view

import (
	"fmt"
	"io"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
)

// rehearsal says what the target's own validation made of the records it was sent.
func rehearsal(b *strings.Builder, r *pipeline.Rehearsal, width int) {
	if r == nil {
		return
	}
	heading(b, "Rehearsed on the server, and rolled back")
	t := Table{Head: []string{"mapping", "records", "sent", "taken", "refused", "there", "not sent"}, Right: []int{1, 2, 3, 4, 5, 6}, Width: width, Indent: 2}
	for _, m := range r.Mappings {
		var held int64
		for _, g := range m.Held {
			held += g.Records
		}
		t.Rows = append(t.Rows, []string{m.Mapping, Number(m.Records), Number(m.Sent), Number(m.Taken), Number(m.Refused + m.Doubtful), Number(m.Known), Number(held)})
	}
	b.WriteString(t.String())
	for _, m := range r.Mappings {
		for _, g := range m.Held {
			b.WriteString(Wrap(fmt.Sprintf("%s: %s not sent: %s leads to records that are not loaded yet.", m.Mapping, Count(int(g.Records), "record"), Clean(g.Field)), width, 2))
		}
		for _, g := range m.LeftOut {
			b.WriteString(Wrap(fmt.Sprintf("%s: %s of %s left out: it leads to records that are not loaded yet.", m.Mapping, Clean(g.Field), Count(int(g.Records), "record")), width, 2))
		}
	}
	b.WriteString(Wrap("Workflow calls, translations, files and changes of records that are there already are not rehearsed in this way.", width, 2))
	if r.Doubtful > 0 {
		b.WriteString(Wrap(fmt.Sprintf("%s refused without a link that a load would give them: see rehearse.doubtful among the findings; only a load can tell.", Count(int(r.Doubtful), "record")), width, 2))
	}
	if r.Refused > 0 {
		b.WriteString(Wrap(fmt.Sprintf("VALIDATION MISSED %s, which the target refuses:", Count(int(r.Refused), "record")), width, 2))
		for i, f := range r.Missed {
			if i == missedShown {
				b.WriteString(Wrap(fmt.Sprintf("... and %s more; --format json has all of them.", Count(len(r.Missed)-i, "record")), width, 5))
				break
			}
			b.WriteString(hang("    ", findingText(f), width))
		}
	}
}

// missedShown is how many refused records are written out; the JSON has all.
const missedShown = 20

// LoadRehearsal writes what a load into a copy and its undoing came to.
func LoadRehearsal(w io.Writer, r *pipeline.LoadRehearsal, width int) error {
	var b strings.Builder
	b.WriteString(Wrap(fmt.Sprintf("Rehearsal in %s (%s): %.2f %% of the rows load at the first pass.", r.Target, r.Allowed, r.Stage.FirstPass), width, 0))
	for _, part := range []struct {
		there bool
		write func() error
	}{
		{r.Load != nil, func() error { return Load(&b, r.Load, width) }},
		{r.Undo != nil && r.Undo.Result != nil, func() error { return Undo(&b, r.Undo, width) }},
	} {
		if part.there {
			b.WriteString("\n")
			if err := part.write(); err != nil {
				return err
			}
		}
	}
	if r.Undo != nil {
		heading(&b, "What the rehearsal says")
		if r.Refused == 0 {
			b.WriteString(Wrap("The target took every record that validation let through.", width, 2))
		} else {
			b.WriteString(Wrap(fmt.Sprintf("VALIDATION MISSED %s, which the target refused:", Count(int(r.Refused), "record")), width, 2))
			for _, f := range r.Missed {
				b.WriteString(hang("    ", findingText(f), width))
			}
		}
		b.WriteString(Wrap(fmt.Sprintf("Loading took %.1f s, reading back %.1f s, undoing %.1f s; forecasts rest on it.", r.Seconds["load"], r.Seconds["verify"], r.Seconds["undo"]), width, 2))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
