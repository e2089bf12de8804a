package mappings

import g "github.com/odoo-migrate/odoo-migrate/mappings/internal/grammar"

// fromKeys are the keys of from: where it is more than the name of a source.
var fromKeys = g.Keys{
	{Name: "source", Doc: "a source of migrate.yaml", Value: g.Text()},
	{Name: "union", Doc: "sources whose rows come one after the other", Value: g.ListOf(g.OneOf(g.Text(), g.Map(memberKeys)))},
	{Name: "where", Doc: "an expression; rows for which it is false are excluded", Value: g.Text()},
	{Name: "reason", Doc: "why rows are excluded, for the report", Value: g.Text()},
	{Name: "join", Doc: "sources whose columns are put beside those of the rows", Value: g.ListOf(g.Map(joinKeys))},
	{Name: "group", Doc: "rows with the same texts become one", Value: g.OneOf(g.Null(), g.Map(groupKeys))},
	{Name: "each", Doc: "a record for each element of a cell, or for each of several columns", Value: g.OneOf(g.Null(), g.Map(eachKeys).With("column", "columns"))},
}

var memberKeys = g.Keys{
	{Name: "source", Doc: "a source of migrate.yaml", Required: true, Value: g.Text()},
	{Name: "columns", Doc: "what columns of the union are called in this source; null where it has none", Value: g.MapOf("", g.OneOf(g.Text(), g.Null()))},
}

var joinKeys = g.Keys{
	{Name: "source", Doc: "a source of migrate.yaml", Required: true, Value: g.Text()},
	{Name: "as", Doc: "what stands before the dot of its columns; the source's name by default", Value: g.Word(aliasName.String())},
	{Name: "on", Doc: "columns whose texts must be equal: {left: right}, or those of the same name on both sides", Required: true,
		Value: g.OneOf(g.Texts(), g.MapOf("", g.Text()))},
	{Name: "missing", Doc: "no row fits: null (default), reject, exclude", Value: g.ChoiceOrNull(MissingNull, MissingReject, MissingExclude)},
	{Name: "many", Doc: "several rows fit: reject (default), first, each", Value: g.Choice(ManyReject, ManyFirst, ManyEach)},
}

var groupKeys = g.Keys{
	{Name: "by", Doc: "columns whose equal texts make a group", Required: true, Value: g.Texts()},
	{Name: "take", Doc: "how each further column is made", Value: g.MapOf("", takeShape)},
}

var eachKeys = g.Keys{
	{Name: "column", Doc: "the column whose cell holds several elements", Value: g.Text()},
	{Name: "by", Doc: "the text between two elements", Value: g.Text()},
	{Name: "columns", Doc: "columns that each hold an element", Value: g.ListOf(g.Text())},
	{Name: "as", Doc: "the name under which the element is read", Required: true, Value: g.Word(aliasName.String())},
}

var takeHows = []string{TakeSum, TakeCount, TakeFirst, TakeSame, TakeMin, TakeMax, TakeJoin}

// takeShape is a word, or a map of one word and what it needs.
var takeShape = g.OneOf(g.Choice(TakeSum, TakeCount, TakeFirst, TakeSame, TakeMin, TakeMax), g.Map(takeKeys).With(takeHows...))

var takeKeys = g.Keys{
	{Name: TakeSum, Doc: "the exact sum", Value: g.OneOf(g.Null(), g.Map(sumKeys))},
	{Name: TakeCount, Doc: "how many rows there are", Value: g.Null()},
	{Name: TakeFirst, Doc: "the cell of the first row", Value: g.Null()},
	{Name: TakeSame, Doc: "the cell of all rows, which must be equal", Value: g.Null()},
	{Name: TakeMin, Doc: "the least", Value: g.OneOf(g.Null(), g.Map(extremeKeys))},
	{Name: TakeMax, Doc: "the greatest", Value: g.OneOf(g.Null(), g.Map(extremeKeys))},
	{Name: TakeJoin, Doc: "all that are not empty, with this text between them", Value: g.Text()},
}

var sumKeys = g.Keys{
	{Name: "point", Doc: "the decimal point", Value: g.Character()},
	{Name: "group", Doc: "what stands between groups of digits", Value: g.Character()},
}

var extremeKeys = append(g.Keys{
	{Name: "as", Doc: "what the cells are", Required: true, Value: g.Choice(asText, asDecimal, asInteger, asDate, asDateTime)},
	{Name: "layout", Doc: "how dates are written", Value: g.Texts()},
}, sumKeys...)
