package validate

import (
	"context"
	"fmt"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// caseTwins warns of external ids that differ by letter case only. Odoo takes them for two records, and people for one.
func (v *validator) caseTwins(ctx context.Context, m Mapping) error {
	const windowed = `select ` + who + `, first_row::text from (
		select ` + who + `, first_value(x_row) over w as first_row, first_value(x_id) over w as first_id
		from staged.%[1]s where not (x_seq = any($1)) and lower(x_id) in (select lower(x_id) from staged.%[1]s group by lower(x_id) having count(*) > 1)
		window w as (partition by lower(x_id) order by x_seq)) d
		where x_id <> first_id order by x_seq`
	hits, err := v.hits(ctx, fmt.Sprintf(windowed, quote(m.Name)), v.out.Records(m.Name))
	if err != nil || len(hits) == 0 {
		return err
	}
	findings := make([]record.Finding, len(hits))
	for i, h := range hits {
		findings[i] = record.Finding{Severity: record.Warning, Rule: "validate.id_case", Mapping: m.Name, Table: h.table, Row: h.row, Line: h.line, Record: h.id, Raw: "row " + h.value,
			Message: "the external id differs from that of an earlier row by letter case only: they become two records",
			Hint:    "if both rows mean one record, write the key the same way in both, or merge them by a decision"}
	}
	return v.in.Findings(ctx, findings)
}
