package odootest

import (
	"maps"
	"slices"
)

// hook is what a model does besides keeping values.
type hook struct {
	prepare func(e *env, vals map[string]any) error                         // before a record is made: fills what Odoo computes
	after   func(e *env, id int64, vals map[string]any, created bool) error // after values were written
	unlink  func(e *env, ids []int64) error                                 // may refuse
	gone    func(e *env, rows []row) error                                  // after records were deleted
	methods map[string]method                                               // public methods on records
}

type method func(e *env, ids []int64, kwargs map[string]any) (any, error)

// behaviour is what the models do of their own; everything else is the ORM's.
type behaviour struct {
	hooks    map[string]hook
	computed map[string]func(e *env, m *model, r row) any
	setters  map[string]func(e *env, r row, v any) error
}

func newBehaviour() *behaviour {
	p := &behaviour{}
	p.hooks = map[string]hook{
		"res.partner":         {after: partnerAfter},
		"res.company":         {prepare: companyPrepare},
		"res.users":           {prepare: userPrepare},
		"product.template":    {after: templateAfter},
		"product.product":     {gone: dropBareTemplates},
		"account.account":     {after: accountAfter},
		"account.move":        {prepare: movePrepare, after: moveAfter, unlink: moveUnlink, methods: map[string]method{"action_post": postMoves, "button_draft": draftMoves}},
		"account.move.line":   {prepare: moveLinePrepare, after: moveLineAfter, gone: moveLinesGone},
		"sale.order":          {prepare: salePrepare, after: saleAfter, unlink: saleUnlink},
		"sale.order.line":     {prepare: saleLinePrepare, after: saleLineAfter, gone: saleLinesGone},
		"purchase.order":      {prepare: purchasePrepare, after: purchaseAfter, unlink: purchaseUnlink, methods: map[string]method{"button_cancel": cancelPurchases}},
		"purchase.order.line": {prepare: purchaseLinePrepare, after: purchaseLineAfter, gone: purchaseLinesGone},
	}
	p.computed = map[string]func(*env, *model, row) any{
		"res.partner.commercial_partner_id":      func(e *env, _ *model, r row) any { return commercial(e, r).id() },
		"res.partner.complete_name":              partnerName,
		"res.partner.company_type":               companyType,
		"res.country.display_name":               func(_ *env, _ *model, r row) any { return r["name"] },
		"product.category.complete_name":         categoryName,
		"product.template.product_variant_id":    func(e *env, _ *model, r row) any { return firstOr(variants(e, r.id()), false) },
		"product.template.product_variant_count": func(e *env, _ *model, r row) any { return int64(len(variants(e, r.id()))) },
		"product.product.lst_price":              func(e *env, m *model, r row) any { return e.get(m, r, m.Fields["list_price"]) },
		"ir.attachment.datas":                    func(_ *env, _ *model, r row) any { return firstText(r.text("datas")) },
		"ir.model.data.complete_name":            func(_ *env, _ *model, r row) any { return r.text("module") + "." + r.text("name") },
		"ir.model.data.reference":                func(_ *env, _ *model, r row) any { return r.text("model") + "," + itoa(r.ref("res_id")) },
		"account.move.line.move_name":            func(e *env, _ *model, r row) any { return e.db.tables["account.move"].rows[r.ref("move_id")]["name"] },
		"res.users.password":                     func(*env, *model, row) any { return "" },
		"res.users.name":                         func(e *env, _ *model, r row) any { return e.db.tables["res.partner"].rows[r.ref("partner_id")]["name"] },
	}
	p.setters = map[string]func(*env, row, any) error{
		"res.partner.company_type": func(_ *env, r row, v any) error { r["is_company"] = v == "company"; return nil },
		"res.users.password":       func(_ *env, r row, v any) error { r["secret"] = v; return nil },
		"product.product.lst_price": func(e *env, r row, v any) error {
			return e.write(e.db.meta.Models["product.template"], []int64{r.ref("product_tmpl_id")}, map[string]any{"list_price": v})
		},
	}
	for _, f := range ofVariant {
		p.computed["product.template."+f] = templateValue(f)
		p.setters["product.template."+f] = func(_ *env, r row, v any) error { r[f] = v; return nil } // templateAfter hands it on
	}
	return p
}

// notPlayedMethods exist on a real server; the double says so instead of pretending they are missing.
var notPlayedMethods = map[string][]string{
	"sale.order":     {"action_confirm", "action_cancel", "action_draft", "action_lock"},
	"purchase.order": {"button_confirm", "button_draft"},
	"account.move":   {"button_cancel", "action_reverse", "action_register_payment"},
	"stock.quant":    {"action_apply_inventory"},
	"stock.picking":  {"button_validate", "action_assign", "action_confirm"},
	"res.partner":    {"message_post", "action_archive", "action_unarchive", "copy"},
}

// firstText is a text, or false where it is empty.
func firstText(s string) any {
	if s == "" {
		return false
	}
	return s
}

func firstOr(ids []int64, none any) any {
	if len(ids) == 0 {
		return none
	}
	return ids[0]
}

// --- partners

