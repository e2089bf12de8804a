package odoo

import (
	"maps"
	"slices"
)

// Undo says what can be undone of a model's records.
type Undo string

// The undo classes.
const (
	Erase       Undo = "erase"        // unlink, before-images restored; proven by digest
	Compensate  Undo = "compensate"   // reversal, counter inventory, cancel; proven by trial balance and stock on hand
	RestoreOnly Undo = "restore-only" // nothing in the API undoes it: the way back is the backup
)

// Recipe is what experienced teams know about loading one model. It is data: the loader has no model names in its code.
type Recipe struct {
	Model   string
	Undo    Undo
	Context map[string]any // added to the calls that load this model
	Order   []string       // models whose records come before this one's, where mapped at all
	Archive bool           // records may be archived where they cannot be deleted
	// Confirm is the call that makes a draft a document, and Done what must be read back afterwards.
	Confirm string
	Done    map[string]any
	// Confirmed is the undo class once Confirm was called, and Reset the call that leads back to a draft ("" is none).
	Confirmed Undo
	Reset     string
	// BeforeUnlink is a call that Odoo wants before it deletes even a draft; "" is none.
	BeforeUnlink string
	// Release is what has to be written before Odoo deletes records in other states.
	Release *Release
	// Counter are numbers that are written, in Context, instead of deleting the records, which Odoo lets nobody do.
	Counter map[string]int64
	// Holds are models whose records Odoo does not delete any more once records of this model were there: they are archived
	// where they can be, and stay where they cannot.
	Holds []string
	// Beside are records that Odoo makes along, which come and stay with this model's.
	Beside []Companion
	// Counters are numbers that Odoo raises by itself as records are used: they hold what was meant when they hold as much.
	Counters []string
	// Leaves are records that Odoo makes beside this model's and leaves behind when those are deleted.
	Leaves []Leftover
	Notes  string // for people: what goes wrong without it
}

// Companion is a record that is made along: the ending under which load writes its external id, its model, and the
// many2one that leads to it.
type Companion struct{ Ending, Model, Field string }

// Companions are those of all models.
func Companions() (out []Companion) {
	for _, r := range recipes {
		out = append(out, r.Beside...)
	}
	return out
}

// Release says which values of a selection let a record go, and what is written to those that have another.
type Release struct {
	Field string
	Free  []string
	Write string
}

// Leftover names records by the many2one that links them to what they were made for.
type Leftover struct{ Model, Field string }

// recipes has one row a model, sorted by name.
var recipes = []Recipe{
	{Model: "account.account", Undo: Erase, Archive: true,
		Notes: "The chart template has most codes: match by code, create the rest, archive what is not used (18 has deprecated instead of active)."},
	{Model: "account.move", Undo: Erase, Order: []string{"res.partner", "account.account", "product.product"},
		Confirm: "action_post", Done: map[string]any{"state": "posted"}, Confirmed: Erase, Reset: "button_draft",
		Notes: "Under the restrictive audit trail a posted entry is reversed, not deleted. The last name of a journal drives its numbering: legacy numbers go to ref."},
	{Model: "ir.attachment", Undo: Erase, Notes: "Images are resized: compare what Odoo keeps."},
	{Model: "mail.message", Undo: Erase, Notes: "Created directly; message_post would notify people."},
	{Model: "product.product", Undo: Erase, Order: []string{"product.category", "uom.uom"}, Archive: true,
		// Odoo 19 keeps the history of costs there, with no product when that is gone.
		Leaves: []Leftover{{"product.value", "product_id"}}, Beside: []Companion{{"_product_template", "product.template", "product_tmpl_id"}},
		Notes: "Makes its template, five times faster than product.template. Once stock moved it can only be archived."},
	{Model: "product.template", Undo: Erase, Order: []string{"product.category", "uom.uom"}, Archive: true,
		Leaves: []Leftover{{"product.value", "product_id.product_tmpl_id"}}, // of its variants
		Notes:  "Single-variant products load faster through product.product."},
	{Model: "purchase.order", Undo: Erase, Order: []string{"res.partner", "product.product"},
		Confirm: "button_confirm", Done: map[string]any{"state": "purchase"}, Confirmed: Compensate, BeforeUnlink: "button_cancel",
		Notes: "Approval writes dates and vendor prices and may stop at \"to approve\". Taxes are sent always, also when empty."},
	{Model: "res.partner", Undo: Erase, Archive: true, Counters: []string{"customer_rank", "supplier_rank"},
		Notes: "Posting raises the ranks. A child of type contact takes its parent's address: children with their own load as other, delivery or invoice. Odoo 18 deletes a deleted partner's quotations with it: orders go first."},
	{Model: "res.partner.bank", Undo: Compensate, Order: []string{"res.partner"}, Archive: true,
		Notes: "Deleting one archives it; it goes when its partner is deleted."},
	{Model: "res.users", Undo: Erase, Order: []string{"res.partner"}, Archive: true,
		Notes: "Costs licences; map to existing users by default."},
	{Model: "sale.order", Undo: Erase, Order: []string{"res.partner", "product.product"},
		Context: map[string]any{"skip_procurement": true}, // of closed orders that are created as confirmed: nothing is delivered
		Confirm: "action_confirm", Done: map[string]any{"state": "sale"}, Confirmed: Compensate,
		Release: &Release{Field: "state", Free: []string{"draft", "cancel"}, Write: "cancel"},
		Notes:   "Confirming sets date_order to now and creates deliveries. Taxes are sent always, also when empty."},
	{Model: "stock.quant", Undo: Compensate, Order: []string{"product.product", "stock.location"},
		Context: map[string]any{"inventory_mode": true}, Confirm: "action_apply_inventory", Confirmed: Compensate,
		Counter: map[string]int64{"inventory_quantity_auto_apply": 0},
		Holds:   []string{"product.category", "product.product", "product.template", "stock.location", "stock.lot", "uom.uom"},
		Notes:   "inventory_quantity_auto_apply books as it is loaded. Quants merge and vanish, done moves stay: counting zero books the counter inventory, history remains."},
}

// RecipeFor returns the recipe of a model; a model without a row is erased and needs nothing special.
func RecipeFor(model string) Recipe {
	i, ok := slices.BinarySearchFunc(recipes, model, func(r Recipe, m string) int {
		switch {
		case r.Model < m:
			return -1
		case r.Model > m:
			return 1
		}
		return 0
	})
	if !ok {
		return Recipe{Model: model, Undo: Erase}
	}
	r := recipes[i]
	r.Context, r.Done, r.Order, r.Leaves = maps.Clone(r.Context), maps.Clone(r.Done), slices.Clone(r.Order), slices.Clone(r.Leaves)
	r.Counter = maps.Clone(r.Counter)
	r.Holds, r.Beside, r.Counters = slices.Clone(r.Holds), slices.Clone(r.Beside), slices.Clone(r.Counters)
	return r
}
