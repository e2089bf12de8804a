package validate

import (
	"context"
	"fmt"
	"slices"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// balances rejects journal entries whose lines do not add up: Odoo takes none whose debit and credit differ. Where every
// entry balances, so does every journal and period. Entries to which Odoo adds lines by itself are left to it: invoices, and
// those with taxes.
func (v *validator) balances(ctx context.Context) error {
	for _, lines := range v.in.Mappings {
		i := slices.IndexFunc(v.in.Mappings, func(m Mapping) bool { return m.Name == lines.Parent })
		amount := amountSQL(lines)
		if i < 0 || lines.Layout.Model != "account.move.line" || amount == "" || !lines.has(lines.Link) {
			continue
		}
		if err := v.balance(ctx, v.in.Mappings[i], lines, amount); err != nil {
			return fmt.Errorf("validate %s: %w", lines.Name, err)
		}
	}
	return nil
}

// amountSQL is what a line adds to its entry's balance; "" where the mapping does not say.
func amountSQL(lines Mapping) string {
	has := func(f string) bool { return lines.has(f) && lines.kind(f) == record.Number }
	switch {
	case has("debit") && has("credit"):
		return "coalesce(debit, 0) - coalesce(credit, 0)"
	case has("balance"):
		return "coalesce(balance, 0)"
	}
	return ""
}

func (v *validator) balance(ctx context.Context, entries, lines Mapping, amount string) error {
	l := schema.Locked{Taxed: []string{"tax_ids"}}
	kind := "true"
	if entries.has("move_type") {
		kind = "coalesce(d.move_type, 'entry') = 'entry'"
	}
	off := fmt.Sprintf("select %s as entry, sum(%s) as off from %s where not (x_seq = any($1)) group by 1 having round(sum(%s), %d) <> 0",
		quote(lines.Link), amount, lines.staged(), amount, v.in.Schema.CurrencyDigits)
	hits, err := v.hits(ctx, "select "+who+", trim_scale(off)::text from "+entries.staged()+" d join ("+off+") o on o.entry = d.x_id where "+kind+" and not "+v.taxed(entries, l)+" order by x_seq",
		v.out.Records(lines.Name))
	if err != nil {
		return err
	}
	return v.judge(ctx, entries, hits, record.Finding{Severity: record.Error, Rule: "validate.unbalanced",
		Message: "debit and credit of the entry differ", Hint: "the value is debit minus credit; Odoo takes no such entry, so mend its lines"})
}
