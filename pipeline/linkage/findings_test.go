package linkage

import (
	"strings"
	"testing"
)

// What is advised about products that stand in two tables is about products, not about customers and suppliers.
func TestAdviceAcrossTables(t *testing.T) {
	web := "\nsku|name|ean|price\nW-1|Hammer steel 300 g|4006381333931|12.50\nW-2|Saw fine cut|4003994155486|19.90\nW-3|Drill 8 mm wood|4012345678901|3.20\n"
	r := run(t, Options{}, tableOf("products_web", web), tableOf("products_erp", strings.ReplaceAll(web, "W-", "E-")))
	for _, f := range r.Findings {
		if f.Rule == "linkage.across_tables" {
			if !strings.Contains(f.Hint, "one product") || strings.Contains(f.Hint, "customer") {
				t.Errorf("advised: %s", f.Hint)
			}
			return
		}
	}
	t.Errorf("no finding across tables among %+v", r.Findings)
}
