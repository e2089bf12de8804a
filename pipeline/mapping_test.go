package pipeline_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
)

// What is on its way to staging when the last row was read arrives, however many rows that leaves for the end.
func TestStageOfAnyLength(t *testing.T) {
	w := newWorld(t)
	header, _, _ := strings.Cut(w.read("exports/customers.csv"), "\n")
	var rows strings.Builder
	for n := range 4000 {
		fmt.Fprintf(&rows, "%d;Kunde %d;%s;Gewerbering %d;01067;Dresden;D;;;;0,00;01.04.2010;A\r\n", 20000+n, n, strings.Repeat("x", 200), n)
		if n+1 == 2800 || n+1 == 3400 || n+1 == 4000 {
			w.put("exports/customers.csv", header+"\n"+rows.String())
			w.staged(pipeline.StageOptions{})
			if staged := w.query(1, "select count(*)::text from {staged}.customers"); staged[0][0] != fmt.Sprint(n+1) {
				t.Errorf("%d rows, %s records", n+1, staged[0][0])
			}
		}
	}
}
