package view

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

// Progress shows how far the phases of a run are. Stop ends the showing; it may be called twice.
type Progress interface {
	Phase(name string, total int64)
	Advance(name string, by int64)
	Done(name string)
	Stop()
}

// NewProgress shows bars on a terminal, and a line a phase elsewhere, so that a log stays readable.
func NewProgress(w io.Writer) Progress {
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return &bars{out: mpb.New(mpb.WithOutput(w), mpb.WithWidth(30), mpb.WithRefreshRate(150*time.Millisecond)), all: map[string]*mpb.Bar{}}
	}
	return &lines{w: w, phases: map[string]*phase{}}
}

// NoProgress shows nothing.
func NoProgress() Progress { return nothing{} }

type nothing struct{}

func (nothing) Phase(string, int64)   {}
func (nothing) Advance(string, int64) {}
func (nothing) Done(string)           {}
func (nothing) Stop()                 {}

type bars struct {
	mu      sync.Mutex
	out     *mpb.Progress
	all     map[string]*mpb.Bar
	stopped bool
}

func (b *bars) Phase(name string, total int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stopped {
		return
	}
	if old := b.all[name]; old != nil {
		old.Abort(true)
	}
	var builder mpb.BarFillerBuilder = mpb.BarStyle()
	if total <= 0 { // there is no bar of an unknown length
		builder = mpb.NopStyle()
	}
	began := time.Now()
	b.all[name] = b.out.New(max(total, 0), builder,
		mpb.PrependDecorators(decor.Name(Cut(Clean(name), 30), decor.WC{W: 32, C: decor.DindentRight})),
		mpb.AppendDecorators(decor.Any(func(s decor.Statistics) string { return howFar(s.Current, s.Total, time.Since(began)) })),
		mpb.BarRemoveOnComplete())
}

// howFar says how much is done, how fast, and where the end is known how long it still takes.
func howFar(done, total int64, took time.Duration) string {
	if done <= 0 {
		return "..."
	}
	rate := float64(done) / max(took.Seconds(), 0.001)
	if total <= 0 {
		return fmt.Sprintf("%s  %s/s", Number(done), Number(int64(rate)))
	}
	left := time.Duration(float64(max(0, total-done)) / rate * float64(time.Second))
	return fmt.Sprintf("%s of %s  %s/s  %s left", Number(done), Number(total), Number(int64(rate)), left.Round(time.Second))
}

func (b *bars) Advance(name string, by int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if bar := b.all[name]; bar != nil {
		bar.IncrInt64(by)
	}
}

func (b *bars) Done(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if bar := b.all[name]; bar != nil {
		bar.Abort(true)
		delete(b.all, name)
	}
}

func (b *bars) Stop() {
	b.mu.Lock()
	if b.stopped {
		b.mu.Unlock()
		return
	}
	b.stopped = true
	for _, bar := range b.all {
		bar.Abort(true)
	}
	b.mu.Unlock()
	b.out.Wait()
}

// lines writes one line when a phase is done.
type lines struct {
	mu     sync.Mutex
	w      io.Writer
	phases map[string]*phase
}

type phase struct {
	began time.Time
	done  int64
}

func (l *lines) Phase(name string, _ int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.phases[name] = &phase{began: time.Now()}
}

func (l *lines) Advance(name string, by int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p := l.phases[name]; p != nil {
		p.done += by
	}
}

func (l *lines) Done(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.phases[name]
	if p == nil {
		return
	}
	delete(l.phases, name)
	took := time.Since(p.began)
	if p.done == 0 {
		fmt.Fprintf(l.w, "  %-32s %8.1f s\n", Clean(name), took.Seconds())
		return
	}
	fmt.Fprintf(l.w, "  %-32s %8.1f s %12s  %s/s\n", Clean(name), took.Seconds(), Number(p.done), Number(int64(float64(p.done)/max(took.Seconds(), 0.001))))
}

func (l *lines) Stop() {}
