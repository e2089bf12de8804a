package pipeline

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/pipeline/linkage"
	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// near says by which fields records of a model are held against those that Odoo has.
type near struct {
	models []string // whose staged records are compared with each other's
	kind   string
	read   string // the model that is read from Odoo
	roles  map[string]linkage.Role
}

var nears = []near{
	{[]string{"res.partner"}, linkage.KindParty, "res.partner", map[string]linkage.Role{"name": linkage.RoleName, "vat": linkage.RoleVAT, "email": linkage.RoleEmail,
		"phone": linkage.RolePhone, "street": linkage.RoleStreet, "zip": linkage.RoleZip, "city": linkage.RoleCity}},
	{[]string{"product.product", "product.template"}, linkage.KindProduct, "product.product", map[string]linkage.Role{"name": linkage.RoleName, "default_code": linkage.RoleSKU, "barcode": linkage.RoleEAN}},
}

const (
	nearOdoo   = "Odoo"    // table of Odoo's records
	nearStaged = "staged " // before the mapping, table of its records
	nearPart   = 2000
)

// nearDuplicates finds staged records that resemble a record which Odoo has already, of another origin: neither loaded by
// this project nor adopted by it. It tells, and rejects nothing.
func (p *Pipeline) nearDuplicates(ctx context.Context, d *derived, t *Target) error {
	if d.saved != nil {
		return nil
	}
	target, _, err := p.identify(ctx, t)
	if err != nil {
		return err
	}
	for _, n := range nears {
		if err := p.nearOf(ctx, d, &nearSource{p: p, d: d, t: t, targetID: target.ID, near: n}); err != nil {
			return fmt.Errorf("look for near-duplicates in %s: %w", n.read, err)
		}
	}
	return nil
}

func (p *Pipeline) nearOf(ctx context.Context, d *derived, s *nearSource) error {
	for _, m := range d.order {
		if fields := s.fieldsOf(m); slices.Contains(s.models, m.Model) && slices.Contains(fields, "name") && len(fields) > 1 {
			s.staged = append(s.staged, m)
		}
	}
	if len(s.staged) == 0 {
		return nil
	}
	var err error
	if s.ids, err = s.t.Search(ctx, s.read, nil, duplicateRows+1); err != nil {
		return err
	}
	searched := len(s.ids)
	if s.ids, err = s.notOurs(ctx, s.ids); err != nil || len(s.ids) == 0 {
		return err
	}
	slices.Sort(s.ids)
	report, inputs, roles, rows, err := s.describe(ctx)
	if err != nil {
		return err
	}
	if searched > duplicateRows || rows > duplicateRows {
		return p.Store.AddFindings(ctx, d.run.ID, d.placed([]record.Finding{{Severity: record.Note, Rule: "near.not_searched", Mapping: s.staged[0].Name,
			Message: fmt.Sprintf("near-duplicates of what Odoo has were not searched: of %s, more than %s records are not compared", s.read, record.GroupedInt(duplicateRows)),
			Hint:    "match: adopts records by equal keys, however many there are"}}))
	}
	p.opt.Progress.Phase("near-duplicates", 0)
	defer p.opt.Progress.Done("near-duplicates")
	r, err := linkage.Run(ctx, report, inputs, linkage.Options{Roles: roles, Against: nearOdoo, MaxGroups: duplicateRows, MaxPairs: 100})
	if err != nil {
		return err
	}
	return p.tellNear(ctx, d, s, r)
}

// nearSource gives linkage the staged records and Odoo's as tables.
type nearSource struct {
	near
	p        *Pipeline
	d        *derived
	t        *Target
	targetID int64
	staged   []*mappings.Mapping
	ids      []int64 // of Odoo's records
}

// fieldsOf are the fields of a mapping that are compared, sorted.
func (s *nearSource) fieldsOf(m *mappings.Mapping) []string {
	layout, kinds := s.d.programs[m.Name].Layout(), s.d.programs[m.Name].Kinds()
	var out []string
	for i, f := range layout.Fields {
		if s.roles[f] != "" && kinds[i] == record.Text {
			out = append(out, f)
		}
	}
	return out
}

