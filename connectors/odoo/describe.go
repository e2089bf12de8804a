package odoo

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// lookupRecords is how many records of a lookup table are read: charts of accounts and the states of all countries stay
// below it.
const lookupRecords = 5000

// lookupTables are the small tables whose values legacy data refers to by name or code.
var lookupTables = []struct {
	model  string
	fields []string
}{
	{"account.account", []string{"code", "name"}},
	{"account.fiscal.position", []string{"name"}},
	{"account.incoterms", []string{"code", "name"}},
	{"account.journal", []string{"code", "name"}},
	{"account.payment.term", []string{"name"}},
	{"account.tax", []string{"name"}},
	{"crm.stage", []string{"name"}},
	{"crm.team", []string{"name"}},
	{"hr.department", []string{"complete_name", "name"}},
	{"product.category", []string{"complete_name", "name"}},
	{"product.pricelist", []string{"name"}},
	{"res.company", []string{"name"}},
	{"res.country", []string{"code", "name"}},
	{"res.country.state", []string{"code", "name"}},
	{"res.currency", []string{"name", "full_name"}},
	{"res.lang", []string{"code", "name"}},
	{"res.partner.category", []string{"name"}},
	{"res.partner.industry", []string{"name"}},
	{"stock.location", []string{"complete_name", "name"}},
	{"stock.warehouse", []string{"code", "name"}},
	{"uom.uom", []string{"name"}},
}

// Describe is Snapshot with what tells which legacy data fits: help texts, labels of models, the labels of fields and
// selections in every active language, the values of small lookup tables, and how many records the models have. It only
// reads. Models the server does not have are absent from the result; so are lookup tables the account may not read.
func (c *Client) Describe(ctx context.Context, models []string) (*schema.Snapshot, error) {
	names := slices.Clone(models)
	for _, l := range lookupTables {
		names = append(names, l.model)
	}
	s, err := c.snapshot(ctx, names, append(slices.Clone(fieldAttributes), "help"))
	if err != nil {
		return nil, err
	}
	if err := c.modelLabels(ctx, s); err != nil {
		return nil, err
	}
	if err := c.translatedLabels(ctx, s); err != nil {
		return nil, err
	}
	if err := c.lookups(ctx, s); err != nil {
		return nil, err
	}
	return s, c.counts(ctx, s, models)
}

func (c *Client) modelLabels(ctx context.Context, s *schema.Snapshot) error {
	names := make([]string, len(s.Models))
	for i := range s.Models {
		names[i] = s.Models[i].Name
	}
	rows, err := c.SearchRead(ctx, "ir.model", []any{[]any{"model", "in", names}}, []string{"model", "name"}, 0)
	if err != nil {
		return fmt.Errorf("read the names of the models: %w", err)
	}
	for _, r := range rows {
		if m, ok := s.Model(textValue(r["model"])); ok {
			m.Label = textValue(r["name"])
		}
	}
	return nil
}

// translatedLabels reads the labels in every active language but English, which the snapshot has already.
func (c *Client) translatedLabels(ctx context.Context, s *schema.Snapshot) error {
	for _, lang := range otherLanguages(s) {
		for i := range s.Models {
			if err := c.translate(ctx, &s.Models[i], lang); err != nil {
				return fmt.Errorf("read the %s labels of %s: %w", lang, s.Models[i].Name, err)
			}
		}
	}
	return nil
}

func otherLanguages(s *schema.Snapshot) []string {
	return slices.DeleteFunc(slices.Clone(s.Languages), func(l string) bool { return l == "en_US" || l == "" })
}

// translate adds one language's labels to a model, where they differ from the English ones.
func (c *Client) translate(ctx context.Context, m *schema.Model, lang string) error {
	v, err := c.Call(ctx, m.Name, "fields_get", nil, map[string]any{"attributes": []string{"string", "selection", "type"}, "context": map[string]any{"lang": lang}})
	if err != nil {
		return err
	}
	described, ok := v.(map[string]any)
	if !ok {
		return c.odd(m.Name, "fields_get", v)
	}
	for i := range m.Fields {
		f := &m.Fields[i]
		a, _ := described[f.Name].(map[string]any)
		there := fieldOf(f.Name, a)
		if there.Label != "" && there.Label != f.Label {
			f.Labels = put(f.Labels, lang, there.Label)
		}
		for j, o := range there.Options {
			if j < len(f.Options) && f.Options[j].Value == o.Value && f.Options[j].Label != o.Label {
				f.Options[j].Labels = put(f.Options[j].Labels, lang, o.Label)
			}
		}
	}
	return nil
}

