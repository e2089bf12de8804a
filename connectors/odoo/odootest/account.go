package odootest

import (
	"fmt"
	"maps"
	"slices"
)

const companyCurrency = int64(1)

// currencyDigits are the digits after the point of a monetary field's currency, the company's where the row names none.
func (e *env) currencyDigits(m *model, r row, f *field) int {
	id := companyCurrency
	if cf := m.Fields[f.currency]; cf != nil {
		if n, ok := e.get(m, r, cf).(int64); ok && n != 0 {
			id = n
		}
	}
	if c := e.db.tables["res.currency"].rows[id]; c != nil {
		return int(c.ref("decimal_places"))
	}
	return 2
}

func accountAfter(e *env, id int64, vals map[string]any, _ bool) error {
	code, ok := vals["code"]
	if !ok {
		return nil
	}
	for _, r := range e.db.tables["account.account"].rows {
		if r.id() != id && r["code"] == code {
			return validationError("Account codes must be unique. You can't create accounts with these duplicate codes: %v", code)
		}
	}
	return nil
}

func setDefault(vals map[string]any, k string, v any) {
	if !truth(vals[k]) {
		vals[k] = v
	}
}

func movePrepare(e *env, vals map[string]any) error {
	kind, _ := vals["move_type"].(string)
	if kind != "" && kind != "entry" {
		return notPlayed("invoices (move_type " + kind + ")")
	}
	setDefault(vals, "date", e.now.Format(dateLayout))
	setDefault(vals, "company_id", int64(1))
	setDefault(vals, "currency_id", companyCurrency)
	if !truth(vals["journal_id"]) {
		var general []row
		for _, r := range e.db.tables["account.journal"].rows {
			if r.text("type") == "general" {
				general = append(general, r)
			}
		}
		slices.SortFunc(general, func(a, b row) int {
			return int(a.ref("sequence")*1000 + a.id() - b.ref("sequence")*1000 - b.id())
		})
		vals["journal_id"] = general[0].id()
	}
	return nil
}

func moveAfter(e *env, id int64, vals map[string]any, _ bool) error {
	if e.nested > 0 {
		return nil
	}
	if err := refreshMove(e, id); err != nil {
		return err
	}
	r := e.db.tables["account.move"].rows[id]
	if r.text("state") == "posted" && named(vals, []string{"date", "line_ids", "journal_id"}) {
		return userError("You cannot modify a posted entry of this journal because it is in strict mode.")
	}
	return nil
}

// refreshMove checks the balance and sets the totals.
func refreshMove(e *env, id int64) error {
	t := e.db.tables["account.move"]
	if t.rows[id] == nil {
		return nil
	}
	var debit, credit float64
	for _, line := range e.db.tables["account.move.line"].byLink["move_id"][id] {
		l := e.db.tables["account.move.line"].rows[line]
		debit += l.num("debit")
		credit += l.num("credit")
	}
	if roundTo(debit-credit, 2) != 0 {
		return userError("The entry is not balanced.")
	}
	r := maps.Clone(t.rows[id])
	total := roundTo(debit, 2)
	r["amount_total"], r["amount_total_signed"], r["amount_untaxed"], r["amount_tax"] = total, total, 0.0, 0.0
	e.db.put("account.move", r)
	return nil
}

func moveUnlink(e *env, ids []int64) error {
	for _, id := range ids {
		if e.db.tables["account.move"].rows[id].text("state") == "posted" {
			return userError("You can't delete a posted journal item. Don’t play games with your accounting records; reset the journal entry to draft before deleting it.")
		}
	}
	var lines []int64
	for _, id := range ids {
		lines = append(lines, e.db.tables["account.move.line"].byLink["move_id"][id]...)
	}
	if len(lines) == 0 {
		return nil
	}
	e.nested++ // the balance of what is being deleted is of no interest
	defer func() { e.nested-- }()
	return e.unlink(e.db.meta.Models["account.move.line"], lines)
}

// moveLinePrepare derives what is not given of debit, credit, balance and amount_currency.
func moveLinePrepare(e *env, vals map[string]any) error {
	move := e.db.tables["account.move"].rows[toID(vals["move_id"])]
	setDefault(vals, "display_type", "product")
	setDefault(vals, "company_id", int64(1))
	if move != nil {
		setDefault(vals, "currency_id", move["currency_id"])
		setDefault(vals, "partner_id", move["partner_id"])
	}
	switch balance := toFloat(vals["balance"]); {
	case truth(vals["debit"]) || truth(vals["credit"]):
		vals["balance"] = toFloat(vals["debit"]) - toFloat(vals["credit"])
	case balance >= 0:
		vals["debit"], vals["credit"] = balance, 0.0
	default:
		vals["debit"], vals["credit"] = 0.0, -balance
	}
	if toID(vals["currency_id"]) == companyCurrency || !truth(vals["amount_currency"]) {
		vals["amount_currency"] = vals["balance"]
	}
	return nil
}

func toID(v any) int64 { n, _ := v.(int64); return n }

func moveLineAfter(e *env, id int64, vals map[string]any, created bool) error {
	t := e.db.tables["account.move.line"]
	r := maps.Clone(t.rows[id])
	if !truth(r["account_id"]) && r.text("display_type") == "product" {
		return userError("Missing required account on accountable line.")
	}
	if !created {
		_, d := vals["debit"]
		_, c := vals["credit"]
		if d || c {
			r["balance"] = roundTo(r.num("debit")-r.num("credit"), 2)
			r["amount_currency"] = r["balance"]
			e.db.put("account.move.line", r)
		}
	}
	if e.nested > 0 {
		return nil
	}
	return refreshMove(e, r.ref("move_id"))
}

func moveLinesGone(e *env, rows []row) error {
	if e.nested > 0 {
		return nil
	}
	for _, r := range rows {
		if err := refreshMove(e, r.ref("move_id")); err != nil {
			return err
		}
	}
	return nil
}

// postMoves posts entries and names them as a fresh journal does: MISC/2026/01/0001, counting per journal and month.
func postMoves(e *env, ids []int64, _ map[string]any) (any, error) {
	for _, id := range ids {
		t := e.db.tables["account.move"]
		r := t.rows[id]
		if r == nil {
			return nil, missingRecord("account.move", id, e.uid)
		}
		if r.text("state") == "posted" {
			return nil, userError("The entry %s (id %d) must be in draft.", r.text("name"), id)
		}
		lines := e.db.tables["account.move.line"].byLink["move_id"][id]
		if len(lines) == 0 {
			return nil, userError("Even magicians can't post nothing!")
		}
		r = maps.Clone(r)
		if !truth(r["name"]) || r.text("name") == "/" {
			journal := e.db.tables["account.journal"].rows[r.ref("journal_id")]
			prefix := fmt.Sprintf("%s/%s/%s/", journal.text("code"), r.text("date")[:4], r.text("date")[5:7])
			r["name"] = fmt.Sprintf("%s%04d", prefix, e.db.sequence(prefix))
		}
		r["state"], r["posted_before"] = "posted", true
		e.db.put("account.move", r)
	}
	return false, nil
}

func draftMoves(e *env, ids []int64, _ map[string]any) (any, error) {
	for _, id := range ids {
		r := e.db.tables["account.move"].rows[id]
		if r == nil {
			return nil, missingRecord("account.move", id, e.uid)
		}
		if r.text("state") == "draft" {
			return nil, userError("Only posted/cancelled journal entries can be reset to draft.")
		}
		r = maps.Clone(r)
		r["state"] = "draft"
		e.db.put("account.move", r)
	}
	return nil, nil
}
