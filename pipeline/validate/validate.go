// Package validate checks staged records as sets, in SQL, against each other and against the target's metadata, so that
// everything wrong is known before Odoo sees a row. A rejected record takes down what hangs on it, by name.
package validate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/pipeline/lookup"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// Queryer runs a query and gives each row's scan to row. In the text, staged."name" stands for the staged records of a
// mapping: its fields, and x_id, x_seq, x_table, x_row, x_line, x_digest.
type Queryer interface {
	Each(ctx context.Context, sql string, args []any, row func(scan func(...any) error) error) error
}

// Mapping is one staged mapping.
type Mapping struct {
	Name   string
	Layout *record.Layout
	Kinds  []record.Kind
	Parent string // mapping whose documents these records are lines of
	Link   string // field that links a line to its document
	At     func(field string) string
	Mapped func(field string) bool // whether a value map makes the field's keys
	Checks []mappings.GroupCheck
	SQL    []mappings.SQLCheck
	Match  [][]string // keys by which records of the target are adopted
	Posts  bool       // a call makes documents of the records: Odoo holds their dates against its lock dates
}

// Target reads records of Odoo, archived ones and those of all the account's companies included. Many2one values are bare
// ids; a limit of 0 is none.
type Target interface {
	SearchRead(ctx context.Context, model string, domain []any, fields []string, limit int) ([]map[string]any, error)
}

// Input of Run.
type Input struct {
	Module     string
	Mappings   []Mapping
	Schema     *schema.Snapshot
	Lookups    *lookup.Result                                              // of every reference that is not to a migrated record
	Incomplete map[string][]string                                         // by mapping of documents: external ids of those whose line the mapping rejected
	InTarget   func(ctx context.Context, ids []string) ([]string, error)   // which of the external ids were loaded by an earlier run
	Reject     func(ctx context.Context, mapping string, rows []Row) error // records a class
	Findings   func(ctx context.Context, findings []record.Finding) error
	Checked    func(CheckResult) // hears what came of each check
	// Settled hears, before the checks in SQL, what is taken out by then: the views they read leave it out.
	Settled func(ctx context.Context, out Rejected) error
	// Look runs a check's SQL, which can only read, and gives the names of its columns.
	Look    func(ctx context.Context, sql string, args []any, row func(scan func(...any) error) error) (columns []string, err error)
	Target  Target // nil: what Odoo has already is not looked at
	Company int64  // the account's own, which Odoo puts in where a record has none; 0 where it is not known
	// IDs are the database ids of references, to records of earlier runs and to others; those without are missing.
	IDs func(ctx context.Context, refs []string) (map[string]int64, error)
}

// Row is one source row that does not become a record after all.
type Row struct {
	Table  string // source
	Row    int64
	Class  string // "rejected" or "merged"
	Reason string
}

// Rejected holds, by mapping, the records that validation took out, by their x_seq.
type Rejected map[string]map[int64]string

// Records lists the records of a mapping in order.
func (r Rejected) Records(mapping string) []int64 {
	out := make([]int64, 0, len(r[mapping]))
	for seq := range r[mapping] {
		out = append(out, seq)
	}
	slices.Sort(out)
	return out
}

// Run checks all mappings and returns what it took out.
func Run(ctx context.Context, q Queryer, in Input) (Rejected, error) {
	v := &validator{q: q, in: in, out: Rejected{}, lost: map[string]bool{}}
	for _, m := range in.Mappings {
		for _, check := range []func(context.Context, Mapping) error{v.duplicates, v.caseTwins, v.fields, v.lookups, v.references} {
			if err := check(ctx, m); err != nil {
				return nil, fmt.Errorf("validate %s: %w", m.Name, err)
			}
		}
	}
	for _, check := range []func(context.Context) error{v.refusals, v.cycles, v.uniques, v.kinds, v.locks, v.companies} {
		if err := check(ctx); err != nil {
			return nil, fmt.Errorf("validate: %w", err)
		}
	}
	for _, m := range in.Mappings {
		if err := v.incomplete(ctx, m); err != nil {
			return nil, fmt.Errorf("validate %s: %w", m.Name, err)
		}
	}
	if err := v.cascade(ctx); err != nil {
		return nil, err
	}
	// Checks come last: of a group they want the records that would be loaded.
	for _, m := range in.Mappings {
		if err := v.checks(ctx, m); err != nil {
			return nil, fmt.Errorf("validate %s: %w", m.Name, err)
		}
	}
	if err := v.balances(ctx); err != nil {
		return nil, err
	}
	if err := v.cascade(ctx); err != nil {
		return nil, err
	}
	if err := v.sqlChecks(ctx); err != nil {
		return nil, err
	}
	return v.out, nil
}

