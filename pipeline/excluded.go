package pipeline

import (
	"context"
	"encoding/csv"
	"os"
	"strconv"
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
	err := p.each(ctx, `select mapping, class, why, rows from (
			select mapping, class, case when class = 'excluded' then reason else '' end as why, count(*) as rows from {s}.row_classes
			where run_id = $1 and class in ('excluded', 'merged') group by 1, 2, 3) e
		order by mapping collate "C", class, rows desc, why collate "C"`, []any{d.run.ID},
		func(scan func(...any) error) error {
			var e Exclusion
			err := scan(&e.Mapping, &e.Class, &e.Reason, &e.Rows)
			if m := d.set.Mapping(e.Mapping); m != nil {
				e.Source = m.Source
			}
			out = append(out, e)
			return err
		})
	return out, err
}

// writeExcluded writes every row that mappings leave out, with the reason, as CSV. A file that is there already stays.
func (p *Pipeline) writeExcluded(ctx context.Context, d *derived, file string) error {
	return NewFile(file, func(f *os.File) error {
		w := csv.NewWriter(f)
		if err := w.Write([]string{"mapping", "source", "row", "class", "reason"}); err != nil {
			return err
		}
		err := p.each(ctx, `select mapping, class, reason, row_no from {s}.row_classes where run_id = $1 and class in ('excluded', 'merged')
			order by mapping collate "C", row_no`, []any{d.run.ID}, func(scan func(...any) error) error {
			var mapping, class, reason string
			var row int64
			if err := scan(&mapping, &class, &reason, &row); err != nil {
				return err
			}
			source := ""
			if m := d.set.Mapping(mapping); m != nil {
				source = m.Source
			}
			return w.Write([]string{mapping, source, strconv.FormatInt(row, 10), class, harmless(reason)})
		})
		if err != nil {
			return err
		}
		w.Flush()
		return w.Error()
	})
}
