package odoo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// wire sends one call of a service ("common", "object") and returns the normalised result.
type wire interface {
	call(ctx context.Context, c *Client, service, method string, args []any) (any, *Fault)
	name() string
}

type jsonWire struct{}

func (jsonWire) name() string { return JSONRPC }

type jsonError struct {
	Code    json.Number `json:"code"`
	Message string      `json:"message"`
	Data    struct {
		Name    string `json:"name"`
		Message string `json:"message"`
		Debug   string `json:"debug"`
	} `json:"data"`
}

// call follows JSON-RPC 2.0 as /jsonrpc of Odoo speaks it: errors come with HTTP 200, and a method that returns None is
// answered with neither result nor error.
func (jsonWire) call(ctx context.Context, c *Client, service, method string, args []any) (any, *Fault) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	err := enc.Encode(map[string]any{"jsonrpc": "2.0", "method": "call", "id": 1,
		"params": map[string]any{"service": service, "method": method, "args": args}})
	if err != nil {
		return nil, &Fault{Class: schema.FaultNotSent, Message: fmt.Sprintf("the call cannot be written as JSON: %v", err), cause: err}
	}
	data, f := c.post(ctx, "/jsonrpc", "application/json", buf.Bytes())
	if f != nil {
		return nil, f
	}
	var answer struct {
		JSONRPC string          `json:"jsonrpc"`
		Result  json.RawMessage `json:"result"`
		Error   *jsonError      `json:"error"`
	}
	if err := json.Unmarshal(data, &answer); err != nil || answer.JSONRPC == "" {
		return nil, protocolFault(200, "%s is no Odoo server; it answers %q", c.cfg.URL, pageText(data))
	}
	if answer.Error != nil {
		return nil, answer.Error.fault()
	}
	if len(answer.Result) == 0 {
		return nil, nil
	}
	dec := json.NewDecoder(bytes.NewReader(answer.Result))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, protocolFault(200, "the answer is not JSON: %v", err)
	}
	return normalise(v), nil
}

func (e *jsonError) fault() *Fault {
	f := &Fault{Code: e.Data.Name, Message: e.Data.Message, Debug: e.Data.Debug, Status: 200}
	f.Class = classify(e.Data.Name, e.Data.Debug)
	if f.Message == "" {
		f.Message = e.Message
	}
	if f.Code == "" {
		f.Code = "jsonrpc:" + string(e.Code)
		if e.Code == "100" { // Odoo's code of an expired session
			f.Class = schema.FaultAuthentication
		}
		if e.Code == "404" {
			f.Class = schema.FaultProtocol
		}
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
