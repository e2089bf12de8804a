package validate

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

const (
	valuesACall = 2000 // values one call asks Odoo for
	readAtOnce  = 5000 // records up to which all that Odoo has are read, instead of asking for values
)

// holder is a record of Odoo that has a value which records claim.
type holder struct {
	model string
	id    int64
	key   string
	row   map[string]any
	owner schema.XMLID // the record of the unique model it belongs to; the zero value where that cannot be
}

// taken judges records that claim what a record of Odoo has: archived ones and those of all companies included. A record
// that is ours, or that the mapping adopts, is no other one.
func (v *validator) taken(ctx context.Context, claims []claim) error {
	sought := sync.OnceValues(func() ([]string, error) { return v.sought(ctx, claims) })
	var looked []string
	byModel := map[string][]holder{}
	for _, c := range claims {
		if slices.Contains(looked, c.u.Model) {
			continue
		}
		looked = append(looked, c.u.Model)
		var err error
		if byModel[c.u.Model], err = v.holders(ctx, claims, c, sought); err != nil {
			return err
		}
	}
	for i, c := range claims {
		if err := v.takenOf(ctx, claims, i, byModel[c.u.Model]); err != nil {
			return err
		}
	}
	return nil
}

// sought are the distinct values that are claimed: as they are, and as they are compared.
func (v *validator) sought(ctx context.Context, claims []claim) ([]string, error) {
	union, args := v.union(claims)
	out := map[string]bool{}
	err := v.q.Each(ctx, "select distinct raw, key from ("+union+") u", args, func(scan func(...any) error) error {
		var raw, key string
		err := scan(&raw, &key)
		out[raw], out[key] = true, true
		return err
	})
	return slices.Sorted(maps.Keys(out)), err
}

// holders asks Odoo, where the claims of a model say, for the records that have one of the values.
func (v *validator) holders(ctx context.Context, claims []claim, c claim, sought func() ([]string, error)) ([]holder, error) {
	var out []holder
	for _, look := range c.u.Sought(v.in.Schema.Major()) {
		fields := []string{"id", look.Field}
		if look.Owner != "" && look.Owner != "-" {
			fields = append(fields, look.Owner)
		}
		if look.Model == c.u.Model || look.Owner != "-" {
			fields = append(fields, c.u.Fields[1:]...)
			fields = append(fields, one(c.u.Shared)...)
			for _, o := range claims {
				for _, key := range o.m.Match {
					if o.u.Model == c.u.Model {
						fields = append(fields, key...)
					}
				}
			}
		}
		if c.u.Active && v.archives(look.Model) {
			fields = append(fields, "active")
		}
		slices.Sort(fields)
		fields = slices.DeleteFunc(slices.Compact(fields), func(f string) bool { return f == schema.Company })
		rows, err := v.withValues(ctx, look, fields, sought)
		if err != nil {
			return nil, fmt.Errorf("look for %s of %s: %w", look.Field, look.Model, err)
		}
		for _, row := range rows {
			h := holder{model: look.Model, id: idOf(row["id"]), key: textOf(row[look.Field]), row: row}
			if c.u.Plain {
				h.key = plain(h.key)
			}
			switch look.Owner {
			case "":
				h.owner = schema.XMLID{Model: look.Model, ResID: h.id}
			case "-":
			default:
				h.owner = schema.XMLID{Model: c.u.Model, ResID: idOf(row[look.Owner])}
			}
			out = append(out, h)
		}
	}
	return v.strangers(ctx, claims, out)
}

