package staging

import (
	"context"
	"fmt"
)

// outTable says which records of a staged table are not to be loaded. It is a cache as that table is.
func outTable(staged string) string { return staged + "_out" }

// TakeOut names the records of a run's mapping, by x_seq, that are not to be loaded: from then on the mapping's view leaves
// them out, in place of those an earlier call named. The staged table keeps them.
func (s *Store) TakeOut(ctx context.Context, run int64, mapping string, gone []int64) error {
	table, err := s.StagedTable(ctx, run, mapping)
	if err != nil {
		return err
	}
	out := "{s}." + quote(outTable(table))
	var b copyText
	for _, seq := range gone {
		b.int(seq)
		b.endRow()
	}
	err = s.inTx(ctx, func(t tx) error {
		if err := t.lock(ctx, "view/"+mapping); err != nil {
			return err
		}
		view := "{staged}." + quote(viewName(mapping))
		if _, err := t.Exec(ctx, "drop view if exists "+view+"; drop table if exists "+out+"; create unlogged table "+out+" (x_seq bigint primary key)"); err != nil {
			return err
		}
		_, err := t.Exec(ctx, "create view "+view+" as select * from {s}."+quote(table)+" t where not exists (select from "+out+" o where o.x_seq = t.x_seq)")
		return err
	})
	if err == nil && len(gone) > 0 {
		err = s.copyRows(ctx, s.place("{s}.")+quote(outTable(table)), []string{"x_seq"}, b)
	}
	if err != nil {
		return fmt.Errorf("take records out of staged %s: %w", mapping, err)
	}
	return nil
}
