package evidence

import (
	"archive/zip"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/checksum"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// ErrOrder says that records came in another order than a bundle's lists have.
var ErrOrder = errors.New("the records are not in the order of models and external ids")

// Write writes the bundle as a zip file and returns its manifest with the root. The same content gives the same bytes.
func (b *Bundle) Write(w io.Writer) (*Manifest, string, error) {
	p := newPacker(w)
	m := &Manifest{Kind: manifestKind, Version: version, Project: b.Project, Module: b.Module, Program: b.Program, Binary: b.Binary, Target: b.Target, Run: b.Run,
		Records: []Model{}}
	for _, name := range slices.Sorted(maps.Keys(b.Files)) {
		if err := p.file(name, func(w io.Writer) error { _, err := w.Write(b.Files[name]); return err }); err != nil {
			return nil, "", err
		}
	}
	for _, s := range b.Sheets {
		if err := p.file(s.Name, s.Write); err != nil {
			return nil, "", err
		}
	}
	if err := p.file(eventsName, func(w io.Writer) error { return b.writeEvents(w, &m.Events) }); err != nil {
		return nil, "", err
	}
	if err := b.writeRecords(p, m); err != nil {
		return nil, "", err
	}
	slices.SortFunc(p.files, func(a, b File) int { return cmp.Compare(a.Name, b.Name) })
	m.Files = p.files
	text, err := encode(m)
	if err != nil {
		return nil, "", err
	}
	root := checksum.Bytes(text).String()
	for _, f := range []struct{ name, text string }{{ManifestName, string(text)}, {SealName, root + "  " + ManifestName + "\n"}} {
		if err := p.file(f.name, func(w io.Writer) error { _, err := io.WriteString(w, f.text); return err }); err != nil {
			return nil, "", err
		}
	}
	return m, root, p.close()
}

// encode writes JSON as all files of the bundle have it.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	err := e.Encode(v)
	return b.Bytes(), err
}

// packer writes the files of a zip file one after the other, and what the manifest says of them.
type packer struct {
	seal  *sealing
	zip   *zip.Writer
	files []File
}

func newPacker(w io.Writer) *packer {
	s := &sealing{w: w, h: sha256.New()}
	z := zip.NewWriter(s)
	_ = z.SetComment(strings.Repeat("0", sealLength)) // short enough, as it must be
	return &packer{seal: s, zip: z}
}

func (p *packer) file(name string, write func(io.Writer) error) error {
	// Without a time of its own, since that would be another one each time.
	w, err := p.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
	if err != nil {
		return fmt.Errorf("bundle %s: %w", name, err)
	}
	c := &counting{h: sha256.New()}
	if err := write(io.MultiWriter(w, c)); err != nil {
		return fmt.Errorf("bundle %s: %w", name, err)
	}
	p.files = append(p.files, File{name, c.n, hex.EncodeToString(c.h.Sum(nil))})
	return nil
}

func (p *packer) close() error {
	if err := p.zip.Close(); err != nil {
		return err
	}
	return p.seal.close()
}

type counting struct {
	h hash.Hash
	n int64
}

func (c *counting) Write(b []byte) (int, error) {
	c.n += int64(len(b))
	return c.h.Write(b)
}

// sealLength is how many characters the zip file's comment has: the SHA-256 of all bytes before it. So a change of any
// byte shows, also of those that no file of the bundle is made of.
const sealLength = 2 * sha256.Size

// sealing holds the last bytes back, and in the end writes the digest of all others in their place.
type sealing struct {
	w    io.Writer
	h    hash.Hash
	tail []byte
}

func (s *sealing) Write(b []byte) (int, error) {
	s.tail = append(s.tail, b...)
	if ready := len(s.tail) - sealLength; ready > 0 {
		s.h.Write(s.tail[:ready])
		if _, err := s.w.Write(s.tail[:ready]); err != nil {
			return 0, err
		}
		s.tail = append(s.tail[:0], s.tail[ready:]...)
	}
	return len(b), nil
}

func (s *sealing) close() error {
	_, err := io.WriteString(s.w, hex.EncodeToString(s.h.Sum(nil)))
	return err
}

// Write writes the sheet as CSV.
func (s Sheet) Write(w io.Writer) error {
	c := csv.NewWriter(w)
	if err := c.Write(s.Head); err != nil {
		return err
	}
	for row, err := range s.Rows {
		if err != nil {
			return err
		}
		for i := range row {
			row[i] = harmless(row[i])
		}
		if err := c.Write(row); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

// harmless is record.NoFormula, which numbers do not need.
func harmless(cell string) string {
	if _, err := record.ParseDecimal(cell); err == nil {
		return cell
	}
	return record.NoFormula(cell)
}

func (b *Bundle) writeEvents(w io.Writer, log *Log) error {
	c := csv.NewWriter(w)
	if err := c.Write([]string{"seq", "run", "at", "kind", "data", "hash"}); err != nil {
		return err
	}
	for e, err := range b.Events {
		if err != nil {
			return err
		}
		log.Count, log.Head = e.Seq, e.Hash
		if err := c.Write([]string{strconv.FormatInt(e.Seq, 10), strconv.FormatInt(e.Run, 10), e.At.UTC().Format(checksum.EventTime), e.Kind, e.Data, e.Hash}); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}
