package pipeline_test

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo/odootest"
	"github.com/odoo-migrate/odoo-migrate/docs"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/gate"
)

func (w *world) writeBundle(file, target string) {
	w.t.Helper()
	if _, err := w.Bundle(w.t.Context(), pipeline.BundleOptions{
		Target: target, Out: file, Files: map[string][]byte{"CHECKSUMS.md": docs.Checksums, "verify_evidence.py": docs.VerifyEvidence},
		Page: func(to io.Writer, r *pipeline.Report) error { _, err := io.WriteString(to, r.Project); return err },
		JSON: func(to io.Writer, v any) error { return json.NewEncoder(to).Encode(v) },
	}); err != nil {
		w.t.Fatal(err)
	}
}

// signs reads everything back, writes the evidence, and has it signed with a key, and made ready to be signed on paper.
func (w *world) signs() error {
	w.t.Helper()
	if _, err := w.Verify(w.t.Context(), pipeline.VerifyOptions{}); err != nil {
		w.t.Fatal(err)
	}
	dir := w.t.TempDir()
	key, bundle := filepath.Join(dir, "op.key"), filepath.Join(dir, "evidence.zip")
	if _, err := pipeline.NewSigningKey(key, "operator", "A. Lead"); err != nil {
		w.t.Fatal(err)
	}
	w.writeBundle(bundle, "")
	_, err := pipeline.SignBundle(bundle, key)
	_, onPaper := pipeline.WriteSignSheet(bundle, filepath.Join(dir, "sheet.html"), func(io.Writer, *pipeline.SignSheet) error { return nil })
	if fmt.Sprint(err) != fmt.Sprint(onPaper) {
		w.t.Errorf("with a key: %v; on paper: %v", err, onPaper)
	}
	return err
}

func (w *world) refusesToSign(why string) {
	w.t.Helper()
	if err := w.signs(); err == nil || !strings.Contains(err.Error(), "is not to be signed, something is open: "+why) {
		w.t.Errorf("signed: %v; want %s", err, why)
	}
}

// Rows nobody could read, records put off and calls nobody knows the outcome of keep evidence from being signed; the first two
// until each is accepted, the last until it is known.
func TestNobodySignsWhatIsOpen(t *testing.T) {
	t.Run("quarantined", func(t *testing.T) {
		w := newWorld(t)
		w.put("exports/bills.csv", "No,Who\n1,a\n2,b,c,d\n3,e\n")
		w.put("mappings/bills.yaml", "mapping: bills\nmodel: res.partner\nfrom: bills\nid: bill_{No}\nfields:\n  name: Who\n")
		w.sub("migrate.yaml", "sources:\n", "sources:\n  bills: {file: exports/bills.csv, key: [No]}\n")
		w.reopen()
		w.staged(pipeline.StageOptions{})
		opened := quick
		opened.Overrides = []gate.Override{{Gate: "quarantine", By: "B. Lead", Reason: "looked at later"}}
		if _, err := w.Cutover(t.Context(), opened); err != nil {
			t.Fatal(err)
		}
		w.refusesToSign("1 quarantined (bills row 2)")
		w.sub("migrate.yaml", "sources:\n", "accepted:\n  - {source: bills, row: 2, reason: a footer, by: A. Owner}\nsources:\n")
		w.reopen()
		w.staged(pipeline.StageOptions{})
		if _, err := w.Delta(t.Context(), quick); err != nil {
			t.Fatal(err)
		}
		if err := w.signs(); err != nil {
			t.Error(err)
		}
	})
	t.Run("deferred", func(t *testing.T) {
		w := newMoss(t)
		w.stage()
		if _, err := w.Cutover(t.Context(), quick); err != nil {
			t.Fatal(err)
		}
		if err := w.signs(); err != nil {
			t.Errorf("nothing is open: %v", err)
		}
		w.sub("mappings/partners.yaml", "many: first", "many: first, missing: exclude")
		w.sub("exports/addresses.csv", "F7;P;1 rue", "F7;P;1;rue")
		l, err := w.Delta(t.Context(), open())
		if err != nil || l.Deferral == nil {
			t.Fatal(err)
		}
		if err := w.signs(); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%d deferred (%s", l.Deferral.Records, l.Deferral.First[0])) {
			t.Errorf("signed: %v", err)
		}
	})
	t.Run("unsettled", func(t *testing.T) {
		w := newWorld(t)
		w.staged(pipeline.StageOptions{})
		w.double.Inject(odootest.Rule{Model: "sale.order", Method: "load", Kind: odootest.Status, Status: 503, Times: 1 << 20})
		opt := quick
		opt.Patience = 50 * time.Millisecond
		if _, err := w.Cutover(t.Context(), opt); !pipeline.Interrupted(err) {
			t.Fatal(err)
		}
		w.double.Heal()
		if err := w.signs(); err == nil || !strings.Contains(err.Error(), "unsettled (calls to Odoo whose outcome is not known); 1 broken off (run ") {
			t.Errorf("signed: %v", err)
		}
		opt.Resume = true
		if _, err := w.Cutover(t.Context(), opt); err != nil {
			t.Fatal(err)
		}
		if err := w.signs(); err != nil {
			t.Error(err)
		}
	})
}
