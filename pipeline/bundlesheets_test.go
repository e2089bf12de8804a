package pipeline_test

import (
	"archive/zip"
	"encoding/csv"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
)

// sheetOf reads a table of a bundle: a line each, by column.
func (w *world) sheetOf(bundle, name string) (out []map[string]string) {
	w.t.Helper()
	z, err := zip.OpenReader(bundle)
	if err != nil {
		w.t.Fatal(err)
	}
	defer z.Close()
	f, err := z.Open(name)
	if err != nil {
		w.t.Fatal(err)
	}
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		w.t.Fatalf("%s: %v", name, err)
	}
	for _, row := range rows[1:] {
		line := map[string]string{}
		for i, head := range rows[0] {
			line[head] = row[i]
		}
		out = append(out, line)
	}
	return out
}

// The bundle says of each source who extracted it and what its completeness rests on, names the target's modules, and has the
// rollbacks that were rehearsed elsewhere.
func TestBundleSaysWhereThingsComeFrom(t *testing.T) {
	w, _ := newWeekend(t)
	w.neutralise("copy")
	s := w.staged(pipeline.StageOptions{Target: "copy"})
	rows := map[string]int64{}
	for _, src := range s.Sources {
		rows[src.Name] = src.Rows + src.Quarantined
	}
	w.put("counts.csv", fmt.Sprintf("file,rows\ncustomers.csv,%d\nproducts,%d\n", rows["customers"], rows["products"]))
	w.sub("migrate.yaml", "sources:\n", "custody: {row_counts: counts.csv, system: Ardent 4, extracted_by: B. Lang, extracted_at: 2026-01-09}\nsources:\n")
	w.sub("migrate.yaml", "  products: {", "  products: {extracted_by: C. Stock, ")
	w.reopen()
	w.staged(pipeline.StageOptions{Target: "copy"})
	if closed := w.closed(pipeline.LoadOptions{Target: "copy", AcceptRestoreOnly: true}); len(closed) > 0 {
		t.Fatalf("rehearsal: %v", closed)
	}
	if _, err := w.Rollback(t.Context(), pipeline.UndoOptions{Target: "copy"}); err != nil {
		t.Fatal(err)
	}
	w.staged(pipeline.StageOptions{Target: "production"})
	if closed := w.closed(pipeline.LoadOptions{Target: "production", Production: w.Project.Targets["production"].Database, Backup: attestation(), AcceptRestoreOnly: true}); len(closed) > 0 {
		t.Fatalf("cutover: %v", closed)
	}
	bundle := filepath.Join(t.TempDir(), "evidence.zip")
	w.writeBundle(bundle, "production")

	for _, line := range w.sheetOf(bundle, "sources.csv") {
		who, known := "B. Lang", "not_established"
		if line["source"] == "products" {
			who = "C. Stock"
		}
		if line["source"] == "customers" || line["source"] == "products" {
			known = "in_part" // no checksums came with them
			if want := fmt.Sprintf("%d rows (counts.csv:", rows[line["source"]]); !strings.HasPrefix(line["rests_on"], want) {
				t.Errorf("%s rests on %q, want %s", line["source"], line["rests_on"], want)
			}
		}
		if line["custodian"] != who || line["extracted_at"] != "2026-01-09" || line["completeness"] != known {
			t.Errorf("%v", line)
		}
	}
	if modules := w.sheetOf(bundle, "modules.csv"); len(modules) < 10 || !slices.ContainsFunc(modules, func(m map[string]string) bool {
		return m["module"] == "account" && strings.HasPrefix(m["version"], "19.0.")
	}) {
		t.Errorf("modules %v", modules)
	}
	rehearsed := w.sheetOf(bundle, "rollbacks.csv")
	if len(rehearsed) == 0 || rehearsed[0]["target"] != "copy" || rehearsed[0]["rehearsal"] != "yes" || rehearsed[0]["holds"] != "true" {
		t.Errorf("rollbacks %v", rehearsed)
	}
}
