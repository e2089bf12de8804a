// Package rawfile gives the file formats their bytes: it hashes what lies on disk, unpacks gzip, xz and single-file zip
// archives, finds the character encoding and notices a file that changed. It does not know tables, rows or cells.
package rawfile

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// File is a file that was read once from its first byte to its last: hashed, unpacked, its bytes counted.
type File struct {
	about   connectors.File
	packing Packing
	content Content
	known   atomic.Pointer[stamp] // when the bytes were last known to be those of about
}

// stamp is what the file system says about a file. Equal stamps mean equal bytes, but for files that were written so
// shortly before the bytes were read that a clock of coarse ticks cannot tell the two apart.
type stamp struct {
	size, modified, changed int64 // bytes; nanoseconds; nanoseconds, 0 where the system keeps no such time
	settled                 bool  // the times were well past when the bytes were read
}

// coarse is how far apart two writes must be to show in the times of any file system: FAT counts in 2 seconds.
const coarse = 3 * time.Second

func newStamp(info os.FileInfo, now time.Time) stamp {
	s := stamp{size: info.Size(), modified: info.ModTime().UnixNano(), changed: changeTime(info)}
	s.settled = now.UnixNano()-max(s.modified, s.changed) > int64(coarse)
	return s
}

func (s stamp) same(other stamp) bool {
	return s.size == other.size && s.modified == other.modified && s.changed == other.changed
}

// Open reads path once. A file packed with gzip, xz or zip is looked into; a zip archive must hold exactly one file. The
// error wraps fs.ErrNotExist, connectors.ErrFolder, ErrEmpty, ErrUnsupported, ErrEncrypted or ErrDamaged.
func Open(ctx context.Context, path string) (*File, error) { return open(ctx, path, true) }

// OpenAsIs is Open for formats that are archives themselves (XLSX): nothing is unpacked.
func OpenAsIs(ctx context.Context, path string) (*File, error) { return open(ctx, path, false) }

func open(ctx context.Context, path string, unpack bool) (*File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, explain(path, err)
	}
	if info.IsDir() {
		return nil, fmt.Errorf("%s %w", path, connectors.ErrFolder)
	}
	f := &File{about: connectors.File{Path: path, Size: info.Size()}}
	now := newStamp(info, time.Now())
	f.known.Store(&now)
	if info.Size() == 0 {
		return nil, f.empty()
	}
	if unpack {
		if f.packing, err = sniff(path); err != nil {
			return nil, explain(path, err)
		}
	}
	r, err := f.newReader(ctx, true)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if err := r.pour(&f.content); err != nil {
		return nil, err
	}
	f.content.finish()
	f.about.SHA256 = r.sum
	if f.content.Bytes == 0 {
		return nil, f.empty()
	}
	return f, nil
}

// About says which bytes these are.
func (f *File) About() connectors.File { return f.about }

// Packing says how the file is packed; "" for not at all.
func (f *File) Packing() Packing { return f.packing }

// Content is what the first reading counted.
func (f *File) Content() *Content { return &f.content }

// Stem is the file's name without folder, packing ending and format ending: "customers" for exports/customers.csv.gz.
func (f *File) Stem() string { return Stem(f.about.Path) }

// Stem is File.Stem for any path.
func Stem(path string) string {
	name := filepath.Base(path)
	for _, ending := range []string{".gz", ".xz", ".zip", ".tar"} {
		if cut, ok := strings.CutSuffix(strings.ToLower(name), ending); ok && cut != "" {
			name = name[:len(cut)]
		}
	}
	if stem := strings.TrimSuffix(name, filepath.Ext(name)); stem != "" {
		return stem
	}
	return name
}

// Check compares the file on disk with what Open saw: size and times, and the bytes only where a time moved. The error
// wraps connectors.ErrChanged.
func (f *File) Check(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	info, err := os.Stat(f.about.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is gone: %w", f.about.Path, connectors.ErrChanged)
	}
	if err != nil {
		return err
	}
	now := newStamp(info, time.Now())
	switch {
	case now.size != f.about.Size:
		return f.changed()
	case now.same(*f.known.Load()):
		return nil
	}
	sum, err := hashFile(ctx, f.about.Path)
	if err != nil {
		return err
	}
	if sum != f.about.SHA256 {
		return f.changed()
	}
	f.known.Store(&now)
	return nil
}

func (f *File) changed() error {
	return record.Advise(fmt.Errorf("%s is no longer the file that was opened: %w", f.about.Path, connectors.ErrChanged),
		"Wait until the export is complete, then start again.")
}

func (f *File) empty() error {
	return record.Advise(fmt.Errorf("%s: %w", f.about.Path, connectors.ErrEmpty), "Export the file again; it has no content.")
}

func explain(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return record.Advise(fmt.Errorf("%s does not exist: %w", path, fs.ErrNotExist), "Check the path in migrate.yaml; it is relative to that file.")
	case errors.Is(err, fs.ErrPermission):
		return record.Advise(fmt.Errorf("%s may not be read: %w", path, fs.ErrPermission), "Give this user the right to read the file.")
	}
	return err
}

func hashFile(ctx context.Context, path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.CopyBuffer(onlyWriter{h}, onlyReader{cancelReader{ctx, f}}, make([]byte, 256<<10)); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// onlyReader and onlyWriter hide ReadFrom and WriteTo, so that CopyBuffer uses the buffer it was given.
type onlyReader struct{ io.Reader }
type onlyWriter struct{ io.Writer }

type cancelReader struct {
	ctx context.Context
	r   io.Reader
}

func (c cancelReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
