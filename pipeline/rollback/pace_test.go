package rollback

import (
	"testing"
	"time"
)

func TestPace(t *testing.T) {
	for _, c := range []struct {
		pace    pace
		records int
		took    time.Duration
		want    pace
	}{
		{200, 200, time.Second, 400},
		{200, 3, time.Millisecond, 200}, // a short call of few records says nothing about many
		{200, 200, 5 * time.Second, 200},
		{200, 200, 16 * time.Second, 100},
		{1500, 1500, time.Second, mostCall},
		{1, 1, time.Minute, 1},
	} {
		if got := c.pace.after(c.records, c.took); got != c.want {
			t.Errorf("%d after %d records in %s: %d, want %d", c.pace, c.records, c.took, got, c.want)
		}
	}
}
