package pipeline_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// nearFound are the findings about records that Odoo has already, "record: record of Odoo".
func nearFound(s *pipeline.Stage) []string {
	var out []string
	for _, f := range s.Findings {
		if f.Rule == "near.odoo" {
			out = append(out, fmt.Sprintf("%s: %s (%d rows)", f.Record, f.Raw, f.Rows))
		}
	}
	return out
}

// query reads texts from staging.
func (w *world) query(columns int, sql string) [][]string {
	w.t.Helper()
	r, err := w.Store.Query(w.t.Context(), w.Store.ControlSQL(sql))
	if err != nil {
		w.t.Fatal(err)
	}
	defer r.Close()
	var out [][]string
	for r.Next() {
		row := make([]string, columns)
		to := make([]any, columns)
		for i := range row {
			to[i] = &row[i]
		}
		if err := r.Scan(to...); err != nil {
			w.t.Fatal(err)
		}
		out = append(out, row)
	}
	if r.Err() != nil {
		w.t.Fatal(r.Err())
	}
	return out
}

// A staged customer that resembles a record of Odoo is told before anything is loaded; strangers, records that are adopted
// and those this project loaded are not.
func TestNearDuplicatesOfWhatOdooHas(t *testing.T) {
	w := newWorld(t)
	if got := nearFound(w.staged(pipeline.StageOptions{})); len(got) > 0 {
		t.Fatalf("in a fresh Odoo: %q", got)
	}
	rows := w.query(7, `select x_id, name, coalesce(street, ''), coalesce(zip, ''), coalesce(city, ''), coalesce(email, ''), coalesce(phone, '') from staged.customers
		where email is not null and street is not null order by x_seq limit 2`)
	c, err := w.Connect(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	one := rows[0]
	made, err := c.Create(t.Context(), "res.partner", []map[string]any{
		{"name": one[1] + " Ltd.", "street": one[2], "zip": one[3], "city": one[4], "email": strings.ToUpper(one[5])},
		{"name": "Quite Another Company", "street": "Elsewhere 1", "zip": "00001", "city": "Nowhere"},
	})
	if err != nil {
		t.Fatal(err)
	}
	s := w.staged(pipeline.StageOptions{})
	if got, want := nearFound(s), []string{fmt.Sprintf("%s: res.partner %d (1 rows)", one[0], made[0])}; !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
	i := slices.IndexFunc(s.Findings, func(f record.Finding) bool { return f.Rule == "near.odoo" })
	if i >= 0 && (s.Findings[i].Severity != record.Warning || s.Findings[i].Row == 0 || !strings.Contains(s.Findings[i].File, "customers") || strings.Contains(s.Findings[i].Hint, one[5])) {
		t.Errorf("%+v", s.Findings[i])
	}
	if !s.Clean() {
		t.Error("it rejects something")
	}
	// Adopted by its e-mail address it is no duplicate.
	if err := c.Write(t.Context(), "res.partner", made[:1], map[string]any{"email": one[5]}); err != nil {
		t.Fatal(err)
	}
	w.sub("mappings/customers.yaml", "deletes: archive", "match: [email]\ndeletes: archive")
	if got := nearFound(w.staged(pipeline.StageOptions{})); len(got) > 0 {
		t.Errorf("adopted: %q", got)
	}
	// What this project loaded resembles itself.
	if _, err := w.Cutover(t.Context(), quick); err != nil {
		t.Fatal(err)
	}
	if got := nearFound(w.staged(pipeline.StageOptions{})); len(got) > 0 {
		t.Errorf("after the cutover: %q", got)
	}
}
