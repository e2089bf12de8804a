package odoo

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// fieldAttributes are what fields_get is asked for; the rest of it is help texts and view hints.
var fieldAttributes = []string{"type", "string", "relation", "relation_field", "required", "readonly", "store", "depends",
	"related", "translate", "company_dependent", "size", "digits", "currency_field", "selection", "model_field"}

// Snapshot reads the metadata of models: fields_get, default_get, what is unique, installed modules and languages, the digits of the company's
// currency, how documents round. Models the server does not have are absent from it.
func (c *Client) Snapshot(ctx context.Context, models []string) (*schema.Snapshot, error) {
	return c.snapshot(ctx, models, fieldAttributes)
}

func (c *Client) snapshot(ctx context.Context, models, attributes []string) (*schema.Snapshot, error) {
	s := &schema.Snapshot{Version: 1, ServerVersion: c.version}
	var err error
	if s.Modules, err = c.modules(ctx); err != nil {
		return nil, err
	}
	if s.Languages, err = c.languages(ctx); err != nil {
		return nil, err
	}
	if s.CurrencyDigits, err = c.currencyDigits(ctx); err != nil {
		return nil, err
	}
	if s.RoundGlobally, err = c.roundsGlobally(ctx); err != nil {
		return nil, err
	}
	names := slices.Clone(models)
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		m, err := c.model(ctx, name, attributes)
		if ClassOf(err) == schema.FaultMissingModel {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read the fields of %s: %w", name, err)
		}
		s.Models = append(s.Models, *m)
	}
	return s, c.constraints(ctx, s)
}

func (c *Client) modules(ctx context.Context) ([]string, error) {
	rows, err := c.SearchRead(ctx, "ir.module.module", []any{[]any{"state", "=", "installed"}}, []string{"name", "latest_version"}, 0)
	if err != nil {
		return nil, fmt.Errorf("read the installed modules: %w", err)
	}
	var out []string
	for _, r := range rows {
		name, _ := r["name"].(string)
		version, _ := r["latest_version"].(string)
		out = append(out, strings.TrimSpace(name+" "+version))
	}
	slices.Sort(out)
	return out, nil
}

// languages are the codes of those a user may choose; the search is not to see archived ones.
func (c *Client) languages(ctx context.Context) ([]string, error) {
	rows, err := c.SearchRead(ctx, "res.lang", []any{[]any{"active", "=", true}}, []string{"code"}, 0)
	if err != nil {
		return nil, fmt.Errorf("read the installed languages: %w", err)
	}
	out := make([]string, 0, len(rows))
	for _, r := range rows {
		code, _ := r["code"].(string)
		out = append(out, code)
	}
	slices.Sort(out)
	return out, nil
}

func (c *Client) currencyDigits(ctx context.Context) (int, error) {
	companies, err := c.Read(ctx, "res.company", c.companies[:1], []string{"currency_id"})
	if err != nil {
		return 0, fmt.Errorf("read the company: %w", err)
	}
	for _, company := range companies {
		currency, _ := intValue(company["currency_id"])
		rows, err := c.Read(ctx, "res.currency", []int64{currency}, []string{"decimal_places"})
		if err != nil {
			return 0, fmt.Errorf("read the company's currency: %w", err)
		}
		for _, r := range rows {
			n, _ := intValue(r["decimal_places"])
			return int(n), nil
		}
	}
	return 2, nil
}

// roundsGlobally reads how the company rounds documents; without module account there is nothing to round.
func (c *Client) roundsGlobally(ctx context.Context) (bool, error) {
	const field = "tax_calculation_rounding_method"
	known, err := c.Call(ctx, "res.company", "fields_get", []any{[]string{field}}, map[string]any{"attributes": []string{"type"}})
	if err != nil {
		return false, fmt.Errorf("read the company: %w", err)
	}
	if fields, ok := known.(map[string]any); !ok || fields[field] == nil {
		return false, nil
	}
	companies, err := c.Read(ctx, "res.company", c.companies[:1], []string{field})
	if err != nil {
		return false, fmt.Errorf("read the company: %w", err)
	}
	return len(companies) == 1 && companies[0][field] == "round_globally", nil
}

func (c *Client) model(ctx context.Context, name string, attributes []string) (*schema.Model, error) {
	v, err := c.Call(ctx, name, "fields_get", nil, map[string]any{"attributes": attributes})
	if err != nil {
		return nil, err
	}
	described, ok := v.(map[string]any)
	if !ok {
		return nil, c.odd(name, "fields_get", v)
	}
	m := &schema.Model{Name: name}
	var names []string
	for field, attrs := range described {
		a, _ := attrs.(map[string]any)
		m.Fields = append(m.Fields, fieldOf(field, a))
		names = append(names, field)
	}
	m.Sort()
	slices.Sort(names)
	defaults, err := c.Call(ctx, name, "default_get", []any{names}, nil)
	if f, ok := AsFault(err); ok && f.Code == "builtins.TypeError" {
		// An override that lost its api.model decorator (account.move.line on 18) is called like a method on records.
		defaults, err = c.Call(ctx, name, "default_get", []any{[]int64{}, names}, nil)
	}
	if err != nil {
		return nil, err
	}
	m.Defaults, _ = defaults.(map[string]any)
	return m, nil
}

func fieldOf(name string, a map[string]any) schema.Field {
	f := schema.Field{Name: name}
	text := func(k string) string { s, _ := a[k].(string); return s }
	is := func(k string) bool { b, _ := a[k].(bool); return b }
	f.Type, f.Label, f.Relation, f.Help = schema.Type(text("type")), text("string"), text("relation"), strings.TrimSpace(text("help"))
	f.InverseField, f.Currency, f.ModelField = text("relation_field"), text("currency_field"), text("model_field")
	f.Required, f.Readonly, f.Stored, f.PerCompany = is("required"), is("readonly"), is("store"), is("company_dependent")
	f.Translated = is("translate")
	if !f.Translated { // html fields say how terms are translated instead of true
		f.Translated = text("translate") != ""
	}
	depends, _ := a["depends"].([]any)
	f.Computed = len(depends) > 0 || text("related") != ""
	if n, ok := intValue(a["size"]); ok {
		f.Size = int(n)
	}
	if d, ok := a["digits"].([]any); ok && len(d) == 2 {
		if n, ok := intValue(d[1]); ok {
			f.Digits, f.HasDigits = int(n), true
		}
	}
	options, _ := a["selection"].([]any)
	for _, o := range options {
		if pair, ok := o.([]any); ok && len(pair) == 2 {
			f.Options = append(f.Options, schema.Option{Value: fmt.Sprint(pair[0]), Label: fmt.Sprint(pair[1])})
		}
	}
	return f
}
