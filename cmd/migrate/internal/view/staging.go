package view

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/staging"
)

// Size writes bytes with the unit that fits.
func Size(bytes int64) string {
	switch {
	case bytes >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(bytes)/(1<<30))
	case bytes >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20))
	}
	return fmt.Sprintf("%d KiB", (bytes+1023)>>10)
}

// Inspection says what is in staging.
func Inspection(w io.Writer, in *pipeline.Inspection, width int) error {
	var b strings.Builder
	server, _, _ := strings.Cut(in.Server, " ") // after it comes who packaged it
	head := fmt.Sprintf("%s: %s in %s, schema %d, PostgreSQL %s", in.Project, Size(in.Bytes), in.Schema, in.Inspection.Version, server)
	b.WriteString(Wrap(head, width, 0))
	b.WriteString(Wrap(fmt.Sprintf("It keeps %s a source, the staged records of %s, and the findings of %s of stage.",
		counted(in.Keep.Snapshots, "landed file"), counted(in.Keep.Runs, "run"), counted(in.Keep.Findings, "run")), width, 0))
	if in.Holder != "" {
		b.WriteString(Wrap(in.Holder+" is working on it.", width, 0))
	}
	landedFiles(&b, in.Snapshots, width)
	stagedTables(&b, in.Staged, width)
	heading(&b, "Tables")
	t := Table{Head: []string{"table", "rows", "dead", "size"}, Right: []int{1, 2, 3}, Width: width, Indent: 2}
	for _, one := range in.Tables {
		t.Rows = append(t.Rows, []string{one.Table, Number(one.Rows), Number(one.Dead), Size(one.Bytes)})
	}
	b.WriteString(t.String())
	ledgerLines(&b, in, width)
	due := removed(in.Due)
	if due == "" {
		b.WriteString("\nNothing is older than is kept.\n")
	} else {
		b.WriteString("\n" + Wrap("Older than is kept: "+due+". The next run removes it; so does migrate staging vacuum.", width, 0))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func landedFiles(b *strings.Builder, list []staging.KeptSnapshot, width int) {
	heading(b, "Landed files")
	t := Table{Head: []string{"no.", "source", "file", "rows", "size", "landed", ""}, Right: []int{0, 3, 4}, Middle: []int{2}, Width: width, Indent: 2}
	for _, v := range list {
		note := ""
		switch {
		case v.PurgedAt != nil:
			note = "purged"
		case v.Due:
			note = "goes"
		case v.Newest:
			note = "newest"
		}
		t.Rows = append(t.Rows, []string{fmt.Sprint(v.ID), v.Source, filepath.Base(v.File), Number(v.Rows), Size(v.Bytes), v.LandedAt.Format("2006-01-02"), note})
	}
	if len(t.Rows) == 0 {
		b.WriteString("  none\n")
		return
	}
	b.WriteString(t.String())
}

func stagedTables(b *strings.Builder, list []staging.KeptStaged, width int) {
	heading(b, "Staged records")
	t := Table{Head: []string{"run", "mapping", "model", "records", "size", ""}, Right: []int{0, 3, 4}, Width: width, Indent: 2}
	for _, v := range list {
		note := ""
		if v.Due {
			note = "goes"
		}
		t.Rows = append(t.Rows, []string{fmt.Sprint(v.Run), v.Mapping, v.Model, Number(v.Rows), Size(v.Bytes), note})
	}
	if len(t.Rows) == 0 {
		b.WriteString("  none\n")
		return
	}
	b.WriteString(t.String())
}

func ledgerLines(b *strings.Builder, in *pipeline.Inspection, width int) {
	b.WriteString("\n")
	b.WriteString(Wrap(fmt.Sprintf("Ledger: %s in Odoo, %s archived, %s deleted. Calls of unknown outcome: %s.",
		counted(in.Ledger["active"], "record"), Number(in.Ledger["archived"]), Number(in.Ledger["deleted"]), Number(in.Open)), width, 0))
	for _, part := range []struct{ key, text string }{{"rows", "Rows of the data were purged at %s."}, {"ledger", "The ledger's values were purged at %s: delta, verify and rollback are over."}} {
		if at := in.Purged[part.key]; at != "" {
			b.WriteString(Wrap(fmt.Sprintf(part.text, at), width, 0))
		}
	}
}

func counted[T int | int64](n T, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return Number(n) + " " + what + "s"
}

// removed lists what retention removed, or would; "" where that is nothing.
func removed(r staging.Retained) string {
	var parts []string
	if r.Snapshots > 0 {
		parts = append(parts, fmt.Sprintf("%s (%s)", counted(r.Snapshots, "landed file"), counted(r.Landed, "row")))
	}
	if r.Staged > 0 {
		parts = append(parts, fmt.Sprintf("%s (%s)", counted(r.Staged, "staged table"), counted(r.Records, "record")))
	}
	if r.Findings+r.Classes > 0 {
		parts = append(parts, fmt.Sprintf("%s and the outcome of %s of old runs", counted(r.Findings, "finding"), counted(r.Classes, "row")))
	}
	if r.Orphans > 0 {
		parts = append(parts, counted(r.Orphans, "orphaned table"))
	}
	return strings.Join(parts, ", ")
}

// Vacuumed says what vacuum did.
func Vacuumed(w io.Writer, v *pipeline.Vacuuming, width int) error {
	what := removed(v.Removed)
	if what == "" {
		what = "nothing was older than is kept"
	}
	_, err := io.WriteString(w, Wrap("Removed: "+what+".", width, 0)+Wrap(fmt.Sprintf("Staging takes %s; it took %s.", Size(v.After), Size(v.Before)), width, 0))
	return err
}

// Dropped says what was dropped.
func Dropped(w io.Writer, d *pipeline.Dropped, width int) error {
	verb := "Dropped"
	if d.DryRun {
		verb = "Would drop"
	}
	text := fmt.Sprintf("%s %s (%s) and %s (%s), %s.", verb, counted(d.Snapshots, "landed file"), counted(d.Landed, "row"),
		counted(d.Staged, "staged table"), counted(d.Records, "record"), Size(d.Bytes))
	if d.All {
		text += fmt.Sprintf(" With them the schemas of %s: %s, the event log, and the ledger of %s in Odoo. Afterwards there is no delta, no verify and no rollback.",
			d.Project, counted(d.Runs, "run"), counted(d.Ledger["active"]+d.Ledger["archived"], "record"))
	}
	_, err := io.WriteString(w, Wrap(text, width, 0))
	return err
}

// Purged says what a purge removed, and what it left.
func Purged(w io.Writer, p *pipeline.Purging, width int) error {
	var b strings.Builder
	verb := "Purged"
	if p.DryRun {
		verb = "Would purge"
	}
	b.WriteString(verb + " in " + p.Project + ":\n")
	t := Table{Head: []string{"", "", ""}, Right: []int{0}, Width: width, Indent: 2}
	for _, line := range []struct {
		n           int64
		what, stays string
	}{
		{p.Landed, "landed rows", "their digests stay"}, {p.Corrected, "corrected rows", ""}, {p.Quarantined, "damaged rows", "the SHA-256 of their bytes stays"},
		{p.Unheld, "cells that are no text", "likewise"}, {p.Records, "staged records", "their Merkle root is in the plan"},
		{p.Findings, "findings", "rule, row and column stay"}, {p.Differences, "differences of records", "the field and both digests stay"}, {p.Notes, "reasons and notes", "classes and counts stay"},
		{p.Summaries, "summaries of runs", "numbers, names and hashes stay"},
	} {
		t.Rows = append(t.Rows, []string{Number(line.n), line.what, line.stays})
	}
	if p.WithLedger {
		t.Rows = append(t.Rows, []string{Number(p.Ledger), "values in the ledger", "ids and digests stay"},
			[]string{Number(p.Changes), "values before and after changes", "what was changed stays"})
	}
	b.WriteString(t.String())
	if p.WithLedger {
		b.WriteString(Wrap("Without the ledger's values there is no delta, no verify and no rollback.", width, 0))
	}
	b.WriteString(Wrap("Not touched: exports, corrections and reports in the project's folder, and backups of staging.", width, 0))
	_, err := io.WriteString(w, b.String())
	return err
}
