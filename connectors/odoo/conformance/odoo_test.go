//go:build odoo

package conformance_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo"
	"github.com/odoo-migrate/odoo-migrate/connectors/odoo/conformance"
	"github.com/odoo-migrate/odoo-migrate/connectors/odoo/odootest"
)

// TestOdoo runs the suite against a real server, each protocol on a fresh database where ODOO_FRESH says how to get one.
func TestOdoo(t *testing.T) {
	for _, protocol := range []string{odoo.JSON2, odoo.JSONRPC, odoo.XMLRPC} {
		t.Run(protocol, func(t *testing.T) {
			config := realServer(t)
			config.Protocol = protocol
			if protocol == odoo.JSON2 && !hasJSON2(t, config) {
				t.Skip("this server is older than JSON-2")
			}
			if protocol != odoo.JSON2 {
				config.APIKey = "" // a password
			}
			conformance.Run(t, config, func(t *testing.T, login, password string) string {
				config.User, config.Password = login, password
				return newKey(t, config)
			})
		})
	}
}

// realServer reads the address from the environment. ODOO_FRESH is a command that makes a database and prints the
// variables as KEY=value words ("tools/odoo-server fresh --only").
func realServer(t *testing.T) odoo.Config {
	t.Helper()
	env := map[string]string{}
	for _, k := range []string{"ODOO_URL", "ODOO_DB", "ODOO_USER", "ODOO_PASSWORD", "ODOO_API_KEY"} {
		env[k] = os.Getenv(k)
	}
	if command := os.Getenv("ODOO_FRESH"); command != "" {
		out, err := exec.Command("sh", "-c", command).Output()
		if err != nil {
			t.Fatalf("ODOO_FRESH (%s): %v", command, err)
		}
		for word := range strings.FieldsSeq(string(out)) {
			if k, v, ok := strings.Cut(word, "="); ok {
				env[k] = v
				t.Setenv(k, v)
			}
		}
	}
	for k := range map[string]bool{"ODOO_URL": true, "ODOO_DB": true, "ODOO_USER": true, "ODOO_PASSWORD": true} {
		if env[k] == "" {
			t.Fatalf("%s is not set: this test needs a real Odoo; `make test-odoo` starts one and sets it, or `eval \"$(tools/odoo-server up --export)\"`", k)
		}
	}
	return odoo.Config{URL: env["ODOO_URL"], Database: env["ODOO_DB"], User: env["ODOO_USER"], Password: env["ODOO_PASSWORD"], APIKey: env["ODOO_API_KEY"]}
}

func hasJSON2(t *testing.T, config odoo.Config) bool {
	t.Helper()
	config.Protocol, config.APIKey = odoo.JSONRPC, ""
	c, err := odoo.Dial(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	major, _ := c.Version()
	return major >= 19
}

// newKey makes an API key as a user does by hand, which only the web client's own way allows: the dialogue, the password
// once more, the key.
func newKey(t *testing.T, config odoo.Config) string {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := browser{t, config.URL, http.Client{Jar: jar, Timeout: time.Minute}}
	b.post("/web/session/authenticate", map[string]any{"db": config.Database, "login": config.User, "password": config.Password})
	const dialogue, check = "res.users.apikeys.description", "res.users.identitycheck"
	ids := b.button(dialogue, "create", []any{[]any{map[string]any{"name": "conformance", "duration": "1"}}}, nil)
	action := b.button(dialogue, "make_key", []any{ids}, nil)
	asked, _ := action.(map[string]any)
	action = b.button(check, "run_check", []any{[]any{asked["res_id"]}}, map[string]any{"password": config.Password})
	done, _ := action.(map[string]any)
	context, _ := done["context"].(map[string]any)
	key, _ := context["default_key"].(string)
	if key == "" {
		t.Fatalf("no key in %v", action)
	}
	return key
}

// TestTwoFactorAccount: the right password of an account with two-factor login is told apart from a wrong one. Such an
// account is made in the server's database, because the API lets nobody write the secret.
func TestTwoFactorAccount(t *testing.T) {
	config := realServer(t)
	pg := os.Getenv("ODOO_PG_DSN") // of the same server
	config.APIKey = ""
	admin, err := odoo.Dial(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := admin.Create(t.Context(), "res.users", []map[string]any{{"name": "Two Factor", "login": "two.factor", "password": "right-password"}}); err != nil {
		t.Fatal(err)
	}
	if pg == "" {
		t.Fatal("ODOO_PG_DSN is not set: this test needs the database of the server")
	}
	const set = "update res_users set totp_secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' where login = 'two.factor'"
	if out, err := exec.Command("psql", pg, "-v", "ON_ERROR_STOP=1", "-c", set).CombinedOutput(); err != nil {
		t.Fatalf("psql: %v\n%s", err, out)
	}
	for password, says := range map[string]string{"right-password": "two-factor login", "wrong": "wrong user, password or key"} {
		config.User, config.Password = "two.factor", password
		if _, err := odoo.Dial(t.Context(), config); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", password, err, says)
		}
	}
}

// browser is as much of a web client as making a key takes.
type browser struct {
	t    *testing.T
	url  string
	http http.Client
}

func (b *browser) button(model, method string, args []any, context map[string]any) any {
	b.t.Helper()
	return b.post("/web/dataset/call_kw", map[string]any{"model": model, "method": method, "args": args, "kwargs": map[string]any{"context": context}})
}

func (b *browser) post(path string, params map[string]any) any {
	b.t.Helper()
	body, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "method": "call", "params": params})
	if err != nil {
		b.t.Fatal(err)
	}
	res, err := b.http.Post(b.url+path, "application/json", bytes.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	var answer struct{ Result, Error any }
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil || answer.Error != nil {
		b.t.Fatalf("%s %v: %v %v", path, params["method"], err, answer.Error)
	}
	return answer.Result
}

// everyModel is a field that may point at every model there is.
const everyModel = "ir.cron.resource_ref"

// TestMetadataIsCurrent compares what the double says about fields with a real Odoo 19: what was captured goes stale with
// a new release, and `go generate ./connectors/odoo/odootest` captures it again.
//
// A field that may point at every model offers them in an order of the moment.
func TestMetadataIsCurrent(t *testing.T) {
	ctx := context.Background()
	double := odootest.New(odootest.Options{})
	if err := double.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = double.Close() }) // the test is over
	fake, err := odoo.Dial(ctx, double.Config())
	if err != nil {
		t.Fatal(err)
	}
	actual, err := odoo.Dial(ctx, realServer(t))
	if err != nil {
		t.Fatal(err)
	}
	if major, version := actual.Version(); major != 19 {
		t.Logf("the double is an Odoo 19; this server is %s, so there is nothing to compare", version)
		return
	}
	got, err := fake.Snapshot(ctx, double.Models())
	if err != nil {
		t.Fatal(err)
	}
	want, err := actual.Snapshot(ctx, double.Models())
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range want.Models {
		g, ok := got.Model(w.Name)
		if !ok {
			t.Errorf("the double has no %s", w.Name)
			continue
		}
		for _, f := range w.Fields {
			d, ok := g.Field(f.Name)
			if w.Name+"."+f.Name == everyModel {
				d.Options, f.Options = nil, nil
			}
			if !ok || !reflect.DeepEqual(d, f) {
				t.Errorf("%s.%s: the double has %+v\nthe server %+v", w.Name, f.Name, d, f)
			}
		}
	}
}
