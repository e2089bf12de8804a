package pipeline_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
)

// Exports in parts become one source of the first draft; two files, and files that no pattern tells from others, stay
// what they are.
func TestInitTakesPartsTogether(t *testing.T) {
	const orders, lines = "OrderNo,Customer,Total\n", "Line,OrderNo,Article,Quantity\n"
	for name, tt := range map[string]struct {
		files map[string]string
		want  []string // file: of the sources
	}{
		"parts": {
			map[string]string{"orders_jan.csv": orders + "1,a,5\n", "orders_feb.csv": orders + "2,b,6\n", "orders_mar.csv": orders + "3,c,7\n", "lines.csv": lines + "1,1,x,2\n"},
			[]string{"exports/lines.csv", "exports/orders_*.csv"},
		},
		"folders": {
			map[string]string{"jan/orders.csv": orders + "1,a,5\n", "feb/orders.csv": orders + "2,b,6\n", "mar/orders.csv": orders + "3,c,7\n"},
			[]string{"exports/*/orders.csv"},
		},
		"two": {
			map[string]string{"orders_jan.csv": orders + "1,a,5\n", "orders_feb.csv": orders + "2,b,6\n"},
			[]string{"exports/orders_feb.csv", "exports/orders_jan.csv"},
		},
		"a stranger among them": {
			map[string]string{"jan.csv": orders + "1,a,5\n", "feb.csv": orders + "2,b,6\n", "mar.csv": orders + "3,c,7\n", "lines.csv": lines + "1,1,x,2\n"},
			[]string{"exports/feb.csv", "exports/jan.csv", "exports/lines.csv", "exports/mar.csv"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for file, text := range tt.files {
				path := filepath.Join(dir, "exports", filepath.FromSlash(file))
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if _, _, err := pipeline.Init(t.Context(), dir, "parts", pipeline.AuditOptions{Paths: []string{filepath.Join(dir, "exports")}}); err != nil {
				t.Fatal(err)
			}
			b, err := os.ReadFile(filepath.Join(dir, "migrate.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, line := range strings.Split(string(b), "\n") {
				if file, ok := strings.CutPrefix(line, `    file: "`); ok {
					got = append(got, strings.TrimSuffix(file, `"`))
				}
			}
			if strings.Join(got, " ") != strings.Join(tt.want, " ") {
				t.Errorf("sources of %q, want %q", got, tt.want)
			}
		})
	}
}
