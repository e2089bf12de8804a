// Package manifest writes and reads the manifest file of a run: JSON Lines with all that is needed to undo the run without
// the staging database. The last line says how many lines came before it and what their SHA-256 is.
package manifest

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"iter"

	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// Kind is what the first line says the file is.
const Kind = "migrate manifest"

const version = 1

// ErrBroken says that a file is no manifest, or not as it was written.
var ErrBroken = errors.New("the manifest does not hold")

// Head is the first line.
type Head struct {
	Kind       string          `json:"kind"`
	Version    int             `json:"version"`
	Personal   string          `json:"personal_data"` // what a reader has to know before handing the file on
	Project    string          `json:"project"`
	Module     string          `json:"module"`
	Program    string          `json:"program"`
	Run        int64           `json:"run"`
	Target     string          `json:"target"` // its name in migrate.yaml
	Database   run.Target      `json:"database"`
	MarkBefore string          `json:"mark_before"` // what the database was marked with before the run; "" is no mark
	Census     json.RawMessage `json:"census"`      // numbers of records before the run
	Runs       []run.Run       `json:"runs"`        // that may have written into the target: what tells people's changes apart
}

// line is any line; one of its fields is there.
type line struct {
	Head   *Head       `json:"head,omitempty"`
	Change *run.Change `json:"change,omitempty"`
	Entry  *run.Entry  `json:"entry,omitempty"`
	End    *End        `json:"end,omitempty"`
}

// End is the last line.
type End struct {
	Changes int64  `json:"changes"`
	Entries int64  `json:"entries"`
	SHA256  string `json:"sha256"` // of all bytes before this line
}

const personal = "before-images and loaded values are in here as they are: keep it as you keep the data"

// Write writes a manifest and returns its last line.
func Write(w io.Writer, head Head, changes iter.Seq2[run.Change, error], entries iter.Seq2[run.Entry, error]) (End, error) {
	head.Kind, head.Version, head.Personal = Kind, version, personal
	out := bufio.NewWriterSize(w, 1<<16)
	sum := sha256.New()
	put := func(l line) error {
		b, err := json.Marshal(l)
		if err != nil {
			return err
		}
		b = append(b, '\n')
		if l.End == nil {
			sum.Write(b)
		}
		_, err = out.Write(b)
		return err
	}
	var end End
	if err := put(line{Head: &head}); err != nil {
		return end, err
	}
	for c, err := range changes {
		if err := errors.Join(err, put(line{Change: &c})); err != nil {
			return end, err
		}
		end.Changes++
	}
	for e, err := range entries {
		if err := errors.Join(err, put(line{Entry: &e})); err != nil {
			return end, err
		}
		end.Entries++
	}
	end.SHA256 = hex.EncodeToString(sum.Sum(nil))
	err := put(line{End: &end})
	return end, errors.Join(err, out.Flush())
}

// File is a manifest that was read and holds.
type File struct {
	Head    Head
	Changes []run.Change // the first first
	Entries map[string]run.Entry
	End     End
}

// Read reads a manifest to its end. The error wraps ErrBroken where a line is missing, cut off or not what was written.
func Read(r io.Reader) (*File, error) {
	f := &File{Entries: map[string]run.Entry{}}
	in := bufio.NewReaderSize(r, 1<<16)
	sum := sha256.New()
	for n := 1; ; n++ {
		b, err := in.ReadBytes('\n')
		switch {
		case errors.Is(err, io.EOF) && n == 1 && len(b) == 0:
			return nil, broken("it is empty")
		case errors.Is(err, io.EOF):
			return nil, broken("it ends in line %d, before its last one: it was cut off", n)
		case err != nil:
			return nil, err
		}
		done, err := f.take(n, b, sum)
		if err != nil {
			return nil, err
		}
		if done {
			if more, err := in.Peek(1); len(more) > 0 || err != io.EOF {
				return nil, broken("there is more after its last line %d", n)
			}
			return f, nil
		}
	}
}

func (f *File) take(n int, b []byte, sum hash.Hash) (bool, error) {
	var l line
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&l); err != nil {
		return false, broken("line %d is no line of one", n)
	}
	switch {
	case (l.Head != nil) != (n == 1):
		return false, broken("line %d: the head is the first line, and only that", n)
	case l.Head != nil:
		if f.Head = *l.Head; f.Head.Kind != Kind || f.Head.Version != version {
			return false, broken("it is a %q of version %d, and not a %q of version %d", f.Head.Kind, f.Head.Version, Kind, version)
		}
	case l.Change != nil:
		if l.Change.RunID != f.Head.Run {
			return false, broken("line %d is of run %d, the manifest of run %d", n, l.Change.RunID, f.Head.Run)
		}
		f.Changes = append(f.Changes, *l.Change)
	case l.Entry != nil:
		f.Entries[l.Entry.ExternalID] = *l.Entry
	case l.End != nil:
		f.End = *l.End
		want := End{int64(len(f.Changes)), int64(len(f.Entries)), hex.EncodeToString(sum.Sum(nil))}
		if f.End != want {
			return false, broken("its lines are not those it was written with: it says %d changes, %d entries, SHA-256 %s; there are %d, %d, %s",
				f.End.Changes, f.End.Entries, f.End.SHA256, want.Changes, want.Entries, want.SHA256)
		}
		return true, nil
	default:
		return false, broken("line %d is empty", n)
	}
	sum.Write(b)
	return false, nil
}

func broken(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrBroken, fmt.Sprintf(format, args...))
}
