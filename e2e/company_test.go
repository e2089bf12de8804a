//go:build odoo

package e2e

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// The demo company goes the whole road: cutover, people working in Odoo, a delta, and back in two steps.
func TestCompany(t *testing.T) {
	s := fresh(t)
	f := demoCompany(t, s)
	untouched := s.fingerprint(t)
	accounts := s.value(t, "select count(*) from account_account")

	migrate[pipeline.Stage](t, f, done, "stage")
	cut := migrate[pipeline.Load](t, f, done, "cutover")
	t.Logf("cutover, seconds: %v", cut.Seconds)
	booked(t, s, cut, accounts)
	s.expect(t, quiet)

	people := work(t, s)
	atWork := s.fingerprint(t, afterDelta()...)
	documents := s.column(t, gone)
	written, along := s.writtenAt(t), s.along(t)

	f.export(t, "export2")
	// The people's changes are differences from what was loaded, and nothing else is.
	del := migrate[pipeline.Load](t, f, mismatch, "delta")
	t.Logf("delta, seconds: %v, records: %v", del.Seconds, del.Records)
	changed := people.kept(t, s, del)
	maps.Copy(along, s.along(t)) // with the lines that are new
	s.wroteOnly(t, written, along, f.changes(t, del.Run))
	if left := s.column(t, gone); len(left) > 0 {
		t.Errorf("orders that the second export has no more are still there: %v", left)
	}
	s.expect(t, quiet)
	v := migrate[pipeline.Verification](t, f, mismatch, "verify") // one record was written by the delta, too: whose change is whose is not told by its time
	if got := differing(v); !slices.Equal(got, changed) {
		t.Errorf("verify finds differences in %v, want %v", got, changed)
	}

	// What people changed since in fields that the delta never wrote does not stand in its way, and stays.
	u := migrate[pipeline.Undo](t, f, done, "rollback")
	if !u.Proven() || u.Of != del.Run {
		t.Errorf("rollback of the delta: %+v", u)
	}
	s.sameAs(t, "after the rollback of the delta", atWork)
	if got := s.column(t, gone); !slices.Equal(got, documents) || len(got) != len(goneOrders)+1 {
		t.Errorf("the orders that the delta deleted are back as\n%s\nand were\n%s", strings.Join(got, "\n"), strings.Join(documents, "\n"))
	}

	// What they changed in records that the cutover made does, and nothing is undone by half.
	before := s.fingerprint(t)
	blocked := migrate[pipeline.Undo](t, f, findings, "rollback")
	if got := blockers(blocked); !slices.Equal(got, people.ids()) {
		t.Errorf("the rollback of the cutover is blocked by %v, want %v", got, people.ids())
	}
	s.sameAs(t, "after a rollback that was blocked", before)
	u = migrate[pipeline.Undo](t, f, done, "rollback", "--force")
	if !u.Proven() || u.Of != cut.Run {
		t.Errorf("rollback of the cutover: %+v", u)
	}
	s.sameAs(t, "after the rollback of the cutover", untouched)
}

// The second export lacks three orders, and a line of a fourth. The delta deletes them, being drafts, and its rollback
// makes them anew.
var goneOrders = []string{"2500041", "2500042", "2500043"}

const goneLine = "line_7000314"

// gone are those orders and that line, without what Odoo draws anew: database ids, and the number of the quotation.
const gone = `select concat_ws(' ', o.origin, o.client_order_ref, p.ref, o.date_order, o.commitment_date, o.state, o.amount_untaxed,
	string_agg(concat_ws('|', l.sequence, r.default_code, l.name, l.product_uom_qty, l.price_unit, l.discount, l.price_subtotal), ' ' order by l.sequence))
	from sale_order o join res_partner p on p.id = o.partner_id join sale_order_line l on l.order_id = o.id join product_product r on r.id = l.product_id
	where o.origin in ('2500041', '2500042', '2500043') or l.id in (select res_id from ir_model_data where module = 'ardent' and name = '` + goneLine + `')
	group by o.id, p.ref order by 1`

