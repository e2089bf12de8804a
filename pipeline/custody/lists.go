package custody

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// maxList is far beyond what any extraction lists.
const maxList = 64 << 20

// How lists are called: all of a name in small letters.
var (
	checksumName = regexp.MustCompile(`^(md5|sha1|sha224|sha256|sha384|sha512|check|hash)_?(sums?|es)?(\.txt|\.asc)?$|\.(md5|sha1|sha224|sha256|sha384|sha512)(sums?)?(\.txt)?$`)
	countName    = regexp.MustCompile(`^(row|record|line)[_-]?counts?\.(csv|txt|tsv)$`)
	// Names that data may have as well: the header decides.
	maybeName = regexp.MustCompile(`^(counts?|manifest|control[_-]?totals?|extraction[_-]?(log|list)|checksums?|hashes)\.(csv|tsv)$`)
)

// Recognise says whether a file is a list of an extractor rather than data, and of which kind. It looks into a file only
// where the name leaves it open.
func Recognise(path string) (kind string, ok bool) {
	name := strings.ToLower(filepath.Base(path))
	switch {
	case checksumName.MatchString(name):
		return KindChecksums, true
	case countName.MatchString(name):
		return KindRowCounts, true
	case !maybeName.MatchString(name):
		return "", false
	}
	f, err := os.Open(path)
	if err != nil {
		return "", false
	}
	defer f.Close()
	head, err := io.ReadAll(io.LimitReader(f, 4<<10))
	if err != nil {
		return "", false
	}
	first, _, _ := strings.Cut(strings.TrimLeft(decode(head), "\r\n"), "\n")
	_, ok = delimiterOf(strings.TrimRight(first, "\r"))
	return KindRowCounts, ok
}

// decode makes UTF-8 of a list: Windows' tools write UTF-16, old ones a code page of which the ASCII part will do.
func decode(b []byte) string {
	for _, order := range []struct {
		mark  string
		bytes binary.ByteOrder
	}{{"\xff\xfe", binary.LittleEndian}, {"\xfe\xff", binary.BigEndian}} {
		if bytes.HasPrefix(b, []byte(order.mark)) {
			units := make([]uint16, 0, len(b)/2)
			for b = b[2:]; len(b) >= 2; b = b[2:] {
				units = append(units, order.bytes.Uint16(b))
			}
			return string(utf16.Decode(units))
		}
	}
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	if utf8.Valid(b) {
		return string(b)
	}
	var out strings.Builder
	for _, c := range b {
		out.WriteRune(rune(c))
	}
	return out.String()
}

func readList(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("it is no file")
	case info.Size() > maxList:
		return nil, fmt.Errorf("it is larger than %d MB", maxList>>20)
	}
	return os.ReadFile(path)
}

// listed is an entry with the list it stands in.
type listed[T any] struct {
	list  string
	entry T
}

// readLists reads all lists. One that cannot be read, or that says nothing, contradicts: somebody meant it to say something.
func (c *checker) readLists() {
	for _, l := range []struct {
		kind  string
		paths []string
	}{{KindChecksums, c.in.Checksums}, {KindRowCounts, c.in.RowCounts}} {
		for _, path := range l.paths {
			c.readList(l.kind, path)
		}
	}
}

func (c *checker) readList(kind, path string) {
	data, err := readList(path)
	if err != nil {
		why := "it cannot be read"
		if os.IsNotExist(err) {
			why = "it is not there"
		}
		c.unusable(path, why)
		return
	}
	var counts []count
	var sums []checksum
	var bad []badLine
	if kind == KindChecksums {
		sums, bad = parseChecksums(path, decode(data))
	} else {
		counts, sums, bad = parseCounts(decode(data))
	}
	for _, s := range sums {
		c.sums = append(c.sums, listed[checksum]{path, s})
	}
	for _, n := range counts {
		c.counts = append(c.counts, listed[count]{path, n})
	}
	c.report.Lists = append(c.report.Lists, List{File: c.shown(path), Kind: kind, SHA256: hashOf("sha256", data), Entries: len(sums) + len(counts)})
	if len(sums)+len(counts) == 0 {
		c.unusable(path, "no line of it names a file with its "+map[string]string{KindChecksums: "hash", KindRowCounts: "number of rows"}[kind])
		return
	}
	if len(bad) > 0 {
		c.garbled += len(bad)
		c.find(record.Finding{Severity: record.Warning, Rule: "custody.line_not_understood", File: c.shown(path), Line: int64(bad[0].line), Raw: cut(bad[0].text),
			Rows:    int64(len(bad)),
			Message: fmt.Sprintf("%s of %s cannot be understood", countOf(int64(len(bad)), "line"), filepath.Base(path)), Hint: listHint(kind)})
	}
}

func (c *checker) unusable(path, why string) {
	c.broken++
	c.find(record.Finding{Severity: record.Blocker, Rule: "custody.list_unreadable", File: c.shown(path),
		Message: fmt.Sprintf("the list %s cannot be used: %s", filepath.Base(path), why), Hint: "Ask for it again, or change custody: in migrate.yaml."})
}

func listHint(kind string) string {
	if kind == KindChecksums {
		return "A line is a hash, two blanks and a file name, as sha256sum writes it."
	}
	return "Begin the list with the header file,rows,columns,control_column,total."
}

// cut keeps a line of a stranger's list short.
func cut(text string) string {
	if r := []rune(text); len(r) > 80 {
		return string(r[:79]) + "…"
	}
	return text
}
