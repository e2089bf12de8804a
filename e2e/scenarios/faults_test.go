package scenarios

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo/odootest"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/staging/stagingtest"
)

// second is a project whose records take a second pass: products with translations, customers with pictures.
func second(t *testing.T) (*world, *odootest.Server) {
	t.Helper()
	s := odootest.New(odootest.Options{})
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // the test is over
	w := project(t, Place{Odoo: s.Config(), DSN: stagingtest.DSN(t), Project: stagingtest.Project()}, `sources:
  products: {file: exports/products.csv, delimiter: ";", key: [SKU]}
  customers: {file: exports/customers.csv, delimiter: ";", key: [NO]}
`, map[string]string{"mappings/products.yaml": productMapping, "mappings/customers.yaml": customerMapping,
		"exports/products.csv": products, "exports/customers.csv": customers, "photos/small.png": picture(40, 30, 1), "photos/large.png": picture(1930, 20, 2)})
	w.activate("fr_FR", "de_DE")
	w.stage()
	return w, s
}

var written = []string{"product.product/load", "product.product/write", "res.partner/load", "res.partner/write"}

// TestExactlyOnce plays a lost reply and a dropped call at every call of the second pass, and wants what an undisturbed
// run leaves.
func TestExactlyOnce(t *testing.T) {
	calm, s := second(t)
	before := map[string]int{}
	for _, call := range written {
		model, method, _ := strings.Cut(call, "/")
		before[call] = s.Calls(model, method)
	}
	l, err := calm.Cutover(t.Context(), quick)
	calm.clean(l, err)
	want := roots(l)
	tested := 0
	for _, call := range written {
		model, method, _ := strings.Cut(call, "/")
		for nth := before[call] + 1; nth <= s.Calls(model, method); nth++ {
			tested++
			for _, kind := range []odootest.Kind{odootest.LostReply, odootest.Dropped} {
				t.Run(fmt.Sprintf("%s of call %d of %s", kind, nth, call), func(t *testing.T) {
					t.Parallel()
					w, s := second(t)
					s.Inject(odootest.Rule{Model: model, Method: method, Nth: nth, Kind: kind})
					l, err := w.Cutover(t.Context(), quick)
					w.clean(l, err)
					if got := roots(l); !maps.Equal(got, want) {
						t.Errorf("roots %v, want %v", got, want)
					}
				})
			}
		}
	}
	if tested < 7 {
		t.Errorf("only %d calls of the second pass met a fault", tested)
	}
}

// TestResume cuts a run off at each kind of call, and resumes it: records that were created without their translations
// and pictures get them, and a rollback takes all of it away.
func TestResume(t *testing.T) {
	calm, s := second(t)
	l, err := calm.Cutover(t.Context(), quick)
	calm.clean(l, err)
	want := roots(l)
	for _, call := range written {
		model, method, _ := strings.Cut(call, "/")
		if s.Calls(model, method) == 0 {
			continue
		}
		for _, kind := range []odootest.Kind{odootest.LostReply, odootest.Dropped} {
			t.Run(fmt.Sprintf("%s of %s", kind, call), func(t *testing.T) {
				t.Parallel()
				w, double := second(t)
				partners := w.count("res.partner")
				hasty := quick
				hasty.Patience = time.Nanosecond
				double.Inject(odootest.Rule{Model: model, Method: method, Nth: s.Calls(model, method), Kind: kind, Times: 100})
				l, err := w.Cutover(t.Context(), hasty)
				double.Heal()
				if pipeline.Interrupted(err) { // else what became of the call was found out at once
					again := quick
					again.Resume = true
					l, err = w.Cutover(t.Context(), again)
				}
				w.clean(l, err)
				if got := roots(l); !maps.Equal(got, want) {
					t.Errorf("roots %v, want %v", got, want)
				}
				w.back(false)
				if n := w.count("res.partner"); n != partners {
					t.Errorf("%d partners, %d before", n, partners)
				}
			})
		}
	}
}

// TestRefusedInTheSecondPass has Odoo refuse a picture, and a file change under the loader's hands: the record is there,
// the finding says what it lacks, and a delta goes on with it.
func TestRefusedInTheSecondPass(t *testing.T) {
	w, _ := second(t)
	w.write("photos/small.png", "no picture at all")
	w.stage()
	l, err := w.Cutover(t.Context(), quick)
	if err != nil {
		t.Fatal(err)
	}
	if got := l.Records["customers"]; got[run.Created] != 4 || got[run.Conflict] != 1 || len(l.Balance) > 0 {
		t.Errorf("customers %v, unbalanced %v", got, l.Balance)
	}
	w.finding(l.Findings, "odoo.refused", "the record is in Odoo without image_1920")
	w.has("shop.cust_1", "res.partner", map[string]string{"name": "Small", "image_1920#sha256": ""})
	w.write("photos/small.png", picture(40, 30, 1))
	d := w.delta()
	w.clean(d, nil)
	if got := d.Records["customers"]; got[run.Updated] != 1 || got[run.Unchanged] != 4 {
		t.Errorf("the delta that goes on: %v", got)
	}
	w.holds("shop.cust_1", "res.partner", "image_1920", "photos/small.png")
	w.back(false)
	w.back(false)
}

// TestFilesOutside wants nothing read that lies outside of the project, and too large or empty files named.
func TestFilesOutside(t *testing.T) {
	w, _ := second(t)
	w.write("exports/customers.csv", "NO;NAME;PHOTO\n1;Link;link\n2;Big;big\n3;Empty;empty\n4;Folder;folder\n5;Case;SMALL\n")
	w.write("../outside.png", "secret")
	w.link("../../outside.png", "photos/link.png")
	w.write("photos/folder.png/x", "")
	w.write("photos/empty.png", "")
	w.write("photos/big.png", strings.Repeat("x", 32<<20+1))
	s := w.stage()
	w.finding(s.Findings, "file.outside", "photos/link.png leads out of the project's folder")
	w.finding(s.Findings, "file.too_large", "photos/big.png has 33.6 MB, more than the 32 MB that one field takes")
	w.finding(s.Findings, "file.empty", "photos/empty.png is empty")
	w.finding(s.Findings, "file.unreadable", "photos/folder.png is no file")
	w.finding(s.Findings, "file.missing", "there is photos/small.png: capitals count")
	i := slices.IndexFunc(s.Rows, func(r pipeline.Rows) bool { return r.Mapping == "customers" })
	if r := s.Rows[i]; r.Rejected != 4 || r.Used != 1 {
		t.Errorf("rows %+v", r)
	}
}

func (w *world) link(to, name string) {
	w.Helper()
	if err := os.Symlink(to, filepath.Join(w.dir, name)); err != nil {
		w.Fatal(err)
	}
}