// withValues reads the records that have a value: all of them where they are few, as in a new database, else those with a
// value that is sought. A server that does not know the model has none.
func (v *validator) withValues(ctx context.Context, look schema.Look, fields []string, sought func() ([]string, error)) ([]map[string]any, error) {
	rows, err := v.in.Target.SearchRead(ctx, look.Model, []any{[]any{look.Field, "!=", false}}, fields, readAtOnce+1)
	if schema.ClassOf(err) == schema.FaultMissingModel {
		return nil, nil
	}
	if err != nil || len(rows) <= readAtOnce {
		return rows, err
	}
	values, err := sought()
	if err != nil {
		return nil, err
	}
	rows = nil
	for part := range slices.Chunk(values, valuesACall) {
		more, err := v.in.Target.SearchRead(ctx, look.Model, []any{[]any{look.Field, "in", part}}, fields, 0)
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	return rows, nil
}

// strangers leaves the records that no row of this run is about: those are judged by what their rows say.
func (v *validator) strangers(ctx context.Context, claims []claim, found []holder) ([]holder, error) {
	asked := map[string]map[int64]bool{}
	for _, h := range found {
		for _, x := range []schema.XMLID{h.owner, {Model: h.model, ResID: h.id}} {
			if x.ResID != 0 {
				if asked[x.Model] == nil {
					asked[x.Model] = map[int64]bool{}
				}
				asked[x.Model][x.ResID] = true
			}
		}
	}
	ours := map[schema.XMLID]bool{}
	for _, model := range slices.Sorted(maps.Keys(asked)) {
		names, err := v.namesOf(ctx, model, slices.Sorted(maps.Keys(asked[model])))
		if err != nil {
			return nil, err
		}
		staged, err := v.stagedAmong(ctx, slices.Sorted(maps.Keys(names)))
		if err != nil {
			return nil, err
		}
		for _, name := range staged {
			ours[schema.XMLID{Model: model, ResID: names[name]}] = true
		}
	}
	return slices.DeleteFunc(found, func(h holder) bool { return ours[h.owner] || ours[schema.XMLID{Model: h.model, ResID: h.id}] }), nil
}

// namesOf are our external ids of records of Odoo.
func (v *validator) namesOf(ctx context.Context, model string, ids []int64) (map[string]int64, error) {
	out := map[string]int64{}
	for part := range slices.Chunk(ids, valuesACall) {
		rows, err := v.in.Target.SearchRead(ctx, "ir.model.data", []any{[]any{"module", "=", v.in.Module}, []any{"model", "=", model}, []any{"res_id", "in", part}},
			[]string{"name", "res_id"}, 0)
		if err != nil {
			return nil, fmt.Errorf("read external ids: %w", err)
		}
		for _, row := range rows {
			out[v.in.Module+"."+textOf(row["name"])] = idOf(row["res_id"])
		}
	}
	return out, nil
}

// stagedAmong are those of the external ids that a record of this run has.
func (v *validator) stagedAmong(ctx context.Context, ids []string) ([]string, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var parts []string
	for _, m := range v.in.Mappings {
		parts = append(parts, "select x_id from "+m.staged()+" where x_id = any($1)")
	}
	var out []string
	err := v.q.Each(ctx, strings.Join(parts, " union "), []any{ids}, func(scan func(...any) error) error {
		var id string
		err := scan(&id)
		out = append(out, id)
		return err
	})
	return out, err
}

// takenOf judges the records of one claim.
func (v *validator) takenOf(ctx context.Context, claims []claim, i int, found []holder) error {
	if len(found) == 0 {
		return nil
	}
	byKey := map[string][]holder{}
	for _, h := range found {
		byKey[h.key] = append(byKey[h.key], h)
	}
	var list []claimant
	c := claims[i]
	err := v.claimants(ctx, claims, "select "+claimColumns+" from ("+c.sql(i, "$1")+") u where key = any($2) order by x_seq",
		[]any{v.out.Records(c.m.Name), slices.Sorted(maps.Keys(byKey))}, func(x claimant) error {
			list = append(list, x)
			return nil
		})
	if err != nil || len(list) == 0 {
		return err
	}
	adopted, err := v.adopted(ctx, c.m, list, byKey)
	if err != nil {
		return err
	}
	ids, err := v.idsOf(ctx, c.m, list)
	if err != nil {
		return err
	}
	var bad, archived []hit
	for _, x := range list {
		for _, h := range byKey[x.key] {
			if adopted[x.seq] == h.owner.ResID && h.owner.ResID != 0 || !clash(c.u, numbered(c.m, x.own, ids), h.values(c.u)) {
				continue
			}
			if h.row["active"] == false && c.u.Active {
				x.hint = fmt.Sprintf("%s %d has it in Odoo, archived; Odoo takes both until that one comes back", h.model, h.id)
				archived = append(archived, x.hit)
				continue
			}
			x.hint = fmt.Sprintf("%s %d has it in Odoo; change one of them, or adopt that record by match:", h.model, h.id)
			bad = append(bad, x.hit)
			break
		}
	}
	f := record.Finding{Severity: record.Error, Rule: "validate.taken", Column: c.u.Fields[0], Message: "a record of Odoo has the same " + c.named() + ", and Odoo wants it to be unique"}
	if c.u.Warns || v.uncertain(c) {
		f.Severity, f.Rule, f.Message = record.Warning, "validate.near_duplicate", "a record of Odoo has the same "+c.named()
	}
	if err := v.judge(ctx, c.m, bad, f); err != nil {
		return err
	}
	f.Severity, f.Rule, f.Message = record.Warning, "validate.near_duplicate", "an archived record of Odoo has the same "+c.named()
	return v.judge(ctx, c.m, archived, f)
}

// archives reports whether records of a model can be archived. Of models that are not mapped only products are looked at.
func (v *validator) archives(model string) bool {
	m, ok := v.in.Schema.Model(model)
	if !ok {
		return model == "product.product"
	}
	_, ok = m.Field("active")
	return ok
}

// uncertain says that Odoo may take the value all the same: a translated text is compared in all its languages at once.
func (v *validator) uncertain(c claim) bool {
	model, _ := v.in.Schema.Model(c.u.Model)
	f, _ := model.Field(c.u.Fields[0])
	return f.Translated && len(v.in.Schema.Languages) > 1
}

// values are those of a holder by field, many2one as "#id".
func (h holder) values(u schema.Unique) map[string]string {
	out := map[string]string{}
	for _, f := range slices.Concat(u.Fields[1:], one(u.Shared)) {
		out[f] = textOf(h.row[f])
		if _, number := h.row[f].(json.Number); number && out[f] != "" {
			out[f] = "#" + out[f]
		}
	}
	return out
}

// numbered replaces references by "#id". One that is to a record not loaded yet is nobody's in Odoo.
func numbered(m Mapping, own map[string]string, ids map[string]int64) map[string]string {
	out := map[string]string{}
	for f, text := range own {
		switch {
		case f == schema.Company: // the search was made in the account's own company
		case m.has(f) && m.kind(f) == record.Link && text != "":
			out[f] = fmt.Sprintf("#%d", ids[text])
		default:
			out[f] = text
		}
	}
	return out
}

func (v *validator) idsOf(ctx context.Context, m Mapping, list []claimant) (map[string]int64, error) {
	refs := map[string]bool{}
	for _, x := range list {
		for f, text := range x.own {
			if m.has(f) && m.kind(f) == record.Link && text != "" {
				refs[text] = true
			}
		}
	}
	return v.ids(ctx, slices.Sorted(maps.Keys(refs)))
}

func (v *validator) ids(ctx context.Context, refs []string) (map[string]int64, error) {
	if len(refs) == 0 || v.in.IDs == nil {
		return map[string]int64{}, nil
	}
	return v.in.IDs(ctx, refs)
}

// adopted says which record of Odoo each of the records takes over by the mapping's match rules, as far as holders go.
func (v *validator) adopted(ctx context.Context, m Mapping, list []claimant, byKey map[string][]holder) (map[int64]int64, error) {
	out := map[int64]int64{}
	var fields []string
	for _, key := range m.Match {
		for _, f := range key {
			if m.has(f) && !slices.Contains(fields, f) {
				fields = append(fields, f)
			}
		}
	}
	if len(fields) == 0 {
		return out, nil
	}
	seqs := make([]int64, len(list))
	keys := map[int64]string{}
	for i, x := range list {
		seqs[i], keys[x.seq] = x.seq, x.key
	}
	texts := make([]string, len(fields))
	for i, f := range fields {
		texts[i] = "coalesce(" + m.text(f) + ", '')"
	}
	own := map[int64]map[string]string{}
	refs := map[string]bool{}
	err := v.q.Each(ctx, "select x_seq, "+strings.Join(texts, ", ")+" from "+m.staged()+" where x_seq = any($1)", []any{seqs}, func(scan func(...any) error) error {
		var seq int64
		row := make([]string, len(fields))
		to := []any{&seq}
		for i := range row {
			to = append(to, &row[i])
		}
		err := scan(to...)
		own[seq] = map[string]string{}
		for i, f := range fields {
			own[seq][f] = row[i]
			if m.kind(f) == record.Link && row[i] != "" {
				refs[row[i]] = true
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	ids, err := v.ids(ctx, slices.Sorted(maps.Keys(refs)))
	if err != nil {
		return nil, err
	}
	for seq, values := range own {
		for _, h := range byKey[keys[seq]] {
			if slices.ContainsFunc(m.Match, func(key []string) bool { return h.matches(key, numbered(m, values, ids)) }) {
				out[seq] = h.owner.ResID
			}
		}
	}
	return out, nil
}

func (h holder) matches(key []string, values map[string]string) bool {
	for _, f := range key {
		there := textOf(h.row[f])
		if strings.HasPrefix(values[f], "#") {
			there = "#" + there
		}
		if values[f] == "" || there != values[f] {
			return false
		}
	}
	return len(key) > 0
}

// textOf is a value of Odoo as staged texts are written; false is nothing.
func textOf(value any) string {
	if value == nil || value == false {
		return ""
	}
	return fmt.Sprint(value)
}

func idOf(value any) int64 {
	n, ok := value.(json.Number)
	if !ok {
		return 0
	}
	id, err := n.Int64()
	if err != nil {
		return 0
	}
	return id
}
