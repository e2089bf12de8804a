package project

import (
	"testing"
	"time"
)

func TestWeekend(t *testing.T) {
	p, problems := Parse("m.yaml", []byte(`
version: 1
project: a
timezone: Europe/Berlin
sources: {a: {file: a.csv}}
targets:
  live: {url: "https://o.example", database: o, user: u, api_key: {keyring: o}, role: production, backup: {attested: A. Admin, at: 2026-02-06 22:00, restore_minutes: 35}}
cutover: {frozen: {by: B. Lead, at: 2026-02-06}, window: {from: "2026-02-07T18:00Z", until: "2026-02-08 06:00"}, margin_minutes: 0}
`))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	live := p.Targets["live"]
	if live.Role != Production || live.Backup.Attested != "A. Admin" || live.Backup.Restore != 35*time.Minute || live.Backup.At.UTC().Hour() != 21 {
		t.Errorf("%+v", live)
	}
	c := p.Cutover
	if c.Frozen.By != "B. Lead" || c.From.UTC().Hour() != 18 || c.Until.UTC().Hour() != 5 || c.Margin != 0 {
		t.Errorf("%+v", c)
	}
	if p, _ := Parse("m.yaml", []byte("version: 1")); p.Cutover.Margin != DefaultMargin {
		t.Errorf("margin %s", p.Cutover.Margin)
	}
}

func TestParseBackup(t *testing.T) {
	b, err := ParseBackup("Admin, A., 2026-02-06 22:00, 35", "Europe/Berlin")
	if err != nil || b.Attested != "Admin, A." || b.Restore != 35*time.Minute || b.At.UTC().Hour() != 21 {
		t.Errorf("%+v %v", b, err)
	}
	for _, bad := range []string{"", "A", "A, 2026-02-06, x", "A, friday, 3", ", 2026-02-06, 3", "A, 2026-02-06, 0", "A, 2026-02-06, 3 hours"} {
		if _, err := ParseBackup(bad, "UTC"); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}
