package view

import (
	"fmt"
	"strings"
	"time"

	"github.com/odoo-migrate/odoo-migrate/pipeline/load/flow"
)

// Waits writes a line above the bars: what the load is waiting for.
func (b *bars) Waits(beat flow.Beat) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.stopped {
		fmt.Fprintln(b.out, waitsText(beat))
	}
}

// Waits writes the same into a log.
func (l *lines) Waits(beat flow.Beat) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintln(l.w, waitsText(beat))
}

// waitsText is one line a person tells the waits apart by.
func waitsText(b flow.Beat) string {
	const clock = "15:04"
	text := ""
	switch b.Kind {
	case flow.Paused:
		text = "paused since " + b.Since.Format(clock) + "; SIGUSR2 lets it go on"
	case flow.Closed:
		text = "outside the window until " + b.Until.Format("15:04 MST")
	case flow.Down:
		text = "Odoo does not answer since " + b.Since.Format(clock) + ", probing"
		if left := b.Until.Sub(b.At); left >= time.Second {
			text += ", next in " + rounded(left)
		}
	case flow.Retrying:
		text = "retrying in " + rounded(b.Until.Sub(b.At))
	case flow.Waiting:
		text = "waiting on Odoo for " + rounded(b.At.Sub(b.Since))
		if b.Calls > 1 {
			text += fmt.Sprintf(", %d calls", b.Calls)
		}
	case flow.Flowing:
		text = "going on after " + rounded(b.At.Sub(b.Since))
	}
	if b.Cause != "" {
		text += ": " + Cut(Clean(strings.Join(strings.Fields(b.Cause), " ")), 100)
	}
	return "  " + b.At.Format(clock) + "  " + text
}

func rounded(d time.Duration) string {
	d = d.Round(time.Second)
	switch {
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Round(time.Minute).Minutes()))
	}
	return fmt.Sprintf("%d h %02d min", int(d.Hours()), int(d.Minutes())%60)
}
