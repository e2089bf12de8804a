package suggest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// form is how a field's value is written in a mapping.
type form uint8

const (
	asText form = iota
	asNumber
	asDate
	asDateTime
	asBoolean
	asChoice
	asLink
	asLinks
	asNothing
)

func formOf(t schema.Type) form {
	switch t {
	case schema.Char, schema.Text, schema.HTML:
		return asText
	case schema.Integer, schema.Float, schema.Monetary:
		return asNumber
	case schema.Date:
		return asDate
	case schema.DateTime:
		return asDateTime
	case schema.Boolean:
		return asBoolean
	case schema.Selection:
		return asChoice
	case schema.Many2one:
		return asLink
	case schema.Many2many:
		return asLinks
	}
	return asNothing
}

// column writes the rule that turns a column into its field, or what a person must do for that.
func (p *plan) column(m *mapping, cf *ColumnFit) {
	h := cf.Field()
	c, ok := m.src.Column(cf.Column)
	if h == nil || !ok || m.placed[c.Name] || m.has(h.Field) {
		return
	}
	l := line{h.Field, scalar(c.Name), h.Confidence, h.Reason}
	if c.Confidence < 1 {
		l.why += fmt.Sprintf("; %.0f %% of the values are %s", floorPercent(c.Confidence), c.Type)
	}
	switch {
	case h.Field == "id":
		m.later(c.Name, "%s holds external ids: make the mapping's id of them", c.Name)
	case h.Find == "xmlid":
		l.value = "{from: " + scalar(c.Name) + ", as: xmlid}"
		m.put(l, c.Name)
	case strings.Contains(h.Field, "/"):
		m.later(c.Name, "%s belongs to a record of its own (%s): make a second mapping of this source for it", c.Name, h.Field)
	case h.form == asLink || h.form == asLinks:
		p.link(m, c, h, l)
	case h.form == asChoice:
		m.choice(c, h, l)
	case h.form == asNothing:
		m.later(c.Name, "%s is %s, which a mapping cannot fill from one column", c.Name, h.Field)
	default:
		m.plain(c, h, l)
	}
}

// plain writes texts, numbers, dates and flags.
func (m *mapping) plain(c *profile.Column, h *FieldFit, l line) {
	switch h.form {
	case asText:
		if slices.Contains(c.Findings, "column.outer_spaces") || slices.Contains(c.Findings, "column.double_spaces") {
			l.value = "{from: " + l.value + ", do: [trim, squeeze]}"
		}
	case asNumber:
		l.value = numberRule(c, h)
		if h.Field == "discount" && (c.Max == "0" || strings.HasPrefix(c.Max, "0.") || c.Max == "1") {
			l.value, l.why = quoteExpression("= num("+cellOf(c)+") * 100"), l.why+"; at most "+c.Max+", so it is a fraction"
		}
	case asDate, asDateTime:
		if !readable(c.Layout) {
			m.later(c.Name, "%s is %s, written %s, which a mapping cannot read: change the export", c.Name, h.Field, c.Layout)
			return
		}
		l.value = fmt.Sprintf("{from: %s, as: %s, layout: %s%s}", l.value, map[form]string{asDate: "date", asDateTime: "datetime"}[h.form], quote(c.Layout), openEnd(c))
	case asBoolean:
		l.value = m.flag(c, h)
	}
	m.put(l, c.Name)
}

func openEnd(c *profile.Column) string {
	if slices.Contains(c.Findings, "column.null_words") {
		return ", zero: null"
	}
	return ""
}

func numberRule(c *profile.Column, h *FieldFit) string {
	rule := "{from: " + scalar(c.Name) + ", as: decimal"
	if h.definition.Type == schema.Integer && c.Type == profile.TypeInteger && c.Point == "" && c.Group == "" {
		return "{from: " + scalar(c.Name) + ", as: integer}"
	}
	if c.Point == "," {
		rule += `, point: ","`
	}
	if c.Group != "" {
		rule += ", group: " + quote(c.Group)
	}
	return rule + "}"
}

