package pipeline_test

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo/odootest"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/manifest"
	"github.com/odoo-migrate/odoo-migrate/pipeline/rollback"
)

// dropStaging removes everything the project has in PostgreSQL, and opens it anew.
func (w *world) dropStaging() {
	w.t.Helper()
	if err := w.Store.Drop(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	_ = w.Close()
	p, without, err := pipeline.OpenForManifest(w.t.Context(), w.options(nil))
	if err != nil || without != "" {
		w.t.Fatal(err, without)
	}
	w.Pipeline = p
}

func (w *world) marks() []map[string]any {
	w.t.Helper()
	t, err := w.Connect(w.t.Context(), "")
	if err != nil {
		w.t.Fatal(err)
	}
	rows, err := t.SearchRead(w.t.Context(), "ir.config_parameter", []any{[]any{"key", "like", "migrate.epoch."}}, []string{"value"}, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	return rows
}

func (w *world) byFile(path string) *pipeline.Undo {
	w.t.Helper()
	u, err := w.RollbackManifest(w.t.Context(), path, "", pipeline.UndoOptions{})
	if err != nil || !u.Proven() || u.Manifest == "" || u.Left != 0 {
		w.t.Fatalf("rollback by %s: %v, %+v", path, err, u)
	}
	return u
}

// With the staging database gone, a delta and its cutover are undone by their manifest files, each to what was there.
func TestRollbackByManifestsAlone(t *testing.T) {
	w, before, after := loaded(t)
	w.export("export2")
	delta, err := w.Delta(t.Context(), quick)
	if err != nil || delta.Manifest == nil || delta.Manifest.Changes == 0 {
		t.Fatal(err, delta.Manifest)
	}
	runs, err := w.Store.Runs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	cutover := w.ManifestPath(runs[1].ID)
	if info, err := os.Stat(cutover); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v %v", info, err)
	}
	w.dropStaging()

	held := w.counts()
	if _, err := w.RollbackManifest(t.Context(), cutover, "", pipeline.UndoOptions{}); err == nil || !strings.Contains(err.Error(), "another run came later") {
		t.Errorf("the cutover before its delta: %v", err)
	}
	if got := w.counts(); !maps.Equal(got, held) {
		t.Errorf("what was refused changed %v into %v", held, got)
	}
	w.byFile(delta.Manifest.Path)
	if got := w.counts(); !maps.Equal(got, after) {
		t.Errorf("after the delta's file the server holds %v, after the cutover %v", got, after)
	}
	u := w.byFile(cutover)
	if got := w.counts(); !maps.Equal(got, before) || len(w.marks()) > 0 {
		t.Errorf("after the cutover's file the server holds %v, before %v; marks %v", got, before, w.marks())
	}
	if len(u.Before.Records) == 0 {
		t.Error("the numbers of records were not compared")
	}
	if again := w.byFile(cutover); len(again.Planned) > 0 || !maps.Equal(w.counts(), before) {
		t.Errorf("the second time: %v", again.Planned)
	}

	// Nothing of the old ledger is left that would keep a new one from loading.
	w.export("export1")
	w.stage()
	if l, err := w.Cutover(t.Context(), quick); err != nil || !l.Clean() || !maps.Equal(w.counts(), after) {
		t.Errorf("cutover with a new staging area: %v", err)
	}
}

// A rollback by file that loses answers on the way goes on where it was.
func TestCutRollbackByManifestGoesOn(t *testing.T) {
	w, before, _ := loaded(t)
	path := w.newest()
	w.dropStaging()
	for _, model := range []string{"sale.order", "product.product", "res.partner"} {
		w.double.Inject(odootest.Rule{Model: model, Method: "unlink", Kind: odootest.LostReply})
		if _, err := w.RollbackManifest(t.Context(), path, "", pipeline.UndoOptions{}); err == nil {
			t.Errorf("without an answer about %s it succeeded", model)
		}
		w.double.Heal()
	}
	// A line that was being written when the power went is no line.
	f, err := os.OpenFile(path+".undone", os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteString(`{"at":"2026-01-`)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	w.byFile(path)
	if got := w.counts(); !maps.Equal(got, before) {
		t.Errorf("the server holds %v, before %v", got, before)
	}
}

func (w *world) newest() string {
	w.t.Helper()
	runs, err := w.Store.Runs(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return w.ManifestPath(runs[0].ID)
}

// A manifest that was cut off or changed undoes nothing, be it that its own digest was mended: staging knows which it wrote.
func TestForgedManifestsAreRefused(t *testing.T) {
	w, _, after := loaded(t)
	path := w.newest()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(whole, []byte("\n"))
	for name, forged := range map[string][]byte{
		"empty":            nil,
		"without its end":  bytes.Join(lines[:len(lines)-2], nil),
		"half a line":      whole[:len(whole)/2],
		"without a line":   append(bytes.Join(lines[:3], nil), bytes.Join(lines[4:], nil)...),
		"with another id":  bytes.Replace(whole, []byte(`"db_id":`), []byte(`"db_id":9`), 1),
		"with more":        append(bytes.Clone(whole), lines[1]...),
		"something else":   []byte("a,b\n1,2\n"),
		"with a new field": bytes.Replace(whole, []byte(`{"change":{`), []byte(`{"change":{"x":1,`), 1),
	} {
		if err := os.WriteFile(path, forged, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := w.RollbackManifest(t.Context(), path, "", pipeline.UndoOptions{}); !errors.Is(err, manifest.ErrBroken) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Forged so that it holds in itself.
	good, err := manifest.Read(bytes.NewReader(whole))
	if err != nil {
		t.Fatal(err)
	}
	good.Changes[0].DBID++
	var out bytes.Buffer
	if _, err := manifest.Write(&out, good.Head, sequence(good.Changes), sequence(entriesOf(good))); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := w.RollbackManifest(t.Context(), path, "", pipeline.UndoOptions{}); !errors.Is(err, manifest.ErrBroken) || !strings.Contains(err.Error(), "none that run") {
		t.Errorf("forged with its digest: %v", err)
	}
	if _, err := w.RollbackManifest(t.Context(), path, good.End.SHA256, pipeline.UndoOptions{}); !errors.Is(err, manifest.ErrBroken) {
		t.Errorf("against the digest that was written down: %v", err)
	}
	if got := w.counts(); !maps.Equal(got, after) {
		t.Errorf("something was undone: %v", got)
	}

	// Where staging knows the file it leads, and is up to date afterwards.
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	u, err := w.RollbackManifest(t.Context(), path, good.End.SHA256, pipeline.UndoOptions{})
	if err != nil || !u.Proven() || u.Run == 0 || u.Manifest != "" {
		t.Errorf("%v %+v", err, u)
	}
	if _, err := w.Rollback(t.Context(), pipeline.UndoOptions{}); err == nil || !strings.Contains(err.Error(), "nothing to roll back") {
		t.Errorf("afterwards: %v", err)
	}
}

// A part of a run is undone by the file, too, and what people changed stands in the way there as well.
func TestBlockersByManifest(t *testing.T) {
	w, _, after := loaded(t)
	path := w.newest()
	w.dropStaging()
	target, err := w.Connect(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	const customer = "ardent.cust_10001"
	found, err := target.XMLIDs(t.Context(), "ardent", []string{customer})
	if err != nil || len(found) == 0 {
		t.Fatal(err, found)
	}
	if err := target.Write(t.Context(), "res.partner", []int64{found[customer].ResID}, map[string]any{"name": "Renamed by people"}); err != nil {
		t.Fatal(err)
	}
	u, err := w.RollbackManifest(t.Context(), path, "", pipeline.UndoOptions{})
	if !errors.Is(err, rollback.ErrBlocked) || len(u.Result.Blockers) != 1 || u.Result.Blockers[0].ExternalID != customer {
		t.Fatalf("%v %+v", err, u.Result)
	}
	b := u.Result.Blockers[0]
	if b.Kind != rollback.Touched || !slices.Equal(b.Fields, []string{"name"}) || b.Who != "admin" || len(b.When) != len("2026-01-02 03:04:05") || !strings.Contains(b.Remedy, "--force") {
		t.Errorf("%+v", b)
	}
	csv := path + ".csv"
	if err := pipeline.WriteBlockers(csv, u.Result.Blockers); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(csv); err != nil || !strings.Contains(string(text), "changed,customers,res.partner,"+customer+",") || !strings.Contains(string(text), ",name,admin,") {
		t.Errorf("%v %s", err, text)
	}
	part := pipeline.UndoOptions{Scope: rollback.Scope{Mappings: []string{"orders"}}}
	if u, err := w.RollbackManifest(t.Context(), path, "", part); err != nil || !u.Proven() || u.Left == 0 {
		t.Fatalf("%v %+v", err, u)
	}
	if now := w.counts(); now["sale.order"] != 0 || now["res.partner"] != after["res.partner"] {
		t.Errorf("%v", now)
	}
}
