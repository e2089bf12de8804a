package evidence

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/checksum"
)

// ErrNoBundle says that a file is no evidence bundle, or one that is cut off.
var ErrNoBundle = errors.New("this is no evidence bundle, or it is cut off")

// CheckOptions of Check. All of it is optional.
type CheckOptions struct {
	Root    string                            // that the manifest must have
	Salts   io.Reader                         // the file of salts
	Sources func(file string) (string, error) // SHA-256 of a source file; ErrSeveral where it is not one file
	Proof   []byte                            // of one record
}

// ErrSeveral says that a source is not one file.
var ErrSeveral = errors.New("several files")

// Verdict is what a check found.
type Verdict struct {
	Version int      `json:"version"`
	Root    string   `json:"root"`
	Files   int      `json:"files"`
	Records int64    `json:"records"`
	Notes   []string `json:"notes"`
	Wrong   []string `json:"wrong"` // what does not hold: file, line, record
}

// Holds reports whether everything in the bundle holds.
func (v *Verdict) Holds() bool { return len(v.Wrong) == 0 }

// checker is a check under way.
type checker struct {
	Verdict
	zip     *zip.Reader
	m       Manifest
	good    map[string]bool // files that can be read
	salts   map[recordKey]salted
	all     bool // salts are those of all records
	draws   []*drawn
	noDraws bool // they cannot be read
}

type recordKey struct{ model, id string }

type salted struct {
	salt, meant checksum.Digest
	odoo        *checksum.Digest
}

func (c *checker) wrong(format string, args ...any) {
	c.Wrong = append(c.Wrong, fmt.Sprintf(format, args...))
}

func (c *checker) note(format string, args ...any) {
	c.Notes = append(c.Notes, fmt.Sprintf(format, args...))
}

// Check computes again everything in a bundle that does not need Odoo, and names what does not hold. It says the same, in the
// same words, as docs/verify_evidence.py. Only what the options give can be an error.
func Check(r io.ReaderAt, size int64, opt CheckOptions) (*Verdict, error) {
	c := &checker{good: map[string]bool{}, salts: map[recordKey]salted{}, Verdict: Verdict{Version: 1, Notes: []string{}, Wrong: []string{}}}
	c.tail(r, size)
	if !c.open(r, size) || !c.manifest(opt.Root) {
		return &c.Verdict, nil
	}
	c.contents()
	if opt.Salts != nil {
		if err := c.readSalts(opt.Salts); err != nil {
			return nil, err
		}
	}
	if opt.Proof != nil {
		if err := c.proof(opt.Proof); err != nil {
			return nil, err
		}
	}
	c.readDraws()
	c.records()
	c.sheet(eventsName, c.events)
	c.sheet(conservationName, c.conservation)
	c.dispositions()
	if opt.Sources != nil {
		c.sheet(sourcesName, func(t *table) error { return c.sources(t, opt.Sources) })
	}
	c.checkDraws()
	c.signatures()
	c.Files = len(c.m.Files)
	c.note("%d files, %d records", c.Files, c.Records)
	return &c.Verdict, nil
}

func (c *checker) open(r io.ReaderAt, size int64) bool {
	var err error
	if c.zip, err = zip.NewReader(r, size); err != nil {
		c.wrong("bundle: it is no zip file, or cut off")
	}
	return err == nil
}

// tail holds the bundle's last bytes against the digest of all others.
func (c *checker) tail(r io.ReaderAt, size int64) {
	h, stated := sha256.New(), make([]byte, sealLength)
	if size >= sealLength {
		_, err := io.Copy(h, io.NewSectionReader(r, 0, size-sealLength))
		_, err2 := r.ReadAt(stated, size-sealLength)
		if err == nil && (err2 == nil || errors.Is(err2, io.EOF)) && hex.EncodeToString(h.Sum(nil)) == string(stated) {
			return
		}
	}
	c.wrong("bundle: its bytes are not those that were written")
}

func (c *checker) manifest(root string) bool {
	text, err := readFile(c.zip, ManifestName)
	if err == nil {
		err = json.Unmarshal(text, &c.m)
	}
	switch {
	case err != nil:
		c.wrong("manifest.json: it is missing or damaged")
		return false
	case c.m.Kind != manifestKind || c.m.Version != version:
		c.wrong("manifest.json: this is no evidence of version %d", version)
		return false
	}
	c.Root = digestOf(text)
	if stated, _ := readFile(c.zip, SealName); string(stated) != c.Root+"  "+ManifestName+"\n" {
		c.wrong("manifest.json: its SHA-256 is not the one in manifest.sha256")
	}
	if root != "" && !strings.EqualFold(root, c.Root) {
		c.wrong("manifest.json: its SHA-256 is not the one you gave")
	}
	c.note("root %s", c.Root)
	return true
}