// describe makes the report that linkage works on: which tables there are, and what their columns hold.
func (s *nearSource) describe(ctx context.Context) (*profile.Report, []profile.Input, []linkage.TableRoles, int64, error) {
	report, roles := &profile.Report{}, []linkage.TableRoles{}
	var inputs []profile.Input
	var rows int64
	add := func(name string, fields []string) {
		table := linkage.TableRoles{Table: name, Kind: s.kind, Columns: map[string]linkage.Role{}}
		of := profile.Source{Name: name, Input: name, Table: name}
		for _, f := range fields {
			table.Columns[f] = s.roles[f]
			of.Columns = append(of.Columns, profile.Column{Name: f})
		}
		report.Sources, roles = append(report.Sources, of), append(roles, table)
		inputs = append(inputs, profile.Input{Name: name, Source: s})
	}
	for _, m := range s.staged {
		var n int64
		if err := s.p.each(ctx, "select count(*) from staged."+quoted(m.Name), nil, func(scan func(...any) error) error { return scan(&n) }); err != nil {
			return nil, nil, nil, 0, err
		}
		rows += n
		add(nearStaged+m.Name, s.fieldsOf(m))
	}
	add(nearOdoo, s.known())
	return report, inputs, roles, rows, nil
}

// known are the compared fields that Odoo's model has, sorted.
func (s *nearSource) known() []string {
	model, ok := s.d.schema.Model(s.read)
	return slices.DeleteFunc(sortedKeys(s.roles), func(f string) bool {
		if !ok {
			return !slices.ContainsFunc(s.staged, func(m *mappings.Mapping) bool { return slices.Contains(s.fieldsOf(m), f) })
		}
		_, has := model.Field(f)
		return !has
	})
}

func (s *nearSource) File() connectors.File                              { return connectors.File{} }
func (s *nearSource) Tables(context.Context) ([]connectors.Table, error) { return nil, nil }
func (s *nearSource) Close() error                                       { return nil }

// Batches yields the records of a table; the number of a row is that of the staged record, or the id in Odoo.
func (s *nearSource) Batches(ctx context.Context, table string) iter.Seq2[*record.Batch, error] {
	if table == nearOdoo {
		return s.odooRows(ctx)
	}
	m := s.d.set.Mapping(strings.TrimPrefix(table, nearStaged))
	fields := s.fieldsOf(m)
	columns := "x_seq"
	for _, f := range fields {
		columns += ", coalesce(" + quoted(f) + ", '')"
	}
	return func(yield func(*record.Batch, error) bool) {
		b := &record.Batch{Table: table, Columns: fields}
		goOn := true
		err := s.p.each(ctx, "select "+columns+" from staged."+quoted(m.Name)+" order by x_seq", nil, func(scan func(...any) error) error {
			if !goOn {
				return nil
			}
			row := record.Row{Cells: make([]string, len(fields))}
			to := []any{&row.Row}
			for i := range row.Cells {
				to = append(to, &row.Cells[i])
			}
			if err := scan(to...); err != nil {
				return err
			}
			if b.Rows = append(b.Rows, row); len(b.Rows) == nearPart {
				goOn = yield(b, nil)
				b = &record.Batch{Table: table, Columns: fields}
			}
			return nil
		})
		switch {
		case err != nil && goOn:
			yield(nil, err)
		case goOn:
			yield(b, nil)
		}
	}
}

func (s *nearSource) odooRows(ctx context.Context) iter.Seq2[*record.Batch, error] {
	fields := s.known()
	read := slices.Clone(fields)
	for _, m := range s.staged {
		for _, key := range m.Match {
			read = append(read, s.plainKey(m, key)...)
		}
	}
	slices.Sort(read)
	read = slices.Compact(read)
	return func(yield func(*record.Batch, error) bool) {
		for part := range slices.Chunk(s.ids, nearPart) {
			rows, err := s.t.Read(ctx, s.read, part, append([]string{"id"}, read...))
			if err == nil {
				rows, err = s.strangers(ctx, rows)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			b := &record.Batch{Table: nearOdoo, Columns: fields}
			for _, row := range rows {
				one := record.Row{Pos: record.Pos{Row: schema.ID(row["id"])}, Cells: make([]string, len(fields))}
				for i, f := range fields {
					one.Cells[i], _ = row[f].(string)
				}
				b.Rows = append(b.Rows, one)
			}
			if !yield(b, nil) {
				return
			}
		}
	}
}

// plainKey are the fields of a match key that are plain text on both sides.
func (s *nearSource) plainKey(m *mappings.Mapping, key []string) []string {
	layout, kinds := s.d.programs[m.Name].Layout(), s.d.programs[m.Name].Kinds()
	return slices.DeleteFunc(slices.Clone(key), func(f string) bool { i := layout.Index(f); return i < 0 || kinds[i] != record.Text })
}
