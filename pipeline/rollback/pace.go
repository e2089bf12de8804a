package rollback

import "time"

// A call that undoes records takes a fixed time, most of it for what Odoo forgets and works out again when external ids
// go, and a time a record, which is a hundred times longer for journal entries than for partners. So calls grow while they
// are short, and shrink long before a server's limit of a request, 60 s of CPU by default.
const (
	firstCall = 500
	mostCall  = 2000
	shortCall = 3 * time.Second
	longCall  = 15 * time.Second
)

// pace is how many records one call undoes.
type pace int

// after is the pace after a call undid so many records.
func (p pace) after(records int, took time.Duration) pace {
	switch {
	case took > longCall:
		return max(p/2, 1)
	case took < shortCall && records == int(p):
		return min(2*p, mostCall)
	}
	return p
}
