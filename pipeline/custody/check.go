package custody

import (
	"context"
	"crypto/md5"  //nolint:gosec // extractors use it; it finds accidents, and the report says so
	"crypto/sha1" //nolint:gosec // likewise
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/connectors/rawfile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

type checker struct {
	in       Input
	report   *Report
	findings []record.Finding
	sums     []listed[checksum]
	counts   []listed[count]
	hashes   map[string]string // algorithm + ":" + absolute path -> hex
	broken   int               // lists that cannot be used
	garbled  int               // lines of lists that cannot be understood

	delivered map[string]bool     // absolute paths of the files
	named     map[string][]string // files by their names in small letters
	callable  map[string][]int    // tables by every name a list may call them by, in small letters
}

// index finds files and tables by name: a delivery may be thousands of them, and its lists as long. A file that several
// tables are in is kept once.
func (c *checker) index() {
	c.delivered, c.named, c.callable = map[string]bool{}, map[string][]string{}, map[string][]int{}
	var files []FileFact
	for _, f := range c.in.Files {
		path := absolute(f.Path)
		if c.delivered[path] {
			continue
		}
		c.delivered[path] = true
		base := strings.ToLower(filepath.Base(path))
		c.named[base] = append(c.named[base], f.Path)
		files = append(files, f)
	}
	c.in.Files = files
	for i := range c.in.Tables {
		t := &c.in.Tables[i]
		names := []string{t.Name, t.Sheet, t.Table}
		for _, f := range append([]string{t.File}, t.Parts...) {
			names = append(names, filepath.Base(f), rawfile.Stem(f))
		}
		for _, n := range names {
			n = strings.ToLower(n)
			if at := c.callable[n]; len(at) == 0 || at[len(at)-1] != i {
				c.callable[n] = append(at, i)
			}
		}
	}
}

func (c *checker) find(f record.Finding) { c.findings = append(c.findings, f) }

// shown is a path as the report shows it.
func (c *checker) shown(path string) string {
	if c.in.Base == "" {
		return filepath.ToSlash(path)
	}
	if rel, err := filepath.Rel(absolute(c.in.Base), absolute(path)); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel)
	}
	return filepath.ToSlash(path)
}

func (c *checker) at(list string, line int) string { return fmt.Sprintf("%s:%d", c.shown(list), line) }

func newHash(algorithm string) hash.Hash {
	switch algorithm {
	case "md5":
		return md5.New() //nolint:gosec // see above
	case "sha1":
		return sha1.New() //nolint:gosec // see above
	case "sha224":
		return sha256.New224()
	case "sha384":
		return sha512.New384()
	case "sha512":
		return sha512.New()
	}
	return sha256.New()
}

func hashOf(algorithm string, data []byte) string {
	h := newHash(algorithm)
	h.Write(data)
	return hex.EncodeToString(h.Sum(nil))
}

// hash hashes a file once for each algorithm.
func (c *checker) hash(ctx context.Context, path, algorithm string) (string, error) {
	key := algorithm + ":" + absolute(path)
	if known := c.hashes[key]; known != "" {
		return known, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := newHash(algorithm)
	buffer := make([]byte, 256<<10)
	for {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		n, err := f.Read(buffer)
		h.Write(buffer[:n])
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", err
		}
	}
	c.hashes[key] = hex.EncodeToString(h.Sum(nil))
	return c.hashes[key], nil
}

func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return filepath.Clean(path)
}

// files compares every listed file with its checksums, and says which files no list has.
func (c *checker) files(ctx context.Context) error {
	if len(c.sums) == 0 {
		return nil
	}
	for _, f := range c.in.Files {
		if f.SHA256 != "" {
			c.hashes["sha256:"+absolute(f.Path)] = f.SHA256
		}
	}
	found := map[string]*File{}
	var order []string
	for _, s := range c.sums {
		path := c.locate(s.list, s.entry.name)
		if path != "" && absolute(path) == absolute(s.list) {
			continue // a list cannot hold its own hash
		}
		f, err := c.compare(ctx, path, s)
		if err != nil {
			return err
		}
		key := "\x00" + s.entry.name // a file that is not there
		if path != "" {
			key = absolute(path)
		}
		if known := found[key]; known == nil {
			found[key], order = &f, append(order, key)
		} else if known.Status == Matched {
			*known = f // the worst decides
		}
	}
	for _, f := range c.in.Files {
		key := absolute(f.Path)
		if found[key] == nil {
			found[key], order = &File{File: c.shown(f.Path), Status: NotListed}, append(order, key)
		}
	}
	for _, key := range order {
		c.report.Files = append(c.report.Files, *found[key])
	}
	slices.SortStableFunc(c.report.Files, func(a, b File) int { return strings.Compare(a.File, b.File) })
	c.fileFindings()
	return nil
}

