package conformance

import (
	"strconv"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

var trials = []behaviour{
	{"a trial of good rows leaves nothing", trialGood},
	{"a trial names every bad row", trialBad},
	{"a trial carries texts, numbers, dates and lines as load does", trialValues},
	{"a trial of an unknown model is a fault", trialUnknownModel},
	{"a trial makes one transient record", trialAgain},
}

// try sends rows to be validated and rolled back.
func (s *suite) try(model string, columns []string, rows ...[]string) odoo.LoadResult {
	s.Helper()
	trial := s.c.NewTrial()
	res, err := trial.LoadIn(s.ctx, model, columns, rows, nil)
	if err != nil {
		s.Fatalf("try %s %v %v: %v", model, columns, rows, err)
	}
	s.closed(trial)
	if got := s.xmlids("a", "b", "c"); len(got) != 0 {
		s.Errorf("external ids %v are left by a trial", got)
	}
	return res
}

func trialGood(s *suite) {
	before := s.count("res.partner")
	res := s.try("res.partner", []string{"id", "name", "country_id/.id"}, []string{s.id("a"), s.module + " Ünïcode, \"quoted\"\nand a line", "1"}, []string{s.id("b"), s.module + "B", ""})
	if len(res.IDs) != 2 || len(res.Messages) != 0 {
		s.Errorf("got %+v, want two ids and no message", res)
	}
	if n := s.count("res.partner"); n != before {
		s.Errorf("%d partners, %d before the trial", n, before)
	}
}

func trialBad(s *suite) {
	res := s.try("res.partner", []string{"id", "name", "type"}, []string{s.id("a"), s.module + "A", "contact"}, []string{s.id("b"), s.module + "B", "nonsense"},
		[]string{s.id("c"), "", "contact"})
	if res.IDs != nil || len(res.Messages) == 0 {
		s.Fatalf("got %+v, want messages only", res)
	}
	m := res.Messages[0]
	if m.Type != "error" || m.From != 1 || m.To != 1 || m.Field != "type" || !strings.Contains(m.Message, "nonsense") {
		s.Errorf("message %+v, want an error in row 1, field type, naming the value", m)
	}
}

func trialValues(s *suite) {
	partner := s.create("res.partner", map[string]any{"name": s.module + "P"})
	res := s.try("sale.order", []string{"id", "partner_id/.id", "date_order", "order_line/id", "order_line/name", "order_line/product_uom_qty", "order_line/price_unit"},
		[]string{s.id("a"), strconv.FormatInt(partner, 10), "2024-02-29 23:59:58", s.id("b"), "one", "1.5", "1234.56"}, []string{"", "", "", s.id("c"), "two", "2", "0.05"})
	if len(res.IDs) != 1 || len(res.Messages) != 0 {
		s.Errorf("got %+v, want one order", res)
	}
}

func trialUnknownModel(s *suite) {
	trial := s.c.NewTrial()
	if res, err := trial.LoadIn(s.ctx, "no.such.model", []string{"id"}, [][]string{{s.id("a")}}, nil); err == nil {
		s.Errorf("got %+v, want a fault", res)
	}
	s.closed(trial)
}

// trialAgain: one transient record serves all rows, and nobody may delete it.
func trialAgain(s *suite) {
	before := s.count("base_import.import")
	trial := s.c.NewTrial()
	for _, name := range []string{"one", "two", "three"} {
		if res, err := trial.LoadIn(s.ctx, "res.partner", partnerColumns, [][]string{{s.id("a"), name}}, nil); err != nil || len(res.IDs) != 1 {
			s.Fatalf("%+v %v", res, err)
		}
	}
	s.closed(trial)
	if n := s.count("base_import.import"); n != before+1 {
		s.Errorf("%d transient records, %d before", n, before)
	}
	if err := s.c.Unlink(s.ctx, "base_import.import", []int64{1}); odoo.ClassOf(err) != schema.FaultAccess {
		s.Errorf("deleting one: %v, want a refusal", err)
	}
}

// closed ends a trial; what it held must be gone.
func (s *suite) closed(t *odoo.Trial) {
	s.Helper()
	if err := t.Close(s.ctx); err != nil {
		s.Errorf("close the trial: %v", err)
	}
	if n := s.count("base_import.import", leaf("file", "!=", false)); n != 0 {
		s.Errorf("%d transient records hold rows of a trial", n)
	}
}
