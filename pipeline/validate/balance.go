package validate

import (
	"context"
	"fmt"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// balances rejects journal entries whose lines do not add up: Odoo takes none whose debit and credit differ. Where every
// entry balances, so does every journal and period. Entries to which Odoo adds lines by itself are left to it: invoices, and
// those with taxes.
func (v *validator) balances(ctx context.Context) error {
	for _, entries := range v.in.Mappings {
		if entries.Layout.Model != "account.move" {
			continue
		}
		if lines, out := v.amounts(entries); lines != "" {
			if err := v.balance(ctx, entries, lines, out); err != nil {
				return fmt.Errorf("validate %s: %w", entries.Name, err)
			}
		}
	}
	return nil
}

// amounts reads what the lines of all an entry's mappings add to its balance, but for those taken out; "" where one of the
// mappings does not say.
func (v *validator) amounts(entries Mapping) (sql string, out []any) {
	var all []string
	for _, lines := range v.in.Mappings {
		if lines.Parent != entries.Name {
			continue
		}
		amount := amountSQL(lines)
		if amount == "" || lines.Layout.Model != "account.move.line" || !lines.has(lines.Link) {
			return "", nil
		}
		out = append(out, v.out.Records(lines.Name))
		all = append(all, fmt.Sprintf("select %s as entry, %s as amount from %s where not (x_seq = any($%d))", quote(lines.Link), amount, lines.staged(), len(out)))
	}
	return strings.Join(all, " union all "), out
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

func (v *validator) balance(ctx context.Context, entries Mapping, lines string, out []any) error {
	l := schema.Locked{Taxed: []string{"tax_ids"}}
	kind := "true"
	if entries.has("move_type") {
		kind = "coalesce(d.move_type, 'entry') = 'entry'"
	}
	off := fmt.Sprintf("select entry, sum(amount) as off from (%s) a group by 1 having round(sum(amount), %d) <> 0", lines, v.in.Schema.CurrencyDigits)
	hits, err := v.hits(ctx, "select "+who+", trim_scale(off)::text from "+entries.staged()+" d join ("+off+") o on o.entry = d.x_id where "+kind+" and not "+v.taxed(entries, l)+" order by x_seq", out...)
	if err != nil {
		return err
	}
	return v.judge(ctx, entries, hits, record.Finding{Severity: record.Error, Rule: "validate.unbalanced",
		Message: "debit and credit of the entry differ", Hint: "the value is debit minus credit; Odoo takes no such entry, so mend its lines"})
}
