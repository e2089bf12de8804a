package pipeline_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// Field by field: the city that both changed stays people's and is named, the phone that only the source changed is written.
// People decide about the city in a file, and the next delta does as they say.
func TestConflictsFieldByField(t *testing.T) {
	for decision, city := range map[string]string{run.DecideOdoo: "People's", run.DecideSource: "Source's"} {
		t.Run(decision, func(t *testing.T) {
			w := bothChange(t, "conflicts: fields\n")
			l := w.deltaNow()
			w.holds("People's", "1234")
			if l.Records["customers"][run.Conflict] != 1 || len(l.Balance) > 0 {
				t.Errorf("records %v, unbalanced %v", l.Records["customers"], l.Balance)
			}
			w.finds(l, "delta.conflict", "both changed city; what else")
			again := w.deltaNow()
			if n := w.announced(again.Run); n != 0 || again.Records["customers"][run.Conflict] != 1 {
				t.Errorf("the same once more announced %d calls that write: %v", n, again.Records["customers"])
			}
			w.finds(again, "delta.conflict", "both changed city")

			d := w.decides("conflicts.csv", map[string]string{"city": decision})
			if len(d.Findings) > 0 || d.Open != 0 || len(d.Decisions) != 1 {
				t.Fatalf("%+v", d)
			}
			decided := w.deltaNow()
			w.holds(city, "1234")
			w.finds(decided, "delta."+decision+"_kept", "as B. Lang decided on 2026-02-01")
			if n := decided.Records["customers"][run.Conflict]; n != 0 {
				t.Errorf("still %d conflicts", n)
			}
			after := w.deltaNow()
			if n := w.announced(after.Run); n != 0 || after.Records["customers"][run.Conflict] != 0 {
				t.Errorf("after the decision: %d calls announced, records %v", n, after.Records["customers"])
			}
			r, err := w.Report(t.Context())
			if err != nil || len(r.Decided) != 1 || r.Decided[0].Odoo+r.Decided[0].Source != 1 || r.Decided[0].Decisions[0].By != "B. Lang" {
				t.Errorf("report: %v, %+v", err, r.Decided)
			}

			phone := w.before
			for range map[string]int{run.DecideOdoo: 1, run.DecideSource: 2}[decision] { // the run that wrote the city, the one that wrote the phone
				w.back(pipeline.UndoOptions{})
			}
			w.holds("People's", phone)
		})
	}
}

// Manual, which is the default: nothing of the record is written until every field is decided, and what was decided of values
// that are others by now is void.
func TestConflictsByHand(t *testing.T) {
	for _, policy := range []string{"", "conflicts: manual\n"} {
		for _, file := range []string{"conflicts.csv", "conflicts.xlsx"} {
			t.Run(policy+file, func(t *testing.T) {
				w := bothChange(t, policy)
				w.finds(w.deltaNow(), "delta.conflict", "both changed city")
				w.holds("People's", w.before)
				w.decides(file, map[string]string{"city": run.DecideSource})
				w.cityOf("cust_10001", "People's own")
				l := w.deltaNow()
				w.finds(l, "delta.conflict", "both changed city")
				w.holds("People's own", w.before)

				w.decides("again_"+file, map[string]string{"city": run.DecideSource})
				w.finds(w.deltaNow(), "delta.source_kept", "as B. Lang decided on 2026-02-01")
				w.holds("Source's", "1234")
				w.back(pipeline.UndoOptions{})
				w.holds("People's own", w.before)
			})
		}
	}
}

