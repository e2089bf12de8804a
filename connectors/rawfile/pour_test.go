package rawfile_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors/rawfile"
)

// TestHashedBeside: chunks are hashed while others are read into, and none is read into while it is hashed.
func TestHashedBeside(t *testing.T) {
	for _, size := range []int{1, 256 << 10, 256<<10 + 1, 5 << 20} {
		var text bytes.Buffer
		for i := 0; text.Len() < size; i++ {
			fmt.Fprintf(&text, "%d;é\n", i)
		}
		data := text.Bytes()[:size]
		path := filepath.Join(t.TempDir(), "t.csv")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := rawfile.Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(data)
		if got := f.About().SHA256; got != hex.EncodeToString(sum[:]) {
			t.Errorf("%d bytes: hash %s", size, got)
		}
		if c := f.Content(); c.Bytes != int64(size) || c.Multibyte != int64(bytes.Count(data, []byte("é"))) {
			t.Errorf("%d bytes: %d are counted, %d characters beyond ASCII", size, c.Bytes, c.Multibyte)
		}
	}
}
