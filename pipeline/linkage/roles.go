package linkage

import (
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
)

// The kinds of tables.
const (
	KindParty   = "party"   // customers, suppliers, contacts, employees, ...
	KindProduct = "product" // products, articles, materials
)

// TableRoles pins what a table holds and which of its columns play which role; nothing of it is decided then.
type TableRoles struct {
	Table   string          // name in the report
	Kind    string          // KindParty, KindProduct, or "" to leave the table out
	Columns map[string]Role // column -> role
}

// Roles says how a table takes part.
type Roles struct {
	Table   string       `json:"table"`
	Kind    string       `json:"kind"` // "party", "product", or "" for a table that holds neither
	Why     string       `json:"why"`
	Key     string       `json:"key,omitempty"` // the column that names a row in the output; "" is the row's number
	Rows    int64        `json:"rows"`          // rows compared: damaged ones and those without any value in a role are not
	Columns []ColumnRole `json:"columns"`
}

// ColumnRole says which role a column plays.
type ColumnRole struct {
	Column   string `json:"column"`
	Role     Role   `json:"role"`
	Why      string `json:"why"`
	Personal bool   `json:"personal,omitempty"` // its values are masked
}

// tablePlan is how a table is read.
type tablePlan struct {
	Roles
	source  *profile.Source
	columns [slots]string // name of the column of each slot
	derive  [slots]bool   // slots filled from other slots: the name of a person, the house number in a street
}

// fills reports whether the table fills a slot.
func (t *tablePlan) fills(in slot) bool { return t.columns[in] != "" || t.derive[in] }

// personal reports whether values of a slot are masked.
func (t *tablePlan) personal(in slot) bool {
	if personalRoles[slotRoles[in]] || in == inName && t.derive[inName] {
		return true
	}
	column := t.columns[in]
	if in == inNumber && t.derive[in] {
		column = t.columns[inStreet]
	}
	c, ok := t.source.Column(column)
	return ok && c.Personal
}

// plan decides for every table of the report what it holds. The tables come in the report's order.
func plan(r *profile.Report, opt Options) ([]*tablePlan, error) {
	for _, pinned := range opt.Roles {
		if err := checkPinned(r, pinned); err != nil {
			return nil, err
		}
	}
	var plans []*tablePlan
	for i := range r.Sources {
		s := &r.Sources[i]
		t := &tablePlan{Roles: Roles{Table: s.Name, Columns: []ColumnRole{}}, source: s}
		if at := slices.IndexFunc(opt.Roles, func(p TableRoles) bool { return p.Table == s.Name }); at >= 0 {
			t.pin(opt.Roles[at])
		} else {
			t.decide()
		}
		if t.Key == "" {
			t.Key = keyOf(s)
		}
		plans = append(plans, t)
	}
	deriveNames(plans)
	return plans, nil
}

// checkPinned refuses roles for tables, columns and roles there are not.
func checkPinned(r *profile.Report, p TableRoles) error {
	s, ok := r.Source(p.Table)
	if !ok {
		return fmt.Errorf("roles for near-duplicates: there is no table %q", p.Table)
	}
	if p.Kind != "" && p.Kind != KindParty && p.Kind != KindProduct {
		return fmt.Errorf("roles for near-duplicates: %s is of kind %q; it can be %q, %q or empty", p.Table, p.Kind, KindParty, KindProduct)
	}
	for column, role := range p.Columns {
		if _, ok := s.Column(column); !ok {
			return fmt.Errorf("roles for near-duplicates: %s has no column %q", p.Table, column)
		}
		if !slices.Contains(slotRoles[:], role) {
			return fmt.Errorf("roles for near-duplicates: %s.%s: there is no role %q", p.Table, column, role)
		}
	}
	return nil
}

func (t *tablePlan) pin(p TableRoles) {
	t.Kind, t.Why = p.Kind, "given"
	for i := range t.source.Columns {
		c := &t.source.Columns[i]
		if role, ok := p.Columns[c.Name]; ok {
			t.assign(c, role, "given")
		}
	}
	t.complete()
}

