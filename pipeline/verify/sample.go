package verify

import (
	"context"
	"fmt"
	"iter"

	"github.com/odoo-migrate/odoo-migrate/checksum"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// Sample is a draw that anybody can repeat, and what it supports. docs/CHECKSUMS.md has the same in Python.
type Sample struct {
	Of       int64   `json:"of"` // records that might have been drawn
	Size     int64   `json:"size"`
	Wrong    int64   `json:"wrong"` // of those drawn, that differ or are missing
	Nonce    string  `json:"nonce"`
	Root     string  `json:"root"`     // Merkle root over the digests of all records that might be drawn, by external id
	Seed     string  `json:"seed"`     // SHA-256 of root and nonce
	Supports float64 `json:"supports"` // per cent of all records that are good, at the least
	Level    float64 `json:"level"`    // with this confidence, in per cent; 100 where everything was drawn

	drawn map[string]bool
}

// NewSample draws so many of the active entries, which come in the order of their external ids.
func NewSample(entries iter.Seq2[run.Entry, error], size int, nonce string) (*Sample, error) {
	tree := checksum.NewTree()
	var ids []string
	for e, err := range entries {
		if err != nil {
			return nil, err
		}
		if e.State != run.Active || e.Digest == "" {
			continue
		}
		d, err := checksum.ParseDigest(e.Digest)
		if err != nil {
			return nil, fmt.Errorf("ledger entry %s: %w", e.ExternalID, err)
		}
		if err := tree.Add(d); err != nil {
			return nil, err
		}
		ids = append(ids, e.ExternalID)
	}
	root, err := tree.Root()
	if err != nil {
		return nil, err
	}
	s := &Sample{Of: int64(len(ids)), Nonce: nonce, Root: root.String(), drawn: map[string]bool{}}
	seed := checksum.Seed(root, nonce)
	draw := checksum.NewDraw(seed, size)
	for _, id := range ids {
		draw.Add(id)
	}
	for _, id := range draw.Drawn() {
		s.drawn[id] = true
	}
	s.Seed, s.Size = seed.String(), int64(len(s.drawn))
	return s, nil
}

// Ledger is a ledger of the records drawn.
func (s *Sample) Ledger(of Ledger) Ledger { return sampled{of, s.drawn} }

// Conclude says what the sample supports, of what reading it gave.
func (s *Sample) Conclude(res *Result) {
	for _, m := range res.Mappings {
		s.Wrong += m.Differs + m.Missing
	}
	s.Level, s.Supports = 95, 100*checksum.AtLeast(s.Size, s.Wrong)
	if s.Size == s.Of && s.Of > 0 {
		s.Level, s.Supports = 100, 100*float64(s.Of-s.Wrong)/float64(s.Of)
	}
	res.Sample = s
}

type sampled struct {
	Ledger
	drawn map[string]bool
}

func (s sampled) Entries(ctx context.Context, targetID int64, mapping string) iter.Seq2[run.Entry, error] {
	return func(yield func(run.Entry, error) bool) {
		for e, err := range s.Ledger.Entries(ctx, targetID, mapping) {
			if (err != nil || s.drawn[e.ExternalID]) && !yield(e, err) {
				return
			}
		}
	}
}
