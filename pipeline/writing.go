package pipeline

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// AdviseWrite says what is wrong with a file that could not be written, and what to do about it.
func AdviseWrite(err error) error {
	var known *record.Advice
	var path *fs.PathError
	if errors.As(err, &known) || !errors.As(err, &path) {
		return err
	}
	switch elsewhere := "Choose a folder you may write to."; {
	case errors.Is(err, fs.ErrExist):
		return taken(path.Path)
	case errors.Is(err, fs.ErrNotExist):
		return record.Advise(fmt.Errorf("%s cannot be written: its folder is not there", path.Path), "Make the folder, or choose another one.")
	case errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS):
		return record.Advise(fmt.Errorf("%s may not be written", path.Path), elsewhere)
	case errors.Is(err, syscall.ENOSPC):
		return record.Advise(fmt.Errorf("%s cannot be written: the disk is full", path.Path), "Free disk space, then run the command again.")
	default:
		return record.Advise(fmt.Errorf("%s cannot be written: %w", path.Path, path.Err), elsewhere)
	}
}

func taken(path string) error {
	return record.Advise(fmt.Errorf("%s is there already", path), "Name another file, or move this one away.")
}

// Vacant refuses a name that is taken: before a long run rather than after it.
func Vacant(path string) error {
	if _, err := os.Lstat(path); err == nil {
		return taken(path)
	}
	return nil
}

// replaceFile writes a file whole or not at all, with the folder it lies in.
func replaceFile(path string, b []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return AdviseWrite(err)
	}
	part := path + ".part"
	if err := os.WriteFile(part, b, 0o644); err != nil {
		return AdviseWrite(err)
	}
	return AdviseWrite(os.Rename(part, path))
}

// NewFile makes a file that is not there yet, with the folder it lies in, and writes it.
func NewFile(path string, write func(*os.File) error) error { return newFile(path, 0o644, write) }

// NewPrivateFile is NewFile for what only its owner may read: keys, salts, and values of people in clear. It is so from the
// first byte.
func NewPrivateFile(path string, write func(*os.File) error) error {
	return newFile(path, 0o600, write)
}

func newFile(path string, mode fs.FileMode, write func(*os.File) error) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return AdviseWrite(err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return AdviseWrite(err)
	}
	err = write(f)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		_ = os.Remove(path) // half a file would be in the way of the next try
	}
	return AdviseWrite(err)
}
