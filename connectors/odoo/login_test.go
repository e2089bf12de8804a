package odoo_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo"
	"github.com/odoo-migrate/odoo-migrate/connectors/odoo/odootest"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// without serves the double but for some addresses.
func without(t *testing.T, s *odootest.Server, prefixes ...string) string {
	t.Helper()
	w := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, p := range prefixes {
			if strings.HasPrefix(r.URL.Path, p) {
				http.NotFound(w, r)
				return
			}
		}
		s.ServeHTTP(w, r)
	}))
	t.Cleanup(w.Close)
	return w.URL
}

// TestAutoProtocol: what is chosen depends on the kind of secret and on what the server offers.
func TestAutoProtocol(t *testing.T) {
	s := start(t)
	for _, x := range []struct {
		name   string
		closed []string
		key    bool
		want   string
	}{
		{"a password", nil, false, odoo.JSONRPC},
		{"a key", nil, true, odoo.JSON2},
		{"a key, Odoo 18", []string{"/json/2", "/web/version"}, true, odoo.JSONRPC},
		{"a key, the older APIs are gone", []string{"/jsonrpc", "/xmlrpc"}, true, odoo.JSON2},
		{"a key, only XML-RPC", []string{"/json/2", "/web/version", "/jsonrpc"}, true, odoo.XMLRPC},
	} {
		t.Run(x.name, func(t *testing.T) {
			config := s.Config()
			config.URL = without(t, s, x.closed...)
			if x.key {
				config.Password, config.APIKey = "", s.Key("admin")
			}
			c := dial(t, config)
			if c.Protocol() != x.want || c.UID() != 2 {
				t.Errorf("protocol %s as user %d, want %s as 2", c.Protocol(), c.UID(), x.want)
			}
			if n, err := c.Count(context.Background(), "res.country", nil); err != nil || n < 200 {
				t.Errorf("count %d, %v", n, err)
			}
		})
	}
}

// TestKeyOfAnother: JSON-2 needs no user, so a key of another account would go unnoticed.
func TestKeyOfAnother(t *testing.T) {
	s := start(t)
	config := s.Config()
	config.User, config.APIKey = "somebody", s.Key("admin")
	for _, protocol := range all {
		config.Protocol = protocol
		if _, err := odoo.Dial(context.Background(), config); odoo.ClassOf(err) != schema.FaultAuthentication {
			t.Errorf("%s: %v, want a refusal", protocol, err)
		}
	}
}

// TestTwoFactor: the API refuses a right password of such an account like a wrong one; the login page tells them apart.
func TestTwoFactor(t *testing.T) {
	s := start(t)
	w := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/web/session/authenticate" {
			s.ServeHTTP(w, r)
			return
		}
		var call struct {
			Params struct{ Password string }
		}
		if err := json.NewDecoder(r.Body).Decode(&call); err != nil {
			t.Error(err)
		}
		if call.Params.Password == "right" {
			_, _ = w.Write([]byte(`{"jsonrpc": "2.0", "id": 1, "result": {"uid": null}}`)) // the client may be gone
			return
		}
		_, _ = w.Write([]byte(`{"jsonrpc": "2.0", "id": 1, "error": {"code": 0, "message": "x", "data": {"name": "odoo.exceptions.AccessDenied", "message": "Access Denied", "debug": ""}}}`))
	}))
	t.Cleanup(w.Close)
	config := s.Config()
	config.URL = w.URL
	for password, says := range map[string]string{"right": "two-factor login", "wrong": "wrong user, password or key"} {
		config.Password = password
		_, err := odoo.Dial(context.Background(), config)
		f, ok := odoo.AsFault(err)
		if !ok || !strings.Contains(err.Error(), says) {
			t.Fatalf("%s password: %v, want %q", password, err, says)
		}
		if strings.Contains(f.Remedy(), "api_key") != (password == "right") {
			t.Errorf("%s password: remedy %q", password, f.Remedy())
		}
	}
}

// TestExpiredSession: Odoo's code 100 of JSON-RPC.
func TestExpiredSession(t *testing.T) {
	s := start(t)
	p := inFront(t, s.URL())
	config := s.Config()
	config.URL = p.URL
	c := dial(t, config)
	p.set(func(w http.ResponseWriter, _ []byte, _ func()) {
		_, _ = w.Write([]byte(`{"jsonrpc": "2.0", "id": 1, "error": {"code": 100, "message": "Odoo Session Expired", "data": {"name": "odoo.http.SessionExpiredException", "message": "Session expired", "debug": ""}}}`)) // the client may be gone
	})
	if _, err := c.Count(context.Background(), "res.country", nil); odoo.ClassOf(err) != schema.FaultSession {
		t.Errorf("%v of class %s", err, odoo.ClassOf(err))
	}
}

// TestRenamedArgument: a model's own version of a method may call its argument otherwise; JSON-2 passes it by name. The
// server refuses before it runs anything, so the call is sent again, and the name is kept.
func TestRenamedArgument(t *testing.T) {
	s := start(t)
	refused := 0
	w := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/json/2/ir.mail_server/write" {
			s.ServeHTTP(w, r)
			return
		}
		var sent map[string]any
		if err := json.NewDecoder(r.Body).Decode(&sent); err != nil {
			t.Error(err)
		}
		if sent["s"] == nil {
			refused++
			w.WriteHeader(http.StatusUnprocessableEntity)
			_, _ = w.Write([]byte(`{"name": "werkzeug.exceptions.UnprocessableEntity", "message": "missing a required argument: 's'", "debug": ""}`)) // the client may be gone
			return
		}
		_, _ = w.Write([]byte("true")) // the client may be gone
	}))
	t.Cleanup(w.Close)
	config := s.Config()
	config.URL, config.APIKey = w.URL, s.Key("admin")
	c := dial(t, config)
	for range 2 {
		if err := c.Write(context.Background(), "ir.mail_server", []int64{1}, map[string]any{"name": "x"}); err != nil {
			t.Fatal(err)
		}
	}
	if refused != 1 {
		t.Errorf("%d refusals, want one", refused)
	}
	_, err := c.Call(context.Background(), "res.partner", "action_archive", []any{[]int64{1}, "more"}, nil)
	if odoo.ClassOf(err) != schema.FaultNotSent {
		t.Errorf("an argument without a name: %v", err)
	}
}

// TestFaultNamesRecordAndField, as far as the server does.
func TestFaultNamesRecordAndField(t *testing.T) {
	s := start(t)
	for _, protocol := range all {
		config := s.Config()
		config.Protocol, config.APIKey = protocol, s.Key("admin")
		c := dial(t, config)
		ctx := context.Background()
		_, required := c.Create(ctx, "res.partner.category", []map[string]any{{"color": 1}})
		_, unknown := c.Read(ctx, "res.partner", []int64{1}, []string{"nosuchfield"})
		missing := c.Write(ctx, "res.partner", []int64{99999}, map[string]any{"name": "x"})
		for _, x := range []struct {
			err    error
			field  string
			record int64
		}{{required, "name", 0}, {unknown, "nosuchfield", 0}, {missing, "", 99999}} {
			f, ok := odoo.AsFault(x.err)
			if !ok || f.Field != x.field || f.Record != x.record {
				t.Errorf("%s: %v names record %d and field %q, want %d and %q", protocol, x.err, f.Record, f.Field, x.record, x.field)
			}
		}
	}
}
