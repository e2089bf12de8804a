package pipeline_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/gate"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// An export that lacks many rows writes nothing, until a person says that they are meant to go.
func TestTooManyAreGone(t *testing.T) {
	w := newWorld(t)
	w.put("exports/people.csv", "No,Who\n1,Ada\n2,Ben\n3,Cy\n4,Di\n5,Eve\n")
	w.put("mappings/people.yaml", "mapping: people\nmodel: res.partner\nfrom: people\nid: person_{No}\ndeletes: archive\nfields:\n  name: Who\n")
	w.sub("migrate.yaml", "sources:\n", "sources:\n  people: {file: exports/people.csv, key: [No]}\n")
	w.reopen()
	w.staged(pipeline.StageOptions{})
	if l, err := w.Cutover(t.Context(), quick); err != nil || slices.ContainsFunc(l.Gates, func(g gate.Gate) bool { return g.Name == "gone" }) {
		t.Fatalf("nothing is gone: %v", err)
	}
	w.put("exports/people.csv", "No,Who\n1,Ada L.\n2,Ben\n3,Cy\n")
	before := w.double.Calls("res.partner", "write")
	l, err := w.Delta(t.Context(), quick)
	if !errors.Is(err, pipeline.ErrGates) || closedGate(t, l, "gone") != "gone from their sources are 2 of 5 records of people (archive); at most 20 % are expected" {
		t.Fatalf("%v", err)
	}
	if now := w.double.Calls("res.partner", "write"); now != before {
		t.Errorf("%d writes behind a closed gate", now-before)
	}
	opened := quick
	opened.Overrides = []gate.Override{{Gate: "gone", By: "A. Owner", Reason: "they left"}}
	if l, err = w.Delta(t.Context(), opened); err != nil || l.Records["people"][run.WasArchived] != 2 || !l.Clean() {
		t.Fatalf("opened: %v %v", err, l.Records)
	}

	// One is not many, unless the project says that none may go.
	w.put("exports/people.csv", "No,Who\n1,Ada L.\n2,Ben\n")
	w.sub("migrate.yaml", "thresholds: {first_pass", "thresholds: {gone: 0, first_pass")
	w.reopen()
	if l, err = w.Delta(t.Context(), quick); !errors.Is(err, pipeline.ErrGates) || !strings.Contains(closedGate(t, l, "gone"), "1 of 3 records of people (archive); at most 0 %") {
		t.Fatalf("%v", err)
	}
	w.sub("migrate.yaml", "gone: 0, ", "")
	w.reopen()
	if l, err = w.Delta(t.Context(), quick); err != nil || l.Records["people"][run.WasArchived] != 1 {
		t.Errorf("%v %v", err, l.Records)
	}
}
