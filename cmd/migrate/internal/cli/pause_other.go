//go:build !unix

package cli

import "github.com/odoo-migrate/odoo-migrate/pipeline/load/flow"

// pauseBySignal does nothing: this system has no such signals.
func pauseBySignal(*flow.Switch) {}
