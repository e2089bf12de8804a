// Package odoo is the client of an Odoo server's public API: three wire protocols behind one interface, typed faults,
// models as data, recipes per model, and retry of what may be retried. It installs nothing in Odoo, never touches its
// database, and decides nothing about loading: calls that change state are sent exactly once and report what became of
// them.
//
// Values are normalised, so that nobody above needs to know the protocol: nil, bool, string, json.Number, []any and
// map[string]any. Empty values of Odoo are false, as Odoo sends them.
package odoo
