package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const savedOdoo = "../../../../pipeline/suggest/testdata/odoo19.json.gz"

// A consultant begins with drafts, deletes one, and has it drafted again for a server's schema.
func TestMapSuggest(t *testing.T) {
	saved, err := filepath.Abs(savedOdoo)
	if err != nil {
		t.Fatal(err)
	}
	s := &shop{dir: t.TempDir()}
	if err := os.CopyFS(filepath.Join(s.dir, "exports"), os.DirFS("../../../../testdata/company/export1")); err != nil {
		t.Fatal(err)
	}
	s.must(t, 0, "init", s.dir+"/exports", "--schema", saved)
	vendors := filepath.Join(s.dir, "mappings", "vendors.yaml")
	before, err := os.ReadFile(vendors)
	if err != nil || !strings.Contains(string(before), "countries known in the target") {
		t.Fatalf("init --schema: %v\n%s", err, before)
	}
	if err := os.Remove(vendors); err != nil {
		t.Fatal(err)
	}
	r := s.must(t, 0, "map", "suggest", "--schema", saved)
	for _, want := range []string{"Wrote 1 mapping:", "mappings/vendors.yaml: vendors -> res.partner (", "Left as they are, because they have a mapping:", "  customers: mappings/customers.yaml",
		"TODO, for nothing could place them:", "  complaints (12 rows): perhaps sale.order"} {
		if !strings.Contains(r.stdout, want) {
			t.Errorf("lacks %q: %s", want, r)
		}
	}
	after, err := os.ReadFile(vendors)
	if err != nil || string(after) != string(before) {
		t.Errorf("suggest drafts another mapping than init: %v\n%s", err, after)
	}
	r = s.run(t.Context(), nil, "audit", "--format", "json")
	if err := os.WriteFile(filepath.Join(s.dir, "audit.json"), []byte(r.stdout), 0o600); err != nil {
		t.Fatal(err)
	}
	s.must(t, 0, "map", "suggest", "orders", "--audit", s.dir+"/audit.json", "--out", s.dir+"/elsewhere")
	if _, err := os.Stat(filepath.Join(s.dir, "elsewhere", "orders.yaml")); err != nil {
		t.Error(err)
	}
	for _, c := range []struct{ args, want string }{
		{"map suggest --schema x --target production", "both say what to draft for"},
		{"map suggest orders", "orders has a mapping already: mappings/orders.yaml; nothing was written"},
		{"map suggest ordes", `migrate.yaml has no source "ordes"`},
		{"map suggest --audit nothing.json --out new", "there is no file nothing.json"},
		{"init --schema nothing.json", "there is no file nothing.json"},
	} {
		r := s.run(t.Context(), nil, strings.Fields(c.args)...)
		if r.code == 0 || r.stdout != "" || !strings.Contains(strings.Join(strings.Fields(r.stderr), " "), c.want) {
			t.Errorf("%s: %s", c.args, r)
		}
	}
}

// A live server says what a draft may hold, as its saved schema does.
func TestMapSuggestForATarget(t *testing.T) {
	s := newShop(t)
	s.must(t, 0, "map", "schema", "--save", s.dir+"/odoo.json.gz")
	live := s.must(t, 0, "map", "suggest", "--target", "production", "--out", s.dir+"/live")
	saved := s.must(t, 0, "map", "suggest", "--schema", s.dir+"/odoo.json.gz", "--out", s.dir+"/saved")
	said := func(r result) string { return strings.Join(strings.Fields(r.stdout), " ") } // lines break elsewhere
	if !strings.Contains(live.stdout, "Wrote ") || strings.ReplaceAll(said(live), "live/", "saved/") != said(saved) {
		t.Errorf("%s%s", live, saved)
	}
	files, err := filepath.Glob(s.dir + "/live/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("%v %v", files, err)
	}
	known := false
	for _, f := range files {
		a, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(s.dir, "saved", filepath.Base(f)))
		if err != nil || string(a) != string(b) {
			t.Errorf("%s: %v", f, err)
		}
		known = known || strings.Contains(string(a), "known in the target")
	}
	if !known {
		t.Error("no draft asked the target")
	}
}
