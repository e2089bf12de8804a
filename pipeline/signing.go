package pipeline

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/odoo-migrate/odoo-migrate/pipeline/evidence"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// KeyMade is what making a signing key gave.
type KeyMade struct {
	Version int    `json:"version"`
	File    string `json:"file"`
	Role    string `json:"role"`
	Name    string `json:"name"`
	Public  string `json:"public"`
}

// NewSigningKey draws a key for a person in a role and writes it into a file that is not there yet, for its owner's eyes alone.
func NewSigningKey(file, role, name string) (*KeyMade, error) {
	if err := Vacant(file); err != nil {
		return nil, err
	}
	k, err := evidence.NewKey(rand.Reader, role, name)
	if err != nil {
		return nil, err
	}
	text, err := k.Encode()
	if err != nil {
		return nil, err
	}
	err = NewPrivateFile(file, func(f *os.File) error {
		_, err := f.Write(text)
		return err
	})
	return &KeyMade{1, file, k.Role, k.Name, k.Public}, err
}

// Signed is what signing a bundle gave.
type Signed struct {
	Version int    `json:"version"`
	File    string `json:"file"`
	Root    string `json:"root"`
	evidence.Signature
	Notes []string `json:"notes"` // of the signed bundle
}

// SignBundle signs an evidence bundle, in place, after everything in it was checked.
func SignBundle(bundle, keyFile string) (*Signed, error) {
	text, err := os.ReadFile(keyFile)
	if err != nil {
		return nil, adviseFile(err, keyFile)
	}
	k, err := evidence.DecodeKey(text)
	if err != nil {
		return nil, record.Advise(fmt.Errorf("%s: %w", keyFile, err), "migrate keys new makes a key.")
	}
	v, err := signable(bundle)
	if err != nil {
		return nil, err
	}
	out := &Signed{Version: 1, File: bundle, Root: v.Root}
	var signed bytes.Buffer
	err = withBundle(bundle, func(f io.ReaderAt, size int64) error {
		out.Signature, err = evidence.Sign(f, size, k, &signed)
		return err
	})
	if err != nil {
		return nil, err
	}
	if v, err = evidence.Check(bytes.NewReader(signed.Bytes()), int64(signed.Len()), evidence.CheckOptions{}); err != nil {
		return nil, err
	}
	out.Notes = v.Notes
	return out, replaceFile(bundle, signed.Bytes())
}

// CheckBundleOptions of CheckBundle; all of it is optional.
type CheckBundleOptions struct {
	Root    string // SHA-256 of the manifest, as it was signed or written down
	Salts   string // the file of salts
	Sources string // folder of the source files
	Proof   string // of one record
}

// CheckBundle checks an evidence bundle. It needs no project.
func CheckBundle(bundle string, opt CheckBundleOptions) (*evidence.Verdict, error) {
	check := evidence.CheckOptions{Root: opt.Root}
	if opt.Salts != "" {
		f, err := os.Open(opt.Salts)
		if err != nil {
			return nil, adviseFile(err, opt.Salts)
		}
		defer f.Close()
		check.Salts = f
	}
	if opt.Proof != "" {
		text, err := os.ReadFile(opt.Proof)
		if err != nil {
			return nil, adviseFile(err, opt.Proof)
		}
		check.Proof = text
	}
	if opt.Sources != "" {
		check.Sources = func(file string) (string, error) {
			return FileSHA256(filepath.Join(opt.Sources, filepath.FromSlash(file)))
		}
	}
	var v *evidence.Verdict
	err := withBundle(bundle, func(f io.ReaderAt, size int64) error {
		var err error
		v, err = evidence.Check(f, size, check)
		return err
	})
	switch {
	case errors.Is(err, evidence.ErrNoSalts):
		err = record.Advise(fmt.Errorf("%s: %w", opt.Salts, err), "migrate report --salts writes it.")
	case errors.Is(err, evidence.ErrNoProof):
		err = record.Advise(fmt.Errorf("%s: %w", opt.Proof, err), "migrate prove --out writes one.")
	}
	return v, err
}

func withBundle(bundle string, do func(f io.ReaderAt, size int64) error) error {
	f, err := os.Open(bundle)
	if err != nil {
		return adviseFile(err, bundle)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.IsDir() {
		return record.Advise(fmt.Errorf("%s is a folder", bundle), "Name the evidence bundle, a zip file.")
	}
	return do(f, info.Size())
}

// FileSHA256 is the SHA-256 of a file, in hexadecimal.
func FileSHA256(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
