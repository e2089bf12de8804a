package validate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/pipeline/lookup"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// lookups rejects records that link to a record the target does not have, or has more than once.
func (v *validator) lookups(ctx context.Context, m Mapping) error {
	if err := v.models(ctx, m); err != nil {
		return err
	}
	bad := slices.Clone(v.in.Lookups.Missing)
	for ref := range v.in.Lookups.Ambiguous {
		bad = append(bad, ref)
	}
	if len(bad) == 0 {
		return nil
	}
	return v.links(ctx, m, func(field string, list string) error {
		hits, err := v.hits(ctx, `select `+who+`, x_ref from staged.`+quote(m.Name)+`, unnest(`+list+`) x_ref where x_ref = any($1) order by x_seq`, bad)
		if err != nil {
			return err
		}
		var values []string
		byValue := map[string][]hit{}
		for _, h := range hits {
			if byValue[h.value] == nil {
				values = append(values, h.value)
			}
			byValue[h.value] = append(byValue[h.value], h)
		}
		for _, value := range values {
			f := v.unfound(m, field, value)
			if err := v.take(ctx, m, byValue[value], "rejected", f, func(hit) string { return f.Message }); err != nil {
				return err
			}
		}
		return nil
	})
}

// unfound is the finding about one reference that leads to no record, or to several. It is the same for every row.
func (v *validator) unfound(m Mapping, field, value string) record.Finding {
	f := record.Finding{Severity: record.Error, Rule: "validate.lookup", Column: field}
	if ref, err := record.ParseRef(value); err == nil {
		f.Raw = ref.Key
	}
	if list := v.in.Lookups.Ambiguous[value]; len(list) > 0 {
		f.Rule = "validate.lookup_ambiguous"
		f.Message = fmt.Sprintf("%d records of the target are %s: %s", len(list), record.Phrase(value), named(list))
		f.Hint = "rename or archive the others in Odoo, narrow the lookup by within:, or name one by its external id"
		return f
	}
	f.Message = "the target has no " + record.Phrase(value)
	f.Hint = v.remedy(m, field, value)
	return f
}

func (v *validator) remedy(m Mapping, field, value string) string {
	ref, err := record.ParseRef(value)
	near, known := v.in.Lookups.Near[value]
	mapped := m.Mapped != nil && m.Mapped(field)
	switch {
	case err != nil || ref.Model == "":
		return "create it in Odoo, or map the value to one that is there"
	case known && mapped:
		return fmt.Sprintf("did you mean %s? mend the right side of the value map", nearText(near))
	case known:
		return fmt.Sprintf("did you mean %s? add to the value map: %s", nearText(near), mappings.MapLine(ref.Key, near.Key))
	case mapped:
		return "create it in Odoo, or mend the right side of the value map"
	}
	return "create it in Odoo, or add to the value map: " + mappings.MapLine(ref.Key, "")
}

func nearText(n lookup.Near) string {
	if n.Name == "" || n.Name == n.Key {
		return fmt.Sprintf("%q", n.Key)
	}
	return fmt.Sprintf("%q (%s)", n.Key, n.Name)
}

func named(list []lookup.Candidate) string {
	var out []string
	for _, c := range list[:min(len(list), lookup.MaxNamed)] {
		out = append(out, c.String())
	}
	if more := len(list) - len(out); more > 0 {
		out = append(out, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(out, ", ")
}
