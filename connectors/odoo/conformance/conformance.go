// Package conformance is the one suite that says how an Odoo server behaves towards the client: run against the test
// double over all three protocols in every test run, and against real servers by `make test-odoo`. What differs between them
// fails, and then it is the double that is mended.
package conformance

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// Run runs the suite on one database. config says how an administrator reaches it; the database should be fresh, with
// the modules contacts, sale_management, purchase, stock and account and a chart of accounts. Behaviours do not depend on
// each other and name their records apart, so a database that is not fresh only makes it slower.
//
// keyOf returns an API key of a user who has a password: over JSON-2 there is no other way to log in as him.
func Run(t *testing.T, config odoo.Config, keyOf func(t *testing.T, login, password string) string) {
	ctx := context.Background()
	c, err := odoo.Dial(ctx, config)
	if err != nil {
		t.Fatalf("dial: %v", err)
	}
	if config.Protocol != "" && c.Protocol() != config.Protocol {
		t.Fatalf("the client speaks %s, want %s", c.Protocol(), config.Protocol)
	}
	module := fmt.Sprintf("conf%s", c.Protocol()[:1])
	for _, group := range [][]behaviour{loading, trials, records, masters, normals, documents, translations, companies, faults, metadata} {
		for _, b := range group {
			t.Run(b.name, func(t *testing.T) {
				b.run(&suite{T: t, c: c, ctx: ctx, config: config, keyOf: keyOf, module: module + strconv.FormatInt(counter(), 10)})
			})
		}
	}
}

type behaviour struct {
	name string
	run  func(*suite)
}

// suite is one behaviour's run.
type suite struct {
	*testing.T
	c      *odoo.Client
	ctx    context.Context
	config odoo.Config
	keyOf  func(t *testing.T, login, password string) string
	module string // of this behaviour's external ids
}

func (s *suite) major() int { n, _ := s.c.Version(); return n }

// id is an external id of this behaviour.
func (s *suite) id(name string) string { return s.module + "." + name }

// load sends rows and returns the result; the call itself must not fault.
func (s *suite) load(model string, columns []string, rows ...[]string) odoo.LoadResult {
	s.Helper()
	res, err := s.c.Load(s.ctx, model, columns, rows)
	if err != nil {
		s.Fatalf("load %s %v %v: %v", model, columns, rows, err)
	}
	return res
}

// loaded is load of rows that are all good.
func (s *suite) loaded(model string, columns []string, rows ...[]string) []int64 {
	s.Helper()
	res := s.load(model, columns, rows...)
	if res.IDs == nil {
		s.Fatalf("load %s %v %v: nothing stored: %+v", model, columns, rows, res.Messages)
	}
	for _, m := range res.Messages {
		s.Errorf("load %s: unexpected message %+v", model, m)
	}
	return res.IDs
}

// refused is load of which nothing may be stored.
func (s *suite) refused(model string, columns []string, rows ...[]string) []odoo.LoadMessage {
	s.Helper()
	res := s.load(model, columns, rows...)
	if res.IDs != nil {
		s.Fatalf("load %s %v %v: stored as %v, want nothing stored", model, columns, rows, res.IDs)
	}
	return res.Messages
}

func (s *suite) create(model string, vals map[string]any) int64 {
	s.Helper()
	ids, err := s.c.Create(s.ctx, model, []map[string]any{vals})
	if err != nil {
		s.Fatalf("create %s %v: %v", model, vals, err)
	}
	return ids[0]
}

// read returns one record's fields.
func (s *suite) read(model string, id int64, fields ...string) map[string]any {
	s.Helper()
	rows, err := s.c.Read(s.ctx, model, []int64{id}, fields)
	if err != nil {
		s.Fatalf("read %s %d %v: %v", model, id, fields, err)
	}
	if len(rows) != 1 {
		s.Fatalf("read %s %d: %d records, want 1", model, id, len(rows))
	}
	return rows[0]
}

// has compares fields of a record; numbers compare as their text.
func (s *suite) has(model string, id int64, want map[string]any) {
	s.Helper()
	fields := make([]string, 0, len(want))
	for f := range want {
		fields = append(fields, f)
	}
	slices.Sort(fields)
	got := s.read(model, id, fields...)
	for _, f := range fields {
		if text(got[f]) != text(want[f]) {
			s.Errorf("%s %d: %s is %s, want %s", model, id, f, text(got[f]), text(want[f]))
		}
	}
}

func text(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(data)
}

// fails wants a fault of one of the classes. XML-RPC's fault code 2 does not tell validation from other user errors.
func (s *suite) fails(what string, err error, classes ...schema.FaultClass) *odoo.Fault {
	s.Helper()
	f, ok := odoo.AsFault(err)
	if !ok {
		s.Fatalf("%s: %v, want a fault of class %v", what, err, classes)
	}
	if slices.Contains(classes, schema.FaultValidation) && s.c.Protocol() == odoo.XMLRPC {
		classes = append(classes, schema.FaultUser)
	}
	if !slices.Contains(classes, f.Class) {
		s.Fatalf("%s: class %s (%v), want %v", what, f.Class, f, classes)
	}
	if f.Message == "" || f.Error() == "" {
		s.Errorf("%s: the fault has no message: %+v", what, f)
	}
	return f
}

func (s *suite) search(model string, domain ...any) []int64 {
	s.Helper()
	ids, err := s.c.Search(s.ctx, model, domain, 0)
	if err != nil {
		s.Fatalf("search %s %v: %v", model, domain, err)
	}
	return ids
}

func (s *suite) count(model string, domain ...any) int {
	s.Helper()
	n, err := s.c.Count(s.ctx, model, domain)
	if err != nil {
		s.Fatalf("count %s %v: %v", model, domain, err)
	}
	return n
}

func (s *suite) xmlids(names ...string) map[string]odoo.XMLID {
	s.Helper()
	got, err := s.c.XMLIDs(s.ctx, s.module, names)
	if err != nil {
		s.Fatalf("external ids %v: %v", names, err)
	}
	return got
}

// ref is the database id of an external id that must be there.
func (s *suite) ref(full string) int64 {
	s.Helper()
	x, ok := s.xmlids(full)[full]
	if !ok {
		s.Fatalf("the server has no external id %s", full)
	}
	return x.ResID
}

// field is the first of names that the model has: fields are renamed between versions.
func (s *suite) field(model string, names ...string) string {
	s.Helper()
	snap, err := s.c.Snapshot(s.ctx, []string{model})
	if err != nil || len(snap.Models) != 1 {
		s.Fatalf("snapshot of %s: %v", model, err)
	}
	for _, n := range names {
		if _, ok := snap.Models[0].Field(n); ok {
			return n
		}
	}
	s.Fatalf("%s has none of the fields %v", model, names)
	return ""
}

// positions are the rows that error messages name, sorted, each once.
func positions(messages []odoo.LoadMessage) []int {
	var rows []int
	for _, m := range messages {
		if m.Type == "error" {
			rows = append(rows, m.From)
		}
	}
	slices.Sort(rows)
	return slices.Compact(rows)
}

func leaf(field, op string, value any) any { return []any{field, op, value} }