// link writes a reference to a record that another mapping makes, or that the target has.
func (p *plan) link(m *mapping, c *profile.Column, h *FieldFit, l line) {
	name := scalar(c.Name)
	if h.rel != nil {
		p.reference(m, c, h, l)
		return
	}
	rule := "{from: " + name + ", find: " + cmp.Or(h.Find, h.Relation+"."+naturalKey(h.Relation)) + "}"
	switch {
	case h.Relation == "res.country.state":
		m.state(c, h, l)
	case h.form == asLinks:
		m.later(c.Name, "%s is %s (%.0f %%: %s): its records must exist in %s first; then %s: {from: %s, split: \";\", find: %s.%s}",
			c.Name, h.Field, h.Confidence*100, h.Reason, h.Relation, h.Field, name, h.Relation, naturalKey(h.Relation))
	case h.Values == nil || shareKnown(h.Values) < 0.5:
		m.later(c.Name, "%s is %s (%.0f %%: %s): its values must exist in %s first; then %s: %s", c.Name, h.Field, h.Confidence*100, h.Reason, h.Relation, h.Field, rule)
	default:
		l.value = "{from: " + name + valueMap(h) + ", find: " + h.Find + "}"
		m.unknown(c, h)
		m.put(l, c.Name)
	}
}

// naturalKey is the field by which people name records of a model.
func naturalKey(model string) string {
	switch model {
	case "account.account", "account.journal", "res.country", "stock.warehouse":
		return "code"
	case "product.product":
		return "default_code"
	case "res.partner":
		return "ref"
	case "stock.location":
		return "complete_name"
	case "res.users":
		return "login"
	}
	return "name"
}

func (p *plan) reference(m *mapping, c *profile.Column, h *FieldFit, l line) {
	target := p.byTable[h.rel.To.Table]
	switch {
	case target == nil:
		m.later(c.Name, "%s refers to %s, which has no mapping yet; then %s: {from: %s, ref: %s}", c.Name, h.rel.To, h.Field, scalar(c.Name), p.sourceOf(h.rel.To.Table))
	case target.model != h.Relation:
		m.later(c.Name, "%s refers to %s, and %s needs %s", c.Name, h.rel.To, h.Field, h.Relation)
	case len(target.key) > 1 || target.key[0] != h.rel.To.Column:
		m.later(c.Name, "%s refers to %s, whose id is made of another column", c.Name, h.rel.To)
	case target == m && c.Name == h.rel.To.Column:
	case h.rel.StripZeros:
		m.later(c.Name, "%s joins %s only without leading zeros: use do: [strip_zeros] on both sides", c.Name, h.rel.To)
	default:
		l.value = "{from: " + scalar(c.Name) + ", ref: " + target.name + "}"
		m.put(l, c.Name)
	}
}

// state writes a region, which Odoo finds by its code within the country only.
func (m *mapping) state(c *profile.Column, h *FieldFit, l line) {
	if c.MaxLength > 3 || !slices.ContainsFunc(m.fit.Columns, func(o ColumnFit) bool { f := o.Field(); return f != nil && f.Field == "country_id" && f.Values != nil }) {
		m.later(c.Name, "%s (%s): regions, which Odoo finds only by code within the country", c.Name, describe(c))
		return
	}
	l.value = "{from: " + scalar(c.Name) + ", find: res.country.state.code, within: country_id}"
	m.put(l, c.Name)
}

// choice writes a selection: its values as they are, others by a map.
func (m *mapping) choice(c *profile.Column, h *FieldFit, l line) {
	if h.Values == nil || shareKnown(h.Values) < 0.5 {
		m.later(c.Name, "%s is %s (%.0f %%: %s): give each of its values one of %s; then %s: {from: %s, map: %s}",
			c.Name, h.Field, h.Confidence*100, h.Reason, options(h), h.Field, scalar(c.Name), emptyMap(c, h))
		return
	}
	if v := valueMap(h); v != "" {
		l.value = "{from: " + scalar(c.Name) + v + "}"
	}
	m.unknown(c, h)
	m.put(l, c.Name)
}

// emptyMap is a value map to fill in: the values, where they are few and nobody's secret.
func emptyMap(c *profile.Column, h *FieldFit) string {
	if h.hidden || c.Personal || int64(len(c.Top)) != c.Distinct || len(c.Top) > valuesTold {
		return "{...}"
	}
	var entries []string
	for _, v := range c.Top {
		known := "?"
		if h.set != nil {
			switch how, text := h.set.ask(v.Value); how {
			case accepted:
				known = h.set.accepts[foldValue(v.Value)]
			case renamed:
				known = text
			}
		}
		entries = append(entries, scalar(v.Value)+": "+known)
	}
	slices.Sort(entries)
	return "{" + strings.Join(entries, ", ") + "}"
}