type validator struct {
	q    Queryer
	in   Input
	out  Rejected
	lost map[string]bool // external ids that no record carries any more
}

// who are the columns that say which record a check found, and where it comes from. x_seq alone tells records apart:
// one row may become several.
const who = "x_id, x_seq, x_table, x_row, x_line"

// hit is a staged record a check found.
type hit struct {
	id        string
	seq       int64
	table     string
	row, line int64
	value     string
	hint      string // of this record, where it differs from others
}

func (v *validator) hits(ctx context.Context, sql string, args ...any) ([]hit, error) {
	var out []hit
	err := v.q.Each(ctx, sql, args, func(scan func(...any) error) error {
		var h hit
		if err := scan(&h.id, &h.seq, &h.table, &h.row, &h.line, &h.value); err != nil {
			return err
		}
		out = append(out, h)
		return nil
	})
	return out, err
}

// take rejects (or merges) the rows of hits that no earlier check took, each with a finding. Findings that say the same are
// shown as one: where f has a message it stands for all of them, and what is special about a row is its reason and raw value.
func (v *validator) take(ctx context.Context, m Mapping, hits []hit, class string, f record.Finding, message func(hit) string) error {
	if v.out[m.Name] == nil {
		v.out[m.Name] = map[int64]string{}
	}
	var rows []Row
	var findings []record.Finding
	for _, h := range hits {
		if _, gone := v.out[m.Name][h.seq]; gone {
			continue
		}
		one, reason := f, message(h)
		one.Mapping, one.Table, one.Row, one.Line, one.Record = m.Name, h.table, h.row, h.line, h.id
		if one.Message == "" {
			one.Message = reason
		}
		if one.Column != "" && m.At != nil {
			one.At = m.At(one.Column)
		}
		v.out[m.Name][h.seq] = reason
		if class == "rejected" && f.Rule != "validate.duplicate" {
			v.lost[h.id] = true
		}
		rows = append(rows, Row{h.table, h.row, class, reason})
		findings = append(findings, one)
	}
	if len(rows) == 0 {
		return nil
	}
	if err := v.in.Reject(ctx, m.Name, rows); err != nil {
		return err
	}
	return v.in.Findings(ctx, findings)
}

// duplicates: a second row with the same external id is merged when it says the same, and rejected when it does not.
func (v *validator) duplicates(ctx context.Context, m Mapping) error {
	const windowed = `select ` + who + `, first_row::text from (
		select ` + who + `, first_value(x_row) over w as first_row, row_number() over w as n,
		       x_digest = first_value(x_digest) over w as same
		from staged.%[1]s where x_id in (select x_id from staged.%[1]s group by x_id having count(*) > 1)
		window w as (partition by x_id order by x_seq)) d
		where n > 1 and %[2]s order by x_seq`
	for _, c := range []struct{ where, class, rule, all, text string }{
		{"same", "merged", "validate.duplicate_row", "the row says the same as an earlier one, under the same external id",
			"the row says the same as row %s, under the same external id"},
		{"not same", "rejected", "validate.duplicate", "the row has the external id of an earlier one but says something else",
			"the row has the external id of row %s but says something else"},
	} {
		hits, err := v.hits(ctx, fmt.Sprintf(windowed, quote(m.Name), c.where))
		if err != nil {
			return err
		}
		severity := record.Error
		if c.class == "merged" {
			severity = record.Warning
		}
		f := record.Finding{Severity: severity, Rule: c.rule, Message: c.all, Hint: "keep one of the rows, or give them different keys"}
		if err := v.take(ctx, m, hits, c.class, f, func(h hit) string {
			return fmt.Sprintf(c.text, h.value)
		}); err != nil {
			return err
		}
	}
	return nil
}

// fields checks values against the target's metadata: required, selection, length.
func (v *validator) fields(ctx context.Context, m Mapping) error {
	model, ok := v.in.Schema.Model(m.Layout.Model)
	if !ok {
		return fmt.Errorf("the target has no model %s", m.Layout.Model)
	}
	for _, name := range m.Layout.Fields {
		f, ok := model.Field(name)
		if !ok {
			continue
		}
		if err := v.field(ctx, m, f); err != nil {
			return err
		}
	}
	return nil
}

