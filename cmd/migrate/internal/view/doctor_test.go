package view

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/doctor"
)

// TestDoctor shows the two widths of a terminal; no line is longer than it.
func TestDoctor(t *testing.T) {
	d := &pipeline.Doctor{Version: 1, Target: "production", Checks: []doctor.Check{
		{Name: "version", State: doctor.OK, Text: "Odoo 19.0, over json2"},
		{Name: "connection", State: doctor.Warning, Text: "http://odoo.example.com:8069 is not encrypted; nginx/1.22.1 answers",
			Remedy: "Use https://: password or key, and all data, cross the network in the open."},
		{Name: "rights", State: doctor.Error, Text: "the account may not: account.move (create, write), product.template (create), stock.quant (create, write)",
			Remedy: "Give the account groups that may, or use an administrator: Settings, Users."},
		{Name: "database size", State: doctor.Note, Text: "res.partner 12000; 310 attachments", Remedy: "Odoo's API tells no bytes. Ask whoever runs it."},
		{Name: "time limits", State: doctor.Unseen, Text: "cannot be seen from outside;\x1b[31m a call is given up after 180 s", Remedy: "Ask for limit_time_real of Odoo and the read time-out of the proxy in front."},
	}}
	for _, width := range []int{80, 120} {
		var b bytes.Buffer
		if err := Doctor(&b, d, width); err != nil {
			t.Fatal(err)
		}
		golden(t, fmt.Sprintf("doctor%d.txt", width), b.Bytes())
		for line := range strings.Lines(b.String()) {
			if displayWidth(strings.TrimSuffix(line, "\n")) > width {
				t.Errorf("longer than %d: %q", width, line)
			}
		}
	}
}
