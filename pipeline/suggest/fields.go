package suggest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
)

// byName places columns by what they are called and what kind of value they hold. For each field the best column wins.
func (m *mapping) byName() {
	for _, h := range fieldHints[m.model] {
		if m.has(h.field) {
			continue
		}
		var best *profile.Column
		score, why := 0.0, ""
		for i := range m.src.Columns {
			c := &m.src.Columns[i]
			if m.placed[c.Name] || c.Name == "" || strings.HasPrefix(c.Name, "=") || c.Type == profile.TypeEmpty {
				continue
			}
			if s, w := h.fits(c); s > score {
				best, score, why = c, s, w
			}
		}
		if best != nil {
			m.place(h, best, score, why)
		}
	}
	if m.model == "res.partner" {
		if c := m.columns["name"]; strings.Contains(joined(c), "company") || joined(c) == "firma" {
			m.fields = append(m.fields, line{"is_company", "{value: true}", 0.8, "the name is a company's"})
		}
	}
	if m.model == "sale.order.line" && !m.has("price_unit") {
		m.priceFromAmount()
	}
}

// fits says how well a column fits a field, 0 to 1, and why.
func (h *fieldHint) fits(c *profile.Column) (float64, string) {
	name := joined(c.Name)
	if !h.form.accepts(c) {
		return 0, ""
	}
	if h.semantic != "" && c.Semantic == h.semantic {
		return 0.95, "values are " + article(h.semantic)
	}
	if i := slices.Index(h.exact, name); i >= 0 {
		return 0.9 - 0.0001*float64(i), "by name"
	}
	if _, ok := containsOne(name, h.part); ok {
		return 0.6, "by part of the name"
	}
	return 0, ""
}

func article(kind string) string {
	switch kind {
	case "email":
		return "e-mail addresses"
	case "vat":
		return "VAT numbers"
	case "ean":
		return "EAN numbers with valid check digits"
	case "url":
		return "web addresses"
	}
	return kind + " values"
}

// accepts refuses columns whose values cannot be of the form.
func (f form) accepts(c *profile.Column) bool {
	switch f {
	case asNumber, asFraction:
		return c.Type == profile.TypeInteger || c.Type == profile.TypeDecimal
	case asDate, asDateTime:
		return c.Type == profile.TypeDate || c.Type == profile.TypeDateTime
	case asActive:
		return c.Type == profile.TypeBoolean
	case asText:
		return c.Type != profile.TypeDate && c.Type != profile.TypeDateTime
	}
	return true
}

// place writes the rule that turns the column into the field.
func (m *mapping) place(h fieldHint, c *profile.Column, score float64, why string) {
	if c.Confidence < 1 {
		why += fmt.Sprintf("; %.0f %% of the values are %s", floorPercent(c.Confidence), c.Type)
	}
	name := scalar(c.Name)
	l := line{h.field, name, score, why}
	switch h.form {
	case asNumber:
		l.value = numberRule(c)
	case asFraction:
		if c.Max == "0" || strings.HasPrefix(c.Max, "0.") || c.Max == "1" {
			l.value, l.why = quoteExpression("= num("+cellOf(c)+") * 100"), why+"; at most "+c.Max+", so it is a fraction"
		} else {
			l.value = numberRule(c)
		}
	case asDate, asDateTime:
		if !readable(c.Layout) {
			m.todo = append(m.todo, fmt.Sprintf("%s is %s, written %s, which a mapping cannot read: change the export", c.Name, h.field, c.Layout))
			m.placed[c.Name] = true
			return
		}
		l.value = fmt.Sprintf("{from: %s, as: %s, layout: %s%s}", name, map[form]string{asDate: "date", asDateTime: "datetime"}[h.form], quote(c.Layout), openEnd(c))
	case asCountry:
		l = m.country(l, c)
	case asState:
		if c.MaxLength > 3 || !m.has("country_id") {
			m.todo = append(m.todo, fmt.Sprintf("%s (%s): names of regions, which Odoo finds only by code within the country", c.Name, describe(c)))
			m.placed[c.Name] = true
			return
		}
		l.value = "{from: " + name + ", find: res.country.state.code, within: country_id}"
	case asActive:
		l.value, l.why = quoteExpression("= "+notSet(c)), why+": the opposite of active"
	case asText:
		if slices.Contains(c.Findings, "column.outer_spaces") || slices.Contains(c.Findings, "column.double_spaces") {
			l.value = "{from: " + name + ", do: [trim, squeeze]}"
		}
	}
	m.put(l, c.Name)
}

func openEnd(c *profile.Column) string {
	if slices.Contains(c.Findings, "column.null_words") {
		return ", zero: null"
	}
	return ""
}

func numberRule(c *profile.Column) string {
	rule := "{from: " + scalar(c.Name) + ", as: decimal"
	if c.Point == "," {
		rule += `, point: ","`
	}
	if c.Group != "" {
		rule += ", group: " + quote(c.Group)
	}
	return rule + "}"
}

func (m *mapping) country(l line, c *profile.Column) line {
	field := "name"
	if c.MaxLength == 2 {
		field = "code"
	}
	l.value = "{from: " + scalar(c.Name) + ", find: res.country." + field + "}"
	if field == "name" {
		m.todo = append(m.todo, fmt.Sprintf("%s holds names of countries: what Odoo spells otherwise (USA, UK) needs a map to its code", c.Name))
	}
	return l
}

// notSet is the condition under which a flag is not set.
func notSet(c *profile.Column) string {
	if c.Nulls+c.Blanks > 0 {
		return cellOf(c) + " == null"
	}
	for _, v := range c.Top {
		switch strings.ToLower(v.Value) {
		case "1", "true", "y", "yes", "j", "ja", "x", "t", "oui", "si", "sí", "vrai", "wahr":
			return cellOf(c) + " != " + quote(v.Value)
		}
	}
	return cellOf(c) + ` != "1"`
}

// priceFromAmount divides a line's net amount by its quantity where the export has no unit price.
func (m *mapping) priceFromAmount() {
	quantity := m.columns["product_uom_qty"]
	i := slices.IndexFunc(m.src.Columns, func(c profile.Column) bool {
		return !m.placed[c.Name] && asNumber.accepts(&c) && slices.Contains([]string{"netamount", "nettobetrag", "linetotal", "netvalue"}, joined(c.Name))
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
