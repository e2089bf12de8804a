//go:build unix

package linkage

import (
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/pipeline/profile"
)

// BenchmarkParties links 100,000 generated parties in three tables. Of the figures, cpu-s and wall-s are a run's, peak-MB
// is the largest heap while it ran, bytes/party what the values of a party take, and F1 how right the groups are. It fails
// when a run takes more than 60 seconds of CPU time, which is 30 on two cores.
func BenchmarkParties(b *testing.B) {
	w := newWorld(100_000)
	w.fill(100_000)
	in := w.inputs()
	r, err := profile.Run(b.Context(), in, profile.Options{})
	if err != nil {
		b.Fatal(err)
	}
	opt := Options{}.withDefaults()
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	peak := watchHeap(b)
	start, cpu := time.Now(), cpuTime()
	var l *linker
	for b.Loop() {
		plans, err := plan(r, opt)
		if err != nil {
			b.Fatal(err)
		}
		if l, err = link(b.Context(), KindParty, plans, in, opt); err != nil {
			b.Fatal(err)
		}
	}
	seconds := (cpuTime() - cpu).Seconds() / float64(b.N)
	b.ReportMetric(seconds, "cpu-s")
	b.ReportMetric(time.Since(start).Seconds()/float64(b.N), "wall-s")
	b.ReportMetric(float64(peak()-before.HeapAlloc)/1e6, "peak-MB")
	b.ReportMetric(float64(l.bytes())/float64(l.size()), "bytes/party")
	b.ReportMetric(float64(l.compared)/float64(l.size()), "pairs/party")
	b.ReportMetric(accuracyOf(l, w.truth(l)).f, "F1")
	if seconds > 60 {
		b.Errorf("100,000 parties took %.1f s of CPU time", seconds)
	}
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// watchHeap returns a function that gives the largest heap seen up to then.
func watchHeap(b *testing.B) func() uint64 {
	var most atomic.Uint64
	stop := make(chan struct{})
	b.Cleanup(func() { close(stop) })
	go func() {
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most.Store(max(most.Load(), m.HeapAlloc))
			select {
			case <-stop:
				return
			case <-time.After(50 * time.Millisecond):
			}
		}
	}()
	return most.Load
}
