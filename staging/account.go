package staging

import (
	"context"
	"fmt"
)

// FoldedRow is a row that became part of the record of another row, the first of its group.
type FoldedRow struct {
	Source string
	Row    int64
	Into   FoldedInto
}

// FoldedInto is the first row of a group.
type FoldedInto struct {
	Source string
	Row    int64
}

// foldedTable has the rows of a staged table's groups but the first of each. It is a cache as that table is.
func foldedTable(staged string) string { return staged + "_folded" }

// Fold remembers rows that are part of a group.
func (w *StageWriter) Fold(ctx context.Context, rows []FoldedRow) error {
	if len(rows) == 0 {
		return nil
	}
	table := "{s}." + quote(foldedTable(w.table))
	if !w.folds {
		w.folds = true
		if _, err := w.store.Exec(ctx, "create unlogged table "+table+" (source text, row_no bigint, into_source text, into_row bigint)"); err != nil {
			return fmt.Errorf("stage %s: %w", w.layout.Mapping, err)
		}
	}
	var b copyText
	for _, r := range rows {
		b.shown(r.Source)
		b.int(r.Row)
		b.shown(r.Into.Source)
		b.int(r.Into.Row)
		b.endRow()
	}
	if err := w.store.copyRows(ctx, w.store.place(table), []string{"source", "row_no", "into_source", "into_row"}, b); err != nil {
		return fmt.Errorf("stage %s: %w", w.layout.Mapping, err)
	}
	return nil
}

// ForgetLeftOut takes away what was said of rows that were left out or merged, and of which a record is staged all the
// same: of a row of which several records may be made, what is left out is a part. gone are the x_seq of records that are
// none any more; snapshots gives the source of each.
func (s *Store) ForgetLeftOut(ctx context.Context, run int64, mapping string, snapshots map[int64]string, gone []int64) error {
	table, err := s.StagedTable(ctx, run, mapping)
	if err != nil {
		return err
	}
	ids, sources := inStep(snapshots)
	_, err = s.Exec(ctx, `delete from {s}.row_classes c using unnest($3::bigint[], $4::text[]) v(id, source)
		where c.run_id = $1 and c.mapping = $2 and c.class <> 'rejected' and c.snapshot_id = v.id
			and exists (select from {s}.`+quote(table)+` k where k.x_table = v.source and k.x_row = c.row_no and not (k.x_seq = any($5::bigint[])))`,
		run, mapping, ids, sources, notNilInts(gone))
	return err
}

func inStep(snapshots map[int64]string) (ids []int64, sources []string) {
	for id, source := range snapshots {
		ids, sources = append(ids, id), append(sources, source)
	}
	return ids, sources
}

// Account says what became of the rows of one source for one mapping. A row of which several records were made is
// rejected when one of them was, and used when any of them is left.
type Account struct {
	Source                                    string
	Used, Grouped, Merged, Excluded, Rejected int64
}

// Account counts the rows behind a staged table by source: those with a record, except the ones whose x_seq is in gone;
// those with a class, where snapshots gives the source of each; and those that were folded into them.
func (s *Store) Account(ctx context.Context, run int64, mapping string, snapshots map[int64]string, gone []int64) ([]Account, error) {
	table, err := s.StagedTable(ctx, run, mapping)
	if err != nil {
		return nil, err
	}
	ids, sources := inStep(snapshots)
	folded := "select null::text as source, null::text as class where false"
	n, err := number(ctx, s, "select count(*) from pg_tables where schemaname = $1 and tablename = $2", s.Schema(), foldedTable(table))
	if err != nil {
		return nil, err
	}
	if n > 0 {
		folded = "select f.source, case h.class when 'used' then 'grouped' else h.class end from {s}." + quote(foldedTable(table)) +
			" f join heads h on h.source = f.into_source and h.row_no = f.into_row"
	}
	r, err := s.Query(ctx, `with
		kept as (select distinct x_table as source, x_row as row_no from {s}.`+quote(table)+` where not (x_seq = any($3::bigint[]))),
		told as (select v.source, c.row_no, c.class from {s}.row_classes c join unnest($4::bigint[], $5::text[]) v(id, source) on v.id = c.snapshot_id
			where c.run_id = $1 and c.mapping = $2),
		heads as (select coalesce(k.source, t.source) as source, coalesce(k.row_no, t.row_no) as row_no,
			case when t.class = 'rejected' or k.row_no is null then t.class else 'used' end as class
			from kept k full join told t on t.source = k.source and t.row_no = k.row_no)
		select source, count(*) filter (where class = 'used'), count(*) filter (where class = 'grouped'), count(*) filter (where class = 'merged'),
			count(*) filter (where class = 'excluded'), count(*) filter (where class = 'rejected')
		from (select source, class from heads union all `+folded+`) x group by source order by source collate "C"`, run, mapping, notNilInts(gone), ids, sources)
	return collect(r, err, func(r Rows, a *Account) error {
		return r.Scan(&a.Source, &a.Used, &a.Grouped, &a.Merged, &a.Excluded, &a.Rejected)
	})
}

func notNilInts(n []int64) []int64 {
	if n == nil {
		return []int64{}
	}
	return n
}