// afterDelta is what the rollback of a delta may leave besides.
func afterDelta() []exception {
	const why = "a deleted record that is made anew has another database id, an order another number; they are compared by what they hold"
	ofOrders := "select id from sale_order where origin in " + among(goneOrders)
	ofLines := "select id from sale_order_line where order_id in (" + ofOrders + ") union select res_id from ir_model_data where module = 'ardent' and name = '" + goneLine + "'"
	const noted = "Odoo notes on an order that its totals changed when lines are written, at commit and so outside the call's tracking_disable: the delta's notes stay, and the way back is noted too"
	return []exception{
		{"sale_order", "id not in (" + ofOrders + ")", why},
		{"sale_order_line", "id not in (" + ofLines + ")", why},
		{"ir_model_data", "not (module = 'ardent' and (model = 'sale.order' and res_id in (" + ofOrders + ") or model = 'sale.order.line' and res_id in (" + ofLines + ")))", why},
		{"mail_message", "not (model = 'sale.order' and message_type = 'notification' and id in (select mail_message_id from mail_tracking_value))", noted},
		{"mail_tracking_value", "mail_message_id not in (select id from mail_message where model = 'sale.order')", noted},
	}
}

// The same load again after a rollback comes to the same records: same digests, so same Merkle roots.
func TestLoadRollbackLoad(t *testing.T) {
	s := fresh(t)
	f := demoCompany(t, s)
	before := s.fingerprint(t)
	migrate[pipeline.Stage](t, f, done, "stage")
	first := migrate[pipeline.Load](t, f, done, "cutover")
	migrate[pipeline.Undo](t, f, done, "rollback")
	s.sameAs(t, "after the first rollback", before)
	second := migrate[pipeline.Load](t, f, done, "cutover")
	if a, b := rootsOf(first), rootsOf(second); len(a) != 11 || !maps.Equal(a, b) {
		t.Errorf("Merkle roots of the first load %v\nand of the second %v", a, b)
	}
	if !maps.EqualFunc(first.Records, second.Records, maps.Equal) {
		t.Errorf("records of the first load %v\nand of the second %v", first.Records, second.Records)
	}
	migrate[pipeline.Undo](t, f, done, "rollback")
	s.sameAs(t, "after the second rollback", before)
}

// booked checks the books by SQL against what the legacy system prints as its totals.
func booked(t *testing.T, s *server, l pipeline.Load, accountsBefore string) {
	t.Helper()
	byClass := l.Records["accounts"]
	if byClass[run.Created] == 0 || byClass[run.Updated]+byClass[run.Unchanged] == 0 || byClass[run.Created]+byClass[run.Updated]+byClass[run.Unchanged] != 40 {
		t.Errorf("accounts: %v, want 40, some of them created and some adopted", byClass)
	}
	t.Logf("accounts: %s before, %v", accountsBefore, byClass)
	posted := func(what string) string {
		return "select " + what + " from account_move m join account_move_line l on l.move_id = m.id where m.state = 'posted'"
	}
	s.expect(t, []check{
		{"accounts", fmt.Sprintf("select count(*) - %d from account_account", byClass[run.Created]), accountsBefore},
		{"accounts of ours", ours("ardent", "account.account", "account_account"), "40"},
		{"entries", "select count(*) from account_move", "1"},
		{"posted entries", "select count(*) from account_move where state = 'posted'", "1"},
		{"lines of the entry", posted("count(*)"), "24"},
		{"debit", posted("sum(debit)"), "858950.28"},
		{"credit", posted("sum(credit)"), "858950.28"},
		{"balance", posted("sum(l.balance)"), "0"},
		{"customers", ours("ardent", "res.partner", "res_partner") + " and d.name ~ '^cust_'", "127"},
		{"vendors", ours("ardent", "res.partner", "res_partner") + " and d.name ~ '^vendor_'", "29"},
		{"products", "select count(*) from product_product", "150"},
		{"draft orders", "select count(*) from sale_order where state = 'draft'", "90"},
		{"orders", "select count(*) from sale_order", "90"},
		{"lines", "select count(*) from sale_order_line", "384"},
	})
	net := control(t, l.Controls, "orders net")
	t.Logf("orders net: source %s, predicted %s, Odoo %s", net.Source, net.Staged, net.Odoo)
	s.expect(t, []check{{"sum of the orders", "select sum(amount_untaxed) from sale_order", net.Staged}})
}