func put(m map[string]string, key, value string) map[string]string {
	if m == nil {
		m = map[string]string{}
	}
	m[key] = value
	return m
}

func (c *Client) lookups(ctx context.Context, s *schema.Snapshot) error {
	for _, t := range lookupTables {
		m, ok := s.Model(t.model)
		if !ok {
			continue
		}
		fields := slices.DeleteFunc(slices.Clone(t.fields), func(f string) bool { _, has := m.Field(f); return !has })
		l := schema.Lookup{Model: t.model, Fields: fields}
		switch err := c.fillLookup(ctx, &l, m, s); {
		case ClassOf(err) == schema.FaultAccess:
			continue
		case err != nil:
			return fmt.Errorf("read the values of %s: %w", t.model, err)
		}
		s.Lookups = append(s.Lookups, l)
	}
	return nil
}

// fillLookup reads a table in English and its translated names in the other languages.
func (c *Client) fillLookup(ctx context.Context, l *schema.Lookup, m *schema.Model, s *schema.Snapshot) error {
	own := slices.Clone(l.Fields)
	rows, err := c.readLookup(ctx, l.Model, own, "en_US")
	if err != nil {
		return err
	}
	l.Partial = len(rows) > lookupRecords
	rows = rows[:min(len(rows), lookupRecords)]
	index := map[int64]int{}
	for i, r := range rows {
		id, _ := intValue(r["id"])
		index[id] = i
		l.Rows = append(l.Rows, textsOf(r, own))
	}
	translated := slices.DeleteFunc(slices.Clone(own), func(f string) bool { d, _ := m.Field(f); return !d.Translated })
	for _, lang := range otherLanguages(s) {
		if len(translated) == 0 {
			break
		}
		there, err := c.readLookup(ctx, l.Model, translated, lang)
		if err != nil {
			return err
		}
		addLanguage(l, index, there, translated, lang)
	}
	slices.SortFunc(l.Rows, slices.Compare)
	return nil
}

func addLanguage(l *schema.Lookup, index map[int64]int, rows []map[string]any, fields []string, lang string) {
	for _, f := range fields {
		l.Fields = append(l.Fields, f+"@"+lang)
	}
	blank := make([]string, len(fields))
	for i := range l.Rows {
		l.Rows[i] = append(l.Rows[i], blank...)
	}
	for _, r := range rows {
		id, _ := intValue(r["id"])
		if i, ok := index[id]; ok {
			copy(l.Rows[i][len(l.Fields)-len(fields):], textsOf(r, fields))
		}
	}
}

func (c *Client) readLookup(ctx context.Context, model string, fields []string, lang string) ([]map[string]any, error) {
	kw := limited(lookupRecords + 1)
	kw["fields"], kw["load"], kw["context"] = append([]string{"id"}, fields...), false, map[string]any{"lang": lang}
	v, err := c.Call(ctx, model, "search_read", []any{[]any{}}, kw)
	if err != nil {
		return nil, err
	}
	return mapsOf(v), nil
}

// counts counts the records of the models that were asked for; models without a table of their own have none.
func (c *Client) counts(ctx context.Context, s *schema.Snapshot, models []string) error {
	s.Counts = map[string]int64{}
	for _, name := range models {
		if _, ok := s.Model(name); !ok {
			continue
		}
		n, err := c.Count(ctx, name, nil)
		switch class := ClassOf(err); {
		case class == schema.FaultAccess || class == schema.FaultServer:
			continue
		case err != nil:
			return fmt.Errorf("count %s: %w", name, err)
		}
		s.Counts[name] = int64(n)
	}
	return nil
}

func textsOf(r map[string]any, fields []string) []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = textValue(r[f])
	}
	return out
}

// textValue is a char field's value; Odoo answers false where there is none.
func textValue(v any) string {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(v)
	case json.Number:
		return v.String()
	}
	return ""
}