func options(h *FieldFit) string {
	var out []string
	for _, o := range h.definition.Options {
		out = append(out, o.Value)
	}
	if len(out) == 0 {
		return "the values Odoo has"
	}
	return list(out, 8)
}

// mapEntries is how many entries of a value map are drafted.
const mapEntries = 60

// valueMap renames the values that the target knows by another name; all others stay as they are.
func valueMap(h *FieldFit) string {
	if h.hidden {
		return ""
	}
	var entries []string
	for _, r := range h.Values.Renamed {
		if len(entries) < mapEntries {
			entries = append(entries, scalar(r.Value)+": "+scalar(r.Means))
		}
	}
	if len(entries) == 0 {
		return ""
	}
	slices.Sort(entries)
	return ", map: {" + strings.Join(entries, ", ") + "}, else: keep"
}

// unknown lists the values that nothing accepts, with a line for the value map where one is near.
func (m *mapping) unknown(c *profile.Column, h *FieldFit) {
	if h.hidden && len(h.Values.Renamed)+len(h.Values.Unknown) > 0 {
		m.todo = append(m.todo, fmt.Sprintf("%s: %d values need a map, which %s does not know as they stand", c.Name, len(h.Values.Renamed)+len(h.Values.Unknown), cmp.Or(h.Find, h.Field)))
		return
	}
	for i, u := range h.Values.Unknown {
		if i == valuesTold {
			m.todo = append(m.todo, fmt.Sprintf("%s: %d more values are unknown", c.Name, len(h.Values.Unknown)-valuesTold))
			return
		}
		text := fmt.Sprintf("%s: %q (%s) is unknown to %s", c.Name, oneLine(u.Value), rowsHave(u.Rows), cmp.Or(h.Find, h.Field))
		if u.Similar != "" {
			text += fmt.Sprintf("; did you mean %s? Add to its map: %s: %s", u.Similar, scalar(u.Value), scalar(u.Similar))
		}
		m.todo = append(m.todo, text)
	}
}

// plainFlags are the words that a mapping reads as a boolean without being told.
var plainFlags = []string{"1", "0", "true", "false", "yes", "no", "y", "n", "t", "f", "x"}

// setFlags are the words that mean yes.
var setFlags = []string{"1", "true", "y", "yes", "j", "ja", "x", "t", "oui", "si", "sí", "vrai", "wahr", "vero", "waar"}

// flag writes a boolean: the column, or the condition under which it is set.
func (m *mapping) flag(c *profile.Column, h *FieldFit) string {
	if h.Inverse {
		return quoteExpression("= " + notSet(c))
	}
	plain := !slices.ContainsFunc(c.Top, func(v profile.Count) bool {
		return !slices.Contains(plainFlags, strings.ToLower(strings.TrimSpace(v.Value)))
	})
	if plain {
		return scalar(c.Name)
	}
	for _, v := range c.Top {
		if slices.Contains(setFlags, strings.ToLower(v.Value)) {
			return quoteExpression("= " + cellOf(c) + " == " + quote(v.Value))
		}
	}
	return "{from: " + scalar(c.Name) + ", as: boolean}"
}

// notSet is the condition under which a flag is not set.
func notSet(c *profile.Column) string {
	if c.Nulls+c.Blanks > 0 {
		return cellOf(c) + " == null"
	}
	for _, v := range c.Top {
		if slices.Contains(setFlags, strings.ToLower(v.Value)) {
			return cellOf(c) + " != " + quote(v.Value)
		}
	}
	return cellOf(c) + ` != "1"`
}

// Names of columns that hold one part of a person's name, folded.
var (
	firstNames = []string{"firstname", "vorname", "prénom", "prenom", "givenname", "namefirst", "fname", "nombredepila", "voornaam", "forename", "name2vorname"}
	lastNames  = []string{"lastname", "nachname", "familyname", "surname", "namelast", "lname", "apellido", "apellidos", "cognome", "achternaam", "nomdefamille", "name", "nom"}
)