func (v *validator) field(ctx context.Context, m Mapping, f schema.Field) error {
	base := `select ` + who + `, coalesce(` + quote(f.Name) + `::text, '') from staged.` + quote(m.Name) + ` where `
	check := func(rule, where string, message func(hit) string, args ...any) error {
		hits, err := v.hits(ctx, base+where+` order by x_seq`, args...)
		if err != nil {
			return err
		}
		return v.take(ctx, m, hits, "rejected", record.Finding{Severity: record.Error, Rule: rule, Column: f.Name}, message)
	}
	if f.Required && f.Type != schema.Boolean {
		if err := check("validate.required", quote(f.Name)+` is null`, func(hit) string {
			return "a value is required in Odoo"
		}); err != nil {
			return err
		}
	}
	if f.Type == schema.Selection && len(f.Options) > 0 {
		options := make([]string, len(f.Options))
		for i, o := range f.Options {
			options[i] = o.Value
		}
		if err := check("validate.selection", quote(f.Name)+` is not null and not (`+quote(f.Name)+` = any($1))`, func(h hit) string {
			return fmt.Sprintf("%q is none of %s", h.value, strings.Join(options, ", "))
		}, options); err != nil {
			return err
		}
	}
	if f.Size > 0 {
		return check("validate.too_long", fmt.Sprintf(`char_length(%s) > %d`, quote(f.Name), f.Size), func(hit) string {
			return fmt.Sprintf("the text is longer than the %d characters Odoo keeps", f.Size)
		})
	}
	return nil
}

// models rejects records that link to a record of another model than the field takes.
func (v *validator) models(ctx context.Context, m Mapping) error {
	model, ok := v.in.Schema.Model(m.Layout.Model)
	if !ok {
		return nil
	}
	return v.links(ctx, m, func(field, list string) error {
		f, ok := model.Field(field)
		if !ok || f.Relation == "" && f.Type != schema.Reference {
			return nil
		}
		var wrong []string
		for ref, is := range v.in.Lookups.Models {
			if f.Relation != "" && is != f.Relation || !f.Takes(is) {
				wrong = append(wrong, ref)
			}
		}
		if len(wrong) == 0 {
			return nil
		}
		slices.Sort(wrong)
		hits, err := v.hits(ctx, `select `+who+`, x_ref from staged.`+quote(m.Name)+`, unnest(`+list+`) x_ref where x_ref = any($1) order by x_seq`, wrong)
		if err != nil {
			return err
		}
		found := record.Finding{Severity: record.Error, Rule: "validate.link_model", Column: field, Hint: "name a record of " + f.Models()}
		return v.take(ctx, m, hits, "rejected", found, func(h hit) string {
			return fmt.Sprintf("%s is a record of %s, the field takes %s", h.value, v.in.Lookups.Models[h.value], f.Models())
		})
	})
}

// references rejects records that link to a migrated record which no source row produces and no earlier run loaded.
func (v *validator) references(ctx context.Context, m Mapping) error {
	return v.links(ctx, m, func(field, list string) error {
		hits, err := v.hits(ctx, `select `+who+`, x_ref from staged.`+quote(m.Name)+`, unnest(`+list+`) x_ref where `+v.orphan()+` order by x_seq`, v.in.Module+".")
		if err != nil || len(hits) == 0 {
			return err
		}
		if hits, err = v.notInTarget(ctx, hits); err != nil || len(hits) == 0 {
			return err
		}
		f := record.Finding{
			Severity: record.Error, Rule: "validate.reference", Column: field, Raw: hits[0].value,
			Message: field + " refers to records that no row makes and no earlier run loaded",
			Hint:    "they are missing from the source or were rejected, " + hits[0].value + " for one",
		}
		return v.take(ctx, m, hits, "rejected", f, func(h hit) string {
			return "there is no record " + h.value
		})
	})
}

// orphan is the condition that reference r is to a migrated record nobody stages.
func (v *validator) orphan() string {
	var b strings.Builder
	b.WriteString(`starts_with(x_ref, $1) and strpos(x_ref, '[') = 0`)
	for _, m := range v.in.Mappings {
		b.WriteString(` and not exists (select 1 from staged.` + quote(m.Name) + ` t where t.x_id = x_ref)`)
	}
	return b.String()
}

