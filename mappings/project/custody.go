package project

import (
	"regexp"

	"github.com/odoo-migrate/odoo-migrate/mappings/internal/yamlpos"
)

// dateTime is how a moment of extraction may be written.
var dateTime = regexp.MustCompile(`^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])([T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?(Z|[+-]\d{2}:\d{2})?)?$`)

func (p *parser) custody(o yamlpos.Object) {
	n := o.Node("custody")
	if n == nil || n.IsNull() {
		return
	}
	c := p.doc.Object(n, "custody", custodyKeys.Names()...)
	p.project.Custody = Custody{Checksums: c.Texts("checksums"), RowCounts: c.Texts("row_counts"), System: c.Text("system"),
		ExtractedBy: c.Text("extracted_by"), ExtractedAt: c.Text("extracted_at"), At: p.doc.Where(o.At("custody"))}
	if at := p.project.Custody.ExtractedAt; at != "" && !dateTime.MatchString(at) {
		p.doc.Report(c.Node("extracted_at").Pos, "such as 2026-01-12 or 2026-01-12 18:30", "extracted_at %q is no date", at)
	}
}
