package cell

import (
	"strings"
	"time"
)

// Dates reads dates and times in one of several layouts, tried in order.
type Dates struct{ layouts []*Layout }

var (
	dateLayouts = []string{"yyyy-MM-dd"}
	timeLayouts = []string{"yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd HH:mm:ss.SSS", "yyyy-MM-dd HH:mm", "yyyy-MM-dd"}
)

// NewDates takes layouts; none at all means ISO dates, or ISO times where withTime is set. Layouts that ParseLayout
// refuses are left out: they have been reported.
func NewDates(layouts []string, withTime bool) Dates {
	if len(layouts) == 0 {
		layouts = dateLayouts
		if withTime {
			layouts = timeLayouts
		}
	}
	var d Dates
	for _, text := range layouts {
		if l, err := ParseLayout(text); err == nil {
			d.layouts = append(d.layouts, l)
		}
	}
	return d
}

// Moment reads a text; blanks around it do not count.
func (d Dates) Moment(text, what string) (Moment, error) {
	s := strings.TrimSpace(text)
	for _, l := range d.layouts {
		if m, ok := l.Parse(s); ok {
			return m, nil
		}
	}
	return Moment{}, &Error{What: what + " (" + d.String() + ")", Raw: text, Hint: dateHint(s)}
}

// Date reads a text and returns "2006-01-02"; a time of day that the layout reads is left out.
func (d Dates) Date(text string) (string, error) {
	m, err := d.Moment(text, "a date")
	if err != nil {
		return "", err
	}
	if canonical := strings.TrimSpace(text); len(canonical) == 10 && len(d.layouts) == 1 && d.layouts[0].Text == dateLayouts[0] {
		return canonical, nil
	}
	return m.Date(), nil
}

// DateTime reads a text that is a wall clock's reading in loc and returns "2006-01-02 15:04:05" in UTC; fractions of a
// second are left out, as Odoo keeps none.
func (d Dates) DateTime(text string, loc *time.Location) (string, error) {
	m, err := d.Moment(text, "a date and time")
	if err != nil {
		return "", err
	}
	utc, ok := m.UTC(loc)
	if !ok {
		return "", &Error{What: "a time that existed in " + loc.String(), Raw: text, Hint: "the clocks were put forward then"}
	}
	return utc, nil
}

// String returns the layouts as messages name them.
func (d Dates) String() string {
	texts := make([]string, len(d.layouts))
	for i, l := range d.layouts {
		texts[i] = l.Text
	}
	return strings.Join(texts, " or ")
}

var usualLayouts = []string{"yyyy-MM-dd", "yyyyMMdd", "dd.MM.yyyy", "dd/MM/yyyy", "MM/dd/yyyy", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss.SSS"}

func dateHint(s string) string {
	if AllZeros(s) {
		return "zero: null takes it as no date"
	}
	var found []string
	for _, text := range usualLayouts {
		l, _ := ParseLayout(text)
		if _, ok := l.Parse(s); ok {
			found = append(found, text)
		}
	}
	if len(found) == 0 {
		return ""
	}
	return "layout " + strings.Join(found, " or ") + "?"
}
