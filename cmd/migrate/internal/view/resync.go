package view

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
)

// Resync shows what rebuilding a ledger found.
func Resync(w io.Writer, r *pipeline.Resync, width int) error {
	var b strings.Builder
	b.WriteString(Wrap("The ledger of "+r.Target+" was rebuilt: "+r.Why+".", width, 0))
	if r.Of != "" {
		b.WriteString(Wrap("It was gone by the ledger of "+r.Of+".", width, 0))
	}
	t := Table{Head: []string{"records", ""}, Right: []int{1}, Width: width, Indent: 2}
	for _, row := range []struct {
		what string
		n    int64
	}{
		{"as the ledger says", r.Kept}, {"gone from Odoo", r.Gone}, {"another record now", r.Moved}, {"hold older values", r.Reread},
		{"archived or active again", r.Archived}, {"adopted from Odoo", r.Adopted}, {"of them of no known mapping", r.Unplaced},
	} {
		if row.n > 0 {
			t.Rows = append(t.Rows, []string{row.what, Number(row.n)})
		}
	}
	b.WriteString(t.String())
	for _, id := range slices.Sorted(maps.Keys(r.LostByRun)) {
		b.WriteString(Wrap(fmt.Sprintf("Run %d: %s of its changes are not in this database.", id, Number(r.LostByRun[id])), width, 0))
	}
	b.WriteString(Wrap("Next: migrate cutover --resume where a cutover was cut off, else migrate delta. They bring what is missing.", width, 0))
	_, err := io.WriteString(w, b.String())
	return err
}
