package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/cmd/migrate/internal/cli"
)

// states are the waits in a log, in order, equal neighbours once.
func states(t *testing.T, file string) []string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	var out []string
	for line := range strings.Lines(string(b)) {
		var entry struct{ Msg, State string }
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			break // the last line may be half written
		}
		if entry.Msg == "load" && (len(out) == 0 || out[len(out)-1] != entry.State) {
			out = append(out, entry.State)
		}
	}
	return out
}

// until waits for a state to stand in a log.
func until(t *testing.T, file, state string) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if all := states(t, file); len(all) > 0 && all[len(all)-1] == state {
			return
		}
	}
	t.Errorf("no state %s in the log: %v", state, states(t, file))
}

// Outside the window nothing is loaded, the run says until when, and the first Ctrl-C ends the wait; inside it goes on and
// ends as if there were no window.
func TestWindowIsWaitedFor(t *testing.T) {
	calm := newShop(t)
	want := calm.evidence(t, calm.must(t, cli.Done, cutover...))
	s := newShop(t)
	now := time.Now().UTC()
	later := now.Add(2*time.Hour).Format("15:04") + "-" + now.Add(3*time.Hour).Format("15:04")
	log := filepath.Join(s.dir, "run.log")
	stop := make(chan struct{})
	go func() {
		until(t, log, "closed")
		close(stop)
	}()
	r := s.run(t.Context(), stop, append(cutover, "--window", later, "--log", log)...)
	fit(t, r)
	if r.code != cli.Interrupted || !strings.Contains(r.stderr, "stopped as asked") {
		t.Fatalf("outside the window: %s", r)
	}
	if got := s.loaded(); got["res.partner"] != 0 {
		t.Errorf("outside the window was loaded: %v", got)
	}
	if events := s.must(t, cli.Done, "runs", "--format", "json"); events.stdout == "" {
		t.Error("no run")
	}
	open := now.Add(-time.Hour).Format("15:04") + "-" + now.Add(time.Hour).Format("15:04")
	r = s.must(t, cli.Done, append(cutover, "--resume", "--window", open, "--rate", "100000")...)
	if got := s.evidence(t, r); !got.equal(want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestPolitenessMistakes(t *testing.T) {
	s := newShop(t)
	for _, x := range []struct {
		args []string
		want string
	}{
		{[]string{"--window", "8 pm-6 am"}, `--window: "8 pm-6 am" is no window`},
		{[]string{"--window", "20:00-20:00"}, `--window: the window "20:00-20:00" has no length`},
		{[]string{"--rate", "-1"}, "--rate cannot be below 0"},
	} {
		r := s.must(t, cli.Usage, append([]string{"cutover"}, x.args...)...)
		if !strings.Contains(r.stderr, x.want) {
			t.Errorf("%v: no %q in %s", x.args, x.want, r)
		}
	}
	r := s.must(t, cli.Failure, "cutover", "--log", filepath.Join(s.dir, "missing", "run.log"))
	if !strings.Contains(r.stderr, "run.log") {
		t.Errorf("a log that cannot be written: %s", r)
	}
}
