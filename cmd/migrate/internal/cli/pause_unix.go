//go:build unix

package cli

import (
	"os"
	"os/signal"
	"syscall"

	"github.com/odoo-migrate/odoo-migrate/pipeline/load/flow"
)

// pauseBySignal pauses at SIGUSR1 and goes on at SIGUSR2.
func pauseBySignal(s *flow.Switch) {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGUSR1, syscall.SIGUSR2)
	go func() {
		for sig := range signals {
			if sig == syscall.SIGUSR1 {
				s.Pause()
			} else {
				s.Resume()
			}
		}
	}()
}
