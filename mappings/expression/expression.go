// Package expression compiles and runs the expressions of mapping files. The engine underneath is expr-lang/expr; what
// can be written is ours: columns under src, exact decimals, and the functions of one table. There is no clock, no
// randomness, no loop, and nothing that reads beyond the row.
//
// Every value may be null. Arithmetic on a null is an error of the row, never a zero; coalesce says what a null means.
package expression

import (
	"errors"
	"strings"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/compiler"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"
)

// Type is what is known of an expression's result before it runs. A result of any type may be null.
type Type uint8

// The types.
const (
	Any      Type = iota // string, record.Decimal, bool, Day, Instant or List
	Null                 // always null
	Text                 // string
	Number               // record.Decimal
	Bool                 // bool
	Date                 // Day
	DateTime             // Instant
	List                 // []any
)

var typeNames = [...]string{"a value", "null", "a text", "a number", "a boolean", "a date", "a date and time", "a list"}

// String names the type as messages do.
func (t Type) String() string { return typeNames[t] }

// Day is a date, "2006-01-02". Instant is a moment in UTC, "2006-01-02 15:04:05".
type (
	Day     string
	Instant string
)

// Problem is a mistake in an expression.
type Problem struct {
	Offset  int // in characters from the beginning of the expression
	Message string
	Hint    string
}

// ValueError says why an expression has no value for a row: the row's fault, or that of an expression that does not
// foresee it.
type ValueError struct{ Message, Hint string }

// Error returns the message.
func (e *ValueError) Error() string { return e.Message }

// Options are what an expression is compiled against.
type Options struct {
	Columns  []string       // what may stand under src; nil lets every name pass
	Location *time.Location // whose clocks datetime reads; nil is UTC
}

// Program is a compiled expression. It may be used by several goroutines, each with a Machine of its own.
type Program struct {
	code    *vm.Program
	columns []string
	typ     Type
}

// Compile checks an expression and makes a program of it. All problems of the expression come at once, unless it is not
// even well-formed. A program with problems knows its Columns, but cannot run.
func Compile(source string, opt Options) (*Program, []Problem) {
	return compile(source, &rewriter{under: "src", known: opt.Columns, location: opt.Location})
}

// maxSource bounds what the parser has to nest; nobody writes an expression of that size.
const maxSource = 16 << 10

func compile(source string, rw *rewriter) (*Program, []Problem) {
	if len(source) > maxSource {
		return &Program{}, []Problem{{Message: "the expression is longer than 16 KiB", Hint: "a long table is a map: of the field"}}
	}
	config := configuration()
	if rw.groups != nil {
		// The engine's own grammar knows some of these names; a function of ours keeps it from applying it.
		for name := range aggregates {
			expr.Function(name, func(...any) (any, error) { return nil, nil })(config)
		}
	}
	tree, err := parser.ParseWithConfig(source, config)
	if err != nil {
		return &Program{}, []Problem{syntax(source, err)}
	}
	p := &Program{typ: rw.rewrite(&tree.Node), columns: rw.columns}
	if len(rw.problems) > 0 {
		return p, rw.problems
	}
	if _, err := checker.Check(tree, config); err != nil {
		return p, []Problem{syntax(source, err)}
	}
	if p.code, err = compiler.Compile(tree, config); err != nil {
		return p, []Problem{syntax(source, err)}
	}
	return p, nil
}

func syntax(source string, err error) Problem {
	var located *file.Error
	if errors.As(err, &located) {
		if strings.HasPrefix(located.Message, "invalid integer literal") || strings.HasPrefix(located.Message, "invalid float literal") {
			return longNumber(source, located.From)
		}
		return Problem{Offset: located.From, Message: "the expression cannot be read: " + located.Message}
	}
	return Problem{Message: "the expression cannot be read: " + err.Error()}
}

// longNumber is the problem of a number that the parser cannot hold; end is where it stopped reading.
func longNumber(source string, end int) Problem {
	runes := []rune(source)
	from := min(end, len(runes))
	for from > 0 && strings.ContainsRune("0123456789abcdefABCDEFxXoO._", runes[from-1]) {
		from--
	}
	return Problem{Offset: from, Message: "a number of more than 15 digits cannot stand here", Hint: `write it as a text: num("...")`}
}

// configuration removes every function of the engine and adds ours.
func configuration() *conf.Config {
	config := conf.CreateNew()
	expr.DisableAllBuiltins()(config)
	for name := range config.Disabled {
		delete(config.Builtins, name)
	}
	for name, f := range functions {
		expr.Function(name, f.run)(config)
	}
	for name, run := range operators {
		expr.Function(name, run)(config)
	}
	config.Optimize = false
	return config
}

// Columns are the names the expression reads, in order of first use; Machine's row is asked for them by this index.
func (p *Program) Columns() []string { return p.columns }

// Type is what the result will be, unless it is null.
func (p *Program) Type() Type { return p.typ }

// Row gives the cell of the column that stands at index i of Program.Columns; false is null.
type Row func(i int) (string, bool)

// Machine runs programs, one at a time.
type Machine struct {
	vm  vm.VM
	row Row
	get func(i int) any // for conditions
}

// column is what a column's or field's name stands for.
func (m *Machine) column(i int) any {
	if m.get != nil {
		return m.get(i)
	}
	if text, ok := m.row(i); ok {
		return text
	}
	return nil
}

// Run returns the value for one row: nil, string, record.Decimal, bool, Day, Instant or []any. The error is a
// *ValueError.
func (m *Machine) Run(p *Program, row Row) (any, error) {
	m.row = row
	return m.run(p)
}

func (m *Machine) run(p *Program) (any, error) {
	v, err := m.vm.Run(p.code, m)
	if err == nil {
		return v, nil
	}
	var known *ValueError
	if errors.As(err, &known) {
		return nil, known
	}
	var located *file.Error
	if errors.As(err, &located) {
		return nil, &ValueError{Message: located.Message}
	}
	return nil, &ValueError{Message: err.Error()}
}
