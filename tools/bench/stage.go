package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo/odootest"
	"github.com/odoo-migrate/odoo-migrate/staging/embedded"
	"github.com/odoo-migrate/odoo-migrate/testdata/volume"
)

const stageConfig = `version: 1
project: bench_%d
timezone: UTC
sources: {partners: {file: %q, encoding: utf-8, delimiter: ",", key: [customer_no]}}
targets: {production: {url: %q, database: %q, user: %q, password: {env: BENCH_PASSWORD}}}
thresholds: {first_pass: 0}
`

// partners is the mapping of twelve fields for a server whose partners have no date.
var partners = strings.Replace(twelve, "date: {from: created, as: date}", "function: created", 1)

// staging measures a dry run against the double: a file is landed and hashed, mapped to partners, validated and digested.
// Beside it, psql copies the same file into a plain logged table of the same private PostgreSQL. PostgreSQL's own memory
// and processor time are not in the figures.
func (b *bench) staging(ctx context.Context) (err error) {
	if !b.wanted("stage") {
		return nil
	}
	double := odootest.New(odootest.Options{})
	if err := double.Start(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, double.Close()) }()
	if err := os.Setenv("BENCH_PASSWORD", double.Config().Password); err != nil {
		return err
	}
	fmt.Fprintln(b.out, "\nmigrate stage of partners beside psql's \\copy of the file")
	w := tabwriter.NewWriter(b.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "rows\ttime\tCPU\tmemory\tns a row\t\\copy\tCPU\tmemory\tratio\tgoal\t")
	for _, rows := range []int{10_000, 100_000, 1_000_000, 10_000_000} {
		if rows > b.rows && !b.huge {
			break
		}
		ours, copied, err := b.staged(ctx, double, rows)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%d\t%s\t%d\t%s\t%.2f\t%.2f\t\n", rows, ours, ours.wall.Nanoseconds()/int64(rows), copied, ours.wall.Seconds()/copied.wall.Seconds(), 2.0)
	}
	return w.Flush()
}

// staged measures one size, each time in a project of its own in the same PostgreSQL: a file is landed only once.
func (b *bench) staged(ctx context.Context, double *odootest.Server, rows int) (ours, copied took, err error) {
	file, err := b.file(ctx, "csv", rows)
	if err != nil {
		return ours, copied, err
	}
	dir := filepath.Join(b.dir, fmt.Sprintf("stage-%d", rows))
	if err := os.MkdirAll(filepath.Join(dir, "mappings"), 0o755); err != nil {
		return ours, copied, err
	}
	if err := os.WriteFile(filepath.Join(dir, "mappings", "partners.yaml"), []byte(partners), 0o644); err != nil {
		return ours, copied, err
	}
	if _, err := embedded.Start(ctx, dir); err != nil {
		return ours, copied, err
	}
	defer func() { err = errors.Join(err, embedded.Remove(context.WithoutCancel(ctx), dir)) }()
	psql, env, err := embedded.Psql(ctx, dir)
	if err != nil {
		return ours, copied, err
	}
	psql = slices.Concat([]string{"env"}, env, psql, []string{"-X", "-q", "-v", "ON_ERROR_STOP=1", "-c"})
	var all, copies []took
	for n := range b.times {
		c := double.Config()
		config := fmt.Sprintf(stageConfig, n, file, c.URL, c.Database, c.User)
		if err := os.WriteFile(filepath.Join(dir, "migrate.yaml"), []byte(config), 0o644); err != nil {
			return ours, copied, err
		}
		t, err := process(ctx, []string{b.migrate, "stage", "--config", filepath.Join(dir, "migrate.yaml"), "--quiet", "--format", "json"})
		if err != nil {
			return ours, copied, err
		}
		all = append(all, t)
		if t, err = b.copied(ctx, psql, file); err != nil {
			return ours, copied, err
		}
		copies = append(copies, t)
	}
	return median(all), median(copies), nil
}

// copied measures psql's \copy of a file into a plain logged table, which is dropped afterwards.
func (b *bench) copied(ctx context.Context, psql []string, file string) (took, error) {
	if _, err := process(ctx, append(psql, "drop table if exists plain; create table plain ("+strings.ReplaceAll(volume.Header, ",", " text, ")+" text)")); err != nil {
		return took{}, err
	}
	t, err := process(ctx, append(psql, `\copy plain from '`+file+`' with (format csv, header)`))
	if err != nil {
		return took{}, err
	}
	_, err = process(ctx, append(psql, "drop table plain"))
	return t, err
}
