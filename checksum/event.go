package checksum

import (
	"crypto/sha256"
	"encoding/binary"
	"time"
)

// EventTime is how an event's time stands in its hash, in UTC.
const EventTime = "2006-01-02T15:04:05.000000Z"

// Event is the hash of an event of the log, chained to the one before it (nothing before the first). Every part has its
// length before it, in eight bytes, so that no two events share a text; the first part names the format, for a later one
// to differ.
func Event(previous []byte, seq, run int64, at time.Time, kind, data string) []byte {
	h := sha256.New()
	part := func(b []byte) {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(b))))
		h.Write(b)
	}
	part([]byte("migrate event v1"))
	part(previous)
	part(binary.BigEndian.AppendUint64(nil, uint64(seq)))
	part(binary.BigEndian.AppendUint64(nil, uint64(run)))
	part([]byte(at.UTC().Format(EventTime)))
	part([]byte(kind))
	part([]byte(data))
	return h.Sum(nil)
}
