package conformance_test

import (
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo"
	"github.com/odoo-migrate/odoo-migrate/connectors/odoo/conformance"
	"github.com/odoo-migrate/odoo-migrate/connectors/odoo/odootest"
)

func TestDouble(t *testing.T) {
	for _, protocol := range []string{odoo.JSON2, odoo.JSONRPC, odoo.XMLRPC} {
		t.Run(protocol, func(t *testing.T) {
			s := odootest.New(odootest.Options{})
			if err := s.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = s.Close() }) // the test is over
			config := s.Config()
			config.Protocol = protocol
			if protocol == odoo.JSON2 {
				config.APIKey = s.Key(config.User)
			}
			conformance.Run(t, config, func(_ *testing.T, login, _ string) string { return s.Key(login) })
		})
	}
}
