package view

import (
	"encoding/json"
	"io"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
)

// AuditJSON writes the whole report, indented, without HTML escapes.
func AuditJSON(w io.Writer, r *pipeline.AuditReport) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}
