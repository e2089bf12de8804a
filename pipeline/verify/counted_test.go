package verify

import (
	"testing"

	"github.com/odoo-migrate/odoo-migrate/record"
)

func TestCountersMayGoUp(t *testing.T) {
	number := func(s string) record.Value { return record.NumberValue(record.MustDecimal(s)) }
	v := &Verifier{Counters: map[string][]string{"res.partner": {"customer_rank"}}}
	layout := []string{"color", "customer_rank"}
	for _, c := range []struct{ model, meant, have, want string }{
		{"res.partner", "1", "3", "1"},
		{"res.partner", "1", "1", "1"},
		{"res.partner", "1", "0", "0"}, // less is a difference
		{"res.users", "1", "3", "3"},
	} {
		have := []record.Value{number("7"), number(c.have)}
		v.counted(c.model, layout, []record.Value{number("1"), number(c.meant)}, have)
		if have[1].Text() != c.want || have[0].Text() != "7" {
			t.Errorf("%s: meant %s, Odoo holds %s: compared as %s %s, want 7 %s", c.model, c.meant, c.have, have[0].Text(), have[1].Text(), c.want)
		}
	}
}
