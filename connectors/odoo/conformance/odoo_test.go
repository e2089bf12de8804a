//go:build odoo

package conformance_test

import (
	"context"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo"
	"github.com/odoo-migrate/odoo-migrate/connectors/odoo/conformance"
	"github.com/odoo-migrate/odoo-migrate/connectors/odoo/odootest"
)

// TestOdoo runs the suite against a real server, each protocol on a fresh database where ODOO_FRESH says how to get one.
func TestOdoo(t *testing.T) {
	for _, protocol := range []string{odoo.JSONRPC, odoo.XMLRPC} {
		t.Run(protocol, func(t *testing.T) {
			config := realServer(t)
			config.Protocol = protocol
			conformance.Run(t, config)
		})
	}
}

// realServer reads the address from the environment. ODOO_FRESH is a command that makes a database and prints the
// variables as KEY=value words ("tools/odoo-server fresh --only").
func realServer(t *testing.T) odoo.Config {
	t.Helper()
	env := map[string]string{}
	for _, k := range []string{"ODOO_URL", "ODOO_DB", "ODOO_USER", "ODOO_PASSWORD"} {
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
			}
		}
	}
	for k := range map[string]bool{"ODOO_URL": true, "ODOO_DB": true, "ODOO_USER": true, "ODOO_PASSWORD": true} {
		if env[k] == "" {
			t.Fatalf("%s is not set: this test needs a real Odoo; `make test-odoo` starts one and sets it, or `eval \"$(tools/odoo-server up --export)\"`", k)
		}
	}
	return odoo.Config{URL: env["ODOO_URL"], Database: env["ODOO_DB"], User: env["ODOO_USER"], Password: env["ODOO_PASSWORD"]}
}

// TestMetadataIsCurrent compares what the double says about fields with a real Odoo 19: what was captured goes stale with
// a new release, and `go generate ./connectors/odoo/odootest` captures it again.
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
			if !ok || !reflect.DeepEqual(d, f) {
				t.Errorf("%s.%s: the double has %+v\nthe server %+v", w.Name, f.Name, d, f)
			}
		}
	}
}