// assign gives a column its role; false where the role is taken.
func (t *tablePlan) assign(c *profile.Column, role Role, why string) bool {
	for in := range slots {
		if slotRoles[in] == role && t.columns[in] == "" {
			t.columns[in] = c.Name
			t.Columns = append(t.Columns, ColumnRole{Column: c.Name, Role: role, Why: why, Personal: c.Personal || personalRoles[role]})
			return true
		}
	}
	return false
}

// decide finds out what a table holds from its name and its columns.
func (t *tablePlan) decide() {
	ws := profile.Words(t.source.Name)
	named := func(list map[string]bool) bool {
		return slices.ContainsFunc(ws, func(w string) bool { return list[fold(w)] })
	}
	if named(documentTables) {
		t.Why = "by its name its rows are documents, lines or lists, not parties or products"
		return
	}
	if named(productTables) || !named(partyTables) && t.looksLikeProducts() {
		t.hand(productHints)
		if t.columns[inName] != "" || t.columns[inEAN] != "" {
			t.Kind, t.Why = KindProduct, t.reason(named(productTables), "products")
			t.complete()
			return
		}
		t.clear()
	}
	t.hand(partyHints)
	t.onlyName()
	if !named(partyTables) && t.looksLikeMovements() {
		t.clear()
		t.Why = "its rows have a date and an amount, and of who it is about only name and account: movements, not parties"
		return
	}
	if t.partyEnough(named(partyTables)) {
		t.Kind, t.Why = KindParty, t.reason(named(partyTables), "parties")
		t.complete()
		return
	}
	t.clear()
	t.Why = "no columns that tell a party or a product"
}

func (t *tablePlan) clear() { t.columns, t.Columns = [slots]string{}, []ColumnRole{} }

func (t *tablePlan) reason(named bool, what string) string {
	roles := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		roles[i] = string(c.Role)
	}
	by := "by its columns"
	if named {
		by = "by its name"
	}
	return fmt.Sprintf("%s it holds %s, with %s", by, what, strings.Join(roles, ", "))
}

// looksLikeProducts asks for an article number and a price, or for bar codes, as nothing else has them.
func (t *tablePlan) looksLikeProducts() bool {
	has := func(role Role) bool {
		return slices.ContainsFunc(productHints, func(h roleHint) bool {
			return h.role == role && slices.ContainsFunc(t.source.Columns, func(c profile.Column) bool { return h.fits(&c) > 0 })
		})
	}
	return has(RoleName) && (has(RoleEAN) || has(RoleSKU) && has(RolePrice))
}

// partyEnough asks for a name and for something to find the party by. A name with a place alone may be a list of towns.
func (t *tablePlan) partyEnough(named bool) bool {
	has := func(list ...slot) bool {
		return slices.ContainsFunc(list, func(in slot) bool { return t.columns[in] != "" })
	}
	if !has(inName, inGiven, inSurname) {
		return false
	}
	return has(inStreet, inEmail, inPhone, inVAT, inIBAN, inNational, inBirth) || named && has(inZip, inCity, inFax, inSurname)
}

// looksLikeMovements tells bank statements and the like from lists of parties: each row says when and how much, and of
// the other side nothing but a name and an account.
func (t *tablePlan) looksLikeMovements() bool {
	for in := inStreet; in < inSKU; in++ {
		if in != inIBAN && t.columns[in] != "" {
			return false
		}
	}
	when, much := false, false
	for i := range t.source.Columns {
		c := &t.source.Columns[i]
		switch c.Type {
		case profile.TypeDate, profile.TypeDateTime:
			when = true
		case profile.TypeInteger, profile.TypeDecimal:
			much = much || slices.ContainsFunc(profile.Words(c.Name), func(w string) bool { return amountWords[fold(w)] })
		}
	}
	return when && much
}

// onlyName makes the company the row's name where no other name is there.
func (t *tablePlan) onlyName() {
	if t.columns[inName] == "" && t.columns[inCompany] != "" && t.columns[inGiven] == "" && t.columns[inSurname] == "" {
		t.columns[inName], t.columns[inCompany] = t.columns[inCompany], ""
		for i := range t.Columns {
			if t.Columns[i].Role == RoleCompany {
				t.Columns[i].Role = RoleName
			}
		}
	}
}

