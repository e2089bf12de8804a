package pipeline_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo/odootest"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/gate"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// open is quick with the gates that a spoiled company closes opened.
func open() pipeline.LoadOptions {
	o := quick
	for _, g := range []string{"controls", "first-pass", "plan", "quarantine"} {
		o.Overrides = append(o.Overrides, gate.Override{Gate: g, By: "test", Reason: "the company is spoiled on purpose"})
	}
	return o
}

// sub replaces text in a file of the project, which must have it.
func (w *world) sub(file, old, now string) {
	w.t.Helper()
	path := filepath.Join(w.dir, file)
	b, err := os.ReadFile(path)
	if err != nil {
		w.t.Fatal(err)
	}
	if !bytes.Contains(b, []byte(old)) {
		w.t.Fatalf("%s has no %q", file, old)
	}
	if err := os.WriteFile(path, bytes.Replace(b, []byte(old), []byte(now), 1), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

// without takes the lines with a text out of an export.
func (w *world) without(file, text string) {
	w.t.Helper()
	path := filepath.Join(w.dir, "exports", file)
	b, err := os.ReadFile(path)
	if err != nil {
		w.t.Fatal(err)
	}
	var kept []string
	for _, line := range strings.SplitAfter(string(b), "\n") {
		if !strings.Contains(line, text) {
			kept = append(kept, line)
		}
	}
	if err := os.WriteFile(path, []byte(strings.Join(kept, "")), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) exec(sql string) {
	w.t.Helper()
	if _, err := w.Store.Exec(w.t.Context(), sql); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) ids(mapping string) (entries, records int) {
	w.t.Helper()
	rows, err := w.Store.Query(w.t.Context(), "select count(*), count(distinct db_id) from {s}.ledger where mapping = $1", mapping)
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&entries, &records); err != nil {
			w.t.Fatal(err)
		}
	}
	return entries, records
}

// A record is adopted once, and never one that this run made itself, whatever the batches.
func TestAdoptionTakesNoRecordTwice(t *testing.T) {
	w := newWorld(t)
	w.sub("mappings/customers.yaml", "id: cust_{CustomerNo}\n", "id: cust_{CustomerNo}\nmatch: [zip]\n")
	w.stage()
	o := open()
	o.BatchRecords, o.Workers = 7, 2
	if l, err := w.Cutover(t.Context(), o); err != nil || !l.Clean() {
		t.Fatalf("cutover: %v", err)
	}
	if entries, records := w.ids("customers"); entries != 127 || records != 127 {
		t.Errorf("%d ledger entries on %d records, want 127 on 127", entries, records)
	}
}

// A batch that Odoo committed and nobody settled is settled whole, whatever batches the resumed run makes.
func TestKilledBatchIsSettledWhole(t *testing.T) {
	w := newWorld(t)
	w.stage()
	if _, err := w.Cutover(t.Context(), quick); err != nil {
		t.Fatal(err)
	}
	// As kill -9 between Odoo's commit and the settlement leaves it.
	w.exec(`update {s}.intents i set state = 'intended', settled_at = null, changes = (select json_agg(json_build_object(
		'run_id', c.run_id, 'wave', c.wave, 'mapping', c.mapping, 'model', c.model, 'external_id', c.external_id, 'action', c.action,
		'undo', c.undo, 'after', c.after)) from {s}.changes c where c.intent_id = i.id) where mapping = 'contacts'`)
	for _, table := range []string{"changes", "ledger", "outcomes"} {
		w.exec(`delete from {s}.` + table + ` where mapping = 'contacts'`)
	}
	w.exec(`update {s}.runs set state = 'running' where kind = 'cutover'`)
	o := quick
	o.Resume, o.BatchRecords, o.Workers = true, 20, 1
	l, err := w.Cutover(t.Context(), o)
	if err != nil || !l.Clean() || !l.Complete() {
		t.Fatalf("resume: %v, %v", err, l.Records["contacts"])
	}
	if got := l.Records["contacts"][run.Created]; got != 123 {
		t.Errorf("%d contacts count as created, want 123", got)
	}
	if u, err := w.Rollback(t.Context(), pipeline.UndoOptions{}); err != nil || !u.Proven() {
		t.Errorf("rollback: %v", err)
	}
}

// A rollback that was cut off keeps others from loading, and goes on where it was.
func TestCutRollbackIsFinishedFirst(t *testing.T) {
	w := newWorld(t)
	empty := w.counts()
	w.stage()
	if _, err := w.Cutover(t.Context(), quick); err != nil {
		t.Fatal(err)
	}
	w.double.Inject(odootest.Rule{Model: "sale.order", Method: "unlink", Kind: odootest.LostReply})
	if _, err := w.Rollback(t.Context(), pipeline.UndoOptions{}); err == nil {
		t.Fatal("a rollback without an answer succeeded")
	}
	w.double.Heal()
	if _, err := w.Delta(t.Context(), quick); err == nil || !strings.Contains(err.Error(), "was not finished") {
		t.Errorf("delta after half a rollback: %v", err)
	}
	if u, err := w.Rollback(t.Context(), pipeline.UndoOptions{}); err != nil || !u.Proven() {
		t.Fatalf("rollback again: %v", err)
	}
	for model, n := range w.counts() {
		if empty[model] != n {
			t.Errorf("%s has %d records, before the run %d", model, n, empty[model])
		}
	}
}

// Half an order is worse than none: a line that cannot be mapped, or that links to what is not in Odoo, keeps its order out.
func TestDocumentsAreLoadedWhole(t *testing.T) {
	t.Run("a line the mapping rejects", func(t *testing.T) {
		w := newWorld(t)
		w.sub("exports/order_lines.csv", "7000002;2500001;", "7000002;2500001;x")
		w.stage()
		l, err := w.Cutover(t.Context(), open())
		if err != nil {
			t.Fatal(err)
		}
		if l.Produced["orders"] != 89 || w.double.Count("sale.order") != 89 {
			t.Errorf("%d orders planned, %d in Odoo, want 89: one lost a line", l.Produced["orders"], w.double.Count("sale.order"))
		}
	})
	t.Run("a line that links to a refused product", func(t *testing.T) {
		w := newWorld(t)
		w.sub("mappings/products.yaml", "id: product_{sku}\n", "id: product_{sku}\nmatch: [default_code]\n")
		c, err := w.Connect(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, err := c.Create(t.Context(), "product.product", []map[string]any{{"name": "x", "default_code": "CS1117"}}); err != nil {
				t.Fatal(err)
			}
		}
		w.stage()
		l, err := w.Cutover(t.Context(), open())
		if err != nil {
			t.Fatal(err)
		}
		if l.Records["products"][run.Rejected] != 1 || l.Records["orders"][run.Rejected] == 0 || l.Records["orders"][run.Created] == 0 {
			t.Errorf("products %v, orders %v", l.Records["products"], l.Records["orders"])
		}
	})
}

// A delta that finds a record as it should be already did nothing to it, and keeps nobody from rolling back.
func TestIdleUpdateBlocksNoRollback(t *testing.T) {
	w := newWorld(t)
	w.stage()
	if _, err := w.Cutover(t.Context(), quick); err != nil {
		t.Fatal(err)
	}
	c, err := w.Connect(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	there, err := c.XMLIDs(t.Context(), "ardent", []string{"cust_10002"})
	if err != nil {
		t.Fatal(err)
	}
	row, err := c.Read(t.Context(), "res.partner", []int64{there["cust_10002"].ResID}, []string{"city"})
	if err != nil || len(row) != 1 {
		t.Fatal(err)
	}
	city, _ := row[0]["city"].(string)
	if err := c.Write(t.Context(), "res.partner", []int64{there["cust_10002"].ResID}, map[string]any{"city": "Elsewhere"}); err != nil {
		t.Fatal(err)
	}
	w.sub("exports/customers.csv", ";"+city+";", ";Elsewhere;")
	if l, err := w.Delta(t.Context(), open()); err != nil || l.Records["customers"][run.Conflict] != 0 {
		t.Fatalf("delta: %v, %v", err, l.Records["customers"])
	}
	if u, err := w.Rollback(t.Context(), pipeline.UndoOptions{}); err != nil || !u.Proven() {
		t.Errorf("rollback: %v", err)
	}
}

// A record that was archived because its source was gone is active again when the source is back, also where the mapping
// itself sets active.
func TestArchivedRecordComesBack(t *testing.T) {
	for _, mapped := range []string{"", "  active: {value: true}\n"} {
		w := newWorld(t)
		w.sub("mappings/customers.yaml", "fields:\n", "fields:\n"+mapped)
		w.stage()
		if _, err := w.Cutover(t.Context(), open()); err != nil {
			t.Fatal(err)
		}
		const gone = "10113;" // a customer the second export does not have either
		w.without("customers.csv", gone)
		l, err := w.Delta(t.Context(), open())
		if err != nil || l.Records["customers"][run.WasArchived] != 1 {
			t.Fatalf("gone: %v, %v", err, l.Records["customers"])
		}
		w.export("export1")
		if l, err = w.Delta(t.Context(), open()); err != nil || l.Records["customers"][run.Updated] != 1 {
			t.Fatalf("back: %v, %v", err, l.Records["customers"])
		}
		c, err := w.Connect(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		if rows, err := c.SearchRead(t.Context(), "res.partner", []any{[]any{"ref", "=", "10113"}}, []string{"active"}, 0); err != nil || len(rows) != 1 || rows[0]["active"] != true {
			t.Errorf("with %q: the customer is %v, %v", mapped, rows, err)
		}
	}
}
