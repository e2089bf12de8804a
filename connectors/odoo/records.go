package odoo

import (
	"context"
	"fmt"
	"maps"

	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// Search returns the ids of the records that match a domain in Odoo's prefix notation, archived ones and those of all
// companies included, in the model's own order. limit 0 is no limit.
func (c *Client) Search(ctx context.Context, model string, domain []any, limit int) ([]int64, error) {
	v, err := c.Call(ctx, model, "search", []any{orEmpty(domain)}, limited(limit))
	if err != nil {
		return nil, err
	}
	return idsOf(v), nil
}

// Count returns how many records match, archived ones included.
func (c *Client) Count(ctx context.Context, model string, domain []any) (int, error) {
	v, err := c.Call(ctx, model, "search_count", []any{orEmpty(domain)}, nil)
	if err != nil {
		return 0, err
	}
	n, ok := intValue(v)
	if !ok {
		return 0, c.odd(model, "search_count", v)
	}
	return int(n), nil
}

// SearchRead is Search and Read in one call; many2one values are bare ids. limit 0 is no limit.
func (c *Client) SearchRead(ctx context.Context, model string, domain []any, fields []string, limit int) ([]map[string]any, error) {
	return c.SearchReadIn(ctx, model, domain, fields, limit, nil)
}

// SearchReadIn is SearchRead with more keys of context, laid over the client's own: a language, say.
func (c *Client) SearchReadIn(ctx context.Context, model string, domain []any, fields []string, limit int, more map[string]any) ([]map[string]any, error) {
	kw := limited(limit)
	kw["fields"], kw["load"] = fields, false
	if len(more) > 0 {
		kw["context"] = more
	}
	v, err := c.Call(ctx, model, "search_read", []any{orEmpty(domain)}, kw)
	if err != nil {
		return nil, err
	}
	return mapsOf(v), nil
}

// Create makes records and returns their ids in the order of values. It has no fence: after an unknown outcome the
// records may be there.
func (c *Client) Create(ctx context.Context, model string, values []map[string]any) ([]int64, error) {
	if len(values) == 0 {
		return nil, nil
	}
	v, err := c.Call(ctx, model, "create", []any{values}, nil)
	if err != nil {
		return nil, err
	}
	ids := idsOf(v)
	if len(ids) != len(values) {
		return nil, c.odd(model, "create", v)
	}
	return ids, nil
}

// Unlink deletes records. Odoo's server deletes their external ids with them.
func (c *Client) Unlink(ctx context.Context, model string, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := c.Call(ctx, model, "unlink", []any{ids}, nil)
	return err
}

// Method calls a method on records. No result is a success: read the postcondition. A returned action (a map with
// "type") says that Odoo wants a dialogue instead of having done it.
func (c *Client) Method(ctx context.Context, model, method string, ids []int64, kwargs map[string]any) (any, error) {
	if ids == nil {
		ids = []int64{} // JSON's null would be no list
	}
	return c.Call(ctx, model, method, []any{ids}, maps.Clone(kwargs))
}

// XMLID is what an external id stands for.
type XMLID = schema.XMLID

// XMLIDs resolves external ids. names are complete ("module.name"), or bare names of module; the result has them as
// given. Names that do not exist are missing from the result.
func (c *Client) XMLIDs(ctx context.Context, module string, names []string) (map[string]XMLID, error) {
	byModule := map[string]map[string]string{}
	for _, full := range names {
		m, n := splitXMLID(module, full)
		if byModule[m] == nil {
			byModule[m] = map[string]string{}
		}
		byModule[m][n] = full
	}
	out := make(map[string]XMLID, len(names))
	for m, wanted := range byModule {
		list := make([]string, 0, len(wanted))
		for n := range wanted {
			list = append(list, n)
		}
		rows, err := c.SearchRead(ctx, "ir.model.data", []any{[]any{"module", "=", m}, []any{"name", "in", list}},
			[]string{"name", "model", "res_id"}, 0)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			name, _ := r["name"].(string)
			model, _ := r["model"].(string)
			id, _ := intValue(r["res_id"])
			out[wanted[name]] = XMLID{Model: model, ResID: id}
		}
	}
	return out, nil
}

func splitXMLID(module, full string) (string, string) {
	for i := range len(full) {
		if full[i] == '.' {
			return full[:i], full[i+1:]
		}
	}
	return module, full
}

func (c *Client) odd(model, method string, v any) error {
	f := protocolFault(200, "unexpected result %s", short(v))
	f.Model, f.Method = model, method
	return f
}

func short(v any) string {
	s := fmt.Sprintf("%v", v)
	if len(s) > 80 {
		s = s[:80] + "…"
	}
	return s
}

func limited(limit int) map[string]any {
	kw := map[string]any{}
	if limit > 0 {
		kw["limit"] = limit
	}
	return kw
}

func orEmpty(domain []any) []any {
	if domain == nil {
		return []any{}
	}
	return domain
}

// May reports whether the account's groups allow an operation on a model: read, write, create or unlink. Record rules
// may still forbid it for single records.
func (c *Client) May(ctx context.Context, model, operation string) (bool, error) {
	v, err := c.Call(ctx, model, "has_access", []any{[]int64{}, operation}, nil)
	if err != nil {
		return false, err
	}
	return v == true, nil
}
