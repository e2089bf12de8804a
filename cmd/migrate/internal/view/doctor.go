package view

import (
	"fmt"
	"io"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/doctor"
)

// Doctor writes what was looked at, a line or more each, and what to do about what is not well.
func Doctor(w io.Writer, d *pipeline.Doctor, width int) error {
	var b strings.Builder
	counts := map[string]int{}
	for _, c := range d.Checks {
		counts[c.State]++
		b.WriteString(labelled(fmt.Sprintf("%-8s", stateName(c.State)), c.Name+": "+c.Text, width))
		if c.Remedy != "" && c.State != doctor.OK {
			b.WriteString(labelled(strings.Repeat(" ", 8), "→ "+c.Remedy, width))
		}
	}
	b.WriteByte('\n')
	b.WriteString(Wrap(fmt.Sprintf("%s looked at for %s: %s, %s, %s, %s that cannot be seen.", Count(len(d.Checks), "thing"), Clean(d.Target),
		Count(counts[doctor.Error], "error"), Count(counts[doctor.Warning], "warning"), Count(counts[doctor.Note], "note"), Number(int64(counts[doctor.Unseen]))), width, 0))
	_, err := io.WriteString(w, b.String())
	return err
}

// labelled puts a text to the right of a label, and its further lines below it.
func labelled(label, text string, width int) string {
	indent := 2 + len(label) + 1
	return "  " + label + " " + strings.TrimLeft(Wrap(text, width, indent), " ")
}

func stateName(state string) string {
	if state == doctor.Unseen {
		return "not seen"
	}
	return state
}