// Lines that cannot be taken are named, each with what to do.
func TestDecisionsThatCannotBeTaken(t *testing.T) {
	w := bothChange(t, "")
	w.deltaNow()
	file := filepath.Join(w.dir, "c.csv")
	if _, err := w.Conflicts(t.Context(), pipeline.DifferencesOptions{Out: file}); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(file)
	if err != nil || strings.Contains(string(b), "People's") {
		t.Fatalf("%v; the values are to be masked: %s", err, b)
	}
	head, line, _ := strings.Cut(strings.TrimRight(string(b), "\r\n"), "\n")
	line, _ = strings.CutSuffix(strings.TrimRight(line, "\r\n"), ",,,,")
	for ending, want := range map[string]string{
		",perhaps,B. Lang,2026-02-01,": `"perhaps" is no decision`,
		",source,,2026-02-01,":         "",
		",source,B. Lang,,":            "the decision names nobody, or no day",
		",,B. Lang,2026-02-01,":        `"" is no decision`,
	} {
		if want == "" {
			want = "the decision names nobody, or no day"
		}
		w.refuses(head+"\n"+line+ending+"\n", want)
	}
	good := ",source,B. Lang,2026-02-01,"
	w.refuses(head+"\n"+strings.Replace(line, ",city,", ",street,", 1)+good+"\n", "street of ardent.cust_10001 is no conflict of run")
	seen := line[strings.LastIndex(line, ",")+1:]
	w.refuses(head+"\n"+strings.Replace(line, seen, "0123456789abcdef", 1)+good+"\n", "city of ardent.cust_10001 is not what it was")
	w.refuses(head+"\n"+line+good+"\n"+line+",odoo,B. Lang,2026-02-01,\n", "city of ardent.cust_10001 is decided in line 2 already")
	if err := os.WriteFile(file, []byte("a,b\n1,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Decide(t.Context(), "", file); err == nil || !strings.Contains(err.Error(), "the header is") {
		t.Errorf("another file: %v", err)
	}
}

func (w *world) refuses(text, want string) {
	w.t.Helper()
	file := filepath.Join(w.t.TempDir(), "c.csv")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
	d, err := w.Decide(w.t.Context(), "", file)
	if err != nil {
		w.t.Fatal(err)
	}
	if len(d.Findings) != 1 || !strings.Contains(d.Findings[0].Message, want) || d.Findings[0].Hint == "" {
		w.t.Errorf("%s\nfindings %+v, want %s", text, d.Findings, want)
	}
}

// conflicted is a world in which both sides changed the city of a customer, and the source its phone, too.
type conflicted struct {
	*world
	before string // the phone as it was loaded
}

func bothChange(t *testing.T, policy string) *conflicted {
	t.Helper()
	w := &conflicted{newWorld(t), "+49 81 4709310"}
	w.sub("mappings/customers.yaml", "fields:\n", policy+"fields:\n")
	w.stage()
	if _, err := w.Cutover(t.Context(), quick); err != nil {
		t.Fatal(err)
	}
	w.holds(w.cityOf("cust_10001", ""), w.before)
	city := w.cityOf("cust_10001", "")
	w.cityOf("cust_10001", "People's")
	w.sub("exports/customers.csv", ";"+city+";Deutschland;"+w.before, ";Source's;Deutschland;1234")
	return w
}

func (w *world) deltaNow() *pipeline.Load {
	w.t.Helper()
	l, err := w.Delta(w.t.Context(), open())
	if err != nil {
		w.t.Fatal(err)
	}
	return l
}

// holds checks what the double holds of the customer.
func (w *conflicted) holds(city, phone string) {
	w.t.Helper()
	if is := w.cityOf("cust_10001", ""); is != city {
		w.t.Errorf("city %q, want %q", is, city)
	}
	if is := w.partnerField("cust_10001", "phone"); is != phone {
		w.t.Errorf("phone %q, want %q", is, phone)
	}
}

func (w *world) finds(l *pipeline.Load, rule, text string) {
	w.t.Helper()
	for _, f := range l.Findings {
		if f.Rule == rule && strings.Contains(f.Message, text) {
			return
		}
	}
	w.t.Errorf("no finding %s with %q among %+v", rule, text, l.Findings)
}

// announced counts the calls that write which a run wrote down in its journal.
func (w *world) announced(runID int64) (n int64) {
	w.t.Helper()
	rows, err := w.Store.Query(w.t.Context(), "select count(*) from {s}.intents where run_id = $1", runID)
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	if !rows.Next() {
		w.t.Fatal("the journal cannot be counted")
	}
	if err := rows.Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// decides writes the file, fills decisions in by field, and has it read.
func (w *world) decides(name string, decisions map[string]string) *pipeline.Decided {
	w.t.Helper()
	file := filepath.Join(w.dir, name)
	c, err := w.Conflicts(w.t.Context(), pipeline.DifferencesOptions{Out: file, Clear: true})
	if err != nil || c.All == 0 || c.Undecided != c.All {
		w.t.Fatalf("%v, %+v", err, c)
	}
	fill(w.t, file, decisions)
	d, err := w.Decide(w.t.Context(), "", file)
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

// fill writes the decision of each field into the file, as B. Lang does.
func fill(t *testing.T, file string, decisions map[string]string) {
	t.Helper()
	if filepath.Ext(file) == ".csv" {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(b), "\n")
		for i, line := range lines {
			for field, decision := range decisions {
				if strings.Contains(line, ","+field+",") {
					lines[i] = strings.TrimSuffix(strings.TrimRight(line, "\r"), ",,,,") + "," + decision + ",B. Lang,2026-02-01,"
				}
			}
		}
		if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	book, err := excelize.OpenFile(file)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	rows, err := book.GetRows("Conflicts")
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range rows {
		if decision := decisions[row[3]]; decision != "" {
			for n, text := range []string{decision, "B. Lang", "2026-02-01"} {
				cell, _ := excelize.CoordinatesToCellName(9+n, i+1)
				if err := book.SetCellStr("Conflicts", cell, text); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if err := book.Save(); err != nil {
		t.Fatal(err)
	}
}

// A document of a mapping that only appends is left as it is when the source changes it, and a finding names it.
func TestAppendedDocumentsAreLeft(t *testing.T) {
	w := newWorld(t)
	w.sub("mappings/customers.yaml", "fields:\n", "updates: append\nfields:\n")
	w.stage()
	if _, err := w.Cutover(t.Context(), quick); err != nil {
		t.Fatal(err)
	}
	w.sub("exports/customers.csv", ";+49 81 4709310;", ";1234;")
	for range 2 {
		l := w.deltaNow()
		w.finds(l, "delta.append_only", "only appends")
		if c := l.Records["customers"]; c[run.Conflict] != 1 || c[run.Updated] != 0 || w.announced(l.Run) != 0 || len(l.Balance) > 0 {
			t.Errorf("%v, unbalanced %v", c, l.Balance)
		}
	}
	if is := w.partnerField("cust_10001", "phone"); is != "+49 81 4709310" {
		t.Errorf("phone %q", is)
	}
}