// splitName joins first and last name, which are one field in Odoo. Where there is a first name, a column that is only
// called name or nom is the last one.
func (m *mapping) splitName() {
	if m.know == nil || !slices.Contains([]string{"res.partner", "hr.employee"}, m.model) {
		return
	}
	first := m.called(firstNames, "")
	if first == nil {
		return
	}
	last := m.called(lastNames, strings.TrimPrefix(first.Name, bare(first.Name)))
	if last == nil {
		return
	}
	person, why := fmt.Sprintf(`join(compact([%s, %s]), " ")`, cellOf(first), cellOf(last)), "first and last name are one field in Odoo"
	if f, ok := m.fit.Filling("name"); ok && f.Column != last.Name && f.Column != first.Name && f.Fields[0].Confidence >= inverseName {
		company, _ := m.src.Column(f.Column)
		if company.Nulls+company.Blanks == 0 {
			m.later(first.Name, "%s and %s: a person beside %s: make a second mapping of this source with parent_id", first.Name, last.Name, company.Name)
			m.placed[last.Name] = true
			return
		}
		m.placed[company.Name] = true
		person, why = fmt.Sprintf("coalesce(%s, %s)", cellOf(company), person), fmt.Sprintf("the person where %s is empty; a person beside a company needs a second mapping with parent_id", company.Name)
	}
	m.put(line{"name", quoteExpression("= " + person), 0.85, why}, first.Name)
	m.placed[last.Name] = true
}

// called is the first column of texts that has one of the names, if possible with the same remark behind it: "Name
// (Person)" beside "Vorname (Person)", and not "Name (Firma)".
func (m *mapping) called(list []string, remark string) (found *profile.Column) {
	for _, want := range list {
		for i := range m.src.Columns {
			c := &m.src.Columns[i]
			if c.Type != profile.TypeText || withoutOwner(fold(bare(c.Name)), m.know.nouns) != fold(want) {
				continue
			}
			if strings.HasSuffix(c.Name, remark) {
				return c
			}
			if found == nil {
				found = c
			}
		}
	}
	return found
}

// withoutOwner takes a noun off a folded name: "customerfirstname" is "firstname".
func withoutOwner(name string, nouns []string) string {
	for _, n := range nouns {
		if rest, ok := strings.CutPrefix(name, n); ok && len(rest) > 3 {
			return rest
		}
	}
	return name
}

// extras adds what follows from the columns together.
func (m *mapping) extras() {
	switch m.model {
	case "res.partner":
		if c := m.columns["name"]; !m.has("is_company") && (strings.Contains(fold(c), "company") || fold(c) == "firma" || fold(c) == "raisonsociale") {
			m.fields = append(m.fields, line{"is_company", "{value: true}", 0.8, "the name is a company's"})
		}
	case "sale.order.line":
		if !m.has("price_unit") {
			m.priceFromAmount()
		}
	}
}

// priceFromAmount divides a line's net amount by its quantity where the export has no unit price.
func (m *mapping) priceFromAmount() {
	quantity := m.columns["product_uom_qty"]
	i := slices.IndexFunc(m.src.Columns, func(c profile.Column) bool {
		return !m.placed[c.Name] && gate(schema.Float, &c) == 1 && slices.Contains([]string{"netamount", "nettobetrag", "linetotal", "netvalue", "netwr", "montantht"}, fold(c.Name))
	})
	if quantity == "" || i < 0 {
		return
	}
	amount := &m.src.Columns[i]
	q, _ := m.src.Column(quantity)
	if amount.Point == "," || q.Point == "," || q.Min == "0" {
		return
	}
	value := quoteExpression(fmt.Sprintf("= round(num(%s) / num(%s), 6)", cellOf(amount), cellOf(q)))
	m.put(line{"price_unit", value, 0.6, "net amount by quantity; Odoo rounds it to its price precision"}, amount.Name)
}

// readable reports whether mappings know all letters of a layout: they have no two-digit years and no zones.
func readable(layout string) bool {
	return layout != "" && !strings.Contains(layout, "XXX") && (!strings.Contains(layout, "yy") || strings.Contains(layout, "yyyy"))
}
