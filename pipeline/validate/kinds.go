package validate

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/odoo-migrate/odoo-migrate/mappings/kinds"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// kindsAtOnce is how many records are read and judged at once.
const kindsAtOnce = 20_000

// said are the values of one record, by field, with the countries they are read by.
type said struct {
	hit
	texts, countries []string
}

// kinds checks VAT numbers, account numbers, e-mail addresses and telephone numbers. What Odoo refuses is an error, what it
// takes all the same a warning.
func (v *validator) kinds(ctx context.Context) error {
	for _, m := range v.in.Mappings {
		var fields []schema.Said
		for _, s := range schema.SaidFields {
			if s.Model == m.Layout.Model && m.has(s.Field) && m.kind(s.Field) == record.Text {
				fields = append(fields, s)
			}
		}
		if len(fields) == 0 {
			continue
		}
		if err := v.saidIn(ctx, m, fields); err != nil {
			return fmt.Errorf("%s: %w", m.Name, err)
		}
	}
	return nil
}

// saidIn reads the records of a mapping once, a part at a time.
func (v *validator) saidIn(ctx context.Context, m Mapping, fields []schema.Said) error {
	columns := []string{who}
	for _, s := range fields {
		country := "''"
		if m.has(s.Country) {
			country = "coalesce(" + quote(s.Country) + ", '')"
		}
		columns = append(columns, "coalesce("+quote(s.Field)+", '')", country)
	}
	codes := map[string]string{}
	parts := make(chan []said, 1)
	reading, ctx := errgroup.WithContext(ctx)
	reading.Go(func() error {
		defer close(parts)
		return v.saidParts(ctx, "select "+strings.Join(columns, ", ")+" from "+m.staged()+" order by x_seq", len(fields), parts)
	})
	reading.Go(func() error {
		for part := range parts {
			if err := v.judgeSaid(ctx, m, fields, part, codes); err != nil {
				return err
			}
		}
		return nil
	})
	return reading.Wait()
}

// saidParts reads ahead of the judging by a part or two.
func (v *validator) saidParts(ctx context.Context, sql string, fields int, parts chan<- []said) error {
	var part []said
	send := func() error {
		select {
		case parts <- part:
			part = make([]said, 0, kindsAtOnce)
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	err := v.q.Each(ctx, sql, nil, func(scan func(...any) error) error {
		one := said{texts: make([]string, fields), countries: make([]string, fields)}
		to := []any{&one.id, &one.seq, &one.table, &one.row, &one.line}
		for i := range fields {
			to = append(to, &one.texts[i], &one.countries[i])
		}
		if err := scan(to...); err != nil {
			return err
		}
		if part = append(part, one); len(part) == kindsAtOnce {
			return send()
		}
		return nil
	})
	if err != nil || len(part) == 0 {
		return err
	}
	return send()
}

// wrong is what is said of values that are wrong for the same reason.
type wrong struct {
	field    int
	severity record.Severity
	reason   string
}

// judgeSaid judges the values of some records, and says of those of one reason the same.
func (v *validator) judgeSaid(ctx context.Context, m Mapping, fields []schema.Said, part []said, codes map[string]string) error {
	if err := v.countries(ctx, part, codes); err != nil {
		return err
	}
	found := map[wrong][]hit{}
	for f, s := range fields {
		for i, j := range v.verdicts(s, part, f, codes) {
			if j.reason == "" {
				continue
			}
			severity := record.Warning
			if s.Kind == "phone" {
				severity = record.Note // the plans of the world change faster than anybody's table of them
			}
			if j.refused && s.Refused != "" && v.in.Schema.Has(s.Refused) {
				severity = record.Error
			}
			h := part[i].hit
			h.value = part[i].texts[f]
			found[wrong{f, severity, j.reason}] = append(found[wrong{f, severity, j.reason}], h)
		}
	}
	for _, w := range slices.SortedFunc(maps.Keys(found), func(a, b wrong) int {
		return cmp.Or(cmp.Compare(a.field, b.field), cmp.Compare(a.severity, b.severity), cmp.Compare(a.reason, b.reason))
	}) {
		s := fields[w.field]
		f := record.Finding{Severity: w.severity, Rule: "validate." + s.Kind, Column: s.Field, Message: s.Field + " is no sound " + kindNames[s.Kind] + ": " + w.reason,
			Hint: "Odoo takes it as it is; correct it while people still know"}
		if f.Severity == record.Error {
			f.Hint = "Odoo refuses it; correct it, or leave it empty"
		}
		if err := v.judge(ctx, m, found[w], f); err != nil {
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

// verdicts judges the values of a field, on all cores: a telephone number takes ten microseconds.
func (v *validator) verdicts(s schema.Said, part []said, field int, codes map[string]string) []judged {
	out := make([]judged, len(part))
	var workers sync.WaitGroup
	share := len(part)/runtime.GOMAXPROCS(0) + 1
	for from := 0; from < len(part); from += share {
		workers.Go(func() {
			for i := from; i < min(from+share, len(part)); i++ {
				if text := part[i].texts[field]; text != "" {
					out[i].reason, out[i].refused = v.verdict(s, text, codes[part[i].countries[field]])
				}
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

// countries adds the codes of the countries that references lead to; "" of what leads to none.
func (v *validator) countries(ctx context.Context, part []said, codes map[string]string) error {
	var ask []string
	for _, one := range part {
		for _, country := range one.countries {
			if _, known := codes[country]; known || country == "" {
				continue
			}
			codes[country] = ""
			if ref, err := record.ParseRef(country); err == nil && ref.Model == "res.country" && ref.Field == "code" {
				codes[country] = strings.ToUpper(ref.Key)
				continue
			}
			ask = append(ask, country)
		}
	}
	if len(ask) == 0 || v.in.Target == nil {
		return nil
	}
	ids, err := v.ids(ctx, ask)
	if err != nil {
		return err
	}
	rows, err := v.in.Target.SearchRead(ctx, "res.country", []any{[]any{"id", "in", slices.Sorted(maps.Values(ids))}}, []string{"id", "code"}, 0)
	if err != nil {
		return err
	}
	for _, row := range rows {
		for ref, id := range ids {
			if id == idOf(row["id"]) {
				codes[ref] = textOf(row["code"])
			}
		}
	}
	return nil
}
