package embedded

import (
	"testing"
	"time"
)

func TestComplaint(t *testing.T) {
	log := "2026-01-02 03:04:05.678 UTC [1] FATAL:  could not write to file \"x\": No space left on device\n" +
		"2026-01-02 03:04:06.678 UTC [1] LOG:  shutting down\nnonsense\n" +
		"2026-01-02 03:04:06.700 UTC [2] FATAL:  the database system is in recovery mode\n"
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	if got := complaint(log, at); got != `could not write to file "x": No space left on device` {
		t.Errorf("%q", got)
	}
	if got := complaint(log, at.Add(time.Second)); got != "" {
		t.Errorf("an old complaint counts: %q", got)
	}
	if got := complaint("", at); got != "" {
		t.Errorf("%q", got)
	}
}
