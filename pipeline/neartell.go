package pipeline

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline/linkage"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// notOurs leaves the ids of records that this project did not load.
func (s *nearSource) notOurs(ctx context.Context, ids []int64) ([]int64, error) {
	ours := map[int64]bool{}
	for part := range slices.Chunk(ids, nearPart) {
		err := s.p.each(ctx, "select db_id from {s}.ledger where target_id = $1 and model = any($2) and db_id = any($3)", []any{s.targetID, []string{s.read}, part},
			func(scan func(...any) error) error {
				var id int64
				err := scan(&id)
				ours[id] = true
				return err
			})
		if err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(ids, func(id int64) bool { return ours[id] }), nil
}

// strangers leaves records of Odoo that this project will not adopt: that those resemble our own is no news.
func (s *nearSource) strangers(ctx context.Context, rows []map[string]any) ([]map[string]any, error) {
	var err error
	for _, m := range s.staged {
		for _, key := range m.Match {
			plain := s.plainKey(m, key)
			if len(plain) == 0 {
				continue
			}
			if rows, err = s.notAdopted(ctx, m.Name, plain, rows); err != nil {
				return nil, err
			}
		}
	}
	return rows, nil
}

// notAdopted leaves out the records whose key a staged record has.
func (s *nearSource) notAdopted(ctx context.Context, mapping string, key []string, rows []map[string]any) ([]map[string]any, error) {
	texts := func(row map[string]any) string {
		var out []string
		for _, f := range key {
			text, _ := row[f].(string)
			out = append(out, text)
		}
		return strings.Join(out, "\x1f")
	}
	var wanted, columns []string
	for _, row := range rows {
		wanted = append(wanted, texts(row))
	}
	for _, f := range key {
		columns = append(columns, quoted(f))
	}
	adopted := map[string]bool{}
	joined := "concat_ws(e'\\x1f', " + strings.Join(columns, ", ") + ")"
	err := s.p.each(ctx, "select distinct "+joined+" from staged."+quoted(mapping)+" where "+strings.Join(columns, " is not null and ")+" is not null and "+joined+" = any($1)", []any{wanted},
		func(scan func(...any) error) error {
			var text string
			err := scan(&text)
			adopted[text] = true
			return err
		})
	return slices.DeleteFunc(rows, func(row map[string]any) bool { return adopted[texts(row)] }), err
}

// likeness is what a staged record resembles.
type likeness struct {
	id     int64 // in Odoo
	reason string
}

// tellNear writes a finding for every staged record that resembles one of Odoo, with the one that it resembles most.
func (p *Pipeline) tellNear(ctx context.Context, d *derived, s *nearSource, r *linkage.Result) error {
	found := map[string]map[int64]likeness{} // by mapping and x_seq
	for _, g := range r.Groups {
		for _, pair := range g.Pairs {
			a, b := g.Members[pair.A], g.Members[pair.B]
			if a.Table == nearOdoo {
				a, b = b, a
			}
			if a.Table == nearOdoo || b.Table != nearOdoo {
				continue
			}
			mapping := strings.TrimPrefix(a.Table, nearStaged)
			if found[mapping] == nil {
				found[mapping] = map[int64]likeness{}
			}
			if _, better := found[mapping][a.Row]; !better { // pairs come best first
				found[mapping][a.Row] = likeness{b.Row, pair.Reason}
			}
		}
	}
	for _, m := range s.staged {
		for part := range slices.Chunk(slices.Sorted(maps.Keys(found[m.Name])), nearPart) {
			findings, err := p.nearFindings(ctx, m.Name, s.read, part, found[m.Name])
			if err != nil {
				return err
			}
			if err := p.Store.AddFindings(ctx, d.run.ID, d.placed(findings)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *Pipeline) nearFindings(ctx context.Context, mapping, model string, seqs []int64, found map[int64]likeness) ([]record.Finding, error) {
	var out []record.Finding
	err := p.each(ctx, "select x_seq, x_id, x_table, x_row, x_line from staged."+quoted(mapping)+" where x_seq = any($1) order by x_seq", []any{seqs}, func(scan func(...any) error) error {
		f := record.Finding{Severity: record.Warning, Rule: "near.odoo", Mapping: mapping, Rows: 1, Message: "Odoo has a record already that looks like this one"}
		var seq int64
		if err := scan(&seq, &f.Record, &f.Table, &f.Row, &f.Line); err != nil {
			return err
		}
		f.Raw = fmt.Sprintf("%s %d", model, found[seq].id)
		f.Hint = strings.TrimSuffix(found[seq].reason, ".") + "; where they are one, adopt it by match:, or leave the row out"
		out = append(out, f)
		return nil
	})
	return out, err
}