func (v *validator) notInTarget(ctx context.Context, hits []hit) ([]hit, error) {
	ids := make([]string, len(hits))
	for i, h := range hits {
		ids[i] = h.value
	}
	slices.Sort(ids)
	loaded, err := v.in.InTarget(ctx, slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	there := map[string]bool{}
	for _, id := range loaded {
		there[id] = true
	}
	return slices.DeleteFunc(hits, func(h hit) bool { return there[h.value] }), nil
}

// links calls each for every link field of a mapping, with SQL for the array of its references.
func (v *validator) links(_ context.Context, m Mapping, each func(field, list string) error) error {
	for i, field := range m.Layout.Fields {
		var err error
		switch m.Kinds[i] {
		case record.Link:
			err = each(field, `array[`+quote(field)+`]`)
		case record.Links:
			err = each(field, `string_to_array(nullif(`+quote(field)+`, ''), ',')`)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// incomplete rejects documents that lost a line before it could be staged.
func (v *validator) incomplete(ctx context.Context, m Mapping) error {
	ids := v.in.Incomplete[m.Name]
	if len(ids) == 0 {
		return nil
	}
	hits, err := v.hits(ctx, `select `+who+`, x_id from staged.`+quote(m.Name)+` where x_id = any($1) order by x_seq`, ids)
	if err != nil {
		return err
	}
	f := record.Finding{Severity: record.Error, Rule: "validate.line_rejected", Hint: "mend the line; the document is loaded whole or not at all"}
	return v.take(ctx, m, hits, "rejected", f, func(hit) string { return "one of its lines was rejected" })
}

// cascade takes down what links to a rejected record, and the document a rejected line belongs to, until nothing moves.
func (v *validator) cascade(ctx context.Context) error {
	for len(v.lost) > 0 {
		lost := make([]string, 0, len(v.lost))
		for id := range v.lost {
			lost = append(lost, id)
		}
		slices.Sort(lost)
		v.lost = map[string]bool{}
		for _, m := range v.in.Mappings {
			if err := v.dependants(ctx, m, lost); err != nil {
				return fmt.Errorf("validate %s: %w", m.Name, err)
			}
			if err := v.documents(ctx, m, lost); err != nil {
				return fmt.Errorf("validate %s: %w", m.Name, err)
			}
		}
	}
	return nil
}

func (v *validator) dependants(ctx context.Context, m Mapping, lost []string) error {
	return v.links(ctx, m, func(field, list string) error {
		hits, err := v.hits(ctx, `select `+who+`, x_ref from staged.`+quote(m.Name)+`, unnest(`+list+`) x_ref where x_ref = any($1) order by x_seq`, lost)
		if err != nil {
			return err
		}
		if len(hits) == 0 {
			return nil
		}
		f := record.Finding{Severity: record.Error, Rule: "validate.parent_rejected", Column: field, Raw: hits[0].value,
			Message: field + " refers to records that were rejected", Hint: "mend the records it refers to, " + hits[0].value + " for one"}
		return v.take(ctx, m, hits, "rejected", f, func(h hit) string { return h.value + " was rejected" })
	})
}

// documents rejects whole documents that lost a line: half an order is worse than none.
func (v *validator) documents(ctx context.Context, m Mapping, lost []string) error {
	for _, line := range v.in.Mappings {
		if line.Parent != m.Name {
			continue
		}
		hits, err := v.hits(ctx, `select p.x_id, p.x_seq, p.x_table, p.x_row, p.x_line, min(c.x_id) from staged.`+quote(m.Name)+` p join staged.`+quote(line.Name)+
			` c on c.`+quote(line.Link)+` = p.x_id where c.x_id = any($1) group by p.x_id, p.x_seq, p.x_table, p.x_row, p.x_line order by p.x_seq`, lost)
		if err != nil {
			return err
		}
		f := record.Finding{Severity: record.Error, Rule: "validate.line_rejected", Message: "one of its lines was rejected", Hint: "mend the line; the document is loaded whole or not at all"}
		if err := v.take(ctx, m, hits, "rejected", f, func(h hit) string { return fmt.Sprintf("its line %s was rejected", h.value) }); err != nil {
			return err
		}
	}
	return nil
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