// compare hashes one file as its entry asks for; a path of "" is a file that is not there.
func (c *checker) compare(ctx context.Context, path string, s listed[checksum]) (File, error) {
	f := File{File: s.entry.name, Algorithm: s.entry.algorithm, Want: s.entry.hash, At: c.at(s.list, s.entry.line), Status: Missing}
	if path == "" {
		return f, nil
	}
	f.File = c.shown(path)
	got, err := c.hash(ctx, path, s.entry.algorithm)
	switch {
	case errors.Is(err, fs.ErrNotExist): // gone since it was listed
	case err != nil:
		f.Status, f.Why = NotCompared, "it cannot be read"
	case got == s.entry.hash:
		f.Got, f.Status = got, Matched
	default:
		f.Got, f.Status = got, Differs
	}
	return f, ctx.Err()
}

// locate finds the file an entry is about; "" where there is none. Lists name files as the extractor
// saw them: relative to the list, with his folders or drive in front, or in other letter case. Nothing outside the list's
// folder is looked at, unless it was delivered.
func (c *checker) locate(list, name string) string {
	for _, rel := range tails(name) {
		path := filepath.Join(filepath.Dir(list), filepath.FromSlash(rel))
		if c.delivered[absolute(path)] || filepath.IsLocal(filepath.FromSlash(rel)) && regular(path) {
			return path
		}
	}
	if same := c.named[strings.ToLower(lastOf(name))]; len(same) == 1 {
		return same[0] // of two of that name, to guess one would be worse
	}
	return ""
}

// lastOf is the name of the file that a path in a list ends with.
func lastOf(path string) string { return filepath.Base(filepath.FromSlash(slashes(path))) }

func regular(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

func slashes(name string) string { return strings.ReplaceAll(name, `\`, "/") }

// tails are the ends of a path, the longest first: a/b/c.csv, b/c.csv, c.csv.
func tails(name string) []string {
	out := []string{name}
	name = strings.TrimPrefix(slashes(name), "./")
	if name != out[0] {
		out = append(out, name)
	}
	for {
		_, rest, ok := strings.Cut(name, "/")
		if !ok {
			return out
		}
		if name = rest; name != "" {
			out = append(out, name)
		}
	}
}

func (c *checker) fileFindings() {
	weak := map[string]bool{}
	for _, f := range c.report.Files {
		base := lastOf(f.File)
		switch f.Status {
		case Differs:
			c.find(record.Finding{Severity: record.Blocker, Rule: "custody.checksum_differs", File: f.File, At: f.At,
				Message: fmt.Sprintf("%s is not the file that was extracted: its %s is not the one in the list", base, strings.ToUpper(f.Algorithm)),
				Hint:    "Have the file delivered again, and do not open and save it on the way; or ask for a new list, if the extraction was repeated."})
		case Missing:
			c.find(record.Finding{Severity: record.Error, Rule: "custody.file_missing", File: f.File, At: f.At,
				Message: base + " is in the list of checksums and was not delivered", Hint: "Ask for the file."})
		case NotListed:
			c.find(record.Finding{Severity: record.Warning, Rule: "custody.file_not_listed", File: f.File,
				Message: base + " is in no list of checksums", Hint: "Find out where it comes from; the extractor did not list it."})
		case NotCompared:
			c.find(record.Finding{Severity: record.Error, Rule: "custody.file_not_compared", File: f.File, At: f.At,
				Message: base + " cannot be compared with its checksum: " + f.Why})
		}
		weak[f.Algorithm] = true
	}
	if weak["md5"] || weak["sha1"] {
		c.find(record.Finding{Severity: record.Note, Rule: "custody.weak_checksum",
			Message: "MD5 and SHA-1 show files that were damaged, not files that somebody forged", Hint: "Ask for SHA-256 the next time."})
	}
}
