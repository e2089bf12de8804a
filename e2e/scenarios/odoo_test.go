//go:build odoo

package scenarios_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo"
	"github.com/odoo-migrate/odoo-migrate/e2e/scenarios"
	"github.com/odoo-migrate/odoo-migrate/staging/stagingtest"
)

// TestOdoo runs every scenario in a fresh database of a real server. ODOO_FRESH is a command that makes one and prints
// how it is reached ("tools/odoo-server fresh"), ODOO_DROP one that drops it ("tools/odoo-server drop").
func TestOdoo(t *testing.T) {
	for name, scenario := range scenarios.Scenarios {
		t.Run(name, func(t *testing.T) {
			scenario(t, scenarios.Place{Odoo: fresh(t), DSN: stagingtest.DSN(t), Project: stagingtest.Project()})
		})
	}
}

func fresh(t *testing.T) odoo.Config {
	t.Helper()
	command := os.Getenv("ODOO_FRESH")
	if command == "" {
		t.Fatal("this test needs a real Odoo: `make test-odoo` starts one and sets ODOO_FRESH, the command that makes a database for each test")
	}
	env := map[string]string{}
	for word := range strings.FieldsSeq(shell(t, command)) {
		if k, v, ok := strings.Cut(word, "="); ok {
			env[k] = v
		}
	}
	if env["ODOO_DB"] == "odoo" || env["ODOO_DB"] == "" {
		t.Fatalf("ODOO_FRESH (%s) named no database of its own", command)
	}
	t.Cleanup(func() {
		drop := os.Getenv("ODOO_DROP")
		if drop == "" {
			t.Logf("database %s stays: ODOO_DROP says no command that drops it", env["ODOO_DB"])
			return
		}
		shell(t, drop+" --db "+env["ODOO_DB"])
	})
	return odoo.Config{URL: env["ODOO_URL"], Database: env["ODOO_DB"], User: env["ODOO_USER"], Password: env["ODOO_PASSWORD"]}
}

func shell(t *testing.T, command string) string {
	t.Helper()
	cmd := exec.Command("sh", "-c", command)
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", command, err)
	}
	return string(out)
}
