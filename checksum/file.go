package checksum

import (
	"encoding/base64"
	"fmt"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// FromHash brings what a binary field holds into canonical form, given the digest of its bytes in hexadecimal (false
// where it holds none) and the value it is meant to hold: that value when the bytes are the meant ones, or the ones that
// Odoo is known to have made of them, else one that equals no value a mapping makes.
func FromHash(raw any, meant record.Value) (record.Value, error) {
	if raw == nil || raw == false {
		return record.Value{}, nil
	}
	hash, ok := raw.(string)
	if !ok {
		return record.Value{}, fmt.Errorf("the digest of a file is a %T", raw)
	}
	switch file := meant.File(); meant.Kind() {
	case record.File:
		if hash == file.Hash || hash == file.Kept {
			return meant, nil
		}
		return record.FileValue(record.FileRef{Path: file.Path, Hash: hash}), nil
	case record.Binary:
		b, err := base64.StdEncoding.DecodeString(meant.Text())
		if err != nil {
			return record.Value{}, err
		}
		if Bytes(b).String() == hash {
			return meant, nil
		}
	}
	return record.FileValue(record.FileRef{Hash: hash}), nil
}

// Canonical returns the kind and the text that a digest is over. What a binary field holds is told by the SHA-256 of its
// bytes, wherever they came from; where a file lies is no part of it. All other values are in canonical text already.
func Canonical(v record.Value) (kind, text string) {
	switch v.Kind() {
	case record.File:
		return record.Binary.String(), v.File().Hash
	case record.Binary:
		if b, err := base64.StdEncoding.DecodeString(v.Text()); err == nil {
			return record.Binary.String(), Bytes(b).String()
		}
	}
	return v.Kind().String(), v.Text()
}
