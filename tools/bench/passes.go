package main

import (
	"context"
	"fmt"
	"io"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/csvfile"
	"github.com/odoo-migrate/odoo-migrate/connectors/xlsxfile"
	"github.com/odoo-migrate/odoo-migrate/connectors/xmlfile"
	"github.com/odoo-migrate/odoo-migrate/pipeline/linkage"
	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/testdata/volume"
)

// measurements in the order they are printed.
var measurements = []measurement{
	{name: "csv: read", kind: "csv", part: 1, ours: ourPass("read-csv"), ref: "encoding-csv"},
	{name: "csv: columns and duplicate rows", kind: "csv", part: 1, ours: ourPass("profile"), ref: "duckdb-summarize", goal: 1.5},
	{name: "csv: the whole audit", kind: "csv", part: 1, ours: auditArgv, ref: "duckdb-summarize", goal: 6},
	{name: "xml: read", kind: "xml", part: 5, ours: ourPass("read-xml"), ref: "encoding-xml", goal: 1.3},
	{name: "xlsx: read", kind: "xlsx", part: 5, ours: ourPass("read-xlsx"), ref: "excelize-rows", goal: 1.15},
	{name: "map: twelve fields, in order", kind: "csv", part: 1, ours: ourPass("map")},
	{name: "near-duplicates", kind: "csv", part: 10, ours: ourPass("near-duplicates")},
}

// writers write the generated files, by kind.
var writers = map[string]func(w io.Writer, rows int) error{"csv": volume.WriteCSV, "xml": volume.WriteXML, "xlsx": writeXLSX}

// passes are our own, each over one file, run in a process of their own.
var passes = map[string]func(ctx context.Context, path string) error{
	"read-csv":        reads(csvfile.Open),
	"read-xml":        reads(xmlfile.Open),
	"read-xlsx":       reads(xlsxfile.Open),
	"profile":         profiles,
	"near-duplicates": nearDuplicates,
	"map":             maps,
}

func ourPass(name string) func(*bench, string) []string {
	return func(b *bench, path string) []string { return []string{b.self, "pass", name, path} }
}

func auditArgv(b *bench, path string) []string {
	return []string{b.migrate, "audit", path, "--duplicates", "never", "--format", "json"}
}

// reads opens a file, detects everything, and reads every row of every table.
func reads(open connectors.Opener) func(context.Context, string) error {
	return func(ctx context.Context, path string) error {
		src, err := open(ctx, path, connectors.Options{})
		if err != nil {
			return err
		}
		defer src.Close()
		tables, err := src.Tables(ctx)
		if err != nil {
			return err
		}
		rows := 0
		for _, t := range tables {
			for b, err := range src.Batches(ctx, t.Name) {
				if err != nil {
					return err
				}
				rows += len(b.Rows)
			}
		}
		fmt.Println(rows, "rows")
		return nil
	}
}

func profiles(ctx context.Context, path string) error {
	return profiled(ctx, path, func(in []profile.Input) error {
		r, err := profile.Run(ctx, in, profile.Options{NoKeys: true})
		if err == nil {
			fmt.Println(r.Sources[0].Rows, "rows")
		}
		return err
	})
}

func nearDuplicates(ctx context.Context, path string) error {
	return profiled(ctx, path, func(in []profile.Input) error {
		r, err := profile.Run(ctx, in, profile.Options{})
		if err != nil {
			return err
		}
		found, err := linkage.Run(ctx, r, in, linkage.Options{})
		if err == nil {
			fmt.Println(found.Compared, "pairs compared")
		}
		return err
	})
}

func profiled(ctx context.Context, path string, do func([]profile.Input) error) error {
	src, err := csvfile.Open(ctx, path, connectors.Options{})
	if err != nil {
		return err
	}
	defer src.Close()
	return do([]profile.Input{{Name: "customers", Source: src}})
}
