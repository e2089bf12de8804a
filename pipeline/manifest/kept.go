package manifest

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// Kept is a manifest that is undone, with a file beside it that says how far: what is undone is appended there and on the
// disk before the next call, so that a rollback which is cut off goes on.
type Kept struct {
	*File
	undone *os.File
	place  map[int64]int // of changes, by their number
	now    func() time.Time
}

// undoing is a line of the file beside a manifest. The first names the manifest.
type undoing struct {
	Of      string      `json:"of,omitempty"` // SHA-256 of the manifest
	At      *time.Time  `json:"at,omitempty"`
	Seqs    []int64     `json:"seqs,omitempty"`
	Entries []run.Entry `json:"entries,omitempty"`
}

// Keep opens the file beside a manifest and takes over what it says.
func Keep(f *File, path string, now func() time.Time) (*Kept, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	k := &Kept{File: f, undone: file, place: make(map[int64]int, len(f.Changes)), now: now}
	for i, c := range f.Changes {
		k.place[c.Seq] = i
	}
	if err := k.takeOver(path); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return k, nil
}

// Close closes the file beside the manifest; it stays.
func (k *Kept) Close() error { return k.undone.Close() }

func (k *Kept) takeOver(path string) error {
	in := bufio.NewReader(k.undone)
	var size int64
	for n := 1; ; n++ {
		b, err := in.ReadBytes('\n')
		if err == io.EOF {
			break // whatever is there was cut off while it was written
		}
		if err != nil {
			return err
		}
		var u undoing
		if json.Unmarshal(b, &u) != nil || n == 1 && u.Of != k.End.SHA256 {
			return fmt.Errorf("%w: %s, line %d, is not about this manifest", ErrBroken, path, n)
		}
		size += int64(len(b))
		k.apply(u)
	}
	if err := k.undone.Truncate(size); err != nil {
		return err
	}
	if _, err := k.undone.Seek(size, io.SeekStart); err != nil {
		return err
	}
	if size > 0 {
		return nil
	}
	return k.put(undoing{Of: k.End.SHA256})
}

func (k *Kept) apply(u undoing) {
	for _, seq := range u.Seqs {
		if i, ok := k.place[seq]; ok && k.File.Changes[i].UndoneAt == nil {
			k.File.Changes[i].UndoneAt = u.At
		}
	}
	for _, e := range u.Entries {
		k.File.Entries[e.ExternalID] = e
	}
}

func (k *Kept) put(u undoing) error {
	b, err := json.Marshal(u)
	if err != nil {
		return err
	}
	if _, err := k.undone.Write(append(b, '\n')); err != nil {
		return err
	}
	return k.undone.Sync()
}

// Changes are those of the run, the last first.
func (k *Kept) Changes(context.Context, int64) ([]run.Change, error) {
	out := slices.Clone(k.File.Changes)
	slices.Reverse(out)
	return out, nil
}

// Left counts the changes that are not undone.
func (k *Kept) Left() int64 {
	var n int64
	for _, c := range k.File.Changes {
		if c.UndoneAt == nil {
			n++
		}
	}
	return n
}

// MarkUndone writes down that changes are undone, and what is known of their records since.
func (k *Kept) MarkUndone(_ context.Context, seqs []int64, entries []run.Entry) error {
	at := k.now().UTC()
	u := undoing{At: &at, Seqs: seqs, Entries: entries}
	if err := k.put(u); err != nil {
		return fmt.Errorf("write down what is undone: %w", err)
	}
	k.apply(u)
	return nil
}

// EntriesByID are what is known of records.
func (k *Kept) EntriesByID(_ context.Context, _ int64, ids []string) (map[string]run.Entry, error) {
	out := make(map[string]run.Entry, len(ids))
	for _, id := range ids {
		if e, ok := k.File.Entries[id]; ok {
			out[id] = e
		}
	}
	return out, nil
}

// Entries are what is known of the records of a mapping, "" of all, by external id.
func (k *Kept) Entries(_ context.Context, _ int64, mapping string) iter.Seq2[run.Entry, error] {
	return func(yield func(run.Entry, error) bool) {
		for _, id := range slices.Sorted(maps.Keys(k.File.Entries)) {
			if e := k.File.Entries[id]; (mapping == "" || e.Mapping == mapping) && !yield(e, nil) {
				return
			}
		}
	}
}
