package view

import (
	"fmt"
	"strings"
	"time"

	"github.com/odoo-migrate/odoo-migrate/pipeline/forecast"
)

// forecasts writes how long a cutover takes, wave by wave, and until when one can turn back.
func forecasts(b *strings.Builder, f *forecast.Forecast, width int) {
	if f == nil {
		return
	}
	heading(b, "Forecast")
	t := Table{Head: []string{"phase", "wave", "mapping", "records", "takes", "measured in"}, Right: []int{1, 3, 4}, Width: width, Indent: 2}
	for _, p := range f.Phases {
		wave, origin := "", "not measured"
		if p.Wave > 0 {
			wave = fmt.Sprint(p.Wave)
		}
		if p.Run > 0 {
			origin = fmt.Sprintf("run %d", p.Run)
		}
		t.Rows = append(t.Rows, []string{p.Name, wave, p.Mapping, Number(p.Records), Lasting(p.Seconds), origin})
	}
	b.WriteString(t.String())
	b.WriteString(Wrap(fmt.Sprintf("In all %s: from %s until %s.", Lasting(f.Seconds), moment(f.Begin), moment(f.End)), width, 2))
	if f.Deadline.IsZero() {
		return
	}
	text := fmt.Sprintf("Deadline %s; the way back is not measured, so the point of no return is not known.", moment(f.Deadline))
	if f.BackBy != "" {
		text = fmt.Sprintf("Deadline %s, less a margin of %s and the way back by %s, %s: the point of no return is %s.", moment(f.Deadline), Lasting(f.Margin), f.BackBy, Lasting(f.Back),
			moment(f.PointOfNoReturn))
	}
	b.WriteString(Wrap(text, width, 2))
	if why := f.Verdict(); why != "" {
		b.WriteString(Wrap("NOT AS AGREED: "+why+".", width, 2))
	}
}

func moment(at time.Time) string { return at.Format("2006-01-02 15:04 MST") }

// Lasting is a duration as people say it: seconds below two minutes, else minutes, from two hours on hours and minutes.
func Lasting(seconds float64) string {
	minutes := int(seconds/60 + 0.5)
	switch {
	case seconds < 10:
		return fmt.Sprintf("%.1f s", seconds)
	case seconds < 120:
		return fmt.Sprintf("%.0f s", seconds)
	case minutes < 120:
		return fmt.Sprintf("%d min", minutes)
	}
	return fmt.Sprintf("%d h %02d min", minutes/60, minutes%60)
}