// fits returns how well a column plays the role: 3 by its whole name, 2 by its end, 1 by the kind of its values, 0 not.
func (h roleHint) fits(c *profile.Column) int {
	if c.Type == profile.TypeEmpty || c.Type == profile.TypeBoolean {
		return 0
	}
	ws := profile.Words(c.Name)
	for i := range ws {
		ws[i] = fold(ws[i])
	}
	squashed := strings.Join(ws, "")
	// A column whose values are plainly of another kind plays no role by its name.
	other := c.Semantic != "" && c.Semantic != "ean" && c.Semantic != h.semantic && (c.Semantic == "email" || c.Semantic == "url" || c.Semantic == "iban" || h.role == RoleName)
	switch {
	case other:
		return 0
	case slices.ContainsFunc(h.exact, func(e string) bool { return fold(e) == squashed }):
		return 3
	case h.semantic != "" && c.Semantic == h.semantic:
		return 1
	}
	foreign := func(w string) bool { return notOwn[w] && !(h.role == RoleName && ownParty[w]) }
	if slices.ContainsFunc(ws, foreign) {
		return 0
	}
	for _, e := range h.endings {
		if strings.HasSuffix(squashed, fold(e)) {
			return 2
		}
	}
	return 0
}

// hand gives out the roles: for each the columns that fit best, in file order; among equals the one with more different
// values is the more telling one.
func (t *tablePlan) hand(hints []roleHint) {
	taken := map[string]bool{}
	why := map[int]string{3: "by its name", 2: "by the end of its name", 1: "by its values"}
	for _, h := range hints {
		for level := 3; level > 0; level-- {
			var fit []*profile.Column
			for i := range t.source.Columns {
				if c := &t.source.Columns[i]; !taken[c.Name] && h.fits(c) == level {
					fit = append(fit, c)
				}
			}
			if level < 3 {
				slices.SortStableFunc(fit, func(a, b *profile.Column) int { return int(min(max(b.Distinct-a.Distinct, -1), 1)) })
			}
			for _, c := range fit {
				if h.role == RoleName && level == 2 && !t.ownName(c) {
					continue
				}
				if t.assign(c, h.role, why[level]) {
					taken[c.Name] = true
				}
			}
		}
	}
}

// ownName says whether a column that ends with "name" can name the rows: not where persons have names of their own, and
// not where dozens of rows share one, as it is a class's then.
func (t *tablePlan) ownName(c *profile.Column) bool {
	return t.columns[inGiven] == "" && t.columns[inSurname] == "" && c.Type == profile.TypeText && c.Distinct*20 >= c.Values
}

// complete notes what is derived.
func (t *tablePlan) complete() {
	t.derive[inNumber] = t.columns[inStreet] != "" && t.columns[inNumber] == ""
}

// deriveNames gives persons a whole name where they are compared with parties that have nothing else.
func deriveNames(plans []*tablePlan) {
	whole := slices.ContainsFunc(plans, func(t *tablePlan) bool {
		person := t.columns[inGiven] != "" || t.columns[inSurname] != ""
		return t.Kind == KindParty && (t.columns[inName] != "" && !person || t.columns[inCompany] != "" && person)
	})
	for _, t := range plans {
		t.derive[inName] = whole && t.Kind == KindParty && t.columns[inName] == "" && (t.columns[inGiven] != "" || t.columns[inSurname] != "")
	}
}

// keyOf picks the column that names a row: the first key of one column, a code rather than a text.
func keyOf(s *profile.Source) string {
	best := ""
	for _, k := range s.Keys {
		if len(k.Columns) != 1 {
			continue
		}
		c, ok := s.Column(k.Columns[0])
		if !ok || c.MaxLength > 40 {
			continue
		}
		if best == "" || keyNamed(c.Name) && !keyNamed(best) {
			best = c.Name
		}
	}
	return best
}

// keyNamed says by its name whether a column numbers the rows.
func keyNamed(name string) bool {
	ws := profile.Words(name)
	return slices.ContainsFunc(ws, func(w string) bool {
		return slices.Contains([]string{"id", "no", "nr", "key", "code", "number", "nummer", "kunnr", "lifnr"}, w)
	}) || strings.HasSuffix(strings.ToLower(name), "id")
}
