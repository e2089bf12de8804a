package validate

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/odoo-migrate/odoo-migrate/mappings/kinds"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// said is a distinct value of a field with the country it is read by.
type said struct{ text, country string }

// kinds checks VAT numbers, account numbers, e-mail addresses and telephone numbers, each distinct one once. What Odoo
// refuses is an error, what it takes all the same a warning.
func (v *validator) kinds(ctx context.Context) error {
	for _, m := range v.in.Mappings {
		for _, s := range schema.SaidFields {
			if s.Model != m.Layout.Model || !m.has(s.Field) || m.kind(s.Field) != record.Text {
				continue
			}
			if err := v.saidIn(ctx, m, s); err != nil {
				return fmt.Errorf("%s.%s: %w", m.Name, s.Field, err)
			}
		}
	}
	return nil
}

func (v *validator) saidIn(ctx context.Context, m Mapping, s schema.Said) error {
	country := "''"
	if m.has(s.Country) {
		country = "coalesce(" + quote(s.Country) + ", '')"
	}
	from := " from " + m.staged() + " where " + quote(s.Field) + " <> ''"
	var all []said
	err := v.q.Each(ctx, "select distinct "+quote(s.Field)+", "+country+from+" order by 1, 2", nil, func(scan func(...any) error) error {
		var one said
		err := scan(&one.text, &one.country)
		all = append(all, one)
		return err
	})
	if err != nil || len(all) == 0 {
		return err
	}
	codes, err := v.countries(ctx, all)
	if err != nil {
		return err
	}
	wrong := map[[2]string][][2]string{} // severity and reason -> value and country
	for i, judged := range v.verdicts(s, all, codes) {
		one, reason, refused := all[i], judged.reason, judged.refused
		if reason != "" {
			severity := record.Warning
			if s.Kind == "phone" {
				severity = record.Note // the plans of the world change faster than anybody's table of them
			}
			if refused && s.Refused != "" && v.in.Schema.Has(s.Refused) {
				severity = record.Error
			}
			k := [2]string{string(severity), reason}
			wrong[k] = append(wrong[k], [2]string{one.text, one.country})
		}
	}
	for _, k := range slices.SortedFunc(maps.Keys(wrong), func(a, b [2]string) int { return strings.Compare(a[0]+a[1], b[0]+b[1]) }) {
		texts, at := make([]string, len(wrong[k])), make([]string, len(wrong[k]))
		for i, w := range wrong[k] {
			texts[i], at[i] = w[0], w[1]
		}
		hits, err := v.hits(ctx, "select "+who+", "+quote(s.Field)+" from "+m.staged()+" join unnest($1::text[], $2::text[]) as wrong(w_text, w_country) on "+
			quote(s.Field)+" = w_text and "+country+" = w_country order by x_seq", texts, at)
		if err != nil {
			return err
		}
		f := record.Finding{Severity: record.Severity(k[0]), Rule: "validate." + s.Kind, Column: s.Field, Message: s.Field + " is no sound " + kindNames[s.Kind] + ": " + k[1],
			Hint: "Odoo takes it as it is; correct it while people still know"}
		if f.Severity == record.Error {
			f.Hint = "Odoo refuses it; correct it, or leave it empty"
		}
		if err := v.judge(ctx, m, hits, f); err != nil {
			return err
		}
	}
	return nil
}

var kindNames = map[string]string{"vat": "VAT number", "iban": "account number", "email": "e-mail address", "phone": "telephone number"}

// judged is a verdict: why a text is not of its kind, and whether Odoo says so, too.
type judged struct {
	reason  string
	refused bool
}

// verdicts judges all values, on all cores: telephone numbers take ten microseconds each.
func (v *validator) verdicts(s schema.Said, all []said, codes map[string]string) []judged {
	out := make([]judged, len(all))
	var workers sync.WaitGroup
	part := len(all)/runtime.GOMAXPROCS(0) + 1
	for from := 0; from < len(all); from += part {
		workers.Go(func() {
			for i := from; i < min(from+part, len(all)); i++ {
				out[i].reason, out[i].refused = v.verdict(s, all[i].text, codes[all[i].country])
			}
		})
	}
	workers.Wait()
	return out
}

// verdict says why a text is not of its kind, "" where it is, and whether Odoo's own check would say so, too.
func (v *validator) verdict(s schema.Said, text, country string) (reason string, refused bool) {
	var found kinds.Verdict
	switch s.Kind {
	case "email":
		found = kinds.Email(strings.TrimSpace(text))
	case "phone":
		if country == "" && !strings.HasPrefix(strings.TrimSpace(text), "+") {
			return "", false
		}
		found = kinds.PhoneNumber(text, country)
	case "iban":
		// Numbers of banks that have no IBAN are as good.
		if len(text) < 2 || strings.Trim(strings.ToUpper(text[:2]), "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
			return "", false
		}
		found = kinds.IBAN(text)
	case "vat":
		return vatVerdict(text, country)
	}
	return found.Reason, false
}

// vatVerdict holds a VAT number to the rules of the country it names, or of the partner's.
func vatVerdict(text, country string) (reason string, refused bool) {
	s := kinds.Compact(text)
	if len(s) == 1 {
		return "", false // a sign for: none
	}
	prefix := country
	if prefix == "GR" {
		prefix = "EL"
	}
	if len(s) > 2 && strings.Trim(s[:2], "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" && kinds.Country(s[:2]).OK || strings.HasPrefix(s, "EL") {
		prefix, s = s[:2], s[2:]
	}
	if prefix == "" || !slices.Contains(kinds.VATCountries(), prefix) {
		return "", false
	}
	found := kinds.VAT(prefix + s)
	home := country
	if home == "GR" {
		home = "EL"
	}
	return found.Reason, prefix == home && slices.Contains(schema.CheckedVAT, country)
}

// countries are the codes of the countries that references lead to.
func (v *validator) countries(ctx context.Context, all []said) (map[string]string, error) {
	out := map[string]string{}
	var ask []string
	for _, one := range all {
		if one.country == "" || out[one.country] != "" {
			continue
		}
		ref, err := record.ParseRef(one.country)
		if err == nil && ref.Model == "res.country" && ref.Field == "code" {
			out[one.country] = strings.ToUpper(ref.Key)
			continue
		}
		if !slices.Contains(ask, one.country) {
			ask = append(ask, one.country)
		}
	}
	if len(ask) == 0 || v.in.Target == nil {
		return out, nil
	}
	ids, err := v.ids(ctx, ask)
	if err != nil {
		return nil, err
	}
	rows, err := v.in.Target.SearchRead(ctx, "res.country", []any{[]any{"id", "in", slices.Sorted(maps.Values(ids))}}, []string{"id", "code"}, 0)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		for ref, id := range ids {
			if id == idOf(row["id"]) {
				out[ref] = textOf(row["code"])
			}
		}
	}
	return out, nil
}
