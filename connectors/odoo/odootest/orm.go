package odootest

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// env is one call: who asks, in which context, at what time.
type env struct {
	db     *db
	uid    int64
	ctx    map[string]any
	now    time.Time
	nested int  // depth of document headers being written: their totals and balance are taken once, at the end
	bare   bool // a template made by its variant makes no variant of its own

	importing bool // a load is under way
}

// get is a field's value of a row, computed where the double plays that.
func (e *env) get(m *model, r row, f *field) any {
	if f.name == "id" {
		return r.id()
	}
	if c := e.db.play.computed[m.name+"."+f.name]; c != nil {
		return c(e, m, r)
	}
	if f.name == "display_name" {
		return displayName(e, m, r)
	}
	if f.related != "" {
		if v, ok := e.related(m, r, f.related); ok {
			return v
		}
	}
	if v, ok := e.translated(r, f); ok {
		return v
	}
	if f.perCompany && e.company() != mainCompany {
		if v, ok := r[e.inCompany(f)]; ok {
			return v
		}
		return f.empty()
	}
	v, ok := r[f.name]
	if f.typ == "many2many" {
		return e.living(f, r.ids(f.name))
	}
	if ok {
		return v
	}
	if idx := e.inverse(f); idx != nil {
		return idx[r.id()]
	}
	return f.empty()
}

// inverse is the index a one2many reads, nil where there is none.
func (e *env) inverse(f *field) map[int64][]int64 {
	if f.typ != "one2many" || e.db.tables[f.relation] == nil {
		return nil
	}
	return e.db.tables[f.relation].byLink[f.inverse]
}

// living leaves out records that were deleted since: their rows in the relation table go with them.
func (e *env) living(f *field, ids []int64) []int64 {
	t := e.db.tables[f.relation]
	if t == nil || !slices.ContainsFunc(ids, func(id int64) bool { return t.rows[id] == nil }) {
		return ids
	}
	return slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return t.rows[id] == nil })
}

func (e *env) related(m *model, r row, path string) (any, bool) {
	head, rest, more := strings.Cut(path, ".")
	f := m.Fields[head]
	if f == nil {
		return nil, false
	}
	if !more {
		return e.get(m, r, f), true
	}
	t := e.db.tables[f.relation]
	if t == nil {
		return nil, false
	}
	id, _ := e.get(m, r, f).(int64)
	next := t.rows[id]
	if next == nil {
		last := t.m.Fields[rest]
		if last == nil {
			return nil, false
		}
		return last.empty(), true
	}
	return e.related(t.m, next, rest)
}

// computedOnly reports whether a field has no value of its own and the double does not compute it.
func (e *env) computedOnly(m *model, f *field) bool {
	return !f.store && f.related == "" && f.name != "id" && f.name != "display_name" && e.db.play.computed[m.name+"."+f.name] == nil &&
		f.computed && f.typ != "one2many"
}

// held reports whether any record has a value for the field: some fields without a column of their own are captured or
// written all the same (account.account.code).
func (e *env) held(m *model, f *field) bool {
	for _, r := range e.db.tables[m.name].rows {
		if _, ok := r[f.name]; ok {
			return true
		}
	}
	return false
}

func displayName(e *env, m *model, r row) any {
	for _, name := range []string{"complete_name", "name", "model", "key"} {
		if f := m.Fields[name]; f != nil {
			if s, ok := e.get(m, r, f).(string); ok && s != "" {
				return s
			}
		}
	}
	return m.name + "," + itoa(r.id())
}

// defaults are what default_get answers for all fields that have a default.
func (e *env) defaults(m *model) map[string]any {
	out := make(map[string]any, len(m.Defaults))
	for k, v := range m.Defaults {
		out[k] = e.moment(v)
	}
	for k, v := range e.ctx {
		if name, ok := strings.CutPrefix(k, "default_"); ok && m.Fields[name] != nil {
			out[name] = v
		}
	}
	return out
}

// moment turns a captured "@now" or "@today+30" into a time.
func (e *env) moment(v any) any {
	s, ok := v.(string)
	if !ok || !strings.HasPrefix(s, "@") {
		return v
	}
	if s == "@now" {
		return e.now.Format(datetimeLayout)
	}
	days, _ := toInt(strings.TrimPrefix(strings.TrimPrefix(s, "@today"), "+"))
	n, _ := days.(int64)
	return e.now.AddDate(0, 0, int(n)).Format(dateLayout)
}

