package view

import (
	"fmt"

	"github.com/odoo-migrate/odoo-migrate/pipeline/forecast"
)

// Outlook writes a line above the bars: where the load will end, and until when one can turn back.
func (b *bars) Outlook(o forecast.Outlook) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.stopped {
		fmt.Fprintln(b.out, outlookText(o))
	}
}

// Outlook writes the same into a log.
func (l *lines) Outlook(o forecast.Outlook) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintln(l.w, outlookText(o))
}

func outlookText(o forecast.Outlook) string {
	const clock = "15:04"
	text := fmt.Sprintf("  %s  %s of %s loaded, done at %s", o.Now.Format(clock), Number(o.Done), Number(o.Of), o.End.In(o.Now.Location()).Format(clock))
	if !o.Deadline.IsZero() {
		text += ", deadline " + o.Deadline.In(o.Now.Location()).Format(clock)
	}
	switch {
	case o.PointOfNoReturn.IsZero():
	case o.Past():
		text += ", PAST the point of no return of " + o.PointOfNoReturn.In(o.Now.Location()).Format(clock)
	default:
		text += ", point of no return " + o.PointOfNoReturn.In(o.Now.Location()).Format(clock)
	}
	if o.Late() {
		text += "; TOO LATE at this rate"
	}
	return text
}
