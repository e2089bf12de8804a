package mappings

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/mappings/expression"
	"github.com/odoo-migrate/odoo-migrate/mappings/internal/cell"
	"github.com/odoo-migrate/odoo-migrate/mappings/internal/nearest"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// field makes the value of one field of the current row.
func (a *application) field(f *fieldProgram) {
	if f.rule.derived {
		a.values[f.index] = a.values[a.p.layout.Index(schema.Company)]
		return
	}
	if f.narrowed {
		a.values[f.index] = a.scoped(f, f.rule.Value)
		return
	}
	if f.constant != nil {
		a.values[f.index] = *f.constant
		return
	}
	a.unfound = false
	v, ok := a.value(f)
	if !ok {
		return
	}
	if v.IsNull() && !a.unfound {
		v = a.standIn(f, a.fallback(f))
	}
	if v.IsNull() && !a.unfound {
		a.missing(f)
	}
	a.values[f.index] = v
}

// fallback is the value of a field that has none.
func (a *application) fallback(f *fieldProgram) record.Value {
	if f.fallsNarrowed {
		return a.scoped(f, f.rule.Default)
	}
	return f.fallback
}

func (a *application) missing(f *fieldProgram) {
	severity := record.Error
	switch f.rule.Missing {
	case policyReject:
	case policyWarn:
		severity = record.Warning
	default:
		return
	}
	message := f.rule.Name + " needs a value"
	if f.rule.Expression == "" {
		message += ", and " + strings.Join(f.rule.From, ", ") + " is empty"
	}
	a.report(finding{severity: severity, rule: "map.required", message: message, column: f.column(), at: f.rule.At})
}

func (f *fieldProgram) column() string { return strings.Join(f.rule.From, ", ") }

// value returns the field's value before default and missing; false after an error has been reported.
func (a *application) value(f *fieldProgram) (record.Value, bool) {
	if f.rule.File != nil {
		return a.filePath(f)
	}
	if f.rule.Expression != "" {
		return a.computed(f)
	}
	if len(f.slots) > 1 {
		return a.composite(f)
	}
	text, ok := a.cell(f.slots[0])
	if ok {
		text = f.clean(text)
	}
	if text == "" {
		if to, mapsEmpty := f.table[""]; mapsEmpty {
			return a.finish(f, to, "")
		}
		return record.Value{}, true
	}
	return a.text(f, text)
}

func (f *fieldProgram) clean(text string) string {
	for _, step := range f.steps {
		text = step(text)
	}
	return text
}

// composite makes a reference of several columns.
func (a *application) composite(f *fieldProgram) (record.Value, bool) {
	a.parts = a.parts[:0]
	for _, slot := range f.slots {
		text, ok := a.cell(slot)
		if text = f.clean(text); !ok || text == "" {
			return record.Value{}, true
		}
		a.parts = append(a.parts, text)
	}
	text, err := f.link.reference(a.parts, a.scratch[:0], "", "")
	if err != nil {
		return record.Value{}, a.fault(f, "map.not_an_external_id", strings.Join(a.parts, ", "), err)
	}
	return record.NewValue(f.kind, text), true
}

// text makes a value of a text that is not empty.
func (a *application) text(f *fieldProgram, text string) (record.Value, bool) {
	if f.rule.Split == "" {
		return a.single(f, text)
	}
	var refs []string
	for part := range strings.SplitSeq(text, f.rule.Split) {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		v, ok := a.single(f, part)
		if !ok {
			return v, false
		}
		refs = append(refs, record.SplitRefs(v.Text())...)
	}
	if len(refs) == 0 {
		return record.Value{}, true
	}
	return record.LinksValue(refs), true
}

func (a *application) single(f *fieldProgram, text string) (record.Value, bool) {
	if f.table == nil {
		return a.read(f, text)
	}
	to, ok := f.table[text]
	if !ok && f.files != nil { // what people fill in has no blanks around it
		to, ok = f.table[strings.TrimSpace(text)]
	}
	switch {
	case ok:
		return a.finish(f, to, text)
	case f.other != nil:
		return a.finish(f, *f.other, text)
	case f.rule.Else == policyKeep:
		return a.read(f, text)
	}
	a.unknownValue(f, text)
	return record.Value{}, false
}

func (a *application) finish(f *fieldProgram, to mapped, text string) (record.Value, bool) {
	if to.done {
		if stand, gone := f.absent[to.value.Text()]; gone {
			return a.absent(f, text, to.value.Text(), stand), true
		}
		return to.value, true
	}
	return a.read(f, to.text)
}

// unknownValue reports a value outside the map. The message is the same for every row with the value, so that rows can
// be grouped by it.
func (a *application) unknownValue(f *fieldProgram, text string) {
	shown := cell.Shorten(text)
	subject := f.column()
	if subject == "" {
		subject = "value"
	}
	line := yamlKey(text) + ": "
	hint := "add to the map: " + line + "..."
	if near := nearest.Word(text, f.keys); near != "" {
		hint = fmt.Sprintf("did you mean %q? add to the map: %s%s", near, line, f.written(near))
	} else if to := f.meant(text); to != "" {
		hint = fmt.Sprintf("the map has it on its right side; add to the map: %s%s", line, to)
	}
	if len(f.files) > 0 {
		hint = strings.Replace(hint, "add to the map: ", "add to "+f.files[0]+": ", 1)
	}
	message := fmt.Sprintf("%s %q is not in the value map of %s", subject, shown, f.rule.Name)
	if where, ok := f.unfilled[text]; ok {
		message, hint = fmt.Sprintf("%s %q has no value yet in the value map of %s", subject, shown, f.rule.Name), "fill it in: "+where
	} else if slices.Contains(f.contrary, text) {
		message, hint = fmt.Sprintf("%s %q has several values in the value map of %s", subject, shown, f.rule.Name), "keep one of them"
	}
	a.report(finding{rule: RuleValueUnknown, message: message,
		hint: hint, column: f.column(), raw: text, at: f.rule.At})
}

