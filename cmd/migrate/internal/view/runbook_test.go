package view

import (
	"strings"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/mappings/project"
	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/forecast"
	"github.com/odoo-migrate/odoo-migrate/pipeline/gate"
)

func sampleRunbook() *pipeline.Runbook {
	f := sampleForecast()
	return &pipeline.Runbook{Version: 1, Project: "Shop", Target: "live", Role: project.Production, Database: "prod's", Plan: "ab12", From: f.Begin, Forecast: f,
		Frozen: pipeline.Said{By: "B. Lead", At: f.Begin}, Criteria: gate.Criteria("99.5"),
		Steps: []pipeline.RunbookStep{{Wave: 1, Mapping: "customers", Model: "res.partner", Records: 120000, Owner: "Sales | North", Undo: "erase"},
			{Wave: 2, Mapping: "orders", Model: "sale.order", Records: 800, Undo: "compensate"}}}
}

func bookOf(t *testing.T, r *pipeline.Runbook) (markdown, html string) {
	t.Helper()
	var md, page strings.Builder
	if err := RunbookMarkdown(&md, r); err != nil {
		t.Fatal(err)
	}
	if err := RunbookHTML(&page, r); err != nil {
		t.Fatal(err)
	}
	return md.String(), page.String()
}

func TestRunbookSaysWhatIsDoneAndHowToGetBack(t *testing.T) {
	md, page := bookOf(t, sampleRunbook())
	for _, want := range []string{
		"# Runbook: Shop into live", "| Point of no return | 2026-02-08 01:29 UTC |", "| It takes | 2 h 12 min |", "| It ends | 2026-02-07 20:12 UTC |",
		"| load | 1 | customers | 120,000 | 2 h 00 min | run 3 | ", "| 4 | Go live | `migrate cutover --target live --production 'prod'\\''s'` |",
		"| erase | customers | `migrate rollback --target live` | 2 h 01 min |", "| first-pass | At least 99.5 % of the rows map and validate. | by name |",
		"| conservation | Every row read is accounted for. | no |", `| Owner of data | Sales \| North |`, "nobody attests one yet",
	} {
		if !strings.Contains(md, want) {
			t.Errorf("no %q in\n%s", want, md)
		}
	}
	for _, want := range []string{"<h1>Runbook: Shop into live</h1>", "2026-02-08 01:29 UTC", "Sales | North", "migrate rollback --target live"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in the page", want)
		}
	}
	if again, samePage := bookOf(t, sampleRunbook()); again != md || samePage != page {
		t.Error("the same runbook has other bytes")
	}
}

func TestRunbookDoesNotGuess(t *testing.T) {
	r := sampleRunbook()
	r.From, r.Role = time.Time{}, ""
	r.Restore, r.Steps[1].Undo = []string{"orders"}, "restore-only"
	r.Forecast = forecast.Make([]forecast.Work{{Wave: 1, Mapping: "customers", Model: "res.partner", Records: 9}}, forecast.Measured{}, forecast.Agreed{RestoreOnly: true})
	md, _ := bookOf(t, r)
	for _, want := range []string{"NOT AS AGREED: no window was agreed.", "| It takes | not measured |", "| It ends | not known |", "| Way back | not measured |", "| Point of no return | not known |",
		"| load | 1 | customers | 9 | not measured |  | ", "`migrate cutover --target live --accept-restore-only`", "| erase | customers | `migrate rollback --target live` | does not take back all: see restore-only |", "| restore-only | orders |  | not measured (restore the backup", "held to a part of them"} {
		if !strings.Contains(md, want) {
			t.Errorf("no %q in\n%s", want, md)
		}
	}
}
