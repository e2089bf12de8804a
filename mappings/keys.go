package mappings

import (
	"slices"

	g "github.com/odoo-migrate/odoo-migrate/mappings/internal/grammar"

	"github.com/odoo-migrate/odoo-migrate/mappings/internal/cell"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// mappingKeys are the keys of a mapping file. The parser, the JSON Schema and the documentation go by these tables.
var mappingKeys = g.Keys{
	{Name: "version", Doc: "version of the format", Value: g.Exactly(1)},
	{Name: "mapping", Doc: "the mapping's name", Required: true, Value: g.Word(mappingName.String())},
	{Name: "model", Doc: "the Odoo model, such as res.partner", Required: true, Value: g.Word(modelName.String())},
	{Name: "from", Doc: "the source of migrate.yaml whose rows are mapped", Required: true, Value: g.OneOf(g.Text(), g.Map(fromKeys).With("source", "union"))},
	{Name: "id", Doc: "the external id, such as cust_{CustomerNo}", Required: true, Value: g.Word(`^[A-Za-z0-9_-]*\{[^{}]+\}`)},
	{Name: "merge", Doc: "decisions by which several rows become one record", Value: g.OneOf(g.Null(), g.Map(mergeKeys))},
	{Name: "match", Doc: "natural keys by which a record that Odoo has already is adopted, in order of preference",
		Value: g.ListOf(g.OneOf(g.Text(), g.ListOf(g.Text()), g.MapOf("", g.Null())))},
	{Name: "fields", Doc: "one rule an Odoo field: a column, = expression, or a map of keys", Required: true,
		Value: g.MapOf(fieldName.String(), g.OneOf(g.Column(), g.Map(fieldKeys).With("from", "value", "file")))},
	{Name: "company", Doc: "the company each record belongs to: a rule like those of fields, or a company by its external id",
		Value: g.OneOf(g.Map(companyKeys()).With("from", "value"), g.Map(constantKeys).With("xmlid", "find"))},
	{Name: "translations", Doc: "the texts of fields in other languages, by Odoo's code of the language",
		Value: g.MapOf(languageCode.String(), g.MapOf(fieldName.String(), g.OneOf(g.Column(), g.Map(fieldKeys).With("from", "value", "file"))))},
	{Name: "lines", Doc: "one2many fields whose records another mapping makes", Value: g.MapOf(fieldName.String(), g.OneOf(g.Map(lineKeys), g.ListOf(g.Map(lineKeys))))},
	{Name: "after_load", Doc: "methods to call once the records are in Odoo", Value: g.ListOf(g.Map(afterLoadKeys))},
	{Name: "ignore", Doc: "columns that are left out, each with the reason", Value: g.MapOf("", g.Word(`\S`))},
	{Name: "checks", Doc: "rules over groups of records", Value: g.ListOf(g.Map(checkKeys))},
	{Name: "deletes", Doc: "what becomes of a record whose row is gone (default ignore)", Value: g.Choice(DeletesArchive, DeletesDelete, DeletesIgnore)},
	{Name: "updates", Doc: "what becomes of a record whose row changed (default update); append writes it once only", Value: g.Choice(UpdatesUpdate, UpdatesAppend)},
	{Name: "conflicts", Doc: "what becomes of a field that the source and people in Odoo both changed (default manual: the record is left and named until people decide)",
		Value: g.Choice(ConflictsSource, ConflictsOdoo, ConflictsFields, ConflictsManual)},
	{Name: "undo", Doc: "how a load is undone, where the model's own way is not right", Value: g.Choice(UndoErase, UndoCompensate)},
	{Name: "order", Doc: "breaks ties between mappings that do not depend on each other; lower first", Value: g.Whole()},
}

var lineKeys = g.Keys{{Name: "mapping", Doc: "the mapping that makes the lines", Required: true, Value: g.Text()}}

var afterLoadKeys = g.Keys{
	{Name: "call", Doc: "the method", Required: true, Value: g.Word(methodName.String())},
	{Name: "when", Doc: "a condition on the record's fields; only records for which it holds are called on", Value: g.Text()},
	{Name: "expect", Doc: "the condition that must hold afterwards", Required: true, Value: g.Text()},
	{Name: "undo", Doc: "the method that takes the call back", Value: g.Word(methodName.String())},
}

var checkKeys = g.Keys{
	{Name: "name", Required: true, Value: g.Text()},
	{Name: "group", Doc: "fields whose equal values make a group", Value: g.Texts()},
	{Name: "expect", Doc: "what must hold for every group", Value: g.Text()},
	{Name: "sql", Doc: "a query over landed.* and staged.*, instead of group and expect; every row it returns is a violation", Value: g.Text()},
	{Name: "tolerance", Doc: "how far the two sides may be apart, or the column amount from 0 (default 0)", Value: g.Number()},
	{Name: "severity", Doc: "error (default) rejects the records of the group, warning tells, blocker closes the gate",
		Value: g.Choice(string(record.Error), string(record.Warning), string(record.Blocker))},
}

// fieldKeys are the keys of a field's long form.
var fieldKeys = g.Keys{
	{Name: "from", Doc: "a column, or = expression; with ref also a list of columns", Value: g.Texts()},
	{Name: "do", Doc: "steps on the text, in order", Value: g.OneOf(g.Choice(cell.StepNames()...), g.ListOf(g.Choice(cell.StepNames()...)))},
	{Name: "find", Doc: "model.field: the natural key of a record that Odoo has; or a list of keys, the first that finds one",
		Value: g.OneOf(g.Word(findPath), g.AtLeastOne(g.Word(findPath)))},
	{Name: "lang", Doc: "the language of the key, such as de_DE", Value: g.Word(langName.String())},
	{Name: "match_case", Doc: "false: letter case of the key does not count", Value: g.Truth()},
	{Name: "within", Doc: "a field of this record that the found record must share", Value: g.Word(fieldName.String())},
	{Name: "ref", Doc: "the mapping that makes the record meant", Value: g.Text()},
	{Name: "split", Doc: "the separator of a cell that holds several values", Value: g.Text()},
	{Name: "map", Doc: `a table from texts to values ("" is for empty cells), the name of one of migrate.yaml, or {file} or {values, confirmed}`,
		Value: g.OneOf(g.Null(), g.Text(), ValueMapShape(), g.MapOf("", g.Ref("constant")))},
	{Name: "else", Doc: "what a text outside map becomes: reject (default), keep, null, or a value", Value: g.Ref("constant")},
	{Name: "as", Doc: "what the text is; without it, what the Odoo field's type suggests",
		Value: g.Choice(asText, asDecimal, asInteger, asBoolean, asDate, asDateTime, asBinary, asXMLID)},
	{Name: "point", Doc: "the decimal point of the file", Value: g.Character()},
	{Name: "group", Doc: "the thousands separator of the file", Value: g.Character()},
	{Name: "layout", Doc: "one or more date layouts, tried in order, such as yyyyMMdd", Value: g.Texts()},
	{Name: "zero", Doc: "null: 0, 00.00.0000 and the like mean no value", Value: g.ChoiceOrNull(policyNull)},
	{Name: "value", Doc: "the same value for every record", Value: g.Ref("constant")},
	{Name: "default", Doc: "the value where there is none", Value: g.Ref("constant")},
	{Name: "file", Doc: "the path of a file of the project that the field holds, with columns in braces", Value: g.Text()},
	{Name: "missing", Doc: "what no value is, and a record that Odoo has not: null, reject, warn, default, create",
		Value: g.ChoiceOrNull(policyNull, policyReject, policyWarn, policyDefault, policyCreate)},
}

// companyKeys are the same for the rule of a company, which cannot be missing.
func companyKeys() g.Keys {
	keys := slices.Clone(fieldKeys)
	for i := range keys {
		if keys[i].Name == "missing" {
			keys[i].Value = g.Choice(policyReject, policyDefault)
		}
	}
	return keys
}

// findPath is a model and one of its fields, or a path that begins with one.
const findPath = `^[a-z_][a-z0-9_]*(\.[a-z0-9_]+)+$`

var mergeKeys = g.Keys{
	{Name: "file", Doc: "CSV or XLSX file with the columns key, keep_key and decision", Required: true, Value: g.Text()},
	{Name: "sheet", Doc: "XLSX: the sheet", Value: g.Text()},
}

// valueMapKeys are the keys of a value map that is more than a plain table.
var valueMapKeys = g.Keys{
	{Name: "file", Doc: "CSV or XLSX file, or several that make one table", Value: g.OneOf(tableFile, g.ListOf(tableFile))},
	{Name: "sheet", Doc: "XLSX: the sheet; the first by default", Value: g.Text()},
	{Name: "from", Doc: "the column with the texts of the source; not needed where the file has two columns", Value: g.Text()},
	{Name: "to", Doc: "the column with the values", Value: g.Text()},
	{Name: "values", Doc: "the table itself", Value: g.MapOf("", g.Ref("constant"))},
	{Name: "confirmed", Doc: "who of the business confirmed it, and when", Value: g.OneOf(g.Null(), g.Map(confirmedKeys))},
}

var tableFile = g.Word(`\.([Cc][Ss][Vv]|[Tt][Ss][Vv]|[Tt][Xx][Tt]|[Xx][Ll][Ss][XxMm])$`)

var confirmedKeys = g.Keys{
	{Name: "by", Doc: "who", Required: true, Value: g.Text()},
	{Name: "on", Doc: "the day, such as 2026-11-02", Required: true, Value: g.Word(`^\d{4}-\d{2}-\d{2}$`)},
}

// ValueMapShape is the shape of a value map that is more than a plain table. It refers to "constant".
func ValueMapShape() g.Shape { return g.Map(valueMapKeys).With("file", "values") }

// ConstantShape is the shape that others call "constant".
func ConstantShape() g.Shape {
	return g.OneOf(g.Text(), g.Null(), g.Map(constantKeys).With("xmlid", "find"), g.ListOf(g.Ref("constant")))
}

// constantKeys are the keys of a constant that is a record.
var constantKeys = g.Keys{
	{Name: "xmlid", Doc: "its external id, such as base.main_company", Value: g.Word(`^[^.\s]+\.[^.\s]+$`)},
	{Name: "find", Doc: "model.field: its natural key", Value: g.Word(`^[a-z_][a-z0-9_]*(\.[a-z0-9_]+)+$`)},
	{Name: "key", Doc: "what the field of find holds", Value: g.Text()},
}

// JSONSchema is the JSON Schema of a mapping file, for editors. What only the sources, the target or the other mappings
// show is for map lint.
func JSONSchema() []byte {
	return g.Schema("A mapping of migrate", mappingKeys, map[string]g.Shape{"constant": ConstantShape()})
}

// Keys lists the keys of a mapping.
func Keys() []string { return mappingKeys.Names() }

// FieldKeys lists the keys of a field's long form.
func FieldKeys() []string { return fieldKeys.Names() }
