package main

import (
	"bufio"
	"context"
	"fmt"
	"os"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/csvfile"
	"github.com/odoo-migrate/odoo-migrate/connectors/xlsxfile"
	"github.com/odoo-migrate/odoo-migrate/connectors/xmlfile"
	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
	"github.com/odoo-migrate/odoo-migrate/testdata/volume"
)

// measurements in the order they are printed.
var measurements = []measurement{
	{name: "csv: read", file: largeCSV, ours: ourPass("read-csv"), ref: "encoding-csv"},
	{name: "csv: columns and duplicate rows", file: largeCSV, ours: ourPass("profile"), ref: "duckdb-summarize", goal: 1.5},
	{name: "csv: the whole audit", file: largeCSV, ours: auditArgv, ref: "duckdb-summarize", goal: 6},
	{name: "xml: read", file: largeXML, ours: ourPass("read-xml"), ref: "encoding-xml", goal: 1.3},
	{name: "xlsx: read", file: largeXLSX, ours: ourPass("read-xlsx"), ref: "excelize-rows", goal: 1.15},
}

// passes are our own, each over one file, run in a process of their own.
var passes = map[string]func(ctx context.Context, path string) error{
	"read-csv":  reads(csvfile.Open),
	"read-xml":  reads(xmlfile.Open),
	"read-xlsx": reads(xlsxfile.Open),
	"profile":   profiles,
}

func ourPass(name string) func(*bench, string) []string {
	return func(b *bench, path string) []string { return []string{b.self, "pass", name, path} }
}

func auditArgv(b *bench, path string) []string {
	return []string{b.migrate, "audit", path, "--format", "json"}
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
	src, err := csvfile.Open(ctx, path, connectors.Options{})
	if err != nil {
		return err
	}
	defer src.Close()
	r, err := profile.Run(ctx, []profile.Input{{Name: "volume", Source: src}}, profile.Options{})
	if err != nil {
		return err
	}
	fmt.Println(r.Sources[0].Rows, "rows")
	return nil
}

func largeCSV(b *bench) (string, error) { return b.csv(b.rows) }

func (b *bench) csv(rows int) (string, error) {
	return b.file(fmt.Sprintf("volume-%d.csv", rows), func(f *os.File) error { return volume.WriteCSV(f, rows) })
}

func largeXML(b *bench) (string, error) {
	rows := b.rows / 5
	return b.file(fmt.Sprintf("volume-%d.xml", rows), func(f *os.File) error {
		w := bufio.NewWriterSize(f, 1<<20)
		if err := volume.WriteXML(w, rows); err != nil {
			return err
		}
		return w.Flush()
	})
}

func largeXLSX(b *bench) (string, error) {
	rows := b.rows / 5
	return b.file(fmt.Sprintf("volume-%d.xlsx", rows), func(f *os.File) error { return writeXLSX(f, rows) })
}
