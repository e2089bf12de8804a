package pipeline_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/mappings"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/testdata/company"
)

// exports puts the company's first export into a new folder.
func exports(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	from, err := fs.Sub(company.Files(), "export1")
	if err == nil {
		err = os.CopyFS(filepath.Join(dir, "exports"), from)
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func opened(t *testing.T, dir string) *pipeline.Pipeline {
	t.Helper()
	p, err := pipeline.OpenConfig(pipeline.Options{Config: filepath.Join(dir, "migrate.yaml")})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// What init drafts, suggest drafts, byte by byte: at once, one by one, or from a saved audit.
func TestSuggestIsInit(t *testing.T) {
	dir := exports(t)
	files, report, err := pipeline.Init(t.Context(), dir, "ardent", pipeline.AuditOptions{Paths: []string{filepath.Join(dir, "exports")}})
	if err != nil {
		t.Fatal(err)
	}
	p := opened(t, dir)
	drafts := map[string]string{}
	for _, f := range files {
		if filepath.Base(f) != "migrate.yaml" {
			drafts[f] = read(t, f)
		}
	}
	saved := filepath.Join(dir, "audit.json")
	b, err := json.Marshal(report)
	if err == nil {
		err = os.WriteFile(saved, b, 0o600)
	}
	if err != nil || len(drafts) < 5 {
		t.Fatalf("%d drafts, %v", len(drafts), err)
	}
	for name, opts := range map[string][]pipeline.SuggestOptions{"at once": {{}}, "saved": {{Saved: saved}}, "orders first": {{Sources: []string{"orders"}}, {}}, "lines first": {{Sources: []string{"order_lines"}}, {}}} {
		if err := os.RemoveAll(filepath.Join(dir, "mappings")); err != nil {
			t.Fatal(err)
		}
		written := 0
		for _, opt := range opts {
			s, err := p.Suggest(t.Context(), opt)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			written += len(s.Files)
			if len(opt.Sources) == 0 && len(s.Open)+len(s.Drafts)+len(s.Kept) != len(p.Project.Sources) {
				t.Errorf("%s: not every source is accounted for: %+v", name, s)
			}
		}
		if written != len(drafts) {
			t.Errorf("%s: wrote %d files, init %d", name, written, len(drafts))
		}
		for f, want := range drafts {
			// What is drafted before the mappings it refers to can only say so, and a saved audit has the most frequent values only.
			if name == "at once" && read(t, f) != want {
				t.Errorf("%s: %s is\n%s\nand not\n%s", name, filepath.Base(f), read(t, f), want)
			}
		}
		lines := read(t, filepath.Join(dir, "mappings", "order_lines.yaml"))
		for only, want := range map[string]string{"at once": "order_id: {from: OrderNo, ref: orders, missing: reject}", "orders first": "the mapping orders needs lines: {order_line: {mapping: order_lines}}",
			"lines first": "OrderNo refers to orders.OrderNo, which has no mapping yet; then order_id: {from: OrderNo, ref: orders}"} {
			if strings.Contains(lines, want) != (only == name || only == "at once" && name != "lines first") {
				t.Errorf("%s: %q in\n%s", name, want, lines)
			}
		}
		problems, err := p.Lint(t.Context(), "")
		if err != nil || mappings.Failed(problems) {
			t.Errorf("%s: %v %v", name, err, problems)
		}
	}
}

// A file that is there stays as it is, whoever asks.
func TestSuggestKeepsFiles(t *testing.T) {
	dir := exports(t)
	if _, _, err := pipeline.Init(t.Context(), dir, "ardent", pipeline.AuditOptions{Paths: []string{filepath.Join(dir, "exports")}}); err != nil {
		t.Fatal(err)
	}
	p := opened(t, dir)
	customers := filepath.Join(dir, "mappings", "customers.yaml")
	own := strings.Replace(read(t, customers), "mapping: customers", "mapping: partners", 1)
	if err := os.WriteFile(filepath.Join(dir, "mappings", "mine.yaml"), []byte(own), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{"customers", "orders", "contacts"} {
		if err := os.Remove(filepath.Join(dir, "mappings", f+".yaml")); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "mappings", "contacts.yaml"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	before := read(t, filepath.Join(dir, "mappings", "vendors.yaml"))
	s, err := p.Suggest(t.Context(), pipeline.SuggestOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(s.Files, []string{"mappings/orders.yaml"}) {
		t.Errorf("wrote %v", s.Files)
	}
	for _, want := range []pipeline.Kept{{Source: "customers", File: "mappings/mine.yaml"}, {Source: "contacts", File: "mappings/contacts.yaml"}, {Source: "vendors", File: "mappings/vendors.yaml"}} {
		if !slices.Contains(s.Kept, want) {
			t.Errorf("kept %+v, want %+v", s.Kept, want)
		}
	}
	if text := read(t, filepath.Join(dir, "mappings", "orders.yaml")); !strings.Contains(text, "ref: partners") || !strings.Contains(text, "order_line: {mapping: order_lines}") {
		t.Errorf("orders do not refer to the mappings that are there:\n%s", text)
	}
	if read(t, filepath.Join(dir, "mappings", "vendors.yaml")) != before || read(t, filepath.Join(dir, "mappings", "contacts.yaml")) != "{" {
		t.Error("a file was replaced")
	}
	out := filepath.Join(dir, "compare")
	if s, err = p.Suggest(t.Context(), pipeline.SuggestOptions{Sources: []string{"vendors"}, Out: out}); err != nil || !slices.Equal(s.Files, []string{"compare/vendors.yaml"}) {
		t.Errorf("%+v %v", s, err)
	}
	for _, c := range []struct {
		opt    pipeline.SuggestOptions
		wants  string
		remedy string
	}{
		{pipeline.SuggestOptions{Sources: []string{"vendors"}}, "vendors has a mapping already: mappings/vendors.yaml; nothing was written", "--out"},
		{pipeline.SuggestOptions{Sources: []string{"complaints", "customers"}}, "customers has a mapping already: mappings/mine.yaml; nothing was written", "--out"},
		{pipeline.SuggestOptions{Sources: []string{"vendors"}, Out: out}, "vendors has a mapping already: compare/vendors.yaml", "--out"},
		{pipeline.SuggestOptions{Sources: []string{"vendor"}}, `migrate.yaml has no source "vendor"`, "vendors"},
		{pipeline.SuggestOptions{Out: filepath.Join(dir, "new"), Saved: filepath.Join(dir, "nothing.json")}, "there is no file", "migrate audit --format json"},
		{pipeline.SuggestOptions{Out: filepath.Join(dir, "new"), Saved: filepath.Join(dir, "migrate.yaml")}, "is no saved audit", "migrate audit --format json"},
	} {
		_, err := p.Suggest(t.Context(), c.opt)
		var advice *record.Advice
		if err == nil || !strings.Contains(err.Error(), c.wants) || !errors.As(err, &advice) || !strings.Contains(advice.Remedy, c.remedy) {
			t.Errorf("%+v: %v", c.opt, err)
		}
	}
}

// A source that cannot be read, and one that a saved audit lacks, are told like one that nothing could place.
func TestSuggestUnread(t *testing.T) {
	dir := exports(t)
	_, report, err := pipeline.Init(t.Context(), dir, "ardent", pipeline.AuditOptions{Paths: []string{filepath.Join(dir, "exports")}})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{"mappings", "exports/orders.csv"} {
		if err := os.RemoveAll(filepath.Join(dir, f)); err != nil {
			t.Fatal(err)
		}
	}
	report.Sources = slices.DeleteFunc(report.Sources, func(s profile.Source) bool { return s.Name == "customers" })
	b, err := json.Marshal(report)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "audit.json"), bytes.TrimSpace(b), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	p := opened(t, dir)
	for saved, want := range map[string]string{"": "orders: it cannot be read: there is no file", filepath.Join(dir, "audit.json"): "customers: the audit does not have it"} {
		s, err := p.Suggest(t.Context(), pipeline.SuggestOptions{Saved: saved, Out: filepath.Join(dir, "out"+filepath.Base(saved))})
		if err != nil {
			t.Fatal(err)
		}
		told := ""
		for _, o := range s.Open {
			told += o.Source + ": " + o.Reason + "\n"
		}
		if !strings.Contains(told, want) || len(s.Files) == 0 {
			t.Errorf("%q: %s, want %s", saved, told, want)
		}
	}
}

// The draft that docs/MAPPINGS.md shows is a part of the one of the company's orders.
func TestDraftOfDocs(t *testing.T) {
	_, section, _ := strings.Cut(read(t, "../docs/MAPPINGS.md"), "\n## Drafts\n")
	_, block, _ := strings.Cut(section, "```\n")
	block, _, _ = strings.Cut(block, "```")
	dir := exports(t)
	if _, _, err := pipeline.Init(t.Context(), dir, "ardent", pipeline.AuditOptions{Paths: []string{filepath.Join(dir, "exports")}}); err != nil {
		t.Fatal(err)
	}
	orders := read(t, filepath.Join(dir, "mappings", "orders.yaml"))
	lines := strings.Split(strings.TrimSpace(block), "\n")
	if len(lines) < 8 {
		t.Fatalf("the example is gone: %q", block)
	}
	for _, l := range lines {
		if !strings.Contains(orders, l+"\n") {
			t.Errorf("the draft lacks %q:\n%s", l, orders)
		}
	}
}

// Every file that init and suggest write says where its JSON Schema is, and there it is.
func TestDraftsNameTheirSchemas(t *testing.T) {
	dir := exports(t)
	files, _, err := pipeline.Init(t.Context(), dir, "ardent", pipeline.AuditOptions{Paths: []string{filepath.Join(dir, "exports")}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, ".migrate")); err != nil {
		t.Fatal(err)
	}
	s, err := opened(t, dir).Suggest(t.Context(), pipeline.SuggestOptions{Out: filepath.Join(dir, "a", "b")})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range s.Files {
		files = append(files, filepath.Join(dir, f))
	}
	for _, f := range files {
		first, _, _ := strings.Cut(read(t, f), "\n")
		where, ok := strings.CutPrefix(first, "# yaml-language-server: $schema=")
		kind := "mapping.json"
		if filepath.Base(f) == "migrate.yaml" {
			kind = "migrate.json"
		}
		if !ok || filepath.Base(where) != kind || !json.Valid([]byte(read(t, filepath.Join(filepath.Dir(f), where)))) {
			t.Errorf("%s begins with %q", f, first)
		}
	}
}
