package odootest_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo"
	"github.com/odoo-migrate/odoo-migrate/connectors/odoo/odootest"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

func start(t testing.TB) (*odootest.Server, *odoo.Client) {
	t.Helper()
	s := odootest.New(odootest.Options{})
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // the test is over
	c, err := odoo.Dial(context.Background(), s.Config())
	if err != nil {
		t.Fatal(err)
	}
	return s, c
}

func TestSaysThatItIsADouble(t *testing.T) {
	s, c := start(t)
	if _, version := c.Version(); !strings.Contains(version, "double") || !strings.Contains(s.Name(), "double") {
		t.Errorf("version %q, name %q: neither hides what it is", version, s.Name())
	}
}

func TestSaysWhatItDoesNotPlay(t *testing.T) {
	_, c := start(t)
	_, err := c.Method(context.Background(), "sale.order", "action_confirm", []int64{1}, nil)
	if odoo.ClassOf(err) != schema.FaultServer || !strings.Contains(err.Error(), "test double") {
		t.Errorf("action_confirm: %v", err)
	}
	_, err = c.Read(context.Background(), "res.partner", []int64{1}, []string{"activity_state"})
	if err == nil || !strings.Contains(err.Error(), "test double") {
		t.Errorf("a computed field: %v", err)
	}
}

func partners(n int) [][]string {
	rows := make([][]string, n)
	for i := range rows {
		rows[i] = []string{fmt.Sprintf("speed.p%d", i), fmt.Sprintf("Partner %d", i), "Street 1", "75001", "Paris", "base.fr", "1"}
	}
	return rows
}

var columns = []string{"id", "name", "street", "zip", "city", "country_id/id", "is_company"}

func TestLoadIsFast(t *testing.T) {
	_, c := start(t)
	best := time.Hour
	for range 3 {
		_, c = start(t)
		begin := time.Now()
		res, err := c.Load(context.Background(), "res.partner", columns, partners(1000))
		if err != nil || len(res.IDs) != 1000 {
			t.Fatalf("%v %+v", err, res.Messages)
		}
		best = min(best, time.Since(begin))
	}
	if best > time.Second { // ten times what it takes, for a busy machine under the race detector
		t.Errorf("1000 partners took %s", best)
	}
	t.Logf("1000 partners: %s", best)
	_ = c
}

func BenchmarkLoadPartners(b *testing.B) {
	rows := partners(1000)
	for b.Loop() {
		b.StopTimer()
		_, c := start(b)
		b.StartTimer()
		if _, err := c.Load(context.Background(), "res.partner", columns, rows); err != nil {
			b.Fatal(err)
		}
	}
}

func TestConcurrentCalls(t *testing.T) {
	s, c := start(t)
	before := s.Count("res.partner")
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			rows := [][]string{{fmt.Sprintf("m.p%d", i), "A"}, {"m.same", fmt.Sprint("B", i)}}
			if res, err := c.Load(context.Background(), "res.partner", []string{"id", "name"}, rows); err != nil || len(res.IDs) != 2 {
				t.Errorf("%+v %v", res, err)
			}
		})
	}
	wg.Wait()
	if got := s.Count("res.partner") - before; got != 9 {
		t.Errorf("%d partners, want 9", got)
	}
}

func TestServersAreApart(t *testing.T) {
	a, c := start(t)
	b, _ := start(t)
	if _, err := c.Create(context.Background(), "res.partner", []map[string]any{{"name": "x"}}); err != nil {
		t.Fatal(err)
	}
	if err := c.Write(context.Background(), "res.partner", []int64{1}, map[string]any{"name": "changed"}); err != nil {
		t.Fatal(err)
	}
	if a.Count("res.partner") != b.Count("res.partner")+1 {
		t.Error("two servers share records")
	}
	other, err := odoo.Dial(context.Background(), b.Config())
	if err != nil {
		t.Fatal(err)
	}
	rows, err := other.Read(context.Background(), "res.partner", []int64{1}, []string{"name"})
	if err != nil || rows[0]["name"] == "changed" {
		t.Errorf("the seed data is shared: %v %v", rows, err)
	}
	ia, _ := c.Identity(context.Background())
	ib, _ := other.Identity(context.Background())
	if ia.UUID == ib.UUID {
		t.Error("two databases have one UUID")
	}
}

// TestRollbackLeavesNothing fails a call half-way through and compares every table.
func TestRollbackLeavesNothing(t *testing.T) {
	s, c := start(t)
	counts := func() string {
		var b strings.Builder
		for _, m := range s.Models() {
			fmt.Fprintln(&b, m, s.Count(m))
		}
		return b.String()
	}
	before := counts()
	for _, call := range []func() error{
		func() error {
			_, err := c.Create(context.Background(), "product.product", []map[string]any{{"name": "a"}, {"name": false}})
			return err
		},
		func() error {
			_, err := c.Create(context.Background(), "sale.order", []map[string]any{{"partner_id": 1, "order_line": []any{[]any{0, 0, map[string]any{"product_id": 999999}}}}})
			return err
		},
		func() error {
			res, err := c.Load(context.Background(), "res.partner", []string{"id", "name", "type"}, [][]string{{"m.a", "A", ""}, {"m.b", "B", "bad"}})
			if err == nil && res.IDs == nil {
				return fmt.Errorf("refused")
			}
			return err
		},
	} {
		if err := call(); err == nil {
			t.Error("the call succeeded")
		}
		if after := counts(); after != before {
			t.Errorf("a failed call left something behind:\n%s\nbefore:\n%s", after, before)
		}
	}
}
