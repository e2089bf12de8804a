package cli

import (
	"context"
	"os"
	"os/signal"
	"syscall"
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
	return Run(ctx, Env{Args: os.Args[1:], Out: os.Stdout, Err: os.Stderr, Version: version, Stop: stop, Getenv: os.Getenv})
}
