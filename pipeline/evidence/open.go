package evidence

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// OpenName is the table of what keeps a bundle from being signed. One without lines, or that is not there, as in bundles of
// earlier versions, keeps nobody.
const OpenName = "open.csv"

// OpenHead are its columns.
var OpenHead = []string{"what", "count", "which", "remedy"}

// Open is one line of it.
type Open struct{ Kind, Count, Which, Remedy string }

// ReadOpen reads what is open from a bundle that holds.
func ReadOpen(r io.ReaderAt, size int64) ([]Open, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoBundle, err)
	}
	t, err := openTable(z, OpenName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", OpenName, err)
	}
	defer t.close()
	var out []Open
	for t.next() {
		out = append(out, Open{t.row["what"], t.row["count"], t.row["which"], t.row["remedy"]})
	}
	return out, t.err
}
