package rawfile_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/rawfile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

func written(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func opened(t testing.TB, data []byte) *rawfile.File {
	t.Helper()
	f, err := rawfile.Open(t.Context(), written(t, "data.csv", data))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func encoded(t testing.TB, e encoding.Encoding, text string) []byte {
	t.Helper()
	out, err := e.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func gzipped(t testing.TB, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestDetectCharset(t *testing.T) {
	western := "Nr;Name;Ort\n1;Jürgen Groß;Köln\n2;René Café;Besançon\n3;Søren Åberg;Århus\n4;José Núñez;Málaga\n"
	wide := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	for name, tc := range map[string]struct {
		data   []byte
		pinned string
		want   string
		sure   float64 // at least
		bom    int
	}{
		"ascii":                    {data: []byte("id,name\n1,Ann\n"), want: "utf-8", sure: 1},
		"utf-8":                    {data: []byte(western), want: "utf-8", sure: 0.9},
		"utf-8, marked":            {data: []byte("\xEF\xBB\xBFid\n"), want: "utf-8", sure: 1, bom: 3},
		"utf-8, one bad byte":      {data: []byte(strings.Repeat(western, 5) + "\xff"), want: "utf-8", sure: 0.7},
		"windows-1252":             {data: encoded(t, charmap.Windows1252, western), want: "windows-1252", sure: 0.7},
		"windows-1252, euro":       {data: encoded(t, charmap.Windows1252, "12 € – “best” price’s\n"), want: "windows-1252", sure: 0.5},
		"iso-8859-1 is read so":    {data: encoded(t, charmap.ISO8859_1, western), want: "windows-1252", sure: 0.7},
		"no-break space alone":     {data: []byte("a\xa0b\n"), want: "windows-1252", sure: 0.3},
		"cp850":                    {data: encoded(t, charmap.CodePage850, western), want: "cp850", sure: 0.6},
		"cp437":                    {data: encoded(t, charmap.CodePage437, "Jürgen Groß\nJosé Núñez\n"), want: "cp850", sure: 0.6},
		"utf-16le, unmarked":       {data: encoded(t, wide, western), want: "utf-16le", sure: 0.9},
		"utf-16be, marked":         {data: append([]byte{0xFE, 0xFF}, 0, 'a'), want: "utf-16be", sure: 1, bom: 2},
		"pinned":                   {data: []byte("a\xa0b\n"), pinned: "cp437", want: "cp437", sure: 1},
		"pinned utf-16, marked":    {data: append([]byte{0xFE, 0xFF}, 0, 'a'), pinned: "utf-16", want: "utf-16be", sure: 1, bom: 2},
		"pinned by other name":     {data: []byte("a"), pinned: "Latin1", want: "iso-8859-1", sure: 1},
		"pinned iso, mark is text": {data: []byte("\xEF\xBB\xBFid\n"), pinned: "iso-8859-1", want: "iso-8859-1", sure: 1},
	} {
		cs, bom, found, err := opened(t, tc.data).Content().DetectCharset(tc.pinned)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if cs.Name() != tc.want || found.Value != tc.want || found.Confidence < tc.sure || found.Confidence > 1 || bom != tc.bom || found.Pinned != (tc.pinned != "") {
			t.Errorf("%s: %s, mark of %d bytes, %+v; want %s, %d bytes, at least %.2f", name, cs.Name(), bom, found, tc.want, tc.bom, tc.sure)
		}
	}
	for _, name := range []string{"klingon", "iso-2022-jp", "utf-7", "utf-32"} {
		if _, err := rawfile.LookupCharset(name); !errors.Is(err, connectors.ErrUnsupported) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, _, err := opened(t, []byte{0xFF, 0xFE, 0, 0, 'a', 0, 0, 0}).Content().DetectCharset(""); !errors.Is(err, connectors.ErrUnsupported) {
		t.Errorf("utf-32: %v", err)
	}
}

func TestContentCounts(t *testing.T) {
	long := strings.Repeat("a", 256<<10-1)
	for name, tc := range map[string]struct {
		text                        string
		multibyte, invalid, firstAt int64
		replaced                    int64
	}{
		"ascii":                      {"abc", 0, 0, -1, 0},
		"cut between two readings":   {long + "é€x", 2, 0, -1, 0},
		"broken between two":         {long + "\xE2\x82x", 0, 2, 256<<10 - 1, 0},
		"cut off at the end":         {"aé\xE2\x82", 1, 2, 3, 0},
		"destroyed before":           {"a\uFFFDb", 1, 0, -1, 1},
		"every byte of a bad string": {"\xff\xfe\xfd", 0, 3, 0, 0},
	} {
		c := opened(t, []byte(tc.text)).Content()
		if c.Multibyte != tc.multibyte || c.Invalid != tc.invalid || c.FirstInvalid != tc.firstAt || c.Replacements != tc.replaced || c.Bytes != int64(len(tc.text)) {
			t.Errorf("%s: %d multibyte, %d invalid from %d, %d replaced, %d bytes; want %+v", name, c.Multibyte, c.Invalid, c.FirstInvalid, c.Replacements, c.Bytes, tc.firstAt)
		}
	}
}

func TestUndecodable(t *testing.T) {
	c := opened(t, []byte("a\xfcb\x81c\x81")).Content()
	cs, err := rawfile.LookupCharset("windows-1252")
	if err != nil {
		t.Fatal(err)
	}
	if n, at := c.Undecodable(cs); n != 2 || at != 3 {
		t.Errorf("%d undecodable, the first at %d; want 2 at 3", n, at)
	}
	for _, name := range []string{"windows-1252", "utf-8", "shift_jis", "utf-16le"} {
		cs, err := rawfile.LookupCharset(name)
		if err != nil {
			t.Fatal(err)
		}
		data := map[string][]byte{"windows-1252": []byte("ab\x81"), "utf-8": []byte("ab\xff"), "shift_jis": []byte("ab\xfd"), "utf-16le": {'a', 0, 'b', 0, 0, 0xD8, 'c', 0}}[name]
		want := map[string]int64{"utf-16le": 14}[name] + 102
		if name == "utf-16le" {
			want = 104
		}
		_, err = io.ReadAll(cs.NewReader(bytes.NewReader(data), 100))
		var bad *rawfile.UndecodableError
		if !errors.As(err, &bad) || !errors.Is(err, connectors.ErrDamaged) || bad.Offset != want {
			t.Errorf("%s: %v, want an undecodable byte at %d", name, err, want)
		}
	}
}

// What Widen makes of UTF-16 leads back to its exact bytes, whatever they are.
func FuzzWiden(f *testing.F) {
	for _, seed := range []string{"", "a", "a\x00", "\x00\xd8", "\x00\xd8a\x00", "\x3d\xd8\x00\xde", "\x00\xdc\x00\xd8\x00", "\xff\xfe\xff", "\x00\xd8\xff"} {
		f.Add([]byte(seed), true)
		f.Add([]byte(seed), false)
	}
	f.Fuzz(func(t *testing.T, data []byte, bigEndian bool) {
		name := map[bool]string{true: "utf-16be", false: "utf-16le"}[bigEndian]
		cs, err := rawfile.LookupCharset(name)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(cs.Widen(bytes.NewReader(data)))
		if err != nil {
			t.Fatal(err)
		}
		if back := cs.Narrow(text); !bytes.Equal(back, data) {
			t.Errorf("%s %x became %x and then %x", name, data, text, back)
		}
		if n := rawfile.WideLen(text); n != int64(len(data)) {
			t.Errorf("%s %x became %x of length %d", name, data, text, n)
		}
	})
}

func TestUnpacked(t *testing.T) {
	text := []byte(strings.Repeat("id,name\n1,Ann\n", 1000))
	packed := gzipped(t, text)
	for name, tc := range map[string]struct {
		data    []byte
		packing rawfile.Packing
		err     error
	}{
		"plain":           {text, rawfile.Plain, nil},
		"gzip":            {packed, rawfile.Gzip, nil},
		"gzip, cut off":   {packed[:len(packed)/2], "", connectors.ErrDamaged},
		"gzip, altered":   {append(append([]byte{}, packed[:len(packed)-5]...), 1, 2, 3, 4, 5), "", connectors.ErrDamaged},
		"gzip of nothing": {gzipped(t, nil), "", connectors.ErrEmpty},
		"xz, broken":      {[]byte("\xfd7zXZ\x00 and so on"), "", connectors.ErrDamaged},
		"zip, broken":     {[]byte("PK\x03\x04 and so on"), "", connectors.ErrDamaged},
	} {
		f, err := rawfile.Open(t.Context(), written(t, "data.csv.gz", tc.data))
		if tc.err != nil {
			var advice *record.Advice
			if !errors.Is(err, tc.err) || !errors.As(err, &advice) {
				t.Errorf("%s: %v, want %v with a remedy", name, err, tc.err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		r, err := f.NewReader(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(got, text) || f.Packing() != tc.packing || f.About().Size != int64(len(tc.data)) {
			t.Errorf("%s: %d bytes, packing %q, %+v, %v", name, len(got), f.Packing(), f.About(), err)
		}
		for range 2 {
			if err := r.Close(); err != nil {
				t.Errorf("%s: closing: %v", name, err)
			}
		}
	}
}

func TestChangedWhileReading(t *testing.T) {
	path := written(t, "data.csv", bytes.Repeat([]byte("0123456789"), 100_000))
	f, err := rawfile.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	r, err := f.NewReader(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := io.ReadFull(r, make([]byte, 100)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, bytes.Repeat([]byte("9876543210"), 100_000), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(r); !errors.Is(err, connectors.ErrChanged) {
		t.Errorf("got %v, want ErrChanged", err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := f.Check(t.Context()); !errors.Is(err, connectors.ErrChanged) {
		t.Errorf("a file that is gone: %v, want ErrChanged", err)
	}
}

func TestCancelled(t *testing.T) {
	path := written(t, "data.csv", []byte("a"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := rawfile.Open(ctx, path); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestStem(t *testing.T) {
	for path, want := range map[string]string{
		"a/customers.csv": "customers", "customers.CSV.GZ": "customers", "x.y.csv.xz": "x.y", "customers": "customers", ".csv": ".csv", "a.zip": "a",
	} {
		if got := rawfile.Stem(path); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}