// addressFields and commercialFields are what Odoo keeps equal within a family of partners.
var (
	addressFields    = []string{"street", "street2", "zip", "city", "state_id", "country_id"}
	commercialFields = []string{"vat", "company_registry", "industry_id"}
)

func commercial(e *env, r row) row {
	for range 100 {
		up := e.db.tables["res.partner"].rows[r.ref("parent_id")]
		if r.is("is_company") || up == nil {
			return r
		}
		r = up
	}
	return r
}

func companyType(_ *env, _ *model, r row) any {
	if r.is("is_company") {
		return "company"
	}
	return "person"
}

func partnerName(e *env, _ *model, r row) any {
	name := r.text("name")
	if c := commercial(e, r); r.ref("parent_id") != 0 && c.id() != r.id() {
		if name == "" && r.text("type") != "contact" {
			f := e.db.meta.Models["res.partner"].Fields["type"]
			for _, o := range f.selection {
				if o[0] == r.text("type") {
					name = o[1]
				}
			}
		}
		return c.text("name") + ", " + name
	}
	return name
}

// partnerAfter keeps addresses and commercial fields of parents and their contacts equal (res.partner._fields_sync): a
// child of type contact takes its parent's address, and gives its own to a parent that has none.
func partnerAfter(e *env, id int64, vals map[string]any, created bool) error {
	t := e.db.tables["res.partner"]
	r := t.rows[id]
	up := t.rows[r.ref("parent_id")]
	_, moved := vals["parent_id"]
	if up != nil {
		c := maps.Clone(r)
		if (moved || vals["type"] == "contact") && r.text("type") == "contact" && any1(up, addressFields) {
			take(c, up, addressFields)
		}
		if moved && commercial(e, r).id() != id {
			take(c, commercial(e, r), commercialFields)
		}
		e.db.put("res.partner", c)
		r = c
		if r.text("type") == "contact" && (moved || created || named(vals, addressFields)) && any1(r, addressFields) {
			u := maps.Clone(up)
			take(u, r, addressFields)
			e.db.put("res.partner", u)
		}
	}
	for _, kid := range slices.Clone(t.byLink["parent_id"][id]) {
		k := maps.Clone(t.rows[kid])
		if k.text("type") == "contact" && named(vals, addressFields) {
			take(k, r, addressFields)
		}
		if !k.is("is_company") && named(vals, commercialFields) {
			take(k, r, commercialFields)
		}
		e.db.put("res.partner", k)
	}
	return nil
}

func take(to, from row, fields []string) {
	for _, f := range fields {
		if v, ok := from[f]; ok {
			to[f] = v
		} else {
			delete(to, f)
		}
	}
}

func any1(r row, fields []string) bool {
	return slices.ContainsFunc(fields, func(f string) bool { return truth(r[f]) })
}

func named(vals map[string]any, fields []string) bool {
	return slices.ContainsFunc(fields, func(f string) bool { _, ok := vals[f]; return ok })
}

func userPrepare(e *env, vals map[string]any) error {
	for k, v := range map[string]any{"company_id": int64(1), "company_ids": []any{[]any{int64(6), int64(0), []int64{1}}}, "active": true} {
		if _, ok := vals[k]; !ok {
			vals[k] = v
		}
	}
	return nil
}

// --- products

// ofVariant are the template's fields that live on its only variant.
var ofVariant = []string{"default_code", "barcode", "standard_price", "weight", "volume"}

func variants(e *env, template int64) []int64 {
	return e.db.tables["product.product"].byLink["product_tmpl_id"][template]
}

func templateValue(name string) func(*env, *model, row) any {
	return func(e *env, m *model, r row) any {
		v := variants(e, r.id())
		if len(v) != 1 {
			return m.Fields[name].empty()
		}
		p := e.db.meta.Models["product.product"]
		return e.get(p, e.db.tables["product.product"].rows[v[0]], p.Fields[name])
	}
}

// templateAfter gives a new template its variant, and hands the variant's fields on to it.
func templateAfter(e *env, id int64, vals map[string]any, created bool) error {
	own := map[string]any{}
	for _, f := range ofVariant {
		if v, ok := vals[f]; ok {
			own[f] = v
		}
	}
	product := e.db.meta.Models["product.product"]
	if created && !e.bare {
		own["product_tmpl_id"] = id
		_, err := e.createOne(product, own)
		return err
	}
	if v := variants(e, id); len(own) > 0 && len(v) == 1 {
		return e.write(product, v, own)
	}
	return nil
}

// dropBareTemplates deletes templates whose last variant was deleted.
func dropBareTemplates(e *env, _ []row) error {
	var bare []int64
	for id := range e.db.tables["product.template"].rows {
		if len(variants(e, id)) == 0 {
			bare = append(bare, id)
		}
	}
	if len(bare) == 0 {
		return nil
	}
	slices.Sort(bare)
	return e.unlink(e.db.meta.Models["product.template"], bare)
}

func categoryName(e *env, m *model, r row) any {
	if up := e.db.tables[m.name].rows[r.ref("parent_id")]; up != nil {
		s, _ := categoryName(e, m, up).(string)
		return s + " / " + r.text("name")
	}
	return r.text("name")
}
