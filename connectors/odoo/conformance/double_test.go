package conformance_test

import (
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo"
	"github.com/odoo-migrate/odoo-migrate/connectors/odoo/conformance"
	"github.com/odoo-migrate/odoo-migrate/connectors/odoo/odootest"
)

func TestDouble(t *testing.T) {
	for _, protocol := range []string{odoo.JSONRPC, odoo.XMLRPC} {
		t.Run(protocol, func(t *testing.T) {
			s := odootest.New(odootest.Options{})
			if err := s.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = s.Close() }) // the test is over
			config := s.Config()
			config.Protocol = protocol
			conformance.Run(t, config)
		})
	}
}