// meant is the right-hand side that says what the text itself says; "" where none does.
func (f *fieldProgram) meant(text string) string {
	for _, key := range f.keys {
		if c := f.values[key]; c.Text != "" && strings.EqualFold(c.Text, text) {
			return f.written(key)
		}
	}
	return ""
}

// written is the right-hand side of a line of the map.
func (f *fieldProgram) written(key string) string {
	c := f.values[key]
	switch {
	case c.Null:
		return "null"
	case c.XMLID != "":
		return "{xmlid: " + c.XMLID + "}"
	case c.Find != "":
		return "{find: " + c.Find + ", key: " + yamlKey(c.Key) + "}"
	}
	return yamlKey(c.Text)
}

// yamlKey quotes a text unless it is certain to mean itself.
func yamlKey(text string) string {
	for i, r := range text {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_' || i > 0 && r >= '0' && r <= '9') {
			return strconv.Quote(text)
		}
	}
	switch strings.ToLower(text) {
	case "", "null", "true", "false", "yes", "no", "on", "off", "y", "n":
		return strconv.Quote(text)
	}
	return text
}

// read makes a value or a reference of a text.
func (a *application) read(f *fieldProgram, text string) (record.Value, bool) {
	if f.link.is() {
		return a.refer(f, text)
	}
	if f.isZero && cell.AllZeros(text) {
		return record.Value{}, true
	}
	v, err := f.reader.read(text)
	if err != nil {
		return v, a.fault(f, f.reader.rule, text, err)
	}
	if f.isZero && zero(v) {
		return record.Value{}, true
	}
	if v.Kind() != f.kind {
		v = record.NewValue(f.kind, v.Text())
	}
	return v, true
}

func (a *application) fault(f *fieldProgram, rule, raw string, err error) bool {
	a.report(finding{rule: rule, message: err.Error(), hint: hintOf(err), column: f.column(), raw: raw, at: f.rule.At})
	return false
}

// memoLimit bounds what is remembered of one field within a batch.
const memoLimit = 4096

func (a *application) refer(f *fieldProgram, text string) (record.Value, bool) {
	scopeField, scope := "", ""
	if f.within >= 0 && !a.values[f.within].IsNull() {
		scopeField, scope = f.scope, a.values[f.within].Text()
	}
	reference, ok := a.memo[f.index][text]
	if !ok || scope != "" {
		a.parts = append(a.parts[:0], text)
		var err error
		if reference, err = f.link.reference(a.parts, a.scratch[:0], scopeField, scope); err != nil {
			return record.Value{}, a.fault(f, "map.not_an_external_id", text, err)
		}
		if scope == "" {
			a.remember(f, text, reference)
		}
	}
	if stand, gone := f.absent[reference]; gone {
		return a.absent(f, text, reference, stand), true
	}
	return record.NewValue(f.kind, reference), true
}

func (a *application) remember(f *fieldProgram, text, reference string) {
	memo := a.memo[f.index]
	if memo == nil {
		memo = map[string]string{}
		a.memo[f.index] = memo
	}
	if len(memo) < memoLimit {
		memo[text] = reference
	}
}

// reference returns the text of a reference to the record that the keys name.
func (l *linker) reference(keys []string, scratch []byte, scopeField, scope string) (string, error) {
	switch {
	case l.template != nil:
		scratch = append(scratch, l.prefix...)
		return string(l.template.Append(scratch, l.survivors(keys))), nil
	case l.model != "":
		return record.Ref{Model: l.model, Field: l.field, Key: keys[0], ScopeField: scopeField, ScopeValue: scope}.String(), nil
	}
	if l.verbatim {
		return keys[0], nil
	}
	v, err := readXMLID(keys[0])
	return v.Text(), err
}

// computed makes a value of an expression's result.
func (a *application) computed(f *fieldProgram) (record.Value, bool) {
	result, err := a.run(f.test)
	if err != nil {
		a.expressionFault(f.test, f.rule.At, err)
		return record.Value{}, false
	}
	var v record.Value
	switch r := result.(type) {
	case nil:
		return record.Value{}, true
	case string:
		if r = f.clean(r); r == "" {
			return record.Value{}, true
		}
		return a.text(f, r)
	case record.Decimal:
		v = record.NumberValue(r)
	case bool:
		v = record.BoolValue(r)
	case expression.Day:
		v = record.NewValue(record.Date, string(r))
	case expression.Instant:
		v = record.NewValue(record.DateTime, string(r))
	default:
		return v, a.fault(f, "map.expression", "", fmt.Errorf("the expression of %s makes a list, not one value", f.rule.Name))
	}
	switch {
	case f.table != nil || f.link.is():
		return a.text(f, v.Text())
	case v.Kind() == f.kind:
	case f.kind == record.Text:
		v = record.TextValue(v.Text())
	default:
		return v, a.fault(f, "map.expression", v.Text(), fmt.Errorf("the expression of %s makes a %s, not a %s", f.rule.Name, v.Kind(), f.kind))
	}
	if f.reader.rule == "map.not_an_integer" && !v.Decimal().IsInteger() {
		return v, a.fault(f, f.reader.rule, v.Text(), &cell.Error{What: "a whole number", Raw: v.Text()})
	}
	return v, true
}
