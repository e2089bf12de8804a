package view

import (
	"fmt"
	"io"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
)

// Conflicts says where the file is in which people decide.
func Conflicts(w io.Writer, c *pipeline.Conflicts, width int) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s of run %d, %s undecided.\n", Clean(c.File), Count(int64(c.All), "conflict"), c.Of, Number(c.Undecided))
	if c.Masked {
		b.WriteString(Wrap("Values are masked; --clear shows them.", width, 0))
	}
	b.WriteString(Wrap("Fill in decision (source or odoo), by and on; then: migrate report conflicts --read "+Clean(c.File), width, 0))
	_, err := io.WriteString(w, b.String())
	return err
}

// Decided says what was decided.
func Decided(w io.Writer, d *pipeline.Decided, width int) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s taken. Of run %d, the source prevails in %s and Odoo in %s; %s undecided.\n", Clean(d.File), Count(len(d.Decisions), "decision"), d.Of,
		Count(d.Source, "field"), Count(d.Odoo, "field"), Number(d.Open))
	b.WriteString(notTaken(d.Findings, width))
	_, err := io.WriteString(w, b.String())
	return err
}
