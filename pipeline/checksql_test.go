package pipeline_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/validate"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// sqlCheck is the check in SQL of the company's lines, as the last stage left it.
func sqlCheck(t *testing.T, s *pipeline.Stage, name string) validate.CheckResult {
	t.Helper()
	i := slices.IndexFunc(s.Checks, func(c validate.CheckResult) bool { return c.Name == name })
	if i < 0 {
		t.Fatalf("no check %q: %+v", name, s.Checks)
	}
	return s.Checks[i]
}

// checkFindings are what the checks found.
func checkFindings(s *pipeline.Stage) []record.Finding {
	return slices.DeleteFunc(slices.Clone(s.Findings), func(f record.Finding) bool { return f.Rule != "validate.check" })
}

const documented = "  - name: accounts agree with the journal\n"

// A check in SQL rejects the records that its rows name, with what hangs on them, and the finding has their place.
func TestSQLCheckRejectsRecords(t *testing.T) {
	w := newMoss(t)
	w.sub("mappings/entry_lines.yaml", documented, "  - {name: no small amounts, sql: 'select x_id, debit + credit - 1 as key, least(debit + credit - 1, 0) as amount from staged.entry_lines', tolerance: 0.75}\n"+documented)
	s := w.staged(pipeline.StageOptions{})
	// Lines of 0.10 and 0.20 are 0.90 and 0.80 below 1, the one of 0.30 is 0.70; with the two goes their entry, and with it the third.
	got := sqlCheck(t, s, "no small amounts")
	if got.Failed != 2 || !got.SQL || got.Severity != record.Error || got.Groups != 0 || len(got.First) != 2 || got.First[0].String() != "-0.9 (amount = -0.9)" || !slices.Equal(got.First[0].Rows, []int64{5}) {
		t.Errorf("%+v", got)
	}
	if got := rowsOf(s, "entry_lines"); got.Used != 4 || got.Rejected != 3 {
		t.Errorf("lines %+v", got)
	}
	if got := rowsOf(s, "entries"); got.Rejected != 3 {
		t.Errorf("entries %+v", got)
	}
	found := checkFindings(s)
	if len(found) != 1 || found[0].Rows != 2 || found[0].Row != 5 || found[0].Line != 6 || found[0].Record != "moss.line_902_1" ||
		!strings.HasSuffix(found[0].File, "exports/journal.csv") || !strings.Contains(found[0].At, "entry_lines.yaml:16:") || found[0].Severity != record.Error {
		t.Errorf("%+v", found)
	}
	// All checks in SQL see the same records: the other one has not lost the entry.
	if got := sqlCheck(t, s, "accounts agree with the journal"); got.Failed != 0 {
		t.Errorf("%+v", got)
	}
}

// A row that names no record closes the gate, and rejects nothing; a warning does neither.
func TestSQLCheckClosesTheGate(t *testing.T) {
	w := newMoss(t)
	w.sub("exports/journal.csv", "1.190,00", "1.190,01")
	w.sub("exports/journal.csv", "-1.190,00", "-1.190,01")
	w.sub("mappings/entry_lines.yaml", `replace("BETRAG", '.', '')`, `replace(replace("BETRAG", '1.190', '1.191'), '.', '')`)
	s := w.staged(pipeline.StageOptions{})
	if got := sqlCheck(t, s, "accounts agree with the journal"); got.Failed != 2 || got.Severity != record.Blocker || len(got.First[0].Rows) != 0 {
		t.Errorf("%+v", got)
	}
	found := checkFindings(s)
	if s.Clean() || s.FirstPass != 100 || len(found) != 1 || found[0].Severity != record.Blocker || found[0].Raw == "" {
		t.Errorf("clean %v, first pass %v, findings %+v", s.Clean(), s.FirstPass, found)
	}
	_, err := w.Cutover(t.Context(), quick)
	if err == nil || !strings.Contains(err.Error(), `checks (entry_lines: "accounts agree with the journal" returns 2 rows, first 101401 (amount = 1.00))`) {
		t.Errorf("%v", err)
	}
	w.sub("mappings/entry_lines.yaml", documented, documented+"    severity: warning\n")
	if s = w.staged(pipeline.StageOptions{}); !s.Clean() || checkFindings(s)[0].Severity != record.Warning {
		t.Errorf("a warning: clean %v, %+v", s.Clean(), checkFindings(s))
	}
	w.sub("mappings/entry_lines.yaml", "severity: warning\n    sql", "tolerance: 1\n    sql")
	if s = w.staged(pipeline.StageOptions{}); !s.Clean() || sqlCheck(t, s, "accounts agree with the journal").Failed != 0 {
		t.Errorf("within the tolerance: %+v", s.Checks)
	}
}

// What only PostgreSQL can say of a check is told with the check's place.
func TestSQLCheckWithAMistake(t *testing.T) {
	for _, c := range []struct{ check, want string }{
		{"{name: x, sql: 'select nothing from staged.entries'}", `entry_lines.yaml:16:6: check "x": column "nothing" does not exist (SQLSTATE 42703)`},
		{"{name: x, tolerance: 1, sql: 'select x_id from staged.entries'}", `check "x": it has a tolerance, but its SQL returns no column amount`},
		{"{name: x, sql: \"select nextval('a')\"}", `check "x": relation "a" does not exist`},
	} {
		w := newMoss(t)
		w.sub("mappings/entry_lines.yaml", documented, "  - "+c.check+"\n"+documented)
		if _, err := w.Stage(t.Context(), pipeline.StageOptions{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s\n got %v\nwant %s", c.check, err, c.want)
		}
	}
}
