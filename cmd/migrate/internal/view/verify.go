package view

import (
	"fmt"

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
