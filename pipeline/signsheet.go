package pipeline

import (
	"io"
	"os"

	"github.com/odoo-migrate/odoo-migrate/pipeline/evidence"
)

// SignSheet is a sheet of paper on which people sign a bundle who have no keys: it bears the root.
type SignSheet struct {
	Version  int                `json:"version"`
	File     string             `json:"file"`
	Bundle   string             `json:"bundle"`
	Root     string             `json:"root"`
	Roles    []string           `json:"roles"`
	Notes    []string           `json:"notes"` // what checking the bundle noted
	Manifest *evidence.Manifest `json:"manifest"`
}

// WriteSignSheet writes a sheet for a bundle, after everything in it was checked.
func WriteSignSheet(bundle, out string, page func(io.Writer, *SignSheet) error) (*SignSheet, error) {
	if err := Vacant(out); err != nil {
		return nil, err
	}
	v, err := signable(bundle)
	if err != nil {
		return nil, err
	}
	s := &SignSheet{Version: 1, File: out, Bundle: bundle, Root: v.Root, Roles: evidence.Roles, Notes: v.Notes}
	err = withBundle(bundle, func(f io.ReaderAt, size int64) error {
		s.Manifest, err = evidence.ReadManifest(f, size)
		return err
	})
	if err != nil {
		return nil, err
	}
	return s, NewFile(out, func(f *os.File) error { return page(f, s) })
}
