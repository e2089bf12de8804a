package rawfile

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"sync"
	"time"

	"github.com/ulikunitz/xz"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// Packing is how a file is packed.
type Packing string

// The packings that are looked through; they are recognised by their first bytes, not by the file's ending.
const (
	Plain Packing = ""
	Gzip  Packing = "gzip"
	XZ    Packing = "xz"
	Zip   Packing = "zip"
)

func sniff(name string) (Packing, error) {
	f, err := os.Open(name)
	if err != nil {
		return Plain, err
	}
	defer f.Close()
	head := make([]byte, 6)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return Plain, err
	}
	switch head = head[:n]; {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b, 8}):
		return Gzip, nil
	case bytes.HasPrefix(head, []byte("\xfd7zXZ\x00")):
		return XZ, nil
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return Zip, nil
	}
	return Plain, nil
}

// NewReader reads the unpacked bytes from the start. Where the bytes on disk turn out to be other than those Open saw,
// it ends with connectors.ErrChanged instead of io.EOF; where they cannot be unpacked, with connectors.ErrDamaged.
//
// They are hashed once more only where the file is so young, or its times moved meanwhile, that the times prove nothing.
func (f *File) NewReader(ctx context.Context) (io.ReadCloser, error) {
	if err := f.Check(ctx); err != nil {
		return nil, err
	}
	return f.newReader(ctx, !f.known.Load().settled)
}

// reader unpacks one file and, where it must, hashes what lies on disk on the way.
type reader struct {
	ctx    context.Context // of this one reading; io.Reader leaves no other way to hand it over
	file   *File
	disk   *os.File
	hash   hash.Hash // nil: the file's times are enough
	hashed func()    // waits until all that was read is hashed; nil where that is so always
	packed io.Reader // disk, hashed where that must be
	src    io.Reader // unpacked
	read   int64     // bytes unpacked so far
	sum    string    // hex; set at the end
	end    error
}

func (f *File) newReader(ctx context.Context, hashed bool) (*reader, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	disk, err := os.Open(f.about.Path)
	if err != nil {
		return nil, explain(f.about.Path, err)
	}
	r := &reader{ctx: ctx, file: f, disk: disk, packed: disk}
	if hashed {
		r.hash = sha256.New()
		r.packed = io.TeeReader(disk, r.hash)
	}
	if err := r.unpack(); err != nil {
		disk.Close()
		return nil, r.damaged(err)
	}
	return r, nil
}

// pour reads all there is into a content. A plain file's bytes are hashed beside: that takes longer than to count them.
func (r *reader) pour(content *Content) error {
	const chunk = 256 << 10
	if r.file.packing != Plain {
		_, err := io.CopyBuffer(content, onlyReader{r}, make([]byte, chunk))
		return err
	}
	// Of three chunks one is hashed, one waits for it, and one is read into: with room for one, a chunk is taken over only
	// when the one before the last is done with.
	var chunks [3][]byte
	waiting, done := make(chan []byte, 1), make(chan struct{})
	go func() {
		defer close(done)
		for p := range waiting {
			_, _ = r.hash.Write(p) // a hash takes everything
		}
	}()
	r.packed, r.src = r.disk, r.disk
	r.hashed = sync.OnceFunc(func() {
		close(waiting)
		<-done
	})
	defer r.hashed()
	for k := 0; ; k = (k + 1) % len(chunks) {
		if chunks[k] == nil {
			chunks[k] = make([]byte, chunk)
		}
		n, err := r.Read(chunks[k]) // a file ends with a reading of no bytes
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		waiting <- chunks[k][:n]
		if _, err := content.Write(chunks[k][:n]); err != nil {
			return err
		}
	}
}

func (r *reader) unpack() (err error) {
	switch r.file.packing {
	case Plain:
		r.src = r.packed
	case Gzip:
		r.packed = bufio.NewReaderSize(r.packed, 256<<10)
		r.src, err = gzip.NewReader(r.packed)
	case XZ:
		r.packed = bufio.NewReaderSize(r.packed, 256<<10)
		r.src, err = xz.NewReader(r.packed)
	case Zip:
		r.src, err = r.onlyEntry()
	}
	return err
}

