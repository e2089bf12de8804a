package pipeline_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// Records that link to records of their own mapping wait until those are in Odoo, pass by pass, however they stand in the
// file. After a run what it kept in staging for a moment is gone again.
func TestChainStandsUpsideDown(t *testing.T) {
	w := newWorld(t)
	const depth = 9
	var categories strings.Builder
	for i := depth; i > 0; i-- {
		parent := fmt.Sprint("CHAIN", i-1)
		if i == 1 {
			parent = ""
		}
		fmt.Fprintf(&categories, "  <category><code>CHAIN%d</code><name>Link %d</name><parent>%s</parent></category>\n", i, i, parent)
	}
	file := filepath.Join(w.dir, "exports", "products.xml")
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	b = []byte(strings.Replace(string(b), " <categories>\n", " <categories>\n"+categories.String(), 1))
	if err := os.WriteFile(file, b, 0o644); err != nil {
		t.Fatal(err)
	}
	before := w.double.Count("product.category")
	w.stage()
	opt := quick
	opt.BatchRecords = 2
	l, err := w.Cutover(context.Background(), opt)
	if err != nil {
		t.Fatal(err)
	}
	n := l.Records["product_categories"]
	if int(n[run.Created]) != w.double.Count("product.category")-before || n[run.Created] < depth || n[run.Rejected] != 0 || len(l.Balance) > 0 {
		t.Errorf("categories %v, unbalanced %v", n, l.Balance)
	}
	if !l.Verify.Clean() {
		t.Errorf("read back: %+v", l.Verify.Differences)
	}
	in, err := w.Inspect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, staged := range in.Staged {
		if staged.Run != l.Run {
			t.Errorf("staged records of run %d are left after run %d", staged.Run, l.Run)
		}
	}
	if len(in.Orphans) > 0 || in.Holder != "" || in.Due.Staged+in.Due.Snapshots > 0 {
		t.Errorf("left behind: %+v", in.Inspection)
	}
}