// staff is what people did in Odoo between cutover and delta.
type staff struct {
	partners map[string]int64  // by external id
	phones   map[string]string // what they wrote
	email    string
}

// Three customers: one that the second export leaves alone, one of which it changes the same field, and one of which it
// changes another.
const (
	aloneID    = "ardent.cust_10001"
	conflictID = "ardent.cust_10023"
	mergeID    = "ardent.cust_10043"
)

// work does what people do: they correct phone numbers and an address.
func work(t *testing.T, s *server) staff {
	t.Helper()
	w := staff{partners: map[string]int64{}, phones: map[string]string{aloneID: "+49 1 111", conflictID: "+49 2 222"}, email: "buyer@schaefer.example"}
	c := s.rpc(t)
	found, err := c.XMLIDs(t.Context(), "ardent", []string{aloneID, conflictID, mergeID})
	if err != nil || len(found) != 3 {
		t.Fatalf("the customers are not there: %v, %v", found, err)
	}
	for id, x := range found {
		w.partners[id] = x.ResID
	}
	for id, phone := range w.phones {
		if err := c.Write(t.Context(), "res.partner", []int64{w.partners[id]}, map[string]any{"phone": phone}); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Write(t.Context(), "res.partner", []int64{w.partners[mergeID]}, map[string]any{"email": w.email}); err != nil {
		t.Fatal(err)
	}
	return w
}

// ids are the external ids of the records people changed, sorted.
func (w staff) ids() []string { return slices.Sorted(maps.Keys(w.partners)) }

// kept checks that the delta gave nothing up that people wrote, listed the conflict, and brought what the export changed
// elsewhere. It returns the records that are not as the export has them, as "id.field", sorted.
func (w staff) kept(t *testing.T, s *server, l pipeline.Load) []string {
	t.Helper()
	field := func(id, name string) string {
		return fmt.Sprintf("select %s from res_partner where id = %d", name, w.partners[id])
	}
	s.expect(t, []check{
		{"phone that only people changed", field(aloneID, "phone"), w.phones[aloneID]},
		{"phone that both changed", field(conflictID, "phone"), w.phones[conflictID]},
		{"e-mail that only people changed", field(mergeID, "email"), w.email},
		{"phone that only the export changed", field(mergeID, "phone"), "+49 74 7037679"},
	})
	if n := l.Records["customers"][run.Conflict]; n != 1 {
		t.Errorf("%d conflicts among the customers, want 1: %v", n, l.Records["customers"])
	}
	listed := false
	for _, one := range l.Findings {
		listed = listed || one.Rule == "delta.conflict" && one.Record == conflictID && strings.Contains(one.Message, "phone")
	}
	if !listed {
		t.Errorf("the conflict of %s is not among the findings %+v", conflictID, l.Findings)
	}
	want := map[string]map[string]int64{
		"customers":     {run.Created: 4, run.Updated: 5, run.WasArchived: 2},
		"contacts":      {run.Created: 4, run.WasArchived: 2},
		"products":      {run.Created: 5, run.Updated: 9, run.WasArchived: 2},
		"vendors":       {run.Created: 1, run.Updated: 1},
		"accounts":      {run.Created: 1, run.Updated: 0},
		"orders":        {run.Created: 6},
		"opening":       {run.Unchanged: 1},
		"opening_lines": {run.Unchanged: 24},
	}
	for mapping, classes := range want {
		for class, n := range classes {
			if got := l.Records[mapping][class]; got != n {
				t.Errorf("delta: %d records of %s %s, want %d (%v)", got, mapping, class, n, l.Records[mapping])
			}
		}
	}
	if len(l.Balance) > 0 {
		t.Errorf("delta: records are not accounted for: %v", l.Balance)
	}
	return []string{aloneID + ".phone", conflictID + ".phone", mergeID + ".email"}
}

func differing(v pipeline.Verification) []string {
	var out []string
	for _, d := range v.Result.Differences {
		out = append(out, d.ExternalID+"."+d.Field)
	}
	slices.Sort(out)
	return out
}

func blockers(u pipeline.Undo) []string {
	var out []string
	for _, b := range u.Result.Blockers {
		out = append(out, b.ExternalID)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// changes are what a run says it changed.
func (f *folder) changes(t *testing.T, runID int64) []run.Change {
	t.Helper()
	all, err := f.opened(t).Store.Changes(t.Context(), runID)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// writeDates says how the time of the last write of a record of ours is found: of a product it is its template's, too.
var writeDates = map[string]string{
	"res.partner":       "select write_date from res_partner r where r.id = d.res_id",
	"product.product":   "select greatest(r.write_date, p.write_date) from product_product r join product_template p on p.id = r.product_tmpl_id where r.id = d.res_id",
	"product.category":  "select write_date from product_category r where r.id = d.res_id",
	"account.account":   "select write_date from account_account r where r.id = d.res_id",
	"account.move":      "select write_date from account_move r where r.id = d.res_id",
	"account.move.line": "select write_date from account_move_line r where r.id = d.res_id",
	"sale.order":        "select write_date from sale_order r where r.id = d.res_id",
	"sale.order.line":   "select write_date from sale_order_line r where r.id = d.res_id",
}

// writtenAt reads when each record of ours was last written, by model and external id.
func (s *server) writtenAt(t *testing.T) map[string]map[string]string {
	t.Helper()
	out := map[string]map[string]string{}
	for model, sql := range writeDates {
		out[model] = map[string]string{}
		rows := s.column(t, "select d.module || '.' || d.name || ' ' || coalesce(("+sql+")::text, '') from ir_model_data d where d.module = 'ardent' and d.model = $1", model)
		for _, row := range rows {
			id, at, _ := strings.Cut(row, " ")
			out[model][id] = at
		}
	}
	return out
}

// along lists what Odoo writes along with a record of ours: with a line its order, with a company the people there, who
// have its credit limit.
func (s *server) along(t *testing.T) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for _, pair := range s.column(t, `
		select w.module || '.' || w.name || ' ' || a.module || '.' || a.name
		from (select 'sale.order.line' written, l.id, 'sale.order' along, l.order_id along_id from sale_order_line l
			union all select 'res.partner', p.parent_id, 'res.partner', p.id from res_partner p where p.parent_id is not null) x
		join ir_model_data w on w.module = 'ardent' and w.model = x.written and w.res_id = x.id
		join ir_model_data a on a.module = 'ardent' and a.model = x.along and a.res_id = x.along_id`) {
		record, other, _ := strings.Cut(pair, " ")
		out[record] = append(out[record], other)
	}
	return out
}

// wroteOnly checks that of the records that were there, exactly those the run names were written, and what Odoo writes
// along with them.
func (s *server) wroteOnly(t *testing.T, before map[string]map[string]string, along map[string][]string, changes []run.Change) {
	t.Helper()
	named, may := map[string]bool{}, map[string]bool{}
	for _, c := range changes {
		named[c.ExternalID] = true
		for _, id := range along[c.ExternalID] {
			may[id] = true
		}
	}
	now := s.writtenAt(t)
	for _, model := range slices.Sorted(maps.Keys(before)) {
		untouched := 0
		for id, at := range before[model] {
			switch touched := now[model][id] != at; {
			case touched && !named[id] && !may[id]:
				t.Errorf("%s %s was written, and the run does not say so", model, id)
			case !touched && named[id]:
				t.Errorf("%s %s was not written, and the run says it was", model, id)
			case !touched:
				untouched++
			}
		}
		t.Logf("%s: %d of %d records were not written", model, untouched, len(before[model]))
	}
}
