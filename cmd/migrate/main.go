// Command migrate moves a company's legacy data into Odoo and proves that it arrived.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/odoo-migrate/odoo-migrate/cmd/migrate/internal/cli"
)

// version is set at build time (-ldflags "-X main.version=...").
var version = "dev"

func main() {
	ctx, cancel := context.WithCancel(context.Background())
	stop := make(chan struct{})
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		// Once: finish the batches in flight and stop clean. Twice: stop now. Both can be resumed.
		<-signals
		close(stop)
		<-signals
		cancel()
	}()
	os.Exit(cli.Run(ctx, cli.Env{Args: os.Args[1:], Out: os.Stdout, Err: os.Stderr, Version: version, Stop: stop, Getenv: os.Getenv}))
}
