package staging

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/odoo-migrate/odoo-migrate/checksum"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// Event is one line of the event log.
type Event struct {
	Seq   int64           `json:"seq"`
	RunID int64           `json:"run_id"`
	At    time.Time       `json:"at"` // by the database's clock
	Kind  string          `json:"kind"`
	Data  json.RawMessage `json:"data"`
	Hash  string          `json:"hash"` // SHA-256, hexadecimal; covers the hash before
}

// Event appends to the event log; data is stored as JSON. Events of several processes wait for each other for the moment
// of one insert.
func (s *Store) Event(ctx context.Context, runID int64, kind string, data any) error {
	text, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("event %s: %w", kind, err)
	}
	err = s.inTx(ctx, func(t tx) error {
		var seq int64
		var previous []byte
		var at time.Time
		if err := one(ctx, t, []any{&seq, &previous, &at}, "select seq, hash, clock_timestamp() from {s}.event_head for update"); err != nil {
			return err
		}
		seq++
		hash := checksum.Event(previous, seq, runID, at, kind, string(text))
		if _, err := t.Exec(ctx, "insert into {s}.events (seq, run_id, at, kind, data, hash) values ($1, $2, $3, $4, $5, $6)",
			seq, runID, at, kind, string(text), hash); err != nil {
			return err
		}
		_, err := t.Exec(ctx, "update {s}.event_head set seq = $1, hash = $2", seq, hash)
		return err
	})
	if err != nil {
		return fmt.Errorf("event %s: %w", kind, err)
	}
	return nil
}

// Events returns the events of a run in order; 0 is every run.
func (s *Store) Events(ctx context.Context, runID int64) ([]Event, error) {
	r, err := s.Query(ctx, "select seq, run_id, at, kind, data, hash from {s}.events where $1::bigint = 0 or run_id = $1 order by seq", runID)
	return collect(r, err, scanEvent)
}

func scanEvent(r Rows, e *Event) error {
	var data string
	var hash []byte
	err := r.Scan(&e.Seq, &e.RunID, &e.At, &e.Kind, &data, &hash)
	e.At, e.Data, e.Hash = e.At.UTC(), json.RawMessage(data), hex.EncodeToString(hash)
	return err
}

// EventHead returns number and hash of the last event. Whoever writes it down elsewhere can later tell whether even the
// whole log was rewritten.
func (s *Store) EventHead(ctx context.Context) (seq int64, hash string, err error) {
	var b []byte
	err = one(ctx, s, []any{&seq, &b}, "select seq, hash from {s}.event_head")
	return seq, hex.EncodeToString(b), err
}

// CheckEvents computes the chain of the event log again. The error wraps ErrTampered where an event was changed,
// removed, inserted or cut off, and names the first.
func (s *Store) CheckEvents(ctx context.Context) error {
	var headSeq int64
	var headHash []byte
	if err := one(ctx, s, []any{&headSeq, &headHash}, "select seq, hash from {s}.event_head"); err != nil {
		return fmt.Errorf("check the event log: %w", err)
	}
	// Events that are appended while this runs are beyond the head that was read.
	r, err := s.Query(ctx, "select seq, run_id, at, kind, data, hash from {s}.events where seq <= $1 order by seq", headSeq)
	if err != nil {
		return err
	}
	defer r.Close()
	var seq int64
	var previous []byte
	for r.Next() {
		var e Event
		if err := scanEvent(r, &e); err != nil {
			return err
		}
		if seq++; e.Seq != seq {
			return tampered(seq, "is missing")
		}
		previous = checksum.Event(previous, e.Seq, e.RunID, e.At, e.Kind, string(e.Data))
		if hex.EncodeToString(previous) != e.Hash {
			return tampered(seq, "is not what was written")
		}
	}
	if err := r.Err(); err != nil {
		return err
	}
	if seq != headSeq || !bytes.Equal(previous, headHash) {
		return tampered(seq+1, "is missing at the end")
	}
	return nil
}

func tampered(seq int64, what string) error {
	return record.Advise(fmt.Errorf("%w: event %d %s", ErrTampered, seq, what), "Compare with the evidence bundles of earlier runs, which carry the log's hashes.")
}
