//go:build odoo

package e2e

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/testdata/moss"
)

// The merged company: partners of two systems joined with their addresses, the people taken out of lists, entries put
// together of lines. A change in a joined table is an update, and both runs leave nothing behind when they are undone.
func TestMoss(t *testing.T) {
	s := fresh(t)
	f := mossProject(t, s)
	before := s.fingerprint(t)

	staged := migrate[pipeline.Stage](t, f, done, "stage")
	if len(staged.Unbalanced) > 0 || staged.FirstPass != 100 || len(staged.Joined) != 1 || staged.Joined[0].Unused != 2 || len(staged.Checks) != 3 {
		t.Errorf("stage: %+v", staged)
	}
	migrate[pipeline.Load](t, f, done, "cutover")
	const street = "select string_agg(ref || '=' || coalesce(street, ''), ', ' order by ref) from res_partner where ref is not null and is_company"
	s.expect(t, []check{
		{"streets", street, "1001=Ahornweg 1, 1002=Birkenallee 2, 1004=, F7=1 rue de la Mousse, F8="},
		{"people", "select string_agg(p.ref || ' ' || c.name, ', ' order by p.ref, c.name) from res_partner c join res_partner p on p.id = c.parent_id where c.type = 'contact'",
			"1001 A. Ast, 1001 B. Blatt, 1002 Rinde, F7 Ane, F7 Cèpe"},
		{"telephones", "select string_agg(c.name || ' ' || c.phone, ', ' order by c.phone) from res_partner c join res_partner p on p.id = c.parent_id where p.ref in ('1001', '1002')",
			"Office +49 228 1001, Workshop +49 228 1002, Workshop +49 228 2002"},
		{"entries", "select string_agg(ref || ': ' || amount_total, '; ' order by ref) from account_move",
			"900, 2 lines, sum 0 - Sale: 1190.00; 901, 2 lines, sum 0 - Rent / Bank: 800.50; 902, 3 lines, sum 0 - Sale / Sale / Both: 0.30"},
		{"lines", "select count(*) from account_move_line", "7"},
	})
	s.expect(t, quiet)

	f.putMoss(t, "export2")
	delta := migrate[pipeline.Load](t, f, done, "delta")
	for mapping, want := range map[string]map[string]int64{
		"partners": {run.Updated: 3, run.Unchanged: 2}, "people": {run.Created: 1, run.Unchanged: 4, run.WasDeleted: 1}, "phones": {run.Unchanged: 2, run.WasDeleted: 1},
		"entries": {run.Created: 1, run.Updated: 1, run.Unchanged: 2}, "entry_lines": {run.Created: 2, run.Updated: 1, run.Unchanged: 6},
	} {
		if !maps.Equal(delta.Records[mapping], want) {
			t.Errorf("delta: %s %v, want %v", mapping, delta.Records[mapping], want)
		}
	}
	s.expect(t, []check{
		{"streets", street, "1001=Ahornweg 11, 1002=Lager 2a, 1004=, F7=1 rue de la Mousse, F8=8 avenue du Sapin"},
		{"the group's text", "select ref from account_move where ref like '901%'", "901, 2 lines, sum 0 - Rent / Bank transfer"},
	})
	if v := migrate[pipeline.Verification](t, f, done, "verify"); !v.Result.Clean() {
		t.Errorf("verify: %+v", v.Result)
	}
	if u := migrate[pipeline.Undo](t, f, done, "rollback"); !u.Proven() {
		t.Errorf("rollback of the delta: %+v", u.Result)
	}
	s.expect(t, []check{{"streets after the rollback of the delta", street, "1001=Ahornweg 1, 1002=Birkenallee 2, 1004=, F7=1 rue de la Mousse, F8="}})
	if u := migrate[pipeline.Undo](t, f, done, "rollback"); !u.Proven() {
		t.Errorf("rollback: %+v", u.Result)
	}
	s.sameAs(t, "after both rollbacks", before)
	f.putMoss(t, "export1")
	migrate[pipeline.Stage](t, f, done, "stage")
	migrate[pipeline.Load](t, f, done, "cutover")
}

func mossProject(t *testing.T, s *server) *folder {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "moss")
	p, err := fs.Sub(moss.Files(), "project")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(dir, p); err != nil {
		t.Fatal(err)
	}
	f := bound(t, s, dir)
	f.putMoss(t, "export1")
	return f
}

func (f *folder) putMoss(t *testing.T, name string) {
	t.Helper()
	e, err := fs.Sub(moss.Files(), name)
	if err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(f.dir, "exports")
	if err := os.RemoveAll(to); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(to, e); err != nil {
		t.Fatal(err)
	}
}
