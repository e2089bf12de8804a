package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// supported are the major versions the program is tested on.
var supported = []int{18, 19}

func (d *doctor) version(context.Context) ([]Check, error) {
	major, version := d.t.Version()
	if !slices.Contains(supported, major) {
		return one("version", Error, "Load into an Odoo 18 or 19; the program was not tried on another.", "Odoo %s", version), nil
	}
	if major >= 19 && d.t.Protocol() != "json2" {
		return one("version", Note, "With an API key (api_key:) JSON-2 is used instead; Odoo announces the end of the older ways for version 22.",
			"Odoo %s, over %s", version, d.t.Protocol()), nil
	}
	return one("version", OK, "", "Odoo %s, over %s", version, d.t.Protocol()), nil
}

func (d *doctor) modules(ctx context.Context) ([]Check, error) {
	rows, err := d.t.SearchRead(ctx, "ir.module.module", []any{[]any{"state", "in", []string{"installed", "to install", "to upgrade", "to remove"}}}, []string{"name", "state"}, 0)
	if err != nil {
		return unseen("modules", err, "Give the account the right to read ir.module.module."), nil
	}
	d.installed = map[string]bool{}
	var moving []string
	for _, r := range rows {
		d.installed[text(r["name"])] = true
		if s := text(r["state"]); s != "installed" {
			moving = append(moving, text(r["name"])+" ("+s+")")
		}
	}
	slices.Sort(moving)
	if len(moving) > 0 {
		return one("modules", Error, "Finish installing or upgrading first: Apps, Apply Scheduled Upgrades.", "%s", list(moving, 5)), nil
	}
	missing, err := d.absent(ctx)
	if err != nil {
		return unseen("modules", err, "Give the account the right to read ir.model."), nil
	}
	if len(missing) > 0 {
		return one("modules", Error, "Install the Odoo modules that bring these models, or take the mappings out.", "not there: %s", list(missing, 5)), nil
	}
	return one("modules", OK, "", "%d installed; all %d mapped models are there", len(rows), len(d.models())), nil
}

func (d *doctor) models() []string {
	var out []string
	for _, u := range d.in.Uses {
		out = append(out, u.Model)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// absent are the mapped models that the server does not have, with their mappings.
func (d *doctor) absent(ctx context.Context) ([]string, error) {
	rows, err := d.t.SearchRead(ctx, "ir.model", []any{[]any{"model", "in", d.models()}}, []string{"model"}, 0)
	if err != nil {
		return nil, err
	}
	there := map[string]bool{}
	for _, r := range rows {
		there[text(r["model"])] = true
	}
	var out []string
	for _, u := range d.in.Uses {
		if !there[u.Model] {
			out = append(out, u.Model+" ("+u.Mapping+")")
		}
	}
	return out, nil
}

func (d *doctor) languages(ctx context.Context) ([]Check, error) {
	rows, err := d.t.SearchRead(ctx, "res.lang", []any{[]any{"active", "=", true}}, []string{"code"}, 0)
	if err != nil {
		return unseen("languages", err, "Give the account the right to read res.lang."), nil
	}
	var active, missing []string
	for _, r := range rows {
		active = append(active, text(r["code"]))
	}
	slices.Sort(active)
	for _, l := range d.in.Languages {
		if !slices.Contains(active, l) {
			missing = append(missing, l)
		}
	}
	if len(missing) > 0 {
		return one("languages", Error, "Activate them in Odoo: Settings, Languages.", "mappings write %s, which is not active; active: %s", list(missing, 5), list(active, 8)), nil
	}
	return one("languages", OK, "", "%s", list(active, 8)), nil
}

func (d *doctor) companies(ctx context.Context) ([]Check, error) {
	ids := d.t.Companies()
	rows, err := d.t.SearchRead(ctx, "res.company", []any{[]any{"id", "in", ids}}, []string{"name"}, 0)
	if err != nil {
		return unseen("companies", err, "Give the account the right to read res.company."), nil
	}
	names := map[int64]string{}
	for _, r := range rows {
		names[number(r["id"])] = text(r["name"])
	}
	var all []string
	for _, id := range ids {
		all = append(all, names[id])
	}
	switch {
	case len(ids) > 1 && len(d.in.PerCompany) == 0:
		return one("companies", Note, "Say so in mappings (company_id) where records are of another company.",
			"%s; no mapping names a company, so records go into the first", list(all, 5)), nil
	case len(ids) == 1 && len(d.in.PerCompany) > 0:
		return one("companies", Note, "Allow the account the other companies (Settings, Users), where the mappings use others; a gate checks it.",
			"%s only; %s say which company records are of", all[0], list(d.in.PerCompany, 4)), nil
	}
	return one("companies", OK, "", "%s", list(all, 5)), nil
}

// size counts: bytes of a database are not told by the API.
func (d *doctor) size(ctx context.Context) ([]Check, error) {
	counts := make([]string, 0, len(d.models()))
	for _, m := range d.models() {
		n, err := d.t.Count(ctx, m, nil)
		if err != nil {
			continue // rights are a check of their own
		}
		counts = append(counts, fmt.Sprintf("%s %d", m, n))
	}
	files, err := d.t.Count(ctx, "ir.attachment", nil)
	if err != nil {
		return unseen("database size", err, "Give the account the right to read ir.attachment."), nil
	}
	return one("database size", Note, "Odoo's API tells no bytes. Ask whoever runs it how large the database is, how long its backup takes, and how much room is left.",
		"%s", strings.TrimPrefix(fmt.Sprintf("%s; %d attachments", list(counts, 6), files), "; ")), nil
}
