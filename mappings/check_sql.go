package mappings

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/odoo-migrate/odoo-migrate/mappings/internal/yamlpos"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/sqltext"
)

// SQLCheck is a business rule in SQL: every row that it returns is a violation.
type SQLCheck struct {
	Name      string
	SQL       string
	Tolerance record.Decimal  // how far from 0 the column amount may be
	Severity  record.Severity // Error rejects the records that the column x_id names, Warning tells, Blocker closes the gate
	At        string
}

// SQLChecks are the program's rules in SQL, in the file's order.
func (p *Program) SQLChecks() []SQLCheck { return slices.Clone(p.sqlChecks) }

// checkForm demands one of the two forms of a check, and of each what belongs to it.
func (p *mappingParser) checkForm(e yamlpos.Object, c Check) {
	switch {
	case e.Has("sql") && e.Has("expect"):
		p.doc.Report(e.At("sql"), "make two checks of it", "a check has expect or sql, not both")
	case e.Has("sql") && e.Has("group"):
		p.doc.Report(e.At("group"), "group by in the SQL", "group belongs to a check with expect, not to one in SQL")
	case e.Has("sql") && strings.TrimSpace(c.SQL) == "":
		p.doc.Report(e.At("sql"), "select x_id from staged."+p.m.Name+" where ...", "the check's SQL is empty")
	case !e.Has("sql") && !e.Has("expect"):
		p.doc.Report(e.At("name"), "expect: sum(debit) == sum(credit)", "the check says neither expect nor sql")
	}
}

// Words that no check needs: what they begin changes data, the database or the server.
var writingWords = []string{"alter", "call", "copy", "create", "delete", "drop", "grant", "insert", "into", "lock", "merge", "notify", "refresh",
	"reindex", "revoke", "truncate", "update", "vacuum"}

// compileSQLCheck looks for what can be told of SQL without running it. That nothing is written does not rest on it: the
// transaction that runs a check is read-only.
func (c *compiler) compileSQLCheck(rule Check) {
	tokens := sqltext.Tokens(rule.SQL)
	if len(tokens) == 0 {
		return // reported by Parse
	}
	said := len(c.problems)
	if first := tokens[0]; first.Text != "select" && first.Text != "with" && first.Text != "(" {
		c.fault(c.inSQL(rule, first), "select x_id from staged."+c.m.Name+" where ...", "a check in SQL is one SELECT, and this begins with %q", first.Text)
		return
	}
	c.sqlShape(rule, tokens)
	for i, t := range tokens {
		c.sqlWord(rule, tokens, i)
		if i+2 < len(tokens) && tokens[i+1].Text == "." && !t.Quoted && (i == 0 || tokens[i-1].Text != ".") {
			c.sqlView(rule, t.Text, tokens[i+2])
		}
	}
	if len(c.problems) == said {
		c.p.sqlChecks = append(c.p.sqlChecks, SQLCheck{rule.Name, rule.SQL, rule.Tolerance, rule.Severity, rule.At})
	}
}

// inSQL is the place of a token in the file.
func (c *compiler) inSQL(rule Check, t sqltext.Token) yamlpos.Pos {
	return c.m.doc.Within(rule.sql, utf8.RuneCountInString(rule.SQL[:t.At]))
}

// sqlShape wants one statement whose parentheses match: it is put into parentheses itself.
func (c *compiler) sqlShape(rule Check, tokens []sqltext.Token) {
	var open []sqltext.Token
	for i, t := range tokens {
		switch {
		case t.Quoted:
		case t.Text == "(":
			open = append(open, t)
		case t.Text == ")" && len(open) == 0:
			c.fault(c.inSQL(rule, t), "", "the parenthesis closes nothing")
			return
		case t.Text == ")":
			open = open[:len(open)-1]
		case t.Text == ";" && i+1 < len(tokens):
			c.fault(c.inSQL(rule, tokens[i+1]), "make two checks of it", "a check in SQL is one statement, and another one follows the semicolon")
			return
		}
	}
	if len(open) > 0 {
		c.fault(c.inSQL(rule, open[len(open)-1]), "", "the parenthesis is not closed")
	}
}

// sqlWord refuses words that write, and what is neither a landed nor a staged row.
func (c *compiler) sqlWord(rule Check, tokens []sqltext.Token, i int) {
	t := tokens[i]
	if t.Quoted || !t.Word() || i > 0 && tokens[i-1].Text == "." {
		return
	}
	follows := ""
	if i+1 < len(tokens) {
		follows = tokens[i+1].Text
	}
	of := i > 0 && (tokens[i-1].Text == "from" || tokens[i-1].Text == "join")
	switch {
	case slices.Contains(writingWords, t.Text):
		c.fault(c.inSQL(rule, t), `a column of this name stands in quotes: "`+t.Text+`"`, "%s: a check in SQL only reads", strings.ToUpper(t.Text))
	case (strings.HasPrefix(t.Text, "pg_") || strings.HasPrefix(t.Text, "mig_") || t.Text == "information_schema") && (of || follows == "." || follows == "("),
		(strings.HasPrefix(t.Text, "lo_") || strings.HasPrefix(t.Text, "dblink") || t.Text == "set_config") && follows == "(":
		c.fault(c.inSQL(rule, t), "", "a check in SQL reads landed.* and staged.*, and not %s", t.Text)
	}
}

// sqlView knows the views there are: one of every source, one of every mapping.
func (c *compiler) sqlView(rule Check, schema string, name sqltext.Token) {
	switch {
	case schema == "landed" && c.env.Columns != nil && c.env.Columns[name.Text] == nil:
		c.fault(c.inSQL(rule, name), suggest(name.Text, slices.Sorted(maps.Keys(c.env.Columns))), "there is no source %q", name.Text)
	case schema == "staged" && c.set.byName[strings.TrimSuffix(name.Text, " all")] == nil:
		c.fault(c.inSQL(rule, name), suggest(name.Text, c.set.names()), "there is no mapping %q", name.Text)
	}
}
