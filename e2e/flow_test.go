//go:build odoo && unix

package e2e

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
)

// front is a proxy before Odoo that can lose it.
type front struct {
	*httptest.Server
	mode  atomic.Int32
	calls atomic.Int64
}

// How a front behaves.
const (
	passes  int32 = iota
	refuses       // answers 502 by itself
	loses         // lets Odoo do what it is asked, and closes the connection in place of the answer
)

func newFront(t *testing.T, s *server) *front {
	t.Helper()
	to, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(to)
	f := &front{}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.calls.Add(1)
		switch f.mode.Load() {
		case refuses:
			http.Error(w, "<html><title>502 Bad Gateway</title></html>", http.StatusBadGateway)
		case loses:
			proxy.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		default:
			proxy.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(f.Close)
	return f
}

// logged are the states in a log of a load, and the mappings whose batches are told of.
func logged(t *testing.T, file string) (states, cut []string) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		var e struct{ Msg, State, Mapping string }
		if json.Unmarshal([]byte(line), &e) != nil {
			continue
		}
		if e.Msg == "batches" {
			cut = append(cut, e.Mapping)
		} else {
			states = append(states, e.State)
		}
	}
	return states, cut
}

// A load that is held to a rate, meets an outage of many seconds in which replies are lost, and is paused and resumed by
// signals, ends as one that nobody disturbed, within its rate, and can be undone like it.
func TestDisturbedAndPolite(t *testing.T) {
	want := undisturbed(t)
	s := fresh(t)
	before := s.fingerprint(t)
	through := newFront(t, s)
	direct := s.url
	s.url = through.URL
	f := demoCompany(t, s)
	s.url = direct
	migrate[pipeline.Stage](t, f, done, "stage")
	log := filepath.Join(f.dir, "run.log")
	const rate = 120
	now := time.Now().UTC()
	window := now.Add(-2*time.Hour).Format("15:04") + "-" + now.Add(2*time.Hour).Format("15:04")
	cmd := f.command(t, "cutover", "--batch", "200", "--workers", "6", "--rate", "120", "--window", window, "--log", log)
	var out, talk bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &talk
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	over := make(chan error, 1)
	go func() { over <- cmd.Wait() }()
	until := func(what string, there func() bool) {
		t.Helper()
		for deadline := time.Now().Add(3 * time.Minute); !there(); time.Sleep(20 * time.Millisecond) {
			select {
			case err := <-over:
				t.Fatalf("it ended before %s: %v\n%s", what, err, talk.String())
			default:
			}
			if time.Now().After(deadline) {
				t.Fatalf("%s does not come", what)
			}
		}
	}
	began := time.Now()
	until("its first records", func() bool { return s.ids(t) > want.ids/5 })
	through.mode.Store(loses)
	until("an outage", func() bool { states, _ := logged(t, log); return slices.Contains(states, "down") })
	through.mode.Store(refuses)
	time.Sleep(10 * time.Second)
	through.mode.Store(passes)
	at := s.ids(t)
	until("more records", func() bool { return s.ids(t) > at })
	if err := cmd.Process.Signal(syscall.SIGUSR1); err != nil {
		t.Fatal(err)
	}
	until("a pause", func() bool { states, _ := logged(t, log); return states[len(states)-1] == "paused" })
	for was := int64(-1); was != through.calls.Load(); time.Sleep(3 * time.Second) {
		was = through.calls.Load() // what was under way is finished
	}
	paused, calls := s.ids(t), through.calls.Load()
	time.Sleep(3 * time.Second)
	if s.ids(t) != paused || through.calls.Load() != calls {
		t.Error("it goes on while it is paused")
	}
	if err := cmd.Process.Signal(syscall.SIGUSR2); err != nil {
		t.Fatal(err)
	}
	if err := <-over; err != nil {
		t.Fatalf("%v\n%s", err, talk.String())
	}
	took := time.Since(began)
	var l pipeline.Load
	if err := json.Unmarshal(out.Bytes(), &l); err != nil {
		t.Fatal(err)
	}
	if got := rootsOf(l); !maps.Equal(got, want.roots) {
		t.Errorf("Merkle roots %v\nwant %v", got, want.roots)
	}
	if got := s.counts(t); !maps.Equal(got, want.counts) {
		t.Errorf("records %v\nwant %v", got, want.counts)
	}
	s.expect(t, single)
	s.expect(t, quiet)
	if !l.Clean() {
		t.Errorf("it is not clean: %v %+v", l.Balance, l.Controls)
	}
	sent := 0
	for mapping, u := range l.Batches {
		sent += u.Records
		t.Logf("%s: %+v", mapping, u)
	}
	if least := time.Duration(sent-200-want.ids/5) * time.Second / rate; took < least {
		t.Errorf("%d records in %s are more than %d a second", sent, took, rate)
	}
	states, cut := logged(t, log)
	t.Logf("%s for %d records; states %v", took, sent, states)
	if len(cut) == 0 || !slices.Contains(states, "flowing") {
		t.Errorf("the log tells of %v and %v", states, cut)
	}
	if u := migrate[pipeline.Undo](t, f, done, "rollback"); !u.Proven() {
		t.Errorf("rollback: %+v", u.Result)
	}
	s.sameAs(t, "after the rollback", before)
	if again := migrate[pipeline.Load](t, f, done, "cutover"); !maps.Equal(rootsOf(again), want.roots) {
		t.Errorf("load, rollback, load: Merkle roots %v\nwant %v", rootsOf(again), want.roots)
	}
}
