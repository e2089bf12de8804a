package project

import (
	"github.com/odoo-migrate/odoo-migrate/mappings"
	g "github.com/odoo-migrate/odoo-migrate/mappings/internal/grammar"
)

// projectKeys are the keys of migrate.yaml. The parser, the JSON Schema and the documentation go by these tables.
var projectKeys = g.Keys{
	{Name: "version", Doc: "version of the format", Required: true, Value: g.Exactly(1)},
	{Name: "project", Doc: "the project's name", Required: true, Value: g.Word(projectName.String())},
	{Name: "module", Doc: "prefix of external ids; the project's name where it is left out", Value: g.Word(legalModule.String())},
	{Name: "timezone", Doc: "whose clocks the sources' times were read from, such as Europe/Berlin; default UTC", Value: g.Text()},
	{Name: "sources", Doc: "the legacy tables, by a name of your choice", Required: true, Value: g.MapOf(sourceName.String(), g.Map(sourceKeys))},
	{Name: "targets", Doc: "the Odoo databases", Value: g.MapOf(sourceName.String(), g.Map(targetKeys).With("password", "api_key"))},
	{Name: "staging", Doc: "the PostgreSQL of the project, where it is not the private one, and how much stays in it", Value: g.OneOf(g.Null(), g.Map(stagingKeys))},
	{Name: "mappings", Doc: "the folder of the mappings; default mappings", Value: g.Text()},
	{Name: "corrections", Doc: "patterns of CSV and XLSX files with corrections", Value: g.Texts()},
	{Name: "custody", Doc: "who extracted the files, and by what their completeness is checked", Value: g.OneOf(g.Null(), g.Map(custodyKeys))},
	{Name: "cutover", Doc: "what was agreed about the weekend: who froze the source, the window", Value: g.OneOf(g.Null(), g.Map(cutoverKeys))},
	{Name: "scope", Doc: "decisions about tables that are not mapped", Value: g.MapOf("", g.Map(scopeKeys))},
	{Name: "thresholds", Doc: "what a run may fall short of", Value: g.OneOf(g.Null(), g.Map(thresholdKeys))},
	{Name: "owners", Doc: "who mends which findings; the first line that fits counts", Value: g.ListOf(g.Map(ownerKeys))},
	{Name: "accepted", Doc: "rows nobody could read that are left behind, each with a reason", Value: g.ListOf(g.Map(acceptedKeys))},
	{Name: "maps", Doc: "value maps that fields share, by a name of your choice", Value: g.MapOf(sourceName.String(), mappings.ValueMapShape())},
	{Name: "controls", Doc: "totals that must be the same in the files, in staging and in Odoo", Value: g.ListOf(g.Map(controlKeys))},
}

var sourceKeys = g.Keys{
	{Name: "file", Doc: "the file, a folder, or a pattern of equal-headed files", Required: true, Value: g.Text()},
	{Name: "encoding", Doc: "IANA name of the characters' encoding, such as windows-1252", Value: g.Text()},
	{Name: "delimiter", Doc: "what stands between fields", Value: g.Text()},
	{Name: "quote", Doc: "the character around quoted fields", Value: g.Character()},
	{Name: "escape", Doc: "the character before one that is to be taken as it is", Value: g.Character()},
	{Name: "record_end", Doc: "what ends a record, where it is no end of line", Value: g.Text()},
	{Name: "widths", Doc: "characters of each column of a fixed-width file", Value: g.ListOf(g.AtLeast(1))},
	{Name: "header", Doc: "whether the file has a header", Value: g.Truth()},
	{Name: "header_rows", Doc: "rows the header takes", Value: g.AtLeast(1)},
	{Name: "skip", Doc: "lines above the header", Value: g.AtLeast(0)},
	{Name: "footer", Doc: "lines below the last row", Value: g.AtLeast(0)},
	{Name: "columns", Doc: "names of the columns, where the file has none", Value: g.Texts()},
	{Name: "nulls", Doc: "texts that mean no value, such as NULL", Value: g.Texts()},
	{Name: "key", Doc: "columns that identify a row", Value: g.Texts()},
	{Name: "point", Doc: "the decimal point of its numbers, for mappings that do not say", Value: g.Character()},
	{Name: "group", Doc: "what stands between groups of digits", Value: g.Character()},
	{Name: "extracted_by", Doc: "who extracted it and answers for it, where that is not custody's extracted_by", Value: g.Text()},
	{Name: "dates", Doc: "layouts of its dates, such as dd.MM.yyyy, for mappings that do not say", Value: g.Texts()},
	{Name: "amount", Doc: "the amounts by which the first-pass rate is told, besides by rows", Value: g.Map(amountKeys)},
	{Name: "sheet", Doc: "XLSX: the sheet", Value: g.Text()},
	{Name: "rows", Doc: "XML: path of the repeating element", Value: g.Text()},
	{Name: "table", Doc: "which table of a file that holds several", Value: g.Text()},
	{Name: "namespaces", Doc: "XML: prefixes used in rows, and what they stand for", Value: g.MapOf("", g.Text())},
}

