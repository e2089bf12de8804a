package cli

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/odoo-migrate/odoo-migrate/pipeline/load/flow"
)

// Main runs the command this process was called with, under the rules of a terminal, and returns its exit code.
func Main(version string) int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
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
	pause := &flow.Switch{}
	pauseBySignal(pause)
	return Run(ctx, Env{Args: os.Args[1:], Out: os.Stdout, Err: os.Stderr, Version: version, Stop: stop, Pause: pause, Getenv: os.Getenv})
}
