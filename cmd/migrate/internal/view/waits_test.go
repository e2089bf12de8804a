package view

import (
	"strings"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/pipeline/load/flow"
)

func TestWaitsAreToldApart(t *testing.T) {
	at := time.Date(2026, 2, 7, 2, 14, 30, 0, time.UTC)
	for want, b := range map[string]flow.Beat{
		"  02:14  paused since 02:10; SIGUSR2 lets it go on":                                {Kind: flow.Paused, Since: at.Add(-4 * time.Minute)},
		"  02:14  outside the window until 20:00 UTC":                                       {Kind: flow.Closed, Until: time.Date(2026, 2, 7, 20, 0, 0, 0, time.UTC)},
		"  02:14  Odoo does not answer since 02:13, probing":                                {Kind: flow.Down, Since: at.Add(-time.Minute)},
		"  02:14  Odoo does not answer since 02:13, probing, next in 12 s: 502 Bad Gateway": {Kind: flow.Down, Since: at.Add(-time.Minute), Until: at.Add(12 * time.Second), Cause: "502 Bad\nGateway"},
		"  02:14  retrying in 12 s: could not serialize":                                    {Kind: flow.Retrying, Until: at.Add(12 * time.Second), Cause: "could not serialize"},
		"  02:14  waiting on Odoo for 40 s":                                                 {Kind: flow.Waiting, Since: at.Add(-40 * time.Second), Calls: 1},
		"  02:14  waiting on Odoo for 3 min, 2 calls":                                       {Kind: flow.Waiting, Since: at.Add(-3 * time.Minute), Calls: 2},
		"  02:14  going on after 13 h 05 min":                                               {Kind: flow.Flowing, Since: at.Add(-13*time.Hour - 5*time.Minute)},
	} {
		b.At = at
		if got := waitsText(b); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		var out strings.Builder
		NewProgress(&out).(interface{ Waits(flow.Beat) }).Waits(b)
		if out.String() != want+"\n" {
			t.Errorf("a log says %q", out.String())
		}
	}
}
