package doctor

import (
	"context"
	"fmt"
	"slices"
)

// callsOut are the modules that ask somebody else while records are written, and how to keep them from it.
var callsOut = []struct {
	module, models string // models: which of the mapped ones concern it
	what, remedy   string
}{
	{"partner_autocomplete", "res.company", "partner_autocomplete looks new companies up at Odoo's service", "Make companies by hand, or uninstall it for the load."},
	{"crm_iap_enrich", "crm.lead", "crm_iap_enrich looks leads up at Odoo's service, for money", "Turn off lead enrichment in CRM's settings for the load."},
	{"account_edi", "account.move", "account_edi sends invoices to authorities when they are posted", "Load into journals without electronic invoicing."},
	{"account_peppol", "account.move", "account_peppol sends invoices over Peppol", "Turn off Peppol for the load."},
}

// calls names what loading would make Odoo ask others: VIES first, which a constraint of partners calls for each VAT.
func (d *doctor) calls(ctx context.Context) ([]Check, error) {
	var out []Check
	if d.installed["base_vat"] && slices.Contains(d.models(), "res.partner") {
		rows, err := d.t.SearchRead(ctx, "res.company", []any{[]any{"id", "in", d.t.Companies()}, []any{"vat_check_vies", "=", true}}, []string{"name"}, 0)
		switch {
		case err != nil:
			out = append(out, unseen("calls out", err, "Look at Verify VAT Numbers in Invoicing's settings.")...)
		case len(rows) > 0:
			out = append(out, one("calls out", Warning, "Turn off Verify VAT Numbers in Invoicing's settings for the load: VIES is slow, and when it is down partners wait for it.",
				"each VAT number of a partner is looked up in VIES (company %s)", text(rows[0]["name"]))...)
		}
	}
	for _, c := range callsOut {
		if d.installed[c.module] && slices.ContainsFunc(d.models(), func(m string) bool { return contains(c.models, m) }) {
			out = append(out, one("calls out", Note, c.remedy, "%s", c.what)...)
		}
	}
	out = append(out, d.automation(ctx)...)
	if len(out) == 0 {
		return one("calls out", OK, "", "nothing installed asks somebody else while the mapped models are written"), nil
	}
	return out, nil
}

func contains(words, word string) bool {
	return slices.Contains(fields(words), word)
}

// automation: rules of the users' own may send mails and call web services.
func (d *doctor) automation(ctx context.Context) []Check {
	if !d.installed["base_automation"] {
		return nil
	}
	rows, err := d.t.SearchRead(ctx, "base.automation", []any{[]any{"active", "=", true}, []any{"model_id.model", "in", d.models()}}, []string{"name"}, 0)
	if err != nil {
		return unseen("automation", err, "Look at Settings, Technical, Automation Rules.")
	}
	if len(rows) == 0 {
		return nil
	}
	var names []string
	for _, r := range rows {
		names = append(names, text(r["name"]))
	}
	slices.Sort(names)
	return one("automation", Warning, "Archive these rules for the load, unless they are meant to run for every loaded record.", "%d rules run when mapped models are written: %s", len(rows), list(names, 3))
}

func (d *doctor) mail(ctx context.Context) ([]Check, error) {
	n, err := d.t.Count(ctx, "ir.mail_server", []any{[]any{"active", "=", true}})
	if err != nil {
		return unseen("mail", err, "Look at the outgoing mail servers: Settings, Technical."), nil
	}
	if n == 0 {
		return one("mail", OK, "", "no outgoing mail server is set in the database; the server's own configuration may name one"), nil
	}
	return one("mail", Note, "Loading sends none, and counts those that appear. For a rehearsal in a copy, archive the mail servers: its users would be written to.",
		"%s", fmt.Sprintf("%d outgoing mail servers are active", n)), nil
}
