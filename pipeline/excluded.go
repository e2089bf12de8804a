package pipeline

import (
	"context"
	"encoding/csv"
	"os"
	"strconv"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// Exclusion says how many rows a mapping leaves out for one reason.
type Exclusion struct {
	Mapping string `json:"mapping"`
	Source  string `json:"source"`
	Class   string `json:"class"` // excluded or merged
	Reason  string `json:"reason"`
	Rows    int64  `json:"rows"`
}

// exclusions counts the rows that mappings leave out, by reason. Rows that were merged are counted together: each of them
// has a reason of its own.
func (p *Pipeline) exclusions(ctx context.Context, d *derived) ([]Exclusion, error) {
	var out []Exclusion
	sources := d.sourcesByID()
	err := p.each(ctx, `select mapping, snapshot_id, class, why, rows from (
			select mapping, snapshot_id, class, case when class = 'excluded' then reason else '' end as why, count(*) as rows from {s}.row_classes
			where run_id = $1 and class in ('excluded', 'merged') group by 1, 2, 3, 4) e
		order by mapping collate "C", snapshot_id, class, rows desc, why collate "C"`, []any{d.run.ID},
		func(scan func(...any) error) error {
			var e Exclusion
			var snapshot int64
			err := scan(&e.Mapping, &snapshot, &e.Class, &e.Reason, &e.Rows)
			e.Source = sources[snapshot]
			out = append(out, e)
			return err
		})
	return out, err
}

// writeExcluded writes every row that mappings leave out, with the reason, as CSV. A file that is there already stays.
func (p *Pipeline) writeExcluded(ctx context.Context, d *derived, file string) error {
	return NewPrivateFile(file, func(f *os.File) error {
		w := csv.NewWriter(f)
		if err := w.Write([]string{"mapping", "source", "row", "class", "reason"}); err != nil {
			return err
		}
		sources := d.sourcesByID()
		err := p.each(ctx, `select mapping, snapshot_id, class, reason, row_no from {s}.row_classes where run_id = $1 and class in ('excluded', 'merged')
			order by mapping collate "C", snapshot_id, row_no`, []any{d.run.ID}, func(scan func(...any) error) error {
			var mapping, class, reason string
			var row, snapshot int64
			if err := scan(&mapping, &snapshot, &class, &reason, &row); err != nil {
				return err
			}
			return w.Write([]string{mapping, record.NoFormula(sources[snapshot]), strconv.FormatInt(row, 10), class, record.NoFormula(reason)})
		})
		if err != nil {
			return err
		}
		w.Flush()
		return w.Error()
	})
}

// sourcesByID names the sources by the ids of their snapshots.
func (d *derived) sourcesByID() map[int64]string {
	out := map[int64]string{}
	for source, snap := range d.snapshots {
		out[snap.ID] = source
	}
	return out
}
