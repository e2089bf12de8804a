package flow

import (
	"fmt"
	"strings"
	"time"
)

// Window is the hours of a day in which may be loaded. The zero value is always open.
type Window struct {
	begin, end clockTime
	zone       *time.Location
}

// clockTime is an hour and a minute.
type clockTime struct{ hour, minute int }

// ParseWindow reads "20:00-06:00", hours in the zone. An end before the beginning is on the next day.
func ParseWindow(text string, zone *time.Location) (Window, error) {
	w := Window{zone: zone}
	from, to, ok := strings.Cut(text, "-")
	var good [2]bool
	w.begin, good[0] = parseClock(from)
	w.end, good[1] = parseClock(to)
	if !ok || !good[0] || !good[1] {
		return Window{}, fmt.Errorf("%q is no window", text)
	}
	if w.begin == w.end {
		return Window{}, fmt.Errorf("the window %q has no length", text)
	}
	return w, nil
}

func parseClock(text string) (clockTime, bool) {
	t, err := time.Parse("15:04", strings.TrimSpace(text))
	return clockTime{t.Hour(), t.Minute()}, err == nil
}

// At reports whether the window is open, and when that changes next.
func (w Window) At(now time.Time) (open bool, until time.Time) {
	if w.zone == nil {
		return true, time.Time{}
	}
	now = now.In(w.zone)
	// The window of yesterday may reach into today; at a change of the clocks a day has 23 or 25 hours.
	for day := -1; ; day++ {
		begin, end := w.on(now, day)
		switch {
		case now.Before(begin):
			return false, begin
		case now.Before(end):
			return true, end
		}
	}
}

// on is the window that begins so many days after now's.
func (w Window) on(now time.Time, day int) (begin, end time.Time) {
	y, m, d := now.Date()
	begin = time.Date(y, m, d+day, w.begin.hour, w.begin.minute, 0, 0, w.zone)
	if w.end.hour < w.begin.hour || w.end.hour == w.begin.hour && w.end.minute < w.begin.minute {
		day++
	}
	return begin, time.Date(y, m, d+day, w.end.hour, w.end.minute, 0, 0, w.zone)
}
