package view

import (
	"fmt"
	"io"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/pause"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// paused says what was switched off in Odoo for a run and is on again, or is not.
func paused(b *strings.Builder, p *pipeline.Pausing, width int) {
	switch {
	case p == nil:
	case len(p.Left) > 0:
		b.WriteString(Wrap(fmt.Sprintf("STILL SWITCHED OFF in Odoo: %s (%s). Run migrate unpause.", pause.Count(p.Left), p.Why), width, 0))
	default:
		b.WriteString(Wrap(fmt.Sprintf("Switched on again in Odoo, and read to be on: %s.", pause.Count(p.On)), width, 0))
	}
}

// stillPaused warns of what runs left switched off.
func stillPaused(b *strings.Builder, list []run.Paused, width int) {
	if len(list) > 0 {
		b.WriteString("\n" + Wrap("WARNING: "+pipeline.StillPaused(list)+". Run migrate unpause.", width, 0))
	}
}

// Unpause writes what was switched on again.
func Unpause(w io.Writer, u *pipeline.Unpausing, width int) error {
	var b strings.Builder
	if len(u.On)+len(u.Left) == 0 {
		fmt.Fprintf(&b, "Nothing is paused in %s.\n", u.Target)
	} else {
		paused(&b, &u.Pausing, width)
		for _, p := range u.On {
			b.WriteString(hang("  "+mark(true)+"  ", Clean(p.Name), width))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
