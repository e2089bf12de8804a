package staging

import (
	"errors"
	"testing"
)

func TestSupported(t *testing.T) {
	for _, c := range []struct {
		version  int
		encoding string
		want     error
	}{{130012, "UTF8", ErrServerOld}, {90600, "SQL_ASCII", ErrServerOld}, {140000, "UTF8", nil}, {180001, "UTF8", nil}, {150000, "LATIN1", ErrEncoding}} {
		if err := supported(c.version, "x", c.encoding); !errors.Is(err, c.want) {
			t.Errorf("%d %s: %v, want %v", c.version, c.encoding, err, c.want)
		}
	}
}
