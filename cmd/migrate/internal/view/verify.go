package view

import (
	"fmt"
	"math"

	"github.com/odoo-migrate/odoo-migrate/pipeline/verify"
)

// besides says in sentences what a verification found besides equal, differing and missing records.
func besides(v *verify.Result) (out []string) {
	var normalised, logic, since int64
	for _, m := range v.Mappings {
		normalised, logic, since = normalised+m.Normalised, logic+m.Logic, since+m.Since
	}
	for _, c := range []struct {
		n    int64
		text string
	}{
		{normalised, "equal by a normalisation that the plan declares"},
		{logic, "moved on by Odoo's own logic"},
		{since, "changed in Odoo since by people: not counted as damage"},
		{v.Extras, "under external ids of the project, and nobody loaded them"},
	} {
		if c.n > 0 {
			out = append(out, fmt.Sprintf("%s %s.", Count(c.n, "record"), c.text))
		}
	}
	if s := v.Sample; s != nil {
		text := fmt.Sprintf("A sample of %s of %s, %s wrong: with %g %% confidence at least %.2f %% of all records are as they were meant. Nonce %q, root %s, seed %s.",
			Number(s.Size), Count(s.Of, "record"), Number(s.Wrong), s.Level, math.Floor(s.Supports*100+1e-6)/100, s.Nonce, s.Root, s.Seed)
		out = append(out, Clean(text))
	}
	if v.Window.Count > 0 {
		out = append(out, fmt.Sprintf("%s written while Odoo was read, from %s to %s by its clock (UTC): they may have been read before or after.", Count(v.Window.Count, "record"), v.Window.From, v.Window.Until))
	}
	return out
}

// classWords are the classes of differences, for people.
var classWords = map[string]string{
	verify.Normalised: "equal, by a declared normalisation", verify.Logic: "Odoo's own logic", verify.Since: "changed in Odoo since",
	verify.Differs: "differs", verify.Missing: "missing", verify.Extra: "nobody loaded it",
}
