package schema

import (
	"encoding/json"
	"errors"
	"time"
)

// LoadResult is what Odoo's load answers: either all rows of the call were stored, or none.
type LoadResult struct {
	IDs      []int64 // one a record (not a row), in the order of the rows; nil where nothing was stored
	Messages []LoadMessage
}

// LoadMessage is what load says about one row. A message about the whole batch comes first and carries row 0's position:
// row 0 may be innocent of it.
type LoadMessage struct {
	Type    string // "error" or "warning"
	Message string
	Field   string // column; "" where Odoo names none
	From    int    // first row, from 0; -1 where Odoo names none
	To      int    // last row, inclusive
	Record  int    // record, which differs from the row where one2many lines are sent; -1 where Odoo names none
}

// XMLID is what an external id stands for.
type XMLID struct {
	Model string
	ResID int64
}

// ID is a database id as it stands in what was read; 0 where there is none.
func ID(v any) int64 {
	n, _ := v.(json.Number)
	id, _ := n.Int64() // of an empty text, too, it is 0
	return id
}

// ClassOf returns the class of the fault an error carries: "" where it carries none. A fault says its class by a method
// FaultClass.
func ClassOf(err error) FaultClass {
	var f interface{ FaultClass() FaultClass }
	if errors.As(err, &f) {
		return f.FaultClass()
	}
	return ""
}

// RetryAfter is for how long the server that answered with a fault wants to be left alone; 0 where it says nothing of it.
func RetryAfter(err error) time.Duration {
	var f interface{ LeaveAlone() time.Duration }
	if errors.As(err, &f) {
		return f.LeaveAlone()
	}
	return 0
}
