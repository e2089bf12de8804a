package odoo

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

type jsonService struct{}

func (jsonService) name() string { return JSONRPC }

type jsonError struct {
	Code    json.Number `json:"code"`
	Message string      `json:"message"`
	Data    odooError   `json:"data"`
}

// ask follows JSON-RPC 2.0 as /jsonrpc of Odoo speaks it: errors come with HTTP 200, and a method that returns None is
// answered with neither result nor error.
func (jsonService) ask(ctx context.Context, c *Client, service, method string, args []any) (any, *Fault) {
	b, err := jsonBody(map[string]any{"jsonrpc": "2.0", "method": "call", "id": 1,
		"params": map[string]any{"service": service, "method": method, "args": args}})
	if err != nil {
		return nil, cannotWrite("JSON", err)
	}
	return c.exchange(ctx, request{path: "/jsonrpc", mime: "application/json", body: b, read: c.rpcAnswer})
}

// rpcAnswer reads the envelope member by member, so that the result is decoded as it arrives.
func (c *Client) rpcAnswer(a *answer) (any, *Fault) {
	dec := jsonDecoder(a)
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, c.notOdoo(a)
	}
	var result any
	var failed *jsonError
	known := false
	for dec.More() {
		key, err := dec.Token()
		switch {
		case err != nil:
		case key == "result":
			result, err = readJSON(dec)
		case key == "error":
			err = dec.Decode(&failed)
		default:
			var other any
			err = dec.Decode(&other)
			known = known || key == "jsonrpc" && other != nil
		}
		if err != nil {
			return nil, c.notOdoo(a)
		}
	}
	switch _, err := dec.Token(); {
	case err != nil || !known:
		return nil, c.notOdoo(a)
	case failed != nil:
		return nil, failed.fault()
	}
	return result, nil
}

func (e *jsonError) fault() *Fault {
	f := &Fault{Code: e.Data.Name, Message: e.Data.Message, Debug: e.Data.Debug, Status: 200}
	f.Class = classify(e.Data.Name, e.Data.Debug)
	if f.Message == "" {
		f.Message = e.Message
	}
	if f.Code == "" {
		f.Code = "jsonrpc:" + string(e.Code)
		if e.Code == "404" {
			f.Class = schema.FaultProtocol
		}
	}
	if e.Code == "100" { // Odoo's code of an expired session
		f.Class = schema.FaultSession
	}
	return f
}

// normalise brings the numbers of both protocols to one text: integers as they are, floats in the shortest form without
// exponent and without ".0", which is what a decimal prints.
func normalise(v any) any {
	switch v := v.(type) {
	case json.Number:
		return plainNumber(v)
	case int64:
		return json.Number(strconv.FormatInt(v, 10))
	case float64:
		return json.Number(strconv.FormatFloat(v, 'f', -1, 64))
	case []any:
		for i := range v {
			v[i] = normalise(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = normalise(v[k])
		}
	case string:
		if v == emptyText {
			return ""
		}
	}
	return v
}

func plainNumber(n json.Number) json.Number {
	s := string(n)
	if !strings.ContainsAny(s, ".eE") {
		return n
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return n
	}
	return json.Number(strconv.FormatFloat(f, 'f', -1, 64))
}
