package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/odoo-migrate/odoo-migrate/staging/embedded"
	"github.com/odoo-migrate/odoo-migrate/testdata/volume"
)

const stageConfig = `version: 1
project: bench_%d
timezone: UTC
sources: {partners: {file: %q, encoding: utf-8, delimiter: ",", key: [customer_no]}}
targets: {production: {url: %q, database: odoo, user: admin, password: {env: BENCH_PASSWORD}}}
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
	sandbox, end, err := b.sandbox(ctx)
	if err != nil {
		return err
	}
	defer end()
	fmt.Fprintln(b.out, "\nmigrate stage of partners beside psql's \\copy of the file")
	w := tabwriter.NewWriter(b.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "rows\ttime\tCPU\tmemory\tns a row\t\\copy\tCPU\tmemory\tratio\tgoal\t")
	for _, rows := range []int{10_000, 100_000, 1_000_000, 10_000_000} {
		if rows > b.rows && !b.huge {
			break
		}
		ours, copied, err := b.staged(ctx, sandbox, rows)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%d\t%s\t%d\t%s\t%.2f\t%.2f\t\n", rows, ours, ours.wall.Nanoseconds()/int64(rows), copied, ours.wall.Seconds()/copied.wall.Seconds(), 2.0)
	}
	return w.Flush()
}

// sandbox starts migrate's double of Odoo, and returns where it is and what ends it.
func (b *bench) sandbox(ctx context.Context) (url string, end func(), err error) {
	cmd := exec.CommandContext(ctx, b.migrate, "sandbox", "--listen", "127.0.0.1:0")
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	end = func() {
		_ = cmd.Process.Kill() // it keeps nothing
		_ = cmd.Wait()
	}
	line, _ := bufio.NewReader(out).ReadString('\n') // without a line there is no address in it
	found := regexp.MustCompile(`http://[0-9.:]+`).FindString(line)
	if found == "" {
		end()
		return "", nil, fmt.Errorf("migrate sandbox does not say where it is: %q", line)
	}
	return found, end, os.Setenv("BENCH_PASSWORD", "admin")
}

// staged measures one size, each time in a project of its own in the same PostgreSQL: a file is landed only once.
func (b *bench) staged(ctx context.Context, sandbox string, rows int) (ours, copied took, err error) {
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
		config := fmt.Sprintf(stageConfig, n, file, sandbox)
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
