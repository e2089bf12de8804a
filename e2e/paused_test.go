//go:build odoo

package e2e

import (
	"maps"
	"math/rand/v2"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
)

const (
	jobsOn    = "select count(*) from ir_cron where active"
	serversOn = "select count(*) from ir_mail_server where active"
)

// A cutover that paused Odoo and is killed leaves it paused, says so, and what comes next switches on again what was on,
// and only that.
func TestPausedAndKilled(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	f := demoCompany(t, s)
	if _, err := s.rpc(t).Create(t.Context(), "ir.mail_server", []map[string]any{{"name": "Outgoing", "smtp_host": "mail.example.com"}}); err != nil {
		t.Fatal(err)
	}
	was := map[string]string{"jobs": s.value(t, jobsOn), "servers": s.value(t, serversOn)}
	migrate[pipeline.Stage](t, f, done, "stage")
	killed(t, f, rand.New(rand.NewPCG(3, 0)), 800, "cutover", "--batch", "40", "--pause", "cron,mail")
	s.expect(t, []check{{"scheduled actions that are on", jobsOn, "0"}, {"mail servers that are on", serversOn, "0"}})

	u := afterHold[pipeline.Unpausing](t, f, "unpause")
	if len(u.Left) != 0 || len(u.On) == 0 {
		t.Errorf("unpause: %+v", u)
	}
	on := func(when string) {
		t.Helper()
		if now := map[string]string{"jobs": s.value(t, jobsOn), "servers": s.value(t, serversOn)}; !maps.Equal(now, was) {
			t.Errorf("%s: on are %v, before %v", when, now, was)
		}
	}
	on("after unpause")
	l := resume(t, f, "--pause", "cron,mail")
	if !l.Clean() || l.Paused == nil || len(l.Paused.On) != len(u.On) {
		t.Errorf("resumed: %+v", l.Paused)
	}
	on("after the resumed cutover")
}
