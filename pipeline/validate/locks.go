package validate

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// noLock is what Odoo says where no lock date is set.
const noLock = "0001-01-01"

// locks judges documents whose date lies in a closed period of their company: Odoo would refuse them, or move the date
// without a word, when they are posted. A draft is told only.
func (v *validator) locks(ctx context.Context) error {
	if v.in.Target == nil {
		return nil
	}
	for _, l := range schema.LockedModels {
		for _, m := range v.in.Mappings {
			if m.Layout.Model != l.Model || !slices.ContainsFunc(l.Dates, m.has) {
				continue
			}
			if err := v.lockedIn(ctx, m, l); err != nil {
				return fmt.Errorf("%s: %w", m.Name, err)
			}
		}
	}
	return nil
}

// lockedGroup is what the documents of one company and journal have in common.
type lockedGroup struct{ company, journal string }

func (v *validator) lockedIn(ctx context.Context, m Mapping, l schema.Locked) error {
	company, journal := v.companySQL(m), "''"
	if m.has(l.Journal) {
		journal = "coalesce(" + quote(l.Journal) + ", '')"
	}
	var dates []string
	for _, f := range l.Dates {
		if m.has(f) {
			dates = append(dates, quote(f)+"::date")
		}
	}
	date := "coalesce(" + strings.Join(dates, ", ") + ")"
	var groups []lockedGroup
	refs := map[string]bool{}
	err := v.q.Each(ctx, "select distinct "+company+", "+journal+" from "+m.staged()+" where "+date+" is not null order by 1, 2", nil, func(scan func(...any) error) error {
		var g lockedGroup
		err := scan(&g.company, &g.journal)
		groups = append(groups, g)
		for _, r := range []string{g.company, g.journal} {
			if r != "" && !strings.HasPrefix(r, "#") {
				refs[r] = true
			}
		}
		return err
	})
	if err != nil || len(groups) == 0 {
		return err
	}
	ids, err := v.ids(ctx, slices.Sorted(maps.Keys(refs)))
	if err != nil {
		return err
	}
	locks, err := v.lockDates(ctx)
	if err != nil || len(locks) == 0 {
		return err
	}
	types, err := v.journalTypes(ctx, l, m, groups, ids)
	if err != nil {
		return err
	}
	for _, g := range groups {
		dates := locks[number(g.company, ids)]
		for _, closed := range []closedPeriod{{lockOf(dates, types[ids[g.journal]]), "the books are locked", ""}, {dates[schema.TaxLock], "the tax return is locked", v.taxed(m, l)}} {
			if closed.until == "" || closed.only == "false" {
				continue
			}
			sql := "select " + who + ", to_char(" + date + ", 'YYYY-MM-DD') from " + m.staged() + " d where " + company + " = $1 and " + journal + " = $2 and " + date + " <= $3::text::date"
			if closed.only != "" {
				sql += " and " + closed.only
			}
			hits, err := v.hits(ctx, sql+" order by x_seq", g.company, g.journal, closed.until)
			if err != nil {
				return err
			}
			if err := v.judge(ctx, m, hits, closed.finding(m, l)); err != nil {
				return err
			}
		}
	}
	return nil
}

// closedPeriod ends with a lock date; only is the condition of documents that it is about, "" for all.
type closedPeriod struct{ until, what, only string }

func (c closedPeriod) finding(m Mapping, l schema.Locked) record.Finding {
	f := record.Finding{Severity: record.Error, Rule: "validate.locked", Column: l.Dates[slices.IndexFunc(l.Dates, m.has)],
		Message: "the date lies in a closed period: " + c.what + " up to " + c.until, Hint: "give it a later date, or have the lock date taken back in Odoo"}
	if !m.Posts {
		f.Severity, f.Hint = record.Warning, "as a draft it can be loaded; posted in Odoo it gets another date"
	}
	return f
}

// taxed is the condition that a document, d, has a line with taxes; "false" where no mapping gives lines any.
func (v *validator) taxed(m Mapping, l schema.Locked) string {
	var any []string
	for _, line := range v.in.Mappings {
		if line.Parent != m.Name {
			continue
		}
		for _, f := range l.Taxed {
			if line.has(f) {
				any = append(any, "exists (select from "+line.staged()+" t where t."+quote(line.Link)+" = d.x_id and coalesce(t."+quote(f)+"::text, '') <> '')")
			}
		}
	}
	if len(any) == 0 {
		return "false"
	}
	return "(" + strings.Join(any, " or ") + ")"
}

// companySQL is the text of a record's company: a reference, or "#id" of the one Odoo puts in.
func (v *validator) companySQL(m Mapping) string {
	if m.has("company_id") {
		return "coalesce(" + quote("company_id") + ", '')"
	}
	if m.has(schema.Company) {
		return "coalesce(" + quote(schema.Company) + ", '')"
	}
	if model, ok := v.in.Schema.Model(m.Layout.Model); ok {
		if id := textOf(model.Defaults["company_id"]); id != "" {
			return "'#" + strings.Trim(id, "'") + "'"
		}
	}
	return fmt.Sprintf("'#%d'", v.in.Company)
}

// number is the id of a reference, or of "#id".
func number(ref string, ids map[string]int64) int64 {
	if rest, ok := strings.CutPrefix(ref, "#"); ok {
		var id int64
		_, _ = fmt.Sscan(rest, &id)
		return id
	}
	return ids[ref]
}

// lockDates are the lock dates of all companies by id, by type of journal.
func (v *validator) lockDates(ctx context.Context) (map[int64]map[string]string, error) {
	fields := []string{"id"}
	for _, f := range schema.LockDates {
		fields = append(fields, f.Field)
	}
	rows, err := v.in.Target.SearchRead(ctx, "res.company", nil, fields, 0)
	if class := schema.ClassOf(err); class == schema.FaultServer || class == schema.FaultValidation || class == schema.FaultUser {
		return nil, nil // a server without lock dates
	}
	if err != nil {
		return nil, fmt.Errorf("read the lock dates: %w", err)
	}
	out := map[int64]map[string]string{}
	for _, row := range rows {
		dates := map[string]string{}
		for _, f := range schema.LockDates {
			if d := textOf(row[f.Field]); d > noLock {
				dates[f.For] = max(dates[f.For], d)
			}
		}
		if len(dates) > 0 {
			out[idOf(row["id"])] = dates
		}
	}
	return out, nil
}

func lockOf(dates map[string]string, journal string) string {
	until := dates[""]
	if journal != "" {
		until = max(until, dates[journal])
	}
	return until
}

// journalTypes are the types of journals by id.
func (v *validator) journalTypes(ctx context.Context, l schema.Locked, m Mapping, groups []lockedGroup, ids map[string]int64) (map[int64]string, error) {
	out := map[int64]string{}
	var wanted []int64
	for _, g := range groups {
		if id := ids[g.journal]; id != 0 {
			wanted = append(wanted, id)
		}
	}
	model, _ := v.in.Schema.Model(m.Layout.Model)
	f, ok := model.Field(l.Journal)
	if !ok || len(wanted) == 0 {
		return out, nil
	}
	rows, err := v.in.Target.SearchRead(ctx, f.Relation, []any{[]any{"id", "in", wanted}}, []string{"id", l.Type}, 0)
	if err != nil {
		return nil, fmt.Errorf("read the journals: %w", err)
	}
	for _, row := range rows {
		out[idOf(row["id"])] = textOf(row[l.Type])
	}
	return out, nil
}
