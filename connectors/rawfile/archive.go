package rawfile

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// Archive is a tar archive, packed or not, or a zip archive of several files. It is read from its first file to its last,
// as often as wanted; nothing is unpacked to disk.
type Archive struct {
	file *File
	zip  bool
}

// Entry is a file of an archive, readable until the next one is asked for.
type Entry struct {
	Name string // with slashes
	Size int64  // unpacked
	io.Reader
}

// OpenArchive reads path once and hashes it. It returns nil for a file that is no archive, and for a zip archive of one
// file, which Open looks into.
func OpenArchive(ctx context.Context, path string) (*Archive, error) {
	info, err := os.Stat(path)
	if err != nil || info.IsDir() || info.Size() == 0 {
		return nil, nil // Open says what is wrong
	}
	packing, err := sniff(path)
	if err != nil {
		return nil, explain(path, err)
	}
	if packing == Zip {
		archive, err := zip.OpenReader(path)
		if err != nil {
			return nil, nil // Open says what is wrong
		}
		defer archive.Close()
		if len(entries(archive.File)) < 2 {
			return nil, nil
		}
		file, err := OpenAsIs(ctx, path)
		if err != nil {
			return nil, err
		}
		return &Archive{file: file, zip: true}, nil
	}
	if ok, err := isTar(ctx, path, packing); err != nil || !ok {
		return nil, nil // Open says what is wrong
	}
	file, err := Open(ctx, path)
	if err != nil {
		return nil, err
	}
	file.content.DropHead()
	return &Archive{file: file}, nil
}

// isTar looks for what stands in the first block of a tar archive.
func isTar(ctx context.Context, path string, packing Packing) (bool, error) {
	f := &File{about: connectors.File{Path: path}, packing: packing}
	r, err := f.newReader(ctx, false)
	if err != nil {
		return false, err
	}
	defer r.Close()
	block := make([]byte, 512)
	if n, err := io.ReadFull(r.src, block); err != nil {
		return false, fmt.Errorf("the first %d bytes: %w", n, err)
	}
	return bytes.HasPrefix(block[257:], []byte("ustar")), nil
}

// entries are the files of a zip archive without folders and what macOS adds.
func entries(files []*zip.File) (out []*zip.File) {
	for _, e := range files {
		if !strings.HasSuffix(e.Name, "/") && !litter(e.Name) {
			out = append(out, e)
		}
	}
	return out
}

func litter(name string) bool {
	base := path.Base(name)
	return strings.HasPrefix(name, "__MACOSX/") || strings.HasPrefix(base, "._") || base == ".DS_Store"
}

// About says which bytes these are.
func (a *Archive) About() connectors.File { return a.file.About() }

// Stem is the archive's name without folder and endings.
func (a *Archive) Stem() string { return a.file.Stem() }

// Each yields the files in the archive's order. It ends with connectors.ErrChanged where the archive is no longer the one
// that was opened, and with connectors.ErrDamaged where it cannot be read.
func (a *Archive) Each(ctx context.Context) iter.Seq2[Entry, error] {
	if a.zip {
		return a.eachOfZip(ctx)
	}
	return func(yield func(Entry, error) bool) {
		raw, err := a.file.NewReader(ctx)
		if err != nil {
			yield(Entry{}, err)
			return
		}
		defer raw.Close()
		for files := tar.NewReader(raw); ; {
			head, err := files.Next()
			if errors.Is(err, io.EOF) {
				if _, err := io.Copy(io.Discard, raw); err != nil {
					yield(Entry{}, err)
				}
				return
			}
			if err != nil {
				yield(Entry{}, a.damaged(err))
				return
			}
			if head.Typeflag != tar.TypeReg || litter(head.Name) {
				continue
			}
			if !yield(Entry{Name: path.Clean(head.Name), Size: head.Size, Reader: files}, nil) {
				return
			}
		}
	}
}

func (a *Archive) eachOfZip(ctx context.Context) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		if err := a.file.Check(ctx); err != nil {
			yield(Entry{}, err)
			return
		}
		archive, err := zip.OpenReader(a.About().Path)
		if err != nil {
			yield(Entry{}, a.damaged(err))
			return
		}
		defer archive.Close()
		for _, e := range entries(archive.File) {
			if e.Flags&1 != 0 {
				yield(Entry{}, record.Advise(fmt.Errorf("%s: %w", e.Name, connectors.ErrEncrypted), "Unpack the archive with its password first."))
				return
			}
			r, err := e.Open()
			if err != nil {
				yield(Entry{}, a.damaged(err))
				return
			}
			ok := yield(Entry{Name: path.Clean(e.Name), Size: int64(e.UncompressedSize64), Reader: cancelReader{ctx, r}}, nil)
			r.Close()
			if !ok {
				return
			}
		}
		if err := a.file.Check(ctx); err != nil {
			yield(Entry{}, err)
		}
	}
}

func (a *Archive) damaged(err error) error {
	var advice *record.Advice
	if errors.As(err, &advice) || errors.Is(err, connectors.ErrChanged) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return record.Advise(fmt.Errorf("%s cannot be unpacked: %w: %w", a.About().Path, err, connectors.ErrDamaged),
		"Copy the file again from where it was made, or export it again.")
}

// Count reads a stream to its end and counts it as Open counts a file.
func Count(r io.Reader) (*Content, error) {
	c := &Content{}
	if _, err := io.CopyBuffer(c, onlyReader{r}, make([]byte, 256<<10)); err != nil {
		return nil, err
	}
	c.finish()
	return c, nil
}
