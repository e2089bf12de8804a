package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/odoo-migrate/odoo-migrate/tools/internal/resident"
)

// bench is one run of all measurements.
type bench struct {
	out                      io.Writer
	self, migrate, reference string // programs
	dir, only                string
	times, rows              int
	huge                     bool
}

// measurement is one pass of ours beside its reference.
type measurement struct {
	name string
	kind string                               // of file
	part int                                  // the file has the rows asked for divided by this
	ours func(b *bench, path string) []string // argv
	ref  string                               // name in tools/bench/reference
	goal float64                              // ratio that is aimed at; 0 is none
}

// took is what one process needed.
type took struct {
	wall, cpu time.Duration
	memory    int64 // bytes resident at the most
}

func (b *bench) all(ctx context.Context) error {
	if err := b.compare(ctx); err != nil {
		return err
	}
	if err := b.growth(ctx); err != nil {
		return err
	}
	return b.staging(ctx)
}

// compare prints ours beside the references, run in turn.
func (b *bench) compare(ctx context.Context) error {
	if !slices.ContainsFunc(measurements, func(m measurement) bool { return b.wanted(m.name) }) {
		return nil
	}
	w := tabwriter.NewWriter(b.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "pass\tfile\ttime\tCPU\tmemory\treference\ttime\tCPU\tmemory\tratio\tgoal")
	for _, m := range measurements {
		if !b.wanted(m.name) {
			continue
		}
		path, err := b.file(ctx, m.kind, b.rows/m.part)
		if err != nil {
			return err
		}
		var ours, refs []took
		for range b.times {
			t, err := process(ctx, m.ours(b, path))
			if err != nil {
				return fmt.Errorf("%s: %w", m.name, err)
			}
			ours = append(ours, t)
			if b.reference == "" || m.ref == "" {
				continue
			}
			if t, err = process(ctx, []string{b.reference, m.ref, path}); err != nil {
				return fmt.Errorf("%s: %w", m.ref, err)
			}
			refs = append(refs, t)
		}
		o := median(ours)
		fmt.Fprintf(w, "%s\t%s\t%s\t", m.name, size(path), o)
		if len(refs) == 0 {
			fmt.Fprint(w, "-\t\t\t\t\t\n")
			continue
		}
		r := median(refs)
		fmt.Fprintf(w, "%s\t%s\t%.2f\t", m.ref, r, o.wall.Seconds()/r.wall.Seconds())
		if m.goal > 0 {
			fmt.Fprintf(w, "%.2f", m.goal)
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}

// String is three cells of the table.
func (t took) String() string {
	return fmt.Sprintf("%.2f s\t%.2f s\t%d MiB", t.wall.Seconds(), t.cpu.Seconds(), t.memory>>20)
}

// growth prints the time a row and the memory of the whole audit as the rows grow.
func (b *bench) growth(ctx context.Context) error {
	if !b.wanted("growth") {
		return nil
	}
	fmt.Fprintln(b.out, "\ngrowth of migrate audit, near-duplicates left out")
	w := tabwriter.NewWriter(b.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "rows\ttime\tCPU\tmemory\tns a row\t")
	for _, rows := range []int{10_000, 100_000, 1_000_000, 10_000_000} {
		if rows > b.rows && !b.huge {
			break
		}
		path, err := b.file(ctx, "csv", rows)
		if err != nil {
			return err
		}
		t, err := process(ctx, auditArgv(b, path))
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%d\t%s\t%d\t\n", rows, t, t.wall.Nanoseconds()/int64(rows))
	}
	return w.Flush()
}

// process runs a program to its end and reads what it needed from the system.
func process(ctx context.Context, argv []string) (took, error) {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	var said bytes.Buffer
	cmd.Stderr = &said
	begun := time.Now()
	err := cmd.Run()
	t := took{wall: time.Since(begun)}
	// migrate leaves with 3 where it has findings: the work is done all the same.
	if err != nil && (cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != 3) {
		return t, fmt.Errorf("%s: %w: %s", strings.Join(argv, " "), err, strings.TrimSpace(said.String()))
	}
	t.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	t.memory = resident.Max(cmd.ProcessState)
	return t, nil
}

func median(all []took) took {
	slices.SortFunc(all, func(a, b took) int { return int(a.wall - b.wall) })
	return all[len(all)/2]
}

func size(path string) string {
	info, err := os.Stat(path)
	if err != nil {
		return "?"
	}
	return fmt.Sprintf("%d MB", info.Size()/1_000_000)
}
