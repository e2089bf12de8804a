package odootest

import "time"

// Kind is a fault the double can play.
type Kind string

// The faults.
const (
	Delay         Kind = "delay"         // answers later
	LostReply     Kind = "lost_reply"    // runs and commits the call, then closes the connection
	Dropped       Kind = "dropped"       // closes the connection without running the call
	Status        Kind = "status"        // answers like a proxy: HTTP status with an HTML page, the call does not run
	LateStatus    Kind = "late_status"   // the same after the call ran and was committed
	Serialization Kind = "serialization" // load: names innocent rows with a serialization failure and stores nothing; else a concurrency fault
)

// MaxDelay bounds Rule.Delay.
const MaxDelay = 30 * time.Second

// Rule says which calls meet a fault.
type Rule struct {
	Model  string // "" is every model
	Method string // "" is every method
	Nth    int    // the first of the matching calls that is met, from 1; 0 is 1
	Times  int    // how many in a row; 0 is 1
	Kind   Kind
	Delay  time.Duration // Delay: how long, at most MaxDelay; with another kind: before it
	Status int           // Status: 502, 413, 429 …; 0 is 502
	Retry  time.Duration // Status: Retry-After in whole seconds

	seen int
}

// Inject adds rules; the first that matches a call is played.
func (s *Server) Inject(rules ...Rule) {
	s.faultMu.Lock()
	defer s.faultMu.Unlock()
	for _, r := range rules {
		s.rules = append(s.rules, &r)
	}
}

// Heal removes all rules.
func (s *Server) Heal() {
	s.faultMu.Lock()
	defer s.faultMu.Unlock()
	s.rules = nil
}

// Calls tells how often a method of a model was called, whatever became of it.
func (s *Server) Calls(model, method string) int {
	s.faultMu.Lock()
	defer s.faultMu.Unlock()
	return s.calls[model+"."+method]
}

// fault counts a call and returns the rule it meets, nil for none.
func (s *Server) fault(model, method string) *Rule {
	s.faultMu.Lock()
	defer s.faultMu.Unlock()
	s.calls[model+"."+method]++
	var hit *Rule
	for _, r := range s.rules {
		if (r.Model != "" && r.Model != model) || (r.Method != "" && r.Method != method) {
			continue
		}
		r.seen++
		first := max(r.Nth, 1)
		if hit == nil && r.seen >= first && r.seen < first+max(r.Times, 1) {
			hit = r
		}
	}
	if hit == nil {
		return nil
	}
	c := *hit
	c.Delay = min(c.Delay, MaxDelay)
	return &c
}

func serializationFault() *exception {
	return raise("psycopg2.errors.SerializationFailure", "odoo/sql_db.py", "execute", "could not serialize access due to concurrent update\n")
}

// serializationMessages is how load reports it: on rows that did nothing wrong.
func serializationMessages(rows int) map[string]any {
	var list []any
	for i := range min(rows, 10) {
		list = append(list, map[string]any{"type": "error", "record": i, "rows": map[string]any{"from": i, "to": i},
			"message": "could not serialize access due to concurrent update\n"})
	}
	return map[string]any{"ids": false, "messages": list, "nextrow": 0}
}
