package odootest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
)

// signatures are the parameters of the methods the double plays, required ones first, as odoo/orm/models.py of 19 names
// them. Methods of a model rather than of records take no ids.
var signatures = map[string]struct {
	required, optional []string
	ofModel            bool
}{
	"create": {[]string{"vals_list"}, nil, true}, "write": {[]string{"vals"}, nil, false}, "unlink": {},
	"read":   {nil, []string{"fields", "load"}, false},
	"load":   {[]string{"fields", "data"}, nil, true},
	"search": {[]string{"domain"}, []string{"offset", "limit", "order"}, true}, "search_count": {[]string{"domain"}, []string{"limit"}, true},
	"search_read": {nil, []string{"domain", "fields", "offset", "limit", "order", "load"}, true},
	"fields_get":  {nil, []string{"allfields", "attributes"}, true}, "default_get": {[]string{"fields"}, nil, true},
	"name_search": {nil, []string{"name", "domain", "operator", "limit"}, true}, "has_access": {[]string{"operation"}, nil, false},
	"get_param": {[]string{"key"}, []string{"default"}, true}, "set_param": {[]string{"key", "value"}, nil, true}, "context_get": {ofModel: true},
	"update_field_translations": {[]string{"field_name", "translations"}, []string{"source_lang"}, false},
}

// bind compares the arguments' names with the method's, as Odoo does before it runs anything.
func bind(model, method string, kwargs map[string]any) error {
	s, known := signatures[method]
	if !known {
		return nil
	}
	if s.ofModel && len(idList(kwargs["ids"])) > 0 {
		return unprocessable("cannot call %s.%s with ids", model, method)
	}
	for _, name := range s.required {
		if _, ok := kwargs[name]; !ok {
			return unprocessable("missing a required argument: '%s'", name)
		}
	}
	for name := range kwargs {
		if name != "ids" && name != "context" && !slices.Contains(s.required, name) && !slices.Contains(s.optional, name) {
			return unprocessable("got an unexpected keyword argument '%s'", name)
		}
	}
	return nil
}

func unprocessable(format string, args ...any) *exception {
	return raise("werkzeug.exceptions.UnprocessableEntity", "odoo/addons/rpc/controllers/json2.py", "web_json_2_rpc", format, args...)
}

// serveJSON2 plays POST /json/2/<model>/<method>.
func (s *Server) serveJSON2(w http.ResponseWriter, r *http.Request) {
	model, method, ok := strings.Cut(strings.TrimPrefix(r.URL.Path, "/json/2/"), "/")
	if db := r.Header.Get("X-Odoo-Database"); !ok || db != "" && db != s.opts.Database {
		page(w, http.StatusNotFound, "Not Found")
		return
	}
	kind, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	uid := s.owner(key)
	if !strings.EqualFold(kind, "bearer") || uid == 0 {
		refuse(w, raise("werkzeug.exceptions.Unauthorized", "odoo/addons/base/models/ir_http.py", "_auth_method_bearer", "Invalid apikey"))
		return
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		page(w, http.StatusRequestEntityTooLarge, "Request Entity Too Large")
		return
	}
	dec := json.NewDecoder(strings.NewReader(string(data)))
	dec.UseNumber()
	var raw map[string]any
	if err := dec.Decode(&raw); err != nil {
		refuse(w, raise("werkzeug.exceptions.BadRequest", "odoo/http.py", "dispatch", "could not parse the body as json: %s", err))
		return
	}
	kwargs, _ := plain(raw).(map[string]any)
	if s.db.meta.Models[model] != nil && !strings.HasPrefix(method, "_") {
		if err := bind(model, method, kwargs); err != nil {
			refuse(w, err)
			return
		}
	}
	args := []any{s.opts.Database, uid, key, model, method, []any{}, kwargs}
	s.run(w, r, "object", "execute_kw", args, func(v any, err error) {
		if err != nil {
			refuse(w, err)
			return
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_ = json.NewEncoder(w).Encode(v) // the client may be gone
	})
}

// notFound are the exceptions of Odoo's dispatcher that JSON-2 tells by status 404.
func notFound(x *exception) *exception {
	if x.fn == "execute_cr" || x.fn == "get_public_method" && x.name == "builtins.AttributeError" {
		return &exception{"werkzeug.exceptions.NotFound", x.message, x.file, x.fn}
	}
	return x
}

var statusOf = map[string]int{
	"werkzeug.exceptions.NotFound": 404, "werkzeug.exceptions.Unauthorized": 401, "werkzeug.exceptions.BadRequest": 400,
	"werkzeug.exceptions.UnprocessableEntity": 422, "odoo.exceptions.AccessDenied": 403, "odoo.exceptions.AccessError": 403,
	"odoo.exceptions.MissingError": 404, "odoo.exceptions.UserError": 422, "odoo.exceptions.ValidationError": 422,
	"odoo.exceptions.RedirectWarning": 422, "odoo.exceptions.LockError": 409,
}

func refuse(w http.ResponseWriter, err error) {
	x, ok := asException(err)
	if !ok {
		x = raise("builtins.Exception", "odootest/double.go", "double", "%s", err)
	}
	x = notFound(x)
	status, known := statusOf[x.name]
	if !known {
		status = http.StatusInternalServerError
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"name": x.name, "message": x.message, "arguments": []any{x.message}, "context": map[string]any{}, "debug": x.traceback()}) // the client may be gone
}

func (s *Server) serveVersion(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = fmt.Fprintf(w, `{"version_info": [19, 0, 0, "final", 0, "double"], "version": %q}`, s.Version()) // the client may be gone
}

// Key returns the API key of a user; "" where there is no such user. Here every user has one, and it never changes.
func (s *Server) Key(login string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.db.tables["res.users"].rows {
		if r.text("login") == login {
			return keyOf(r.id())
		}
	}
	return ""
}

func keyOf(uid int64) string { return "key-of-user-" + itoa(uid) }

// owner is whose key it is; 0 is nobody's.
func (s *Server) owner(key string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.db.tables["res.users"].rows {
		if keyOf(r.id()) == key && r["active"] != false {
			return r.id()
		}
	}
	return 0
}
