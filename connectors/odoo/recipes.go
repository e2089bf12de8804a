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
	// Leaves are records that Odoo makes beside this model's and leaves behind when those are deleted.
	Leaves []Leftover
	Notes  string // for people: what goes wrong without it
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
		Leaves: []Leftover{{"product.value", "product_id"}},
		Notes:  "Makes its template, five times faster than product.template. Once stock moved it can only be archived."},
	{Model: "product.template", Undo: Erase, Order: []string{"product.category", "uom.uom"}, Archive: true,
		Notes: "Single-variant products load faster through product.product."},
	{Model: "purchase.order", Undo: Erase, Order: []string{"res.partner", "product.product"},
		Confirm: "button_confirm", Done: map[string]any{"state": "purchase"}, Confirmed: Compensate, BeforeUnlink: "button_cancel",
		Notes: "Approval writes dates and vendor prices and may stop at \"to approve\". Taxes are sent always, also when empty."},
	{Model: "res.partner", Undo: Erase, Archive: true,
		Notes: "A child of type contact takes its parent's address: children with their own load as other, delivery or invoice. Odoo 18 deletes a deleted partner's quotations with it: orders go first."},
	{Model: "res.users", Undo: Erase, Order: []string{"res.partner"}, Archive: true,
		Notes: "Costs licences; map to existing users by default."},
	{Model: "sale.order", Undo: Erase, Order: []string{"res.partner", "product.product"},
		Confirm: "action_confirm", Done: map[string]any{"state": "sale"}, Confirmed: Compensate,
		Notes: "Confirming sets date_order to now and creates deliveries. Taxes are sent always, also when empty."},
	{Model: "stock.quant", Undo: Compensate, Order: []string{"product.product", "stock.location"},
		Context: map[string]any{"inventory_mode": true}, Confirm: "action_apply_inventory", Confirmed: Compensate,
		Notes: "Quants merge and vanish, done moves stay: undone by a counter inventory, history remains."},
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
	return r
}
