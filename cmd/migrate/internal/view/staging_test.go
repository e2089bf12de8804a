package view

import (
	"strings"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/staging"
)

func inspection() *pipeline.Inspection {
	at := time.Date(2026, 1, 17, 6, 30, 0, 0, time.UTC)
	return &pipeline.Inspection{Version: 1, Project: "ardent", Keep: staging.Keep{}.WithDefaults(), Inspection: &staging.Inspection{
		Schema: "mig_ardent", Version: 3, Server: "16.2 (Debian 16.2-1.pgdg120+2)", Bytes: 3 << 30, Holder: "ann@office (pid 4711)",
		Snapshots: []staging.KeptSnapshot{
			{ID: 112, Source: "customers", File: "/srv/exports/2026-01-17/customers_of_all_branches_north_and_south.csv", Rows: 1234567, Bytes: 480 << 20, LandedAt: at, Newest: true},
			{ID: 98, Source: "customers", File: "/srv/exports/customers.csv", Rows: 1, Bytes: 32 << 10, LandedAt: at, Due: true},
			{ID: 7, Source: "漢字_and_long_names_of_sources", File: "ä.csv", Rows: 12, Bytes: 1, LandedAt: at, PurgedAt: &at},
		},
		Staged: []staging.KeptStaged{{Run: 14, Mapping: "customers", Model: "res.partner", Rows: 1234567, Bytes: 1 << 30}, {Run: 9, Mapping: "opening_entries_of_the_year", Model: "account.move.line", Rows: 3, Due: true}},
		Tables: []staging.TableSize{{Table: "ledger", Rows: 1234567, Dead: 4711, Bytes: 900 << 20}, {Table: "findings", Rows: 12}},
		Ledger: map[string]int64{"active": 1234567, "archived": 4}, Open: 1, Purged: map[string]string{"rows": "2026-01-17T06:30:00Z"},
		Due: staging.Retained{Snapshots: 1, Landed: 1, Staged: 1, Records: 3, Findings: 1, Classes: 70, Orphans: 2},
	}}
}

// What the staging commands say fits the terminal, and is what somebody looked at.
func TestStagingCommandsFit(t *testing.T) {
	shown := map[string]func(*strings.Builder, int) error{
		"inspect": func(b *strings.Builder, width int) error { return Inspection(b, inspection(), width) },
		"vacuum": func(b *strings.Builder, width int) error {
			return Vacuumed(b, &pipeline.Vacuuming{Vacuumed: staging.Vacuumed{Removed: inspection().Due, Before: 5 << 30, After: 700 << 20}}, width)
		},
		"drop": func(b *strings.Builder, width int) error {
			return Dropped(b, &pipeline.Dropped{Project: "ardent", All: true, DryRun: true, Snapshots: 12, Landed: 4711000, Staged: 8, Records: 1, Runs: 31, Ledger: map[string]int64{"active": 3, "archived": 1}, Bytes: 9 << 30}, width)
		},
		"purge": func(b *strings.Builder, width int) error {
			return Purged(b, &pipeline.Purging{Project: "ardent", Purge: staging.Purge{Landed: 1234567, Corrected: 3, Quarantined: 2, Records: 99, Findings: 1200, Notes: 7, Summaries: 12, Ledger: 88, Changes: 9, WithLedger: true}}, width)
		},
	}
	for _, width := range []int{80, 120} {
		var all strings.Builder
		for _, name := range []string{"inspect", "vacuum", "drop", "purge"} {
			var b strings.Builder
			if err := shown[name](&b, width); err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(b.String()) {
				if n := displayWidth(strings.TrimSuffix(line, "\n")); n > width {
					t.Errorf("%s at %d: %d columns: %q", name, width, n, line)
				}
			}
			all.WriteString("$ migrate staging " + name + "\n" + b.String() + "\n")
		}
		if width == DefaultWidth {
			golden(t, "staging.txt", []byte(all.String()))
		}
	}
}
