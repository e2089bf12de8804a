package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/checksum"
	"github.com/odoo-migrate/odoo-migrate/pipeline/load"
	"github.com/odoo-migrate/odoo-migrate/pipeline/rollback"
	"github.com/odoo-migrate/odoo-migrate/pipeline/transform"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// largestFile is how large a file a field may take. It travels in one request, a third larger by base64, and Odoo lets
// 128 MiB through, a proxy in front of it usually less.
const largestFile = 32 << 20

// projectFiles is the project's folder as far as mappings may look into it: nothing outside, by no symbolic link either.
type projectFiles struct{ root *os.Root }

// files opens the project's folder; whoever opens it closes it.
func (p *Pipeline) files() (*projectFiles, error) {
	dir := p.Project.Dir
	if dir == "" {
		dir = "."
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open the project's folder: %w", err)
	}
	return &projectFiles{root}, nil
}

func (f *projectFiles) Close() error { return f.root.Close() }

func (f *projectFiles) open(name string) (*os.File, error) {
	file, err := f.root.Open(name)
	if err != nil {
		return nil, f.fault(name, err)
	}
	info, err := file.Stat()
	switch {
	case err != nil:
		err = f.fault(name, err)
	case !info.Mode().IsRegular():
		err = &record.FileFault{Rule: "file.unreadable", Message: name + " is no file", Hint: "name a file in it"}
	case info.Size() > largestFile:
		err = &record.FileFault{Rule: "file.too_large", Message: fmt.Sprintf("%s has %.1f MB, more than the %d MB that one field takes", name, float64(info.Size())/1e6, largestFile>>20),
			Hint: "save it smaller, or leave it out"}
	case info.Size() == 0:
		err = &record.FileFault{Rule: "file.empty", Message: name + " is empty: Odoo keeps no files without content", Hint: "export it again, or take it away"}
	}
	if err != nil {
		_ = file.Close() // nothing was written
		return nil, err
	}
	return file, nil
}

// fault says why a file cannot be had.
func (f *projectFiles) fault(name string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		hint := "put it there"
		if near := f.otherCase(name); near != "" {
			hint = "there is " + near + ": capitals count"
		}
		return &record.FileFault{Rule: "file.missing", Message: "there is no file " + name, Hint: hint}
	case errors.Is(err, fs.ErrPermission):
		return &record.FileFault{Rule: "file.unreadable", Message: "the file " + name + " may not be read", Hint: "give yourself the right to read it"}
	case strings.Contains(err.Error(), "escapes"): // os.Root has no error of its own for it
		return &record.FileFault{Rule: "file.outside", Message: name + " leads out of the project's folder", Hint: "copy the files into the project's folder"}
	}
	return &record.FileFault{Rule: "file.unreadable", Message: fmt.Sprintf("the file %s cannot be read: %v", name, err), Hint: "look at the disk it lies on"}
}

// otherCase finds a file whose name differs in capitals only.
func (f *projectFiles) otherCase(name string) string {
	dir, err := f.root.Open(path.Dir(name))
	if err != nil {
		return ""
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return ""
	}
	for _, n := range names {
		if strings.EqualFold(n, path.Base(name)) {
			return path.Join(path.Dir(name), n)
		}
	}
	return ""
}

// Hash is the SHA-256 of a file, in hexadecimal.
func (f *projectFiles) Hash(name string) (string, error) {
	file, err := f.open(name)
	if err != nil {
		return "", err
	}
	defer file.Close()
	h := sha256.New()
	if _, err := io.Copy(h, file); err != nil {
		return "", f.fault(name, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Bytes are a file's, if they are still those that were staged.
func (f *projectFiles) Bytes(_ context.Context, name, hash string) ([]byte, error) {
	file, err := f.open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	b, err := io.ReadAll(io.LimitReader(file, largestFile+1))
	if err != nil {
		return nil, f.fault(name, err)
	}
	if checksum.Bytes(b).String() != hash {
		return nil, &record.FileFault{Rule: "file.changed", Message: "the file " + name + " is no longer what was staged", Hint: "let nobody write there, and run it again"}
	}
	return b, nil
}

var (
	_ transform.Files = (*projectFiles)(nil)
	_ load.Files      = (*projectFiles)(nil)
	_ rollback.Files  = (*projectFiles)(nil)
)
