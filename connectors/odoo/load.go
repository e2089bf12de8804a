package odoo

import (
	"context"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// LoadResult and LoadMessage are the answer of load(); see package schema.
type (
	LoadResult  = schema.LoadResult
	LoadMessage = schema.LoadMessage
)

// Load sends rows of text by the model's load(), the call that stores records and their external ids in one transaction.
// columns are Odoo's import paths: "id", ".id", "name", "country_id/.id", "order_line/product_id/id". When Odoo stored
// nothing the error is nil, IDs is nil and Messages name the bad rows. A serialization failure that load() reports as
// messages on innocent rows is returned as a fault of class FaultConcurrency instead.
func (c *Client) Load(ctx context.Context, model string, columns []string, rows [][]string) (LoadResult, error) {
	return c.LoadIn(ctx, model, columns, rows, nil)
}

// LoadIn is Load with more keys of context, laid over the client's own: a recipe's, say.
func (c *Client) LoadIn(ctx context.Context, model string, columns []string, rows [][]string, more map[string]any) (LoadResult, error) {
	if len(rows) == 0 {
		return LoadResult{}, nil
	}
	var kw map[string]any
	if len(more) > 0 {
		kw = map[string]any{"context": more}
	}
	v, err := c.Call(ctx, model, "load", []any{columns, rows}, kw)
	if err != nil {
		return LoadResult{}, err
	}
	return c.loadAnswer(model, "load", v)
}

// loadAnswer reads what load answers, and base_import in its place.
func (c *Client) loadAnswer(model, method string, v any) (LoadResult, error) {
	answer, ok := v.(map[string]any)
	if !ok {
		return LoadResult{}, c.odd(model, method, v)
	}
	var res LoadResult
	if list, ok := answer["ids"].([]any); ok {
		res.IDs = idsOf(list)
	}
	for _, m := range mapsOf(answer["messages"]) {
		res.Messages = append(res.Messages, loadMessage(m))
	}
	if f := concurrency(res); f != nil {
		f.Model, f.Method = model, method
		return LoadResult{}, f
	}
	return res, nil
}

func loadMessage(m map[string]any) LoadMessage {
	out := LoadMessage{From: -1, To: -1, Record: -1}
	out.Type, _ = m["type"].(string)
	out.Message, _ = m["message"].(string)
	out.Field, _ = m["field"].(string)
	if rows, ok := m["rows"].(map[string]any); ok {
		out.From, out.To = row(rows["from"]), row(rows["to"])
	}
	out.Record = row(m["record"])
	return out
}

func row(v any) int {
	if n, ok := intValue(v); ok {
		return int(n)
	}
	return -1
}

// concurrencyTexts are PostgreSQL's messages of SQLSTATE 40001 and 40P01 (English, as Odoo runs it). load() hides the
// exception's type inside its savepoints, so here the text is all there is.
var concurrencyTexts = []string{"could not serialize access", "deadlock detected", "current transaction is aborted"}

func concurrency(res LoadResult) *Fault {
	if res.IDs != nil {
		return nil
	}
	for _, m := range res.Messages {
		for _, t := range concurrencyTexts {
			if strings.Contains(m.Message, t) {
				return &Fault{Class: schema.FaultConcurrency, Code: "load", Message: m.Message, Status: 200}
			}
		}
	}
	return nil
}
