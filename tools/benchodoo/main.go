// Command benchodoo measures migrate on a real Odoo server, in one run beside what else there is: the record-by-record
// create loop of a typical script, the load calls of the best peer, bare read and unlink calls, and a create loop inside
// the server. Every leg's records are read back and must be what was generated; then it prints the rates and their
// ratios. What is measured is asserted nowhere; what is in Odoo is.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := measure(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "benchodoo:", err)
		os.Exit(1)
	}
}

// options of a run.
type options struct {
	migrate  string
	dir      string
	json     string
	only     string
	sizes    map[string]*int
	single   int // records of the create loop
	batch    int // of the peer
	workers  int // of the peer
	protocol string
	ours     string // flags of migrate cutover and delta
}

func measure(ctx context.Context, args []string) error {
	opt := options{sizes: map[string]*int{}}
	flags := flag.NewFlagSet("benchodoo", flag.ContinueOnError)
	flags.StringVar(&opt.migrate, "migrate", "bin/migrate", "the built migrate")
	flags.StringVar(&opt.dir, "dir", "", "folder for the generated projects, kept afterwards; a temporary one if empty")
	flags.StringVar(&opt.json, "json", "", "write the measurements to this file, too")
	flags.StringVar(&opt.only, "only", "", "measure these only: partners, products, orders, entries, with commas between them")
	for _, k := range kinds {
		opt.sizes[k.name] = flags.Int(k.name, k.records, "how many "+k.name)
	}
	flags.IntVar(&opt.single, "single", 200, "records that the create loop makes one by one")
	flags.IntVar(&opt.batch, "batch", 500, "rows a call of the peer, records a call inside the server")
	flags.IntVar(&opt.workers, "workers", 3, "calls of the peer at once")
	flags.StringVar(&opt.protocol, "protocol", "xmlrpc", "the peer's protocol: xmlrpc, which peers speak, or jsonrpc")
	flags.StringVar(&opt.ours, "flags", "", "more flags for migrate cutover, like '--workers 3 --batch 1000'")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if err := opt.check(); err != nil {
		return err
	}
	if opt.dir == "" {
		made, err := os.MkdirTemp("", "migrate-bench-odoo-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(made)
		opt.dir = made
	}
	return newBench(opt).all(ctx)
}

func (o options) check() error {
	for _, k := range kinds {
		if n := *o.sizes[k.name]; n < 1 || n > 9_999_999 {
			return fmt.Errorf("-%s %d: between 1 and 9,999,999", k.name, n)
		}
	}
	for name, n := range map[string]int{"single": o.single, "batch": o.batch, "workers": o.workers} {
		if n < 1 {
			return fmt.Errorf("-%s %d: at least 1", name, n)
		}
	}
	for _, word := range strings.FieldsFunc(o.only, comma) {
		if _, ok := o.sizes[word]; !ok {
			return fmt.Errorf("-only %s: there are partners, products, orders and entries", word)
		}
	}
	return nil
}

func comma(r rune) bool { return r == ',' }

// wanted reports whether a kind is measured.
func (o options) wanted(name string) bool {
	words := strings.FieldsFunc(o.only, comma)
	for _, w := range words {
		if w == name {
			return true
		}
	}
	return len(words) == 0
}
