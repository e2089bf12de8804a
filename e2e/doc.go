// Package e2e holds the end-to-end tests: whole migrations with the built program into real Odoo servers, checked by plain
// SQL behind Odoo's back and not by our own reader. It is all tests, with the build tag odoo; `make test-odoo` runs them.
//
// Each test works on a database of its own. ODOO_FRESH is the command that makes one and prints its address as
// KEY=value words, ODOO_URL, ODOO_DB, ODOO_USER, ODOO_PASSWORD, ODOO_VERSION and ODOO_PG_DSN; it runs in the root of the
// repository:
//
//	ODOO_FRESH="tools/odoo-server fresh --version 19" go test -tags odoo -count=1 ./e2e/
//
// At its end a test drops its database with the command ODOO_DROP and --db NAME after it; without ODOO_DROP that is
// ODOO_FRESH with the word drop in the place of fresh. ODOO_KEEP=1 keeps the databases of tests that fail.
package e2e
