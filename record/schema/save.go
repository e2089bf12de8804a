package schema

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// SnapshotVersion is the version of a saved snapshot.
const SnapshotVersion = 1

// snapshotKind tells a saved snapshot from any other JSON file.
const snapshotKind = "odoo schema"

// maxSnapshot bounds what a packed snapshot may grow to: all models of a large server are a tenth of it.
const maxSnapshot = 512 << 20

// ErrNoSnapshot says that bytes are no saved snapshot, or one that is damaged. The errors of Decode wrap it.
var ErrNoSnapshot = errors.New("no saved schema")

// saved is the form of the file.
type saved struct {
	Kind string `json:"kind"`
	*Snapshot
}

// Encode writes a snapshot as indented JSON, packed with gzip where pack is set. The same snapshot gives the same bytes.
func (s *Snapshot) Encode(pack bool) ([]byte, error) {
	s.Version = SnapshotVersion
	s.order()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(saved{snapshotKind, s}); err != nil {
		return nil, fmt.Errorf("write the schema: %w", err)
	}
	if !pack {
		return b.Bytes(), nil
	}
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(b.Bytes()); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return packed.Bytes(), nil
}

// Decode reads what Encode wrote, packed or not. Its errors say in one clause what is wrong with the bytes and wrap
// ErrNoSnapshot.
func Decode(data []byte) (*Snapshot, error) {
	if bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		plain, err := unpack(data)
		if err != nil {
			return nil, err
		}
		data = plain
	}
	v := saved{Snapshot: &Snapshot{}}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber() // defaults keep their digits
	if err := dec.Decode(&v); err != nil {
		return nil, fmt.Errorf("%w: it is not JSON, or cut off (%s)", ErrNoSnapshot, position(err, dec.InputOffset()))
	}
	switch {
	case v.Kind != snapshotKind:
		return nil, fmt.Errorf("%w: it is JSON of another kind", ErrNoSnapshot)
	case v.Version < 1:
		return nil, fmt.Errorf("%w: it has no version", ErrNoSnapshot)
	case v.Version > SnapshotVersion:
		return nil, fmt.Errorf("%w: it has version %d, and this program reads up to %d", ErrNoSnapshot, v.Version, SnapshotVersion)
	case len(v.Models) == 0:
		return nil, fmt.Errorf("%w: it has no models", ErrNoSnapshot)
	}
	if err := v.check(); err != nil {
		return nil, err
	}
	v.order() // a file that a person edited is found by name all the same
	return v.Snapshot, nil
}

func unpack(data []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%w: it is packed, and damaged", ErrNoSnapshot)
	}
	plain, err := io.ReadAll(io.LimitReader(z, maxSnapshot+1))
	if err != nil {
		return nil, fmt.Errorf("%w: it is packed, and cut off or damaged", ErrNoSnapshot)
	}
	if len(plain) > maxSnapshot {
		return nil, fmt.Errorf("%w: it unpacks to more than %d MB", ErrNoSnapshot, maxSnapshot>>20)
	}
	return plain, nil
}

// position says where JSON breaks, in bytes from the start.
func position(err error, offset int64) string {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		offset = syntax.Offset
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Sprintf("%s at byte %d holds a %s", wrong.Field, wrong.Offset, wrong.Value)
	}
	return fmt.Sprintf("byte %d", offset)
}

// check finds what later code relies on.
func (s *Snapshot) check() error {
	for i, m := range s.Models {
		if m.Name == "" {
			return fmt.Errorf("%w: its model %d has no name", ErrNoSnapshot, i+1)
		}
		for _, f := range m.Fields {
			if f.Name == "" || f.Type == "" {
				return fmt.Errorf("%w: a field of %s has no name or no type", ErrNoSnapshot, m.Name)
			}
		}
	}
	for _, l := range s.Lookups {
		for _, r := range l.Rows {
			if len(r) != len(l.Fields) {
				return fmt.Errorf("%w: a row of the lookup %s has %d cells instead of %d", ErrNoSnapshot, l.Model, len(r), len(l.Fields))
			}
		}
	}
	return nil
}

func (s *Snapshot) order() {
	slices.SortFunc(s.Models, func(a, b Model) int { return cmp.Compare(a.Name, b.Name) })
	for i := range s.Models {
		s.Models[i].Sort()
	}
	slices.Sort(s.Modules)
	slices.Sort(s.Languages)
	slices.SortFunc(s.Lookups, func(a, b Lookup) int { return cmp.Compare(a.Model, b.Model) })
	for i := range s.Lookups {
		slices.SortFunc(s.Lookups[i].Rows, slices.Compare)
	}
}
