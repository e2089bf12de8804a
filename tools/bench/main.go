// Command bench measures migrate's passes over generated files against named references, in the same run on the same
// machine: each measurement is a process of its own, so that its memory is its own, ours and the reference in turn. It
// prints the medians, their ratio, the memory, and how time and memory grow with the rows. Nothing here is asserted.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	switch { // the children
	case len(args) == 3 && args[0] == "pass":
		pass, ok := passes[args[1]]
		if !ok {
			return fmt.Errorf("no pass is called %s", args[1])
		}
		return pass(ctx, args[2])
	case len(args) == 4 && args[0] == "write":
		return generate(args[1], args[2], args[3])
	}
	b := bench{out: os.Stdout}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.StringVar(&b.reference, "reference", "", "the built program of tools/bench/reference")
	flags.StringVar(&b.migrate, "migrate", "bin/migrate", "the built migrate")
	flags.StringVar(&b.only, "only", "", "measure what has this in its name only")
	flags.IntVar(&b.times, "times", 3, "runs of each measurement; the median counts")
	flags.IntVar(&b.rows, "rows", 1_000_000, "rows of the large CSV")
	flags.BoolVar(&b.huge, "huge", false, "show the growth up to ten times as many rows")
	dir := flags.String("dir", "", "folder for the generated files; a temporary one if empty")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *dir == "" {
		made, err := os.MkdirTemp("", "migrate-bench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(made)
		*dir = made
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	b.self, b.dir = self, *dir
	return b.all(ctx)
}

// file is a generated file, written when it is first asked for, by a process of its own: the memory a process is said to
// have had at the most is at least what its parent had.
func (b *bench) file(ctx context.Context, kind string, rows int) (string, error) {
	path := filepath.Join(b.dir, fmt.Sprintf("volume-%d.%s", rows, kind))
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	if _, err := process(ctx, []string{b.self, "write", kind, strconv.Itoa(rows), path + ".part"}); err != nil {
		return "", err
	}
	return path, os.Rename(path+".part", path)
}

// generate writes a file of a kind.
func generate(kind, rows, path string) error {
	n, err := strconv.Atoi(rows)
	if err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := writers[kind](f, n); err != nil {
		_ = f.Close() // the first error counts
		return fmt.Errorf("write %s: %w", path, err)
	}
	return f.Close()
}

func (b *bench) wanted(name string) bool { return strings.Contains(name, b.only) }
