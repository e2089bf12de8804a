package view

import (
	"testing"
	"time"
)

func TestHowFar(t *testing.T) {
	for _, x := range []struct {
		done, total int64
		want        string
	}{
		{0, 0, "..."},
		{0, 500, "..."},
		{41907, 0, "41,907  20,953/s"},
		{1500, 2000, "1,500 of 2,000  750/s  1s left"},
		{2000, 2000, "2,000 of 2,000  1,000/s  0s left"},
		{2100, 2000, "2,100 of 2,000  1,050/s  0s left"},
	} {
		if got := howFar(x.done, x.total, 2*time.Second); got != x.want {
			t.Errorf("howFar(%d, %d) = %q, want %q", x.done, x.total, got, x.want)
		}
	}
}