var stagingKeys = g.Keys{
	{Name: "dsn", Doc: "PostgreSQL connection", Value: secret},
	{Name: "keep", Doc: "how much of what can be derived anew stays", Value: g.OneOf(g.Null(), g.Map(keepKeys))},
}

var keepKeys = g.Keys{
	{Name: "snapshots", Doc: "landed files a source; default 3", Value: g.AtLeast(1)},
	{Name: "runs", Doc: "runs whose staged records stay; default 1", Value: g.AtLeast(1)},
	{Name: "findings", Doc: "runs of stage whose findings stay; default 30", Value: g.AtLeast(1)},
}

var custodyKeys = g.Keys{
	{Name: "checksums", Doc: "files with checksums", Value: g.Texts()},
	{Name: "row_counts", Doc: "files with row counts and control totals", Value: g.Texts()},
	{Name: "system", Doc: "the legacy system", Value: g.Text()},
	{Name: "extracted_by", Doc: "who extracted the files", Value: g.Text()},
	{Name: "extracted_at", Doc: "when: a date, with or without a time", Value: g.Word(dateTime.String())},
}

var scopeKeys = g.Keys{
	{Name: "decision", Required: true, Value: g.Choice(Archived, OutOfScope)},
	{Name: "reason", Doc: "why", Required: true, Value: g.Text()},
	{Name: "by", Doc: "who said so", Required: true, Value: g.Text()},
}

var thresholdKeys = g.Keys{
	{Name: "first_pass", Doc: "percent of the rows that must load without a human; default 99.5", Value: g.Number()},
	{Name: "first_pass_amount", Doc: "percent of the amounts that must load without a human, in sources that name theirs; default: not judged", Value: g.Number()},
	{Name: "gone", Doc: "percent of a mapping's records that may be gone from its source where they would be archived or deleted; default 20", Value: g.Number()},
	{Name: "reject", Doc: "most rows each rule may reject", Value: g.MapOf("", g.AtLeast(0))},
	{Name: "findings", Doc: "most rows each rule may be about, whatever the severity", Value: g.MapOf("", g.AtLeast(0))},
}

var ownerKeys = g.Keys{
	{Name: "owner", Doc: "a person or an office", Required: true, Value: g.Text()},
	{Name: "rule", Doc: "a rule, or the beginning of rules: validate.*", Value: g.Text()},
	{Name: "source", Doc: "whose rows", Value: g.Text()},
	{Name: "mapping", Doc: "whose records", Value: g.Text()},
}

var acceptedKeys = g.Keys{
	{Name: "source", Doc: "whose row", Value: g.Text()},
	{Name: "row", Doc: "its number, as findings say it", Value: g.AtLeast(1)},
	{Name: "record", Doc: "instead of source and row: the external id, without the module, of a record that a load deferred", Value: g.Text()},
	{Name: "reason", Doc: "why", Required: true, Value: g.Text()},
	{Name: "by", Doc: "who said so", Required: true, Value: g.Text()},
}

var amountKeys = g.Keys{
	{Name: "column", Doc: "the column with the amounts", Required: true, Value: g.Text()},
	{Name: "point", Doc: "its decimal point; default .", Value: g.Character()},
	{Name: "group", Doc: "its thousands separator", Value: g.Character()},
}

var controlKeys = g.Keys{
	{Name: "name", Required: true, Value: g.Text()},
	{Name: "kind", Doc: "carried: all sides agree to the last digit; computed: Odoo computes it", Required: true, Value: g.Choice(Carried, Computed)},
	{Name: "scale", Doc: "computed: the digit Odoo rounds each key to", Value: g.AtLeast(0)},
	{Name: "source", Doc: "SQL over landed tables: key, amount", Value: g.Text()},
	{Name: "staged", Doc: "SQL over staged records: key, amount", Value: g.Text()},
	{Name: "odoo", Doc: "what is summed in Odoo", Value: g.Map(odooKeys)},
	{Name: "expected", Doc: "the legacy system's own total: a number, or a line of a CSV file", Value: g.OneOf(g.Number(), g.Map(expectedKeys))},
}

var odooKeys = g.Keys{
	{Name: "mapping", Doc: "whose records", Required: true, Value: g.Text()},
	{Name: "amount", Doc: "the field to sum; count counts records", Required: true, Value: g.Text()},
}

var expectedKeys = g.Keys{
	{Name: "file", Doc: "CSV file with the columns name and amount", Required: true, Value: g.Text()},
	{Name: "name", Doc: "which line of it", Required: true, Value: g.Text()},
}

// JSONSchema is the JSON Schema of migrate.yaml, for editors.
func JSONSchema() []byte {
	return g.Schema("migrate.yaml", projectKeys, map[string]g.Shape{"constant": mappings.ConstantShape()})
}