// onlyEntry opens the single file of a zip archive. Folders and the files macOS adds do not count.
func (r *reader) onlyEntry() (io.Reader, error) {
	archive, err := zip.NewReader(r.disk, r.file.about.Size)
	if err != nil {
		return nil, err
	}
	files := entries(archive.File)
	switch len(files) {
	case 0:
		return nil, fmt.Errorf("%s holds no file: %w", r.file.about.Path, connectors.ErrEmpty)
	case 1:
	default:
		return nil, record.Advise(fmt.Errorf("%s holds several files (%s, %s): %w", r.file.about.Path, files[0].Name, files[1].Name,
			connectors.ErrUnsupported), "Unpack the archive and name its files one by one.")
	}
	found := files[0]
	if found.Flags&1 != 0 {
		return nil, record.Advise(fmt.Errorf("%s: %w", r.file.about.Path, connectors.ErrEncrypted), "Unpack the archive with its password first.")
	}
	return found.Open()
}

func (r *reader) Read(p []byte) (int, error) {
	if r.end != nil {
		return 0, r.end
	}
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := r.src.Read(p)
	r.read += int64(n)
	switch {
	case err == nil:
		return n, nil
	case errors.Is(err, io.EOF):
		r.end = r.finish()
	default:
		r.end = r.damaged(err)
	}
	return n, r.end
}

// finish makes sure that the bytes were those Open saw; at the first reading there is nothing to compare.
func (r *reader) finish() error {
	if r.hash == nil {
		return r.finishByTimes()
	}
	if r.file.packing == Zip { // read at random places: hashed apart
		if _, err := r.disk.Seek(0, io.SeekStart); err != nil {
			return err
		}
	}
	if _, err := io.Copy(io.Discard, cancelReader{r.ctx, r.packed}); err != nil {
		return err
	}
	if r.hashed != nil {
		r.hashed()
	}
	r.sum = hex.EncodeToString(r.hash.Sum(nil))
	if want := r.file.about.SHA256; want != "" && want != r.sum {
		return r.file.changed()
	}
	if info, err := r.disk.Stat(); err == nil && info.Size() != r.file.about.Size {
		return r.file.changed()
	}
	return io.EOF
}

func (r *reader) finishByTimes() error {
	info, err := r.disk.Stat()
	if err != nil {
		return err
	}
	if r.read != r.file.content.Bytes {
		return r.file.changed()
	}
	if newStamp(info, time.Now()).same(*r.file.known.Load()) {
		return io.EOF
	}
	if err := r.file.Check(r.ctx); err != nil {
		return err
	}
	return io.EOF
}

// damaged says in one sentence what an unpacker found. A file that was replaced meanwhile is not called damaged.
func (r *reader) damaged(err error) error {
	var advice *record.Advice
	if errors.As(err, &advice) || errors.Is(err, connectors.ErrEmpty) || r.file.packing == Plain {
		return err
	}
	if info, statErr := r.disk.Stat(); statErr == nil && info.Size() != r.file.about.Size {
		return r.file.changed()
	}
	cause := err.Error()
	if errors.Is(err, io.ErrUnexpectedEOF) {
		cause = "it is cut off"
	}
	return record.Advise(fmt.Errorf("%s cannot be unpacked (%s) after %d bytes: %s: %w", r.file.about.Path, r.file.packing, r.read,
		cause, connectors.ErrDamaged), "Copy the file again from where it was made, or export it again.")
}

// Close releases the file; it may be called more than once.
func (r *reader) Close() error {
	if r.disk == nil {
		return nil
	}
	err := r.disk.Close()
	r.disk = nil
	if r.end == nil {
		r.end = os.ErrClosed
	}
	return err
}
