package doctor

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// Configured is an Odoo whose settings are compared with another's.
type Configured interface {
	SearchRead(ctx context.Context, model string, domain []any, fields []string, limit int) ([]map[string]any, error)
	Snapshot(ctx context.Context, models []string) (*schema.Snapshot, error)
}

// Difference is one setting that differs. Left or Right is "" where the thing is not there.
type Difference struct {
	Area  string `json:"area"`
	Thing string `json:"thing"` // what is set: a module, a tax, a journal
	Field string `json:"field,omitempty"`
	Left  string `json:"left"`
	Right string `json:"right"`
}

// Parity is how two databases compare.
type Parity struct {
	Compared    map[string]int `json:"compared"` // things looked at, by area
	Absent      []string       `json:"absent,omitempty"`
	Differences []Difference   `json:"differences"`
}

// area is a kind of settings: what a record is called by, and what of it must be the same. Fields that a version does not
// have are not compared.
type area struct {
	name   string
	model  string
	domain []any
	key    []string
	fields []string
}

var areas = []area{
	{"modules", "ir.module.module", []any{[]any{"state", "=", "installed"}}, []string{"name"}, []string{"latest_version"}},
	{"decimal precision", "decimal.precision", nil, []string{"name"}, []string{"digits"}},
	{"currencies", "res.currency", []any{[]any{"active", "=", true}}, []string{"name"}, []string{"rounding", "decimal_places"}},
	{"companies", "res.company", nil, []string{"name"}, []string{"currency_id", "parent_id", "tax_calculation_rounding_method", "account_price_include"}},
	{"lock dates", "res.company", nil, []string{"name"}, []string{"fiscalyear_lock_date", "tax_lock_date", "sale_lock_date", "purchase_lock_date", "hard_lock_date"}},
	{"taxes", "account.tax", nil, []string{"company_id", "type_tax_use", "name"}, []string{"amount", "amount_type", "price_include_override", "include_base_amount"}},
	{"journals", "account.journal", nil, []string{"company_id", "code"}, []string{"name", "type", "currency_id", "restrict_mode_hash_table"}},
	{"languages", "res.lang", []any{[]any{"active", "=", true}}, []string{"code"}, nil},
	{"custom fields", "ir.model.fields", []any{[]any{"state", "=", "manual"}}, []string{"model", "name"}, []string{"ttype", "relation", "required"}},
	{"automations", "base.automation", []any{[]any{"active", "=", true}}, []string{"model_id", "name"}, []string{"trigger"}},
}

// Compare reads the settings of two databases that decide what becomes of loaded records, and lists what differs.
func Compare(ctx context.Context, left, right Configured) (*Parity, error) {
	var models []string
	for _, a := range areas {
		models = append(models, a.model)
	}
	l, err := left.Snapshot(ctx, models)
	if err != nil {
		return nil, err
	}
	r, err := right.Snapshot(ctx, models)
	if err != nil {
		return nil, err
	}
	p := &Parity{Compared: map[string]int{}, Differences: []Difference{}}
	for _, a := range areas {
		lm, inLeft := l.Model(a.model)
		rm, inRight := r.Model(a.model)
		if !inLeft && !inRight {
			p.Absent = append(p.Absent, a.name)
			continue
		}
		common := slices.DeleteFunc(slices.Clone(a.fields), func(f string) bool { return inLeft && !has(lm, f) || inRight && !has(rm, f) })
		ls, err := settingsOf(ctx, left, a, common, inLeft)
		if err != nil {
			return nil, err
		}
		rs, err := settingsOf(ctx, right, a, common, inRight)
		if err != nil {
			return nil, err
		}
		p.compare(a.name, common, ls, rs)
	}
	return p, nil
}

func has(m *schema.Model, field string) bool {
	_, ok := m.Field(field)
	return ok
}

// settingsOf are the values of an area by the names of its things. Things called the same are told apart by their order.
func settingsOf(ctx context.Context, t Configured, a area, fields []string, there bool) (map[string][]string, error) {
	out := map[string][]string{}
	if !there {
		return out, nil
	}
	rows, err := t.SearchRead(ctx, a.model, a.domain, append(slices.Clone(a.key), fields...), 0)
	if err != nil {
		return nil, fmt.Errorf("compare %s: %w", a.name, err)
	}
	type thing struct {
		name   string
		values []string
	}
	var things []thing
	for _, r := range rows {
		things = append(things, thing{strings.Join(shown(r, a.key), " "), shown(r, fields)})
	}
	slices.SortFunc(things, func(x, y thing) int { return cmp.Or(cmp.Compare(x.name, y.name), slices.Compare(x.values, y.values)) })
	for i, one := range things {
		name := one.name
		for n := 2; i > 0 && out[name] != nil; n++ {
			name = fmt.Sprintf("%s (%d)", one.name, n)
		}
		out[name] = one.values
	}
	return out, nil
}

// shown are values as texts. Of a linked record the name counts: database ids mean nothing elsewhere.
func shown(r map[string]any, fields []string) []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		switch v := r[f].(type) {
		case nil:
		case bool:
			if v {
				out[i] = "true"
			}
		case []any:
			if len(v) == 2 {
				out[i] = fmt.Sprint(v[1])
			}
		default:
			out[i] = fmt.Sprint(v)
		}
	}
	return out
}

func (p *Parity) compare(area string, fields []string, left, right map[string][]string) {
	names := map[string]bool{}
	for n := range left {
		names[n] = true
	}
	for n := range right {
		names[n] = true
	}
	p.Compared[area] = len(names)
	for _, n := range slices.Sorted(maps.Keys(names)) {
		l, inLeft := left[n]
		r, inRight := right[n]
		if !inLeft || !inRight {
			p.Differences = append(p.Differences, Difference{Area: area, Thing: n, Left: there(inLeft), Right: there(inRight)})
			continue
		}
		for i, f := range fields {
			if l[i] != r[i] {
				p.Differences = append(p.Differences, Difference{area, n, f, cmp.Or(l[i], "not set"), cmp.Or(r[i], "not set")})
			}
		}
	}
}

func there(is bool) string {
	if is {
		return "there"
	}
	return ""
}
