package mappings

import (
	"strconv"
	"strings"
	"time"

	"github.com/odoo-migrate/odoo-migrate/mappings/internal/cell"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// takeProgram makes one cell of a group.
type takeProgram struct {
	rule *Take
	slot int // in the rows; -1 for a count
	read reader
}

// reader reads what is summed or compared; without as: it is told by each cell.
func (t *Take) reader(location *time.Location) reader {
	as := t.As
	if t.How == TakeSum {
		as = asDecimal
	}
	return reading(as, &FieldRule{Point: t.Point, Group: t.Group, Layouts: t.Layouts}, location)
}

// taken is the cell on its way.
type taken struct {
	*takeProgram
	rows  int64
	found bool
	held  string // the cell's text as it is in the file
	sum   record.Decimal
	best  record.Value
	parts []string
}

// add takes the current row in. What is wrong with its cell is reported there.
func (t *taken) add(a *application) {
	if t.rows++; t.rule.How == TakeCount {
		return
	}
	text, there := a.cell(t.slot)
	switch t.rule.How {
	case TakeSame:
		if t.rows > 1 && (there != t.found || text != t.held) {
			t.differs(a, text, there)
			return
		}
		t.held, t.found = text, there
	case TakeFirst:
		if t.rows == 1 {
			t.held, t.found = text, there
		}
	case TakeJoin:
		if there {
			t.parts = append(t.parts, text)
		}
	case TakeSum:
		if v, ok := t.value(a, text, there); ok {
			t.sum, t.found = t.sum.Add(v.Decimal()), true
		}
	default:
		t.compare(a, text, there)
	}
}

func (t *taken) differs(a *application, text string, there bool) {
	shown := func(text string, there bool) string {
		if !there {
			return "nothing"
		}
		return strconv.Quote(cell.Shorten(text))
	}
	a.report(finding{rule: "map.group_differs", message: t.rule.Column + " differs within its group", column: t.rule.Column, raw: text,
		hint: shown(text, there) + " here, " + shown(t.held, t.found) + " in the group's first row; mend the source, or take first, min, max or join",
		at:   a.p.mapping.doc.Where(t.rule.pos)})
}

func (t *taken) value(a *application, text string, there bool) (record.Value, bool) {
	if !there {
		return record.Value{}, false
	}
	v, err := t.read.read(text)
	if err != nil {
		a.report(finding{rule: t.read.rule, message: err.Error(), hint: hintOf(err), column: t.rule.Column, raw: text, at: a.p.mapping.doc.Where(t.rule.pos)})
		return v, false
	}
	return v, true
}

// compare keeps the cell if it is less, or more, than those before.
func (t *taken) compare(a *application, text string, there bool) {
	v, ok := t.value(a, text, there)
	if !ok {
		return
	}
	if t.rule.As == "" {
		if v, ok = ordered(text); !ok || t.found && v.Kind() != t.best.Kind() {
			a.report(finding{rule: "map.group_order", message: t.rule.How + " does not know the order of the values of " + t.rule.Column, column: t.rule.Column, raw: text,
				hint: "say what they are: {" + t.rule.Column + ": {" + t.rule.How + ": {as: date, layout: dd.MM.yyyy}}}, or as: text",
				at:   a.p.mapping.doc.Where(t.rule.pos)})
			return
		}
	}
	if order := t.order(v); !t.found || t.rule.How == TakeMin && order < 0 || t.rule.How == TakeMax && order > 0 {
		t.best, t.held, t.found = v, text, true
	}
}

func (t *taken) order(v record.Value) int {
	if v.Kind() == record.Number {
		return v.Decimal().Cmp(t.best.Decimal())
	}
	return strings.Compare(v.Text(), t.best.Text())
}

// ordered tells plain numbers and dates that begin with the year, whose texts are in their own order. All else could be
// meant in more than one way.
func ordered(text string) (record.Value, bool) {
	if d, err := record.ParseDecimal(text); err == nil {
		return record.NumberValue(d), true
	}
	dates := cell.NewDates(nil, false)
	if day, _, _ := strings.Cut(strings.Replace(text, "T", " ", 1), " "); day != "" {
		if _, err := dates.Date(day); err == nil {
			return record.TextValue(text), true
		}
	}
	return record.Value{}, false
}

// text is the cell of the group's row; "" is null.
func (t *taken) text() string {
	switch {
	case t.rule.How == TakeCount:
		return strconv.FormatInt(t.rows, 10)
	case t.rule.How == TakeJoin:
		return strings.Join(t.parts, t.rule.Separator)
	case t.rule.How == TakeSum && t.found:
		return t.sum.String()
	}
	return t.held
}