// contents holds every file against the manifest.
func (c *checker) contents() {
	there, listed := map[string]int{}, map[string]bool{}
	for _, f := range c.zip.File {
		there[f.Name]++
	}
	for _, f := range c.m.Files {
		listed[f.Name] = true
	}
	strangers := slices.Clone(needed)
	for name := range there {
		if !slices.Contains([]string{ManifestName, SealName, SignatureName}, name) && !slices.Contains(needed, name) {
			strangers = append(strangers, name)
		}
	}
	slices.Sort(strangers)
	for _, name := range strangers {
		if !listed[name] {
			c.wrong("%s: the manifest does not list it", name)
		}
	}
	for _, f := range c.zip.File {
		if there[f.Name] > 1 {
			there[f.Name] = 1
			c.wrong("%s: it is there twice", f.Name)
		}
	}
	for _, f := range c.m.Files {
		n, sum, err := hashFile(c.zip, f.Name)
		switch {
		case there[f.Name] == 0:
			c.wrong("%s: it is missing", f.Name)
		case err != nil || n == 0:
			c.wrong("%s: it is damaged and cannot be read", f.Name)
		default:
			c.good[f.Name] = true
			if n != f.Bytes || sum != f.SHA256 {
				c.wrong("%s: it is not what the manifest says", f.Name)
			}
		}
	}
}

// sheet reads a table that can be read; an error is one of its form.
func (c *checker) sheet(name string, read func(*table) error) {
	if !c.good[name] {
		return
	}
	t, err := openTable(c.zip, name)
	if err == nil {
		defer t.close()
		err = read(t)
	}
	if err != nil {
		c.wrong("%s: it cannot be read as what it is", name)
	}
}

func (c *checker) events(t *table) error {
	var before []byte
	var seq int64
	for t.next() {
		seq++
		e := t.row
		number, err := strconv.ParseInt(e["seq"], 10, 64)
		run, err2 := strconv.ParseInt(e["run"], 10, 64)
		at, err3 := parseEventTime(e["at"])
		if errors.Join(err, err2, err3) != nil {
			before = nil
		} else {
			before = checksum.Event(before, number, run, at, e["kind"], e["data"])
		}
		if e["seq"] != strconv.FormatInt(seq, 10) {
			c.wrong("events.csv:%d: event %d is missing", t.line, seq)
			return nil
		}
		if hex.EncodeToString(before) != e["hash"] {
			c.wrong("events.csv:%d: event %d is not what was written", t.line, seq)
			return nil
		}
	}
	if t.err == nil && (seq != c.m.Events.Count || hex.EncodeToString(before) != c.m.Events.Head) {
		c.wrong("events.csv: it does not end where the manifest says")
	}
	return t.err
}

// around are the columns of conservation.csv that are not added up.
var around = []string{"what", "run", "mapping", "source", "model", "total"}

func (c *checker) conservation(t *table) error {
	for t.next() {
		var sum int64
		for _, name := range t.head {
			if slices.Contains(around, name) {
				continue
			}
			n, err := strconv.ParseInt(t.row[name], 10, 64)
			if err != nil {
				return err
			}
			sum += n
		}
		total, err := strconv.ParseInt(t.row["total"], 10, 64)
		if err != nil {
			return err
		}
		if total != sum {
			c.wrong("conservation.csv:%d: %s of %s: %s in all, and the parts are another sum", t.line, t.row["what"], t.row["mapping"], t.row["total"])
		}
	}
	return t.err
}

func (c *checker) sources(t *table, hash func(string) (string, error)) error {
	for t.next() {
		file := t.row["file"]
		switch sum, err := hash(file); {
		case err != nil && t.row["several"] != "":
			c.note("%s: several files; its SHA-256 is that of their lines in sha256sum's form", file)
		case err != nil:
			c.wrong("%s: it is not in the folder of sources", file)
		case sum != t.row["sha256"]:
			c.wrong("%s: it is not the file that was loaded", file)
		}
	}
	return t.err
}

func (c *checker) signatures() {
	all := signatures{}
	if slices.ContainsFunc(c.zip.File, func(f *zip.File) bool { return f.Name == SignatureName }) {
		text, err := readFile(c.zip, SignatureName)
		if err == nil {
			err = json.Unmarshal(text, &all)
		}
		if err != nil {
			c.wrong("signatures.json: it is damaged")
			return
		}
	}
	people, done := map[string]string{}, map[string]bool{}
	for _, s := range all.Signatures {
		done[s.Role] = true
		if s.holds(c.Root) {
			c.note("signed by %s, %s, key %s", s.Name, s.Role, s.Key)
		} else {
			c.wrong("signatures.json: the signature of %s, %s, does not fit the manifest", s.Name, s.Role)
		}
		for _, who := range []string{strings.ToLower(strings.TrimSpace(s.Name)), s.Key} {
			if was, ok := people[who]; ok && was != s.Role {
				c.note("one person in two roles: %s, %s and %s", s.Name, was, s.Role)
				break
			}
			people[who] = s.Role
		}
	}
	for _, role := range Roles {
		if !done[role] {
			c.note("not signed by: %s", role)
		}
	}
}

func digestOf(b []byte) string { return checksum.Bytes(b).String() }

// ReadManifest reads the manifest of a bundle, without checking anything. The error wraps ErrNoBundle where there is none.
func ReadManifest(r io.ReaderAt, size int64) (*Manifest, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, ErrNoBundle
	}
	var m Manifest
	text, err := readFile(z, ManifestName)
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err != nil {
		return nil, ErrNoBundle
	}
	return &m, nil
}
