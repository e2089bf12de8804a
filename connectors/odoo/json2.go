package odoo

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// json2Wire speaks the API that Odoo has since 19: one address a method, arguments by name, an API key as bearer.
type json2Wire struct{ learned *sync.Map } // "model.method" -> what an override calls its arguments

func (json2Wire) name() string { return JSON2 }

// version asks the one address that tells it without a login; servers before 19 do not have it.
func (json2Wire) version(ctx context.Context, c *Client) (any, *Fault) {
	v, f := c.exchange(ctx, request{method: http.MethodGet, path: "/web/version", read: c.jsonAnswer})
	info, ok := v.(map[string]any)
	if f == nil && (!ok || info["version"] == nil) {
		f = protocolFault(200, "%s is no Odoo 19: it does not tell its version", c.cfg.URL)
	}
	if f != nil {
		return nil, f
	}
	return info["version"], nil
}

// login asks whose key it is.
func (w json2Wire) login(ctx context.Context, c *Client) (int64, *Fault) {
	v, f := w.call(ctx, c, "res.users", "context_get", nil, nil)
	if f != nil {
		if f.Status == http.StatusNotFound && f.Class == schema.FaultProtocol {
			f.Class = schema.FaultDatabase // the server has JSON-2, and not in this database
		}
		if f.Status == http.StatusUnauthorized && strings.HasPrefix(f.Code, "werkzeug.") {
			return 0, nil
		}
		return 0, f
	}
	info, _ := v.(map[string]any)
	uid, _ := intValue(info["uid"])
	c.uid = uid
	rows, f := w.call(ctx, c, "res.users", "read", []any{[]int64{uid}, []string{"login"}}, nil)
	if f != nil {
		return 0, f
	}
	for _, r := range mapsOf(rows) {
		if r["login"] == c.cfg.User {
			return uid, nil
		}
	}
	return 0, nil
}

func (w json2Wire) call(ctx context.Context, c *Client, model, method string, args []any, kwargs map[string]any) (any, *Fault) {
	for try := 0; ; try++ {
		named, f := w.named(model, method, args, kwargs)
		if f != nil {
			return nil, f
		}
		v, f := w.send(ctx, c, model, method, named)
		if f == nil || try > 0 || !w.learn(model, method, f, named) {
			return v, f
		}
		// The server compared the names before it ran anything: the call may be sent again.
	}
}

func (json2Wire) send(ctx context.Context, c *Client, model, method string, named map[string]any) (any, *Fault) {
	b, err := jsonBody(named)
	if err != nil {
		return nil, cannotWrite("JSON", err)
	}
	header := http.Header{"Authorization": {"bearer " + c.cfg.APIKey}, "X-Odoo-Database": {c.cfg.Database}}
	return c.exchange(ctx, request{path: "/json/2/" + model + "/" + method, mime: "application/json", header: header, body: b,
		read: c.jsonAnswer, refused: json2Fault})
}

// parameters are the names of positional arguments (odoo/orm/models.py of 19). Methods on records take ids first.
var parameters = map[string][]string{
	"create": {"vals_list"}, "write": {"ids", "vals"}, "unlink": {"ids"}, "read": {"ids", "fields", "load"},
	"load": {"fields", "data"}, "search": {"domain", "offset", "limit", "order"}, "search_count": {"domain", "limit"},
	"search_read": {"domain", "fields", "offset", "limit", "order"}, "fields_get": {"allfields", "attributes"},
	"default_get": {"fields"}, "name_search": {"name", "domain", "operator", "limit"}, "has_access": {"ids", "operation"},
	"check_access_rights": {"operation", "raise_exception"}, "get_param": {"key", "default"}, "set_param": {"key", "value"},
	"update_field_translations": {"ids", "field_name", "translations", "source_lang"}, "context_get": {},
}

// named gives every argument the name it has on the server.
func (w json2Wire) named(model, method string, args []any, kwargs map[string]any) (map[string]any, *Fault) {
	out := maps.Clone(kwargs)
	if out == nil {
		out = map[string]any{}
	}
	names, known := parameters[method]
	if !known {
		names = []string{"ids"}
	}
	if len(args) > len(names) {
		return nil, &Fault{Class: schema.FaultNotSent, Message: fmt.Sprintf("JSON-2 passes arguments by name, and %s is called with %d that have none", method, len(args))}
	}
	for i, a := range args {
		out[names[i]] = a
	}
	if renamed, ok := w.learned.Load(model + "." + method); ok {
		for from, to := range renamed.(map[string]string) {
			if v, has := out[from]; has {
				delete(out, from)
				out[to] = v
			}
		}
	}
	return out, nil
}

// missingArgument is what Python's inspect.Signature.bind says; Odoo passes it on.
const missingArgument = "missing a required argument: '"

// learn takes from a refusal what a model's own version of a method calls its argument: ir.mail_server.write(s).
func (w json2Wire) learn(model, method string, f *Fault, sent map[string]any) bool {
	_, rest, ok := strings.Cut(f.Message, missingArgument)
	to, _, closed := strings.Cut(rest, "'")
	if !ok || !closed || f.Code != "werkzeug.exceptions.UnprocessableEntity" {
		return false
	}
	names := parameters[method]
	at := slices.IndexFunc(names, func(n string) bool { _, has := sent[n]; return n != "ids" && has })
	if at < 0 || names[at] == to {
		return false
	}
	w.learned.Store(model+"."+method, map[string]string{names[at]: to})
	return true
}

// json2Fault reads an exception; what is no exception was not written by Odoo's JSON-2.
func json2Fault(status int, page []byte) (*Fault, bool) {
	var e odooError
	if json.Unmarshal(page, &e) != nil || e.Name == "" {
		return nil, false //nolint:nilerr // a page that is no JSON is no exception of Odoo's
	}
	f := &Fault{Code: e.Name, Message: e.Message, Debug: e.Debug, Status: status, Class: classify(e.Name, e.Debug)}
	if f.Message == "" {
		f.Message = e.Name
	}
	switch e.Name {
	case "werkzeug.exceptions.NotFound":
		f.Class = schema.FaultMissingModel
		if strings.Contains(e.Debug, "in get_public_method") {
			f.Class = schema.FaultMissingMethod
		}
	case "werkzeug.exceptions.Unauthorized":
		f.Class = schema.FaultAuthentication
	}
	return f, true
}
