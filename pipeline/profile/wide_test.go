package profile_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
)

// TestManyColumnsTakeTimeInProportion: keys and references of a table of very many columns, all of them keys, cost a few
// times what the columns themselves do, and not each column times each key.
func TestManyColumnsTakeTimeInProportion(t *testing.T) {
	const n, rows = 30_000, 6
	header := make([]string, n)
	for i := range header {
		header[i] = fmt.Sprintf("F%d_ID", i)
	}
	wide := made("wide", strings.Join(header, "|"), rows, func(i int) []string {
		cells := make([]string, n)
		for k := range cells {
			cells[k] = fmt.Sprintf("%d-%06d", k%7, i*i+k)
		}
		return cells
	})
	took := func(noKeys bool) time.Duration {
		start := time.Now()
		r := run(t, profile.Options{NoKeys: noKeys, DistinctCap: 50}, wide)
		if len(r.Sources[0].Columns) != n || !noKeys && len(r.Sources[0].Keys) != n {
			t.Fatalf("%d columns, %d keys", len(r.Sources[0].Columns), len(r.Sources[0].Keys))
		}
		return time.Since(start)
	}
	columns := took(true)
	if all := took(false); all > 4*columns+time.Second {
		t.Errorf("columns alone %v, with keys and references %v", columns, all)
	}
}
