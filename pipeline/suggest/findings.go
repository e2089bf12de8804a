package suggest

import (
	"fmt"

	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// findings are what stands between a table and its model.
func (f *fitter) findings(s *profile.Source, t *TableFit) []record.Finding {
	var out []record.Finding
	at := func(rule, column, message, hint string, rows int64) *record.Finding {
		out = append(out, record.Finding{Severity: record.Warning, Rule: rule, Table: s.Name, File: s.File, Sheet: s.Sheet, Column: column, Message: message, Hint: hint, Rows: rows})
		return &out[len(out)-1]
	}
	if len(t.Models) > 0 && t.Models[0].Missing && t.Models[0].Confidence >= Sure {
		at("fit.model_missing", "", fmt.Sprintf("looks like %s, which the target does not have", t.Models[0].Model), "Install the module that brings it, or leave the table out by name.", 0)
	}
	model := t.Model()
	if model == "" {
		return out
	}
	for _, field := range t.Required {
		at("fit.required_missing", "", fmt.Sprintf("%s requires %s, and no column was found for it", model, field), "Name the column that holds it, or give it a constant value.", t.Rows)
	}
	for i := range t.Columns {
		h := t.Columns[i].Field()
		if h == nil || h.Values == nil {
			continue
		}
		c, _ := s.Column(t.Columns[i].Column)
		out = append(out, f.unknownValues(s, c, h)...)
	}
	return out
}

// unknownValues names the values that a selection or lookup does not accept, each with its rows.
func (f *fitter) unknownValues(s *profile.Source, c *profile.Column, h *FieldFit) []record.Finding {
	list := h.Values.Unknown
	if len(list) == 0 {
		return nil
	}
	where := "a choice of " + h.Field
	if h.Find != "" {
		where = "known in " + h.Find
	}
	if rowsKnown(h.Values) == 0 && len(list) > fewUnknown {
		one := f.unknownFinding(s, c, rowsOf(list), fmt.Sprintf("none of its %d values is %s", len(list), where))
		one.Hint = "Create the missing records first, or write a value map for " + h.Field + "."
		return []record.Finding{one}
	}
	var out []record.Finding
	for _, u := range list[:min(len(list), valuesTold)] {
		value := fmt.Sprintf("%q", u.Value)
		if h.hidden {
			value = "a value"
		}
		one := f.unknownFinding(s, c, u.Rows, fmt.Sprintf("%s: %s is not %s", rowsHave(u.Rows), value, where))
		one.Raw, one.Personal = u.Value, h.hidden
		one.Hint = "Put it into the value map of " + h.Field + ", or have it corrected."
		if u.Similar != "" {
			one.Hint = fmt.Sprintf("Did you mean %s? Put %s: %s into the value map of %s.", u.Similar, scalar(u.Value), scalar(u.Similar), h.Field)
		}
		out = append(out, one)
	}
	if rest := list[min(len(list), valuesTold):]; len(rest) > 0 {
		one := f.unknownFinding(s, c, rowsOf(rest), fmt.Sprintf("%s: %d more values are not %s", rowsHave(rowsOf(rest)), len(rest), where))
		one.Hint = "Write a value map for " + h.Field + "."
		out = append(out, one)
	}
	return out
}

// fewUnknown is how many values are told one by one where none is known.
const fewUnknown = 3

func (f *fitter) unknownFinding(s *profile.Source, c *profile.Column, rows int64, message string) record.Finding {
	return record.Finding{Severity: record.Warning, Rule: "fit.value_unknown", Table: s.Name, File: s.File, Sheet: s.Sheet, Column: c.Name, Rows: rows, Message: message}
}

func rowsOf(list []UnknownValue) (rows int64) {
	for _, u := range list {
		rows += u.Rows
	}
	return rows
}

func rowsHave(n int64) string {
	if n == 1 {
		return "1 row"
	}
	return record.GroupedInt(n) + " rows"
}
