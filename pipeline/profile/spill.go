package profile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/odoo-migrate/odoo-migrate/record"
)

const (
	spillParts = 64   // partitions of a spill: one is looked through at a time
	chunkWords = 1020 // words written at once, where there are few columns
	chunkLeast = 24   // and where there are many; both divisible by one and three words an item
	chunkTotal = 48   // columns that may have the largest chunks: with two spills each, fifty megabytes for all of them
)

// store is the temporary file that hashes go to when there are too many for memory. One file serves all columns of all
// tables of a run; it holds hashes and row numbers only, never a value. It is made when the first chunk is full.
type store struct {
	dir string

	chunk int // words of the chunks of the next spills

	mu   sync.Mutex
	file *os.File
	next int64           // where the file ends
	free map[int][]int64 // chunks that can be written again, by their bytes
}

func newStore(dir string) *store { return &store{dir: dir, chunk: chunkWords, free: map[int][]int64{}} }

// shareAmong makes the chunks of the next spills smaller the more columns there are, as each has some in memory.
func (s *store) shareAmong(columns int) {
	words := chunkWords * chunkTotal / max(chunkTotal, columns)
	s.chunk = max(chunkLeast, words-words%3)
}

// write stores one chunk and returns where.
func (s *store) write(words []byte) (int64, error) {
	s.mu.Lock()
	if s.file == nil {
		if err := s.open(); err != nil {
			s.mu.Unlock()
			return 0, err
		}
	}
	at, free := s.next, s.free[len(words)]
	if last := len(free) - 1; last >= 0 {
		at, s.free[len(words)] = free[last], free[:last]
	} else {
		s.next += int64(len(words))
	}
	f := s.file
	s.mu.Unlock()
	if _, err := f.WriteAt(words, at); err != nil {
		return 0, adviseSpill(err)
	}
	return at, nil
}

func (s *store) open() error {
	f, err := os.CreateTemp(s.dir, "migrate-audit-*.tmp")
	if err != nil {
		return adviseSpill(err)
	}
	// Where the system allows it the name goes at once, so that not even a killed process leaves the file behind.
	_ = os.Remove(f.Name())
	s.file = f
	return nil
}

func adviseSpill(err error) error {
	return record.Advise(fmt.Errorf("temporary file for finding duplicates: %w", err),
		"It needs up to 40 bytes a row in the folder for temporary files: free some room there, or set TMPDIR to another folder.")
}

func (s *store) close() error {
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	if gone := os.Remove(s.file.Name()); gone != nil && !errors.Is(gone, os.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	s.file = nil
	return err
}

// spill is a list of items of one or more words each, kept in partitions by their first word. Items of one partition
// keep their order. The memory it takes is bounded: one chunk a partition, half a megabyte at most.
type spill struct {
	store *store
	width int // words an item
	chunk int // words written at once
	items int64
	parts [spillParts]spillPart
	bytes []byte
	err   error
}

type spillPart struct {
	words  []uint64
	chunks []int64 // where they stand
}

func newSpill(s *store, width int) *spill { return &spill{store: s, width: width, chunk: s.chunk} }

// part takes bits for the partition that neither the slot in a table nor the level of a sample is made of.
func part(h uint64) uint64 { return h >> 34 & (spillParts - 1) }

// add1 appends an item of one word, add3 one of three. The first error is kept for the end.
func (s *spill) add1(h uint64) {
	p := &s.parts[part(h)]
	p.words = append(p.words, h)
	s.items++
	if len(p.words) == s.chunk {
		s.flush(p)
	}
}

func (s *spill) add3(h, second, third uint64) {
	p := &s.parts[part(h)]
	p.words = append(p.words, h, second, third)
	s.items++
	if len(p.words) == s.chunk {
		s.flush(p)
	}
}

func (s *spill) flush(p *spillPart) {
	if s.bytes == nil {
		s.bytes = make([]byte, 8*s.chunk)
	}
	for i, w := range p.words {
		binary.LittleEndian.PutUint64(s.bytes[8*i:], w)
	}
	p.words = p.words[:0]
	at, err := s.store.write(s.bytes)
	if err != nil {
		s.err = errors.Join(s.err, err)
		return
	}
	p.chunks = append(p.chunks, at)
}

// each yields the words of every partition, in order within a partition, a chunk at a time; begin is called before a
// partition with the number of its items. It stops when take returns false.
func (s *spill) each(begin func(items int), take func(words []uint64) bool) error {
	if s.err != nil {
		return s.err
	}
	words := make([]uint64, s.chunk)
	raw := make([]byte, 8*s.chunk)
	for i := range s.parts {
		p := &s.parts[i]
		begin((len(p.chunks)*s.chunk + len(p.words)) / s.width)
		for _, at := range p.chunks {
			if _, err := s.store.file.ReadAt(raw, at); err != nil {
				return adviseSpill(err)
			}
			for j := range words {
				words[j] = binary.LittleEndian.Uint64(raw[8*j:])
			}
			if !take(words) {
				return nil
			}
		}
		if len(p.words) > 0 && !take(p.words) {
			return nil
		}
	}
	return nil
}

// drop gives the chunks back to the store.
func (s *spill) drop() {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	for i := range s.parts {
		s.store.free[8*s.chunk] = append(s.store.free[8*s.chunk], s.parts[i].chunks...)
		s.parts[i] = spillPart{}
	}
}

// repeats counts the items of one word that equal an earlier one.
func (s *spill) repeats() (int64, error) {
	var seen hashSet
	var twice int64
	err := s.each(func(items int) { seen.reset(items) }, func(words []uint64) bool {
		for _, h := range words {
			if !seen.insert(h) {
				twice++
			}
		}
		return true
	})
	return twice, err
}

// twins is what is known of the items that are there more than once.
type twins struct {
	count         int64  // items equal to an earlier one
	first, second uint64 // positions of the first such item's model and of itself; 0 when there is none
}

// twins counts the items of three words (a hash of two, a position) whose hash stands at an earlier position, too. Those
// for which unsaid is true are counted, but are no example.
func (s *spill) twins(unsaid func(model, at uint64) bool) (twins, error) {
	var t twins
	var seen rowSet
	err := s.each(func(items int) { seen.reset(items) }, func(words []uint64) bool {
		for i := 0; i < len(words); i += 3 {
			model, fresh := seen.insert([2]uint64{words[i], words[i+1]}, words[i+2])
			if fresh {
				continue
			}
			t.count++
			if (t.second == 0 || words[i+2] < t.second) && (unsaid == nil || !unsaid(model, words[i+2])) {
				t.first, t.second = model, words[i+2]
			}
		}
		return true
	})
	return t, err
}
