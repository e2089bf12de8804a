// Package reconcile compares control totals three ways: as the source has them, as staged and so predicted, and as Odoo
// holds them, each with the same keys, and explains every difference. It reads numbers others give it.
package reconcile

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// Amounts are the amounts of a control by key: an order, an account, a partner. A control without keys has one, "".
type Amounts map[string]record.Decimal

// Total is the sum over all keys.
func (a Amounts) Total() record.Decimal {
	var t record.Decimal
	for _, k := range a.keys() {
		t = t.Add(a[k])
	}
	return t
}

func (a Amounts) keys() []string {
	out := make([]string, 0, len(a))
	for k := range a {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// Control is one definition with what the three sides say. A side that was not asked is nil.
type Control struct {
	Name     string
	Kind     string          // "carried": equal to the last digit; "computed": Odoo computes it, rounding each key
	Scale    int             // digits Odoo rounds each key to; computed only
	Expected *record.Decimal // the legacy system's own total
	Source   Amounts
	Staged   Amounts
	Odoo     Amounts
}

// OneSum reports whether the control has no keys: each side is one sum.
func (c Control) OneSum() bool {
	for _, side := range []Amounts{c.Source, c.Staged} {
		if _, ok := side[""]; ok && len(side) == 1 {
			return true
		}
	}
	return false
}

// Result is a control as it came out.
type Result struct {
	Name     string   `json:"name"`
	Kind     string   `json:"kind"`
	Expected string   `json:"expected,omitempty"`
	Source   string   `json:"source,omitempty"`
	Staged   string   `json:"staged,omitempty"` // what Odoo is predicted to hold
	Odoo     string   `json:"odoo,omitempty"`
	Keys     int      `json:"keys"`
	Equal    bool     `json:"equal"`
	Why      []string `json:"why,omitempty"`       // what does not agree, one sentence each
	Rounding string   `json:"rounding,omitempty"`  // staged minus source, all of it explained by rounding
	Rounded  int      `json:"rounded,omitempty"`   // keys it is made of
	Residual []Line   `json:"residuals,omitempty"` // the largest, at most 20
}

// Line is the difference of one key.
type Line struct {
	Key      string `json:"key"`
	Source   string `json:"source"`
	Staged   string `json:"staged"`
	Odoo     string `json:"odoo,omitempty"`
	Residual string `json:"residual"`
}

const residualLines = 20

// Check compares the sides of a control. A carried control is equal when all sides agree key by key; a computed one when
// Odoo agrees with the prediction key by key and every key of the prediction is within half a unit of the source.
func Check(c Control) Result {
	r := Result{Name: c.Name, Kind: c.Kind, Keys: max(len(c.Source), len(c.Staged), len(c.Odoo))}
	if c.Expected != nil {
		r.Expected = c.Expected.String()
	}
	r.Source, r.Staged, r.Odoo = totalOf(c.Source), totalOf(c.Staged), totalOf(c.Odoo)
	if c.Expected != nil && c.Source != nil && c.Source.Total() != *c.Expected {
		r.complain("the files sum to %s, the legacy system says %s", r.Source, r.Expected)
	}
	if c.Source != nil && c.Staged != nil {
		r.compareStaged(c)
	}
	if c.Staged != nil && c.Odoo != nil {
		r.compareOdoo(c)
	}
	r.Equal = len(r.Why) == 0
	return r
}

func totalOf(a Amounts) string {
	if a == nil {
		return ""
	}
	return a.Total().String()
}

func (r *Result) complain(format string, args ...any) {
	r.Why = append(r.Why, fmt.Sprintf(format, args...))
}

func (r *Result) compareStaged(c Control) {
	half := record.MustDecimal("0.5")
	unit := record.DecimalFromInt(1)
	for range c.Scale {
		unit, _ = unit.Quo(record.DecimalFromInt(10), c.Scale)
	}
	limit := half.Mul(unit)
	var rounding record.Decimal
	unexplained := 0
	var lines []Line
	for _, k := range bothKeys(c.Source, c.Staged) {
		src, inSource := c.Source[k]
		stg, inStaged := c.Staged[k]
		d := stg.Sub(src)
		if d.IsZero() && inSource && inStaged {
			continue
		}
		lines = append(lines, Line{Key: k, Source: src.String(), Staged: stg.String(), Residual: d.String()})
		if c.Kind == "computed" && inSource && inStaged && d.Abs().Cmp(limit) <= 0 {
			rounding = rounding.Add(d)
			r.Rounded++
			continue
		}
		unexplained++
	}
	if r.Rounded > 0 {
		r.Rounding = rounding.String()
	}
	if unexplained > 0 {
		r.complain("%d of %d keys differ between source and staged", unexplained, r.Keys)
	}
	r.Residual = largest(lines)
}

func (r *Result) compareOdoo(c Control) {
	var lines []Line
	for _, k := range bothKeys(c.Staged, c.Odoo) {
		stg, inStaged := c.Staged[k]
		odoo, inOdoo := c.Odoo[k]
		if inStaged != inOdoo || stg != odoo {
			lines = append(lines, Line{Key: k, Source: c.Source[k].String(), Staged: stg.String(), Odoo: odoo.String(), Residual: odoo.Sub(stg).String()})
		}
	}
	if len(lines) > 0 {
		r.complain("%d of %d keys differ between prediction and Odoo", len(lines), r.Keys)
		r.Residual = largest(lines)
	}
}

// largest keeps the lines with the largest residuals, ties by key.
func largest(lines []Line) []Line {
	slices.SortStableFunc(lines, func(a, b Line) int {
		x, y := record.MustDecimal(a.Residual).Abs(), record.MustDecimal(b.Residual).Abs()
		return cmp.Or(y.Cmp(x), cmp.Compare(a.Key, b.Key))
	})
	return lines[:min(len(lines), residualLines)]
}

func bothKeys(a, b Amounts) []string {
	keys := append(a.keys(), b.keys()...)
	slices.Sort(keys)
	return slices.Compact(keys)
}
