package pipeline

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// TestAdvice: what the system says of a file becomes a sentence with a remedy. Root may read and write everything, so the
// errors are made here.
func TestAdvice(t *testing.T) {
	read := func(err error) error { return adviseFile(err, "exports/a.csv") }
	argument := func(err error) error { return adviseArgument(err, "exports") }
	path := func(op string, err error) error {
		return fmt.Errorf("while testing: %w", &fs.PathError{Op: op, Path: "out/a.csv", Err: err})
	}
	for _, test := range []struct {
		advise       func(error) error
		err          error
		says, remedy string
	}{
		{read, path("open", syscall.ENOENT), "there is no file exports/a.csv", "Put the export there, or change file: in migrate.yaml."},
		{read, path("open", syscall.EACCES), "the file exports/a.csv may not be read", "Give yourself the right to read it."},
		{read, fmt.Errorf("x: %w", connectors.ErrEmpty), "the file exports/a.csv is empty", "Export it again; an empty table has at least its header."},
		{read, fmt.Errorf("x %w", connectors.ErrFolder), "exports/a.csv is a folder", "Name a file in it."},
		{read, fmt.Errorf("a.csv: %w", connectors.ErrChanged), "a.csv: the file changed while it was read", "Wait until the export is complete, then run the command again."},
		{argument, path("stat", syscall.ENOENT), "there is no file or folder exports", "Name the file or folder that holds the exports."},
		{argument, path("readdirent", syscall.EACCES), "exports may not be read", "Give yourself the right to read it."},
		{AdviseWrite, path("open", syscall.EACCES), "out/a.csv may not be written", "Choose a folder you may write to."},
		{AdviseWrite, path("open", syscall.ENOENT), "out/a.csv cannot be written: its folder is not there", "Make the folder, or choose another one."},
		{AdviseWrite, path("open", syscall.EEXIST), "out/a.csv is there already", "Name another file, or move this one away."},
		{AdviseWrite, path("write", syscall.ENOSPC), "out/a.csv cannot be written: the disk is full", "Free disk space, then run the command again."},
		{AdviseWrite, path("mkdir", syscall.ENOTDIR), "out/a.csv cannot be written: not a directory", "Choose a folder you may write to."},
	} {
		err := test.advise(test.err)
		var a *record.Advice
		if !errors.As(err, &a) || err.Error() != test.says || a.Remedy != test.remedy {
			t.Errorf("%v: %q, %+v", test.err, err, a)
		}
	}
	for _, same := range []error{nil, errors.New("another"), record.Advise(errors.New("known"), "Do it.")} {
		if read(same) != same || AdviseWrite(same) != same { //nolint:errorlint // the very error is meant
			t.Errorf("%v is told anew", same)
		}
	}
}
