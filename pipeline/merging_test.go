package pipeline_test

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// Rows that people decided are one customer become one record, and everything that refers to them follows.
func TestDecisionsMergeCustomers(t *testing.T) {
	w := newWorld(t)
	w.sub("mappings/customers.yaml", "id: cust_{CustomerNo}\n", "id: cust_{CustomerNo}\nmerge: {file: decisions/customers.csv}\n")
	w.put("decisions/customers.csv", "group,keep,table,key,row,why,decision\n1,10001,customers,10001,1,,\n1,10001,customers,10002,2,same name,merge\n2,10004,customers,10005,5,same name,\n")
	s := w.staged(pipeline.StageOptions{})
	i := slices.IndexFunc(s.Rows, func(r pipeline.Rows) bool { return r.Mapping == "customers" })
	if got := s.Rows[i]; got.Used != 126 || got.Merged != 2 || len(s.Unbalanced) > 0 {
		t.Errorf("rows %+v, %v", got, s.Unbalanced)
	}
	if !slices.ContainsFunc(s.Findings, func(f record.Finding) bool {
		return strings.HasPrefix(f.Message, "1 line is not decided") && f.At == "decisions/customers.csv:4:1"
	}) {
		t.Errorf("nobody says that a line is not decided")
	}
	if !slices.ContainsFunc(s.Excluded, func(e pipeline.Exclusion) bool { return e.Mapping == "customers" && e.Class == "merged" && e.Rows == 2 }) {
		t.Errorf("left out: %+v", s.Excluded)
	}
	l, err := w.Cutover(t.Context(), open())
	if err != nil || !l.Verify.Clean() || len(l.Balance) > 0 {
		t.Fatalf("cutover: %v, %v", err, l.Balance)
	}
	c, err := w.Connect(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	orders := strings.Count(w.read("exports/orders.csv"), ";10002;")
	if ids, err := c.XMLIDs(t.Context(), "ardent", []string{"cust_10001", "cust_10002"}); err != nil || len(ids) != 1 {
		t.Errorf("external ids %v, %v", ids, err)
	} else if n, err := c.Count(t.Context(), "sale.order", []any{[]any{"partner_id", "=", ids["cust_10001"].ResID}}); err != nil || n != orders+strings.Count(w.read("exports/orders.csv"), ";10001;") || orders == 0 {
		t.Errorf("%d orders, %v", n, err)
	}
	// Taken back, the decision makes two customers again; and undone, one.
	w.sub("decisions/customers.csv", "same name,merge", "same name,separate")
	if l, err = w.Delta(t.Context(), open()); err != nil || !l.Verify.Clean() || l.Records["customers"][run.Created] != 1 {
		t.Fatalf("delta: %v, %v", err, l.Records["customers"])
	}
	for range 2 {
		if u, err := w.Rollback(t.Context(), pipeline.UndoOptions{}); err != nil || !u.Proven() {
			t.Fatalf("rollback: %v", err)
		}
	}

	for text, want := range map[string]string{
		"key,keep,decision\n10002,99999,merge\n":                    "decisions/customers.csv:2:1: 10002 is merged into 99999, and mapping customers makes no record of that",
		"key,keep,decision\n10113,10001,merge\n10001,10113,merge\n": "decisions/customers.csv:3:1: rows are merged in a circle: 10001 -> 10113 -> 10001",
	} {
		w.put("decisions/customers.csv", text)
		var problems *pipeline.Problems
		if _, err := w.Stage(t.Context(), pipeline.StageOptions{}); !errors.As(err, &problems) || !strings.HasPrefix(problems.List[0].String(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
	w.put("decisions/customers.csv", "key,keep,decision\n99999,10001,merge\n")
	if s = w.staged(pipeline.StageOptions{}); !slices.ContainsFunc(s.Findings, func(f record.Finding) bool { return f.Message == `no row of customers has the key "99999"` }) {
		t.Error("nobody says that a key is not there")
	}
}

// Every row that is left out is listed with the reason.
func TestExcludedRowsAreListed(t *testing.T) {
	w := newWorld(t)
	file := filepath.Join(w.dir, "excluded.csv")
	s := w.staged(pipeline.StageOptions{Excluded: file})
	var rows int64
	for _, e := range s.Excluded {
		if e.Class == "excluded" {
			rows += e.Rows
		}
		if e.Mapping == "customers" && e.Class == "excluded" && (e.Rows != 3 || e.Reason != "closed accounts without open items stay in the legacy system") {
			t.Errorf("%+v", e)
		}
	}
	var counted int64
	for _, r := range s.Rows {
		counted += r.Excluded
	}
	if rows == 0 || rows != counted {
		t.Errorf("%d rows listed, %d counted", rows, counted)
	}
	text := w.read("excluded.csv")
	if strings.Count(text, ",excluded,") != int(counted) || !strings.Contains(text, "customers,customers,") {
		t.Errorf("exported\n%s", text[:min(len(text), 800)])
	}
	if _, err := w.Stage(t.Context(), pipeline.StageOptions{Excluded: file}); err == nil || !strings.Contains(err.Error(), "is there already") {
		t.Errorf("a file that is there: %v", err)
	}
}
