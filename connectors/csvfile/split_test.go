package csvfile

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/testdata/volume"
)

// splitAll splits text; step is how many bytes come at a time, 0 for all at once.
func splitAll(t *testing.T, d dialect, text []byte, step int) (lines []line, spans []span) {
	t.Helper()
	s := splitter{dialect: d}
	have := len(text)
	if step > 0 {
		have = min(step, len(text))
	}
	for pos := 0; pos < len(text); {
		rec, ok := s.next(text[:have:have], pos, have == len(text))
		if !ok {
			if have == len(text) {
				t.Fatalf("record at %d of %q does not end", pos, text)
			}
			have = min(have+step, len(text))
			continue
		}
		if rec.next <= pos || rec.next > len(text) || rec.end < rec.start || rec.start != pos || rec.lines < 1 && d.end == nil {
			t.Fatalf("record %+v at %d of %q", rec, pos, text)
		}
		for _, c := range s.spans[rec.first:] {
			if int(c.start) < rec.start || int(c.end&^marked) > rec.next || c.end&^marked < c.start {
				t.Fatalf("cell %+v outside of record %+v of %q", c, rec, text)
			}
		}
		lines = append(lines, rec)
		pos = rec.next
	}
	return lines, s.spans
}

func dialects() []dialect {
	comma := dialect{delimiter: []byte(","), quote: '"'}
	variants := []dialect{comma, {delimiter: []byte(";"), quote: '\''}, {quote: '"'}, {delimiter: []byte(",")}}
	add := func(change func(*dialect)) {
		d := comma
		change(&d)
		variants = append(variants, d)
	}
	add(func(d *dialect) { d.lines = endCR })
	add(func(d *dialect) { d.lines = endAny })
	add(func(d *dialect) { d.escape = '\\' })
	add(func(d *dialect) { d.escape, d.quote = '\\', 0 })
	add(func(d *dialect) { d.delimiter, d.end = []byte("+|"), []byte("&|\n") })
	add(func(d *dialect) { d.delimiter, d.end, d.quote = []byte("+|"), []byte("&|"), 0 })
	add(func(d *dialect) { d.blanks = true })
	add(func(d *dialect) { d.join = 2 })
	add(func(d *dialect) { *d = dialect{widths: []int{0, 2, 5}, limit: 9, wideRunes: true} })
	add(func(d *dialect) { *d = dialect{widths: []int{0, 3}, sharp: true, lines: endAny} })
	return variants
}

func checkSplit(t *testing.T, text []byte) {
	t.Helper()
	for _, d := range dialects() {
		lines, spans := splitAll(t, d, text, 0)
		for _, step := range []int{1, 3, 7} {
			l, s := splitAll(t, d, text, step)
			if !slices.Equal(l, lines) || !slices.Equal(s, spans) {
				t.Fatalf("%+v: %q split at once\n%+v\nand %d bytes at a time\n%+v", d, text, lines, step, l)
			}
		}
	}
}

var splitSeeds = []string{
	"a,b\n1,2\n", "a,b\r\n1,2\r\n", "a,b\r1,2\r", "\"a\",\"b\"\n", "\"a\"\"b\",c\n", "\"a\nb\",c\nd,e", "a\"b,c\n", "\"a\"x,b\nc,d\n",
	"\"open,1\n2,3\n4,5", "\"open\"\"", "\"", "\"\"", "\"\"\"", "\n\n", "\r\n\r", ",", ",,\n", "\"a\"\r\n", "\"a\"\rb\n", "'a';'b''c'\n", "\x00,\xff\n", "1+|2+|\"x\"&|\n3+|4&|\n", "a\\,b,c\\\"d\n", "\"a\\\"b\",c\\\n,d", "a, b, \"c\", d\n", "12345678901\n",
	"ab   cd \n\u00e4\u00f6\u00fc", "a\rb\r\nc\nd", "\\", "\"a\\", "\"a\",\"open\n\"b\",c\n",
}

func TestSplitInPieces(t *testing.T) {
	for _, text := range splitSeeds {
		checkSplit(t, []byte(text))
	}
}

func FuzzSplit(f *testing.F) {
	for _, text := range splitSeeds {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) < 4<<10 {
			checkSplit(t, text)
		}
	})
}

// FuzzRead holds the whole reader, detection included, to the promises that do not depend on what a file says.
func FuzzRead(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.*")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	path := filepath.Join(f.TempDir(), "fuzz.csv")
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		var readings []string
		for _, size := range []int{1, 0} {
			readings = append(readings, reading(t, path, connectors.Options{BatchBytes: size}))
		}
		if readings[0] != readings[1] {
			t.Errorf("batches of one row give\n%s\nand of 1 MiB\n%s", readings[0], readings[1])
		}
	})
}

func reading(t *testing.T, path string, opt connectors.Options) (out string) {
	s, err := Open(t.Context(), path, opt)
	if err != nil {
		return err.Error()
	}
	prev, file := record.Pos{Offset: -1}, ""
	for b, err := range s.Batches(t.Context(), "fuzz") {
		if err != nil {
			return out + err.Error()
		}
		if file != b.File { // lines and offsets are those of each file
			file, prev.Line, prev.Offset = b.File, 0, -1
		}
		for _, r := range b.Rows {
			if r.Row != prev.Row+1 || r.Line < prev.Line || r.Line == prev.Line && opt.RecordEnd == "" || r.Offset <= prev.Offset {
				t.Fatalf("position %+v after %+v", r.Pos, prev)
			}
			if r.Damage == "" && len(r.Cells) != len(b.Columns) {
				t.Fatalf("%d cells for %d columns", len(r.Cells), len(b.Columns))
			}
			prev = r.Pos
			out += fmt.Sprintf("%+v\n", r)
		}
	}
	return out
}

func BenchmarkBatches(b *testing.B) {
	path := filepath.Join(b.TempDir(), "bench.csv")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	const rows = 200_000
	if err := volume.WriteCSV(f, rows); err != nil {
		b.Fatal(err)
	}
	info, _ := f.Stat()
	f.Close()
	b.SetBytes(info.Size())
	b.Run("open", func(b *testing.B) {
		b.SetBytes(info.Size())
		for b.Loop() {
			if _, err := Open(b.Context(), path, connectors.Options{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("read", func(b *testing.B) {
		b.SetBytes(info.Size())
		b.ReportAllocs()
		s, err := Open(b.Context(), path, connectors.Options{})
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			n := 0
			for batch, err := range s.Batches(b.Context(), "bench") {
				if err != nil {
					b.Fatal(err)
				}
				n += len(batch.Rows)
			}
			if n != rows {
				b.Fatal(n)
			}
		}
	})
}
