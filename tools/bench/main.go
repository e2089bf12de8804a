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
	if len(args) == 3 && args[0] == "pass" { // the child: one of our passes over one file
		pass, ok := passes[args[1]]
		if !ok {
			return fmt.Errorf("no pass is called %s", args[1])
		}
		return pass(ctx, args[2])
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

// file is a generated file, written when it is first asked for.
func (b *bench) file(name string, write func(*os.File) error) (string, error) {
	path := filepath.Join(b.dir, name)
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	f, err := os.Create(path + ".part")
	if err != nil {
		return "", err
	}
	if err := write(f); err != nil {
		_ = f.Close() // the first error counts
		return "", fmt.Errorf("write %s: %w", name, err)
	}
	if err := f.Close(); err != nil {
		return "", err
	}
	return path, os.Rename(path+".part", path)
}

func (b *bench) wanted(name string) bool { return strings.Contains(name, b.only) }
