package rawfile

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/connectors"
)

// settled opens a file and makes believe that it was written long before.
func settled(t *testing.T, data []byte) (*File, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "data.csv")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if f.known.Load().settled {
		t.Fatal("a file that was written just now is taken for an old one")
	}
	s := *f.known.Load()
	s.settled = true
	f.known.Store(&s)
	return f, path
}

// A file whose times did not move is not hashed again; one that is written to while it is read is noticed all the same.
func TestSettledFiles(t *testing.T) {
	data := bytes.Repeat([]byte("0123456789"), 100_000)
	for name, tc := range map[string]struct {
		change  func(path string) error
		changed bool
	}{
		"untouched":  {func(string) error { return nil }, false},
		"same again": {func(path string) error { return os.WriteFile(path, data, 0o600) }, false},
		"other bytes": {func(path string) error {
			return os.WriteFile(path, bytes.ReplaceAll(data, []byte("5"), []byte("6")), 0o600)
		}, true},
		"longer": {func(path string) error { return os.WriteFile(path, append(data[:len(data):len(data)], 'x'), 0o600) }, true},
		"cut":    {func(path string) error { return os.Truncate(path, 600_000) }, true},
	} {
		t.Run(name, func(t *testing.T) {
			f, path := settled(t, data)
			r, err := f.NewReader(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			if r.(*reader).hash != nil {
				t.Error("the file is hashed again")
			}
			if _, err := io.ReadFull(r, make([]byte, 100)); err != nil {
				t.Fatal(err)
			}
			if err := tc.change(path); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(path, time.Now(), time.Now().Add(time.Second)); err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadAll(r); errors.Is(err, connectors.ErrChanged) != tc.changed || !tc.changed && err != nil {
				t.Errorf("ended with %v", err)
			}
		})
	}
}

// FuzzDetectCharset: whatever the bytes, an encoding is named that exists, with a confidence between 0 and 1.
func FuzzDetectCharset(f *testing.F) {
	for _, seed := range []string{"a;b\n1;J\xfcrgen\n", "\x82\xa0\x82\xa2\n", "\xcf\xf0\xe8\xe2\xe5\xf2 \xec\xe8\xf0\n", "\xef\xbb\xbfid\n", "a\x00;\x00\n\x00", "\xff\xfe\x00", "\xd6\xd0\xb9\xfa\n", "\xa4\xa4\xa4\xe5\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Count(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		cs, bom, found, err := c.DetectCharset("")
		if err != nil {
			if !errors.Is(err, connectors.ErrUnsupported) {
				t.Error(err)
			}
			return
		}
		if cs.Name() != found.Value || found.Confidence < 0 || found.Confidence > 1 || bom > len(data) {
			t.Errorf("%q: %s, %+v, mark of %d bytes", data, cs.Name(), found, bom)
		}
		if n, first := c.Undecodable(cs); n < 0 || n > 0 && (first < 0 || first >= int64(len(data))) {
			t.Errorf("%q: %d bytes undecodable from %d", data, n, first)
		}
	})
}
