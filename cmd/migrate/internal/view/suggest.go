package view

import (
	"fmt"
	"io"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
)

// Suggestion prints what was drafted, what is left to do in each file, and what was not drafted and why.
func Suggestion(w io.Writer, s *pipeline.Suggestion, width int) error {
	var b strings.Builder
	if len(s.Files) > 0 {
		fmt.Fprintf(&b, "Wrote %s:\n", Count(len(s.Files), "mapping"))
	}
	for i, d := range s.Drafts {
		todo := "nothing to do"
		if len(d.Todo) > 0 {
			todo = fmt.Sprintf("%d to do", len(d.Todo))
		}
		b.WriteString(Wrap(fmt.Sprintf("%s: %s -> %s (%s), %s, %s", s.Files[i], d.Source, d.Model, Percent(d.Confidence), Count(d.Fields, "field"), todo), width, 2))
	}
	if len(s.Kept) > 0 {
		fmt.Fprintf(&b, "Left as they are, because they have a mapping:\n")
	}
	for _, k := range s.Kept {
		b.WriteString(Wrap(k.Source+": "+k.File, width, 2))
	}
	if len(s.Open) > 0 {
		fmt.Fprintf(&b, "TODO, for nothing could place them:\n")
	}
	for _, o := range s.Open {
		b.WriteString(Wrap(fmt.Sprintf("%s (%s): %s", o.Source, Count(o.Rows, "row"), o.Reason), width, 2))
	}
	if len(s.Files) > 0 {
		b.WriteString(Wrap("They are first drafts: every line has its reason and its doubt beside it, and what is left to do stands at the top. Look through them, then run migrate map lint.", width, 0))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