// create makes records one after the other; all of a call is one transaction.
func (e *env) create(m *model, list []map[string]any) ([]int64, error) {
	if err := e.allowed(m, "create"); err != nil {
		return nil, err
	}
	ids := make([]int64, 0, len(list))
	for _, vals := range list {
		id, err := e.createOne(m, vals)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func (e *env) createOne(m *model, given map[string]any) (int64, error) {
	for k := range given {
		if m.Fields[k] == nil {
			return 0, valueError("Invalid field '%s' in '%s'", k, m.name)
		}
	}
	vals := maps.Clone(given)
	if vals == nil {
		vals = map[string]any{}
	}
	for k, v := range e.defaults(m) {
		if _, ok := vals[k]; !ok && (m.inherits == "" || !strings.HasPrefix(m.Fields[k].related, m.inherits+".")) {
			vals[k] = v
		}
	}
	h := e.db.play.hooks[m.name]
	if h.prepare != nil {
		if err := h.prepare(e, vals); err != nil {
			return 0, err
		}
	}
	if err := e.createParent(m, vals); err != nil {
		return 0, err
	}
	id := e.db.nextID(m.name)
	stamp := e.now.Format(datetimeLayout)
	r := make(row, len(vals)+5)
	r["id"], r["create_date"], r["write_date"], r["create_uid"], r["write_uid"] = id, stamp, stamp, e.uid, e.uid
	if err := e.assign(m, r, vals); err != nil {
		return 0, err
	}
	if h.after != nil {
		if err := h.after(e, id, given, true); err != nil {
			return 0, err
		}
	}
	return id, e.check(m, id, nil)
}

// createParent makes the record whose fields this one inherits (_inherits), of the values that belong to it.
func (e *env) createParent(m *model, vals map[string]any) error {
	if m.inherits == "" || truth(vals[m.inherits]) {
		return nil
	}
	parent := e.db.meta.Models[m.Fields[m.inherits].relation]
	own := map[string]any{}
	for k, v := range vals {
		if rest, ok := strings.CutPrefix(m.Fields[k].related, m.inherits+"."); ok && parent.Fields[rest] != nil {
			own[rest] = v
			delete(vals, k)
		}
	}
	was := e.bare
	e.bare = true
	id, err := e.createOne(parent, own)
	e.bare = was
	vals[m.inherits] = id
	return err
}

// assign writes values: columns into r, a row nobody else holds, related ones through their path, x2many by their
// commands.
func (e *env) assign(m *model, r row, vals map[string]any) error {
	var later []*field
	for _, k := range slices.Sorted(maps.Keys(vals)) {
		f := m.Fields[k]
		switch {
		case f == nil:
			return valueError("Invalid field '%s' in '%s'", k, m.name)
		case k == "id" || k == "create_date" || k == "create_uid" || k == "write_date" || k == "write_uid":
			continue // dropped in silence, as Odoo does
		case e.db.play.setters[m.name+"."+k] != nil:
			if err := e.db.play.setters[m.name+"."+k](e, r, vals[k]); err != nil {
				return err
			}
			continue
		case f.typ == "one2many" || f.typ == "many2many" || (f.related != "" && !f.store):
			later = append(later, f)
			continue
		case f.related != "":
			continue // a stored copy of another record's value
		}
		v, err := e.convert(m, f, e.normalised(m, k, vals[k]))
		if err != nil {
			return err
		}
		switch {
		case f.translate:
			e.setText(r, f, v)
		case f.perCompany:
			r[e.inCompany(f)] = v
		default:
			r[k] = v
		}
	}
	e.roundMoney(m, r, vals)
	e.db.put(m.name, r)
	for _, f := range later {
		if err := e.assignLater(m, r.id(), f, vals[f.name]); err != nil {
			return err
		}
	}
	return nil
}

func (e *env) assignLater(m *model, id int64, f *field, v any) error {
	if f.typ == "one2many" {
		e.nested++
		defer func() { e.nested-- }()
		return e.one2many(m, id, f, v)
	}
	if f.related != "" {
		head, rest, _ := strings.Cut(f.related, ".")
		link := m.Fields[head]
		target := e.db.tables[m.name].rows[id].ref(head)
		if target == 0 || e.db.meta.Models[link.relation] == nil {
			return nil
		}
		return e.write(e.db.meta.Models[link.relation], []int64{target}, map[string]any{rest: v})
	}
	ids, err := e.many2many(f, e.db.tables[m.name].rows[id].ids(f.name), v)
	if err != nil {
		return err
	}
	r := maps.Clone(e.db.tables[m.name].rows[id])
	r[f.name] = ids
	e.db.put(m.name, r)
	return nil
}

// roundMoney rounds monetary values to their currency, as the ORM does when it writes the column.
func (e *env) roundMoney(m *model, r row, vals map[string]any) {
	for k := range vals {
		f := m.Fields[k]
		if f.typ != "monetary" {
			continue
		}
		if n, ok := r[k].(float64); ok {
			r[k] = roundTo(n, e.currencyDigits(m, r, f))
		}
	}
}

// write sets values on records.
func (e *env) write(m *model, ids []int64, vals map[string]any) error {
	if err := e.allowed(m, "write"); err != nil {
		return err
	}
	for k := range vals {
		if m.Fields[k] == nil {
			return valueError("Invalid field '%s' in '%s'", k, m.name)
		}
	}
	for _, id := range ids {
		if e.db.tables[m.name].rows[id] == nil {
			return missingRecord(m.name, id, e.uid)
		}
		r := maps.Clone(e.db.tables[m.name].rows[id])
		r["write_date"], r["write_uid"] = e.now.Format(datetimeLayout), e.uid
		if err := e.assign(m, r, vals); err != nil {
			return err
		}
		if h := e.db.play.hooks[m.name]; h.after != nil {
			if err := h.after(e, id, vals, false); err != nil {
				return err
			}
		}
		if err := e.check(m, id, vals); err != nil {
			return err
		}
	}
	return nil
}

// unlink deletes records, their external ids, and what hangs on them by ondelete.
func (e *env) unlink(m *model, ids []int64) error {
	if err := e.allowed(m, "unlink"); err != nil {
		return err
	}
	gone := map[int64]bool{}
	rows := make([]row, 0, len(ids))
	for _, id := range ids {
		r := e.db.tables[m.name].rows[id]
		if r == nil {
			return missingRecord(m.name, id, e.uid)
		}
		gone[id], rows = true, append(rows, r)
	}
	if h := e.db.play.hooks[m.name]; h.unlink != nil {
		if err := h.unlink(e, ids); err != nil {
			return err
		}
	}
	if err := e.release(m, gone, true); err != nil {
		return err
	}
	if h := e.db.play.hooks[m.name]; h.gone != nil {
		return h.gone(e, rows)
	}
	return nil
}

// release drops rows after doing to the rows that point to them what ondelete says. Only records deleted by the ORM lose
// their external ids; those the database deletes in cascade keep a dangling one, as on a real server.
func (e *env) release(m *model, gone map[int64]bool, byORM bool) error {
	for _, b := range e.db.meta.backlinks[m.name] {
		var hit []row
		for _, r := range e.db.tables[b.model.name].rows {
			if gone[r.ref(b.field.name)] && (b.model != m || !gone[r.id()]) {
				hit = append(hit, r)
			}
		}
		if len(hit) == 0 {
			continue
		}
		switch b.field.onDelete {
		case "cascade":
			more := map[int64]bool{}
			for _, r := range hit {
				more[r.id()] = true
			}
			if err := e.release(b.model, more, false); err != nil {
				return err
			}
		case "restrict":
			return restricted(b.model, b.field, b.field.name)
		default:
			for _, r := range hit {
				c := maps.Clone(r)
				c[b.field.name] = false
				e.db.put(b.model.name, c)
			}
		}
	}
	for id := range gone {
		e.db.drop(m.name, id)
		if byORM {
			for _, x := range slices.Clone(e.db.xmlOf[recKey{m.name, id}]) {
				e.db.drop("ir.model.data", x)
			}
		}
	}
	return nil
}
