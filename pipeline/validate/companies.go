package validate

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// companies rejects records that refer to a record of another company, where Odoo checks that.
func (v *validator) companies(ctx context.Context) error {
	if v.in.Target == nil {
		return nil
	}
	above, err := v.companyTree(ctx)
	if err != nil || len(above) < 2 {
		return err // with one company nothing can be of another
	}
	for _, m := range v.in.Mappings {
		for _, c := range schema.OfCompany {
			if c.Model != m.Layout.Model || !schema.In(v.in.Schema.Major(), c.Since, 0) {
				continue
			}
			for _, field := range c.Fields {
				if !m.has(field) || m.kind(field) != record.Link {
					continue
				}
				if err := v.companyOf(ctx, m, field, above); err != nil {
					return fmt.Errorf("%s.%s: %w", m.Name, field, err)
				}
			}
		}
	}
	return nil
}

// companyTree has, by id, a company itself and those above it: records of these are its own, too.
func (v *validator) companyTree(ctx context.Context) (map[int64][]int64, error) {
	rows, err := v.in.Target.SearchRead(ctx, "res.company", nil, []string{"id", "parent_id"}, 0)
	if err != nil {
		return nil, fmt.Errorf("read the companies: %w", err)
	}
	up := map[int64]int64{}
	for _, row := range rows {
		up[idOf(row["id"])] = idOf(row["parent_id"])
	}
	out := map[int64][]int64{}
	for id := range up {
		for at := id; at != 0 && !slices.Contains(out[id], at); at = up[at] {
			out[id] = append(out[id], at)
		}
	}
	return out, nil
}

// companyOf judges one field: pairs of company and reference are few, and each is looked at once.
func (v *validator) companyOf(ctx context.Context, m Mapping, field string, above map[int64][]int64) error {
	company, join := v.companySQL(m), ""
	if m.Parent != "" && !m.has("company_id") {
		for _, p := range v.in.Mappings {
			if p.Name == m.Parent && p.has("company_id") {
				join = " left join " + p.staged() + " p on p.x_id = l." + quote(m.Link)
				company = "coalesce(p." + quote("company_id") + ", '')"
			}
		}
	}
	from := " from " + m.staged() + " l" + join + " where l." + quote(field) + " is not null"
	type pair struct{ company, ref string }
	var pairs []pair
	refs := map[string]bool{}
	err := v.q.Each(ctx, "select distinct "+company+", l."+quote(field)+from+" order by 1, 2", nil, func(scan func(...any) error) error {
		var p pair
		err := scan(&p.company, &p.ref)
		pairs = append(pairs, p)
		refs[p.ref] = true
		if p.company != "" && p.company[0] != '#' {
			refs[p.company] = true
		}
		return err
	})
	if err != nil || len(pairs) == 0 {
		return err
	}
	model, _ := v.in.Schema.Model(m.Layout.Model)
	meta, _ := model.Field(field)
	theirs, ids, err := v.companiesOf(ctx, meta.Relation, slices.Sorted(maps.Keys(refs)))
	if err != nil {
		return err
	}
	var companies, wrong []string
	for _, p := range pairs {
		own := number(p.company, ids)
		of := theirs[p.ref]
		if own != 0 && len(of) > 0 && !slices.ContainsFunc(of, func(c int64) bool { return slices.Contains(above[own], c) }) {
			companies, wrong = append(companies, p.company), append(wrong, p.ref)
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	columns := "l." + strings.ReplaceAll(who, ", ", ", l.")
	hits, err := v.hits(ctx, "select "+columns+", l."+quote(field)+from+" and ("+company+", l."+quote(field)+") in (select * from unnest($1::text[], $2::text[])) order by l.x_seq", companies, wrong)
	if err != nil {
		return err
	}
	return v.judge(ctx, m, hits, record.Finding{Severity: record.Error, Rule: "validate.company", Column: field,
		Message: field + " is a record of another company", Hint: "refer to a record of the same company, or of none"})
}

// companiesOf are the companies of the records that references lead to, those that are staged by what they will be.
func (v *validator) companiesOf(ctx context.Context, relation string, refs []string) (map[string][]int64, map[string]int64, error) {
	staged := map[string]string{}
	for _, m := range v.in.Mappings {
		if m.Layout.Model != relation || !m.has("company_id") && !v.bornIn(relation) {
			continue
		}
		err := v.q.Each(ctx, "select x_id, "+v.companySQL(m)+" from "+m.staged()+" where x_id = any($1)", []any{refs}, func(scan func(...any) error) error {
			var id, company string
			err := scan(&id, &company)
			staged[id] = company
			return err
		})
		if err != nil {
			return nil, nil, err
		}
	}
	ask := slices.Clone(refs)
	for _, id := range slices.Sorted(maps.Keys(staged)) {
		if c := staged[id]; c != "" && c[0] != '#' && !slices.Contains(ask, c) {
			ask = append(ask, c)
		}
	}
	ids, err := v.ids(ctx, ask)
	if err != nil {
		return nil, nil, err
	}
	out := map[string][]int64{}
	var others []int64
	byID := map[int64][]string{}
	for _, ref := range refs {
		if c, ok := staged[ref]; ok {
			if id := number(c, ids); id != 0 {
				out[ref] = []int64{id}
			}
		} else if id := ids[ref]; id != 0 {
			others = append(others, id)
			byID[id] = append(byID[id], ref)
		}
	}
	field := v.companyField(relation)
	if field == "" || len(others) == 0 {
		return out, ids, nil
	}
	for part := range slices.Chunk(others, valuesACall) {
		rows, err := v.in.Target.SearchRead(ctx, relation, []any{[]any{"id", "in", part}}, []string{"id", field}, 0)
		if err != nil {
			return nil, nil, err
		}
		for _, row := range rows {
			for _, ref := range byID[idOf(row["id"])] {
				out[ref] = idsIn(row[field])
			}
		}
	}
	return out, ids, nil
}

// bornIn reports whether Odoo gives new records of a model a company by itself.
func (v *validator) bornIn(model string) bool {
	m, ok := v.in.Schema.Model(model)
	return ok && textOf(m.Defaults["company_id"]) != ""
}

// companyField is the field that binds a model to companies. Models that are not mapped are not in the snapshot.
func (v *validator) companyField(model string) string {
	if m, ok := v.in.Schema.Model(model); ok {
		return m.CompanyField()
	}
	return schema.CompanyFields[model]
}

// idsIn are the ids of a many2one or many2many.
func idsIn(value any) []int64 {
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	var out []int64
	for _, x := range list {
		if id := idOf(x); id != 0 {
			out = append(out, id)
		}
	}
	return out
}
