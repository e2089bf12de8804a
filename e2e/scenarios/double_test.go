package scenarios_test

import (
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo/odootest"
	"github.com/odoo-migrate/odoo-migrate/e2e/scenarios"
	"github.com/odoo-migrate/odoo-migrate/staging/stagingtest"
)

func TestMain(m *testing.M) { stagingtest.Main(m) }

func TestDouble(t *testing.T) {
	for name, scenario := range scenarios.Scenarios {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := odootest.New(odootest.Options{})
			if err := s.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = s.Close() }) // the test is over
			scenario(t, scenarios.Place{Odoo: s.Config(), DSN: stagingtest.DSN(t), Project: stagingtest.Project()})
		})
	}
}
