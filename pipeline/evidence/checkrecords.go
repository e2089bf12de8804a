package evidence

import (
	"archive/zip"
	"cmp"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/odoo-migrate/odoo-migrate/checksum"
)

// ErrNoSalts and ErrNoProof say that a file given to a check is not what it was given as.
var (
	ErrNoSalts = errors.New("this is no file of salts")
	ErrNoProof = errors.New("this is no proof of a record")
)

// records holds the lists against their trees, and these against the trees over all models.
func (c *checker) records() {
	over := newTrees()
	for i := range c.m.Records {
		m := &c.m.Records[i]
		c.Records += m.Equal + m.Differs + m.Missing
		c.sheet(m.File, func(t *table) error {
			of, err := c.list(m, t)
			if err != nil {
				return err
			}
			return over.addModel(m.Model, of)
		})
	}
	for _, key := range sortedKeys(c.salts) {
		c.wrong("%s %s: the bundle has no such record", key.model, key.id)
	}
	meant, odoo, err := over.roots()
	for _, r := range []struct {
		what, stated string
		root         checksum.Digest
	}{{"meant", c.m.MeantRoot, meant}, {"odoo", c.m.OdooRoot, odoo}} {
		if err != nil || r.root.String() != r.stated {
			c.wrong("manifest.json: the root of %s over all models is not theirs", r.what)
		}
	}
}

func (c *checker) list(m *Model, t *table) (trees, error) {
	of, last, count := newTrees(), "", map[string]int64{}
	for t.next() {
		id, class := t.row["external_id"], t.row["class"]
		at := fmt.Sprintf("%s:%d: %s: ", m.File, t.line, id)
		meant, err := checksum.ParseDigest(t.row["meant"])
		var odoo checksum.Digest
		if text := t.row["odoo"]; err == nil && text != "" {
			odoo, err = checksum.ParseDigest(text)
		}
		if err != nil || class != equal && class != differs && class != missing {
			c.wrong("%sthe line is no record, its class and its leaves", at)
			continue
		}
		count[class]++
		if id <= last {
			c.wrong("%sit is not in the order of the external ids, or there twice", at)
		}
		last = id
		if class != classOf(meant, odoo, t.row["odoo"] != "") {
			c.wrong("%sits class is %s, and its leaves say otherwise", at, class)
		}
		c.salted(at, recordKey{m.Model, id}, t.row["meant"], t.row["odoo"])
		if err := of.meant.AddLeaf(meant); err != nil {
			return of, err
		}
		if t.row["odoo"] != "" {
			if err := of.odoo.AddLeaf(odoo); err != nil {
				return of, err
			}
			c.offer(id)
		}
	}
	if t.err != nil {
		return of, t.err
	}
	return of, c.compareList(m, of, count)
}

func classOf(meant, odoo checksum.Digest, there bool) string {
	switch {
	case !there:
		return missing
	case meant == odoo:
		return equal
	}
	return differs
}

// compareList holds what a list came to against the manifest.
func (c *checker) compareList(m *Model, of trees, count map[string]int64) error {
	for _, n := range []struct {
		class  string
		stated int64
	}{{equal, m.Equal}, {differs, m.Differs}, {missing, m.Missing}} {
		if count[n.class] != n.stated {
			c.wrong("%s: %d records are %s, the manifest says %d", m.File, count[n.class], n.class, n.stated)
		}
	}
	meant, odoo, err := of.roots()
	if err != nil {
		return err
	}
	if meant.String() != m.MeantRoot {
		c.wrong("%s: the root of meant is not the manifest's", m.File)
	}
	if odoo.String() != m.OdooRoot {
		c.wrong("%s: the root of odoo is not the manifest's", m.File)
	}
	return nil
}

// salted holds a record's leaves against its salt and digests, where they are known.
func (c *checker) salted(at string, key recordKey, meant, odoo string) {
	s, ok := c.salts[key]
	delete(c.salts, key)
	switch {
	case !ok:
		if c.all {
			c.wrong("%sthe file of salts does not have it", at)
		}
		return
	case checksum.Leaf(s.salt, s.meant).String() == meant && (s.odoo == nil && odoo == "" || s.odoo != nil && checksum.Leaf(s.salt, *s.odoo).String() == odoo):
		return
	}
	c.wrong("%sits leaf is not that of its salt and digest", at)
}

func (c *checker) readSalts(r io.Reader) error {
	t, err := newTable(io.NopCloser(r))
	if err != nil || !slices.Contains(t.head, "salt") || !slices.Contains(t.head, "meant_digest") {
		return ErrNoSalts
	}
	c.all = true
	for t.next() {
		s, err := saltedOf(t.row["salt"], t.row["meant_digest"], t.row["odoo_digest"])
		if err != nil {
			return fmt.Errorf("%w: line %d: %w", ErrNoSalts, t.line, err)
		}
		c.salts[recordKey{t.row["model"], t.row["external_id"]}] = s
	}
	if t.err != nil {
		return fmt.Errorf("%w: %w", ErrNoSalts, t.err)
	}
	return nil
}

func saltedOf(salt, meant, odoo string) (s salted, err error) {
	if s.salt, err = checksum.ParseDigest(salt); err != nil {
		return s, err
	}
	if s.meant, err = checksum.ParseDigest(meant); err != nil || odoo == "" {
		return s, err
	}
	d, err := checksum.ParseDigest(odoo)
	s.odoo = &d
	return s, err
}

// proof takes a record's fields and salt from a proof: what its leaf in the bundle must be.
func (c *checker) proof(b []byte) error {
	var p Proof
	if err := json.Unmarshal(b, &p); err != nil || p.Kind != proofKind {
		return ErrNoProof
	}
	s, err := saltedOf(p.Salt, p.MeantDigest, p.OdooDigest)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoProof, err)
	}
	d := p.digest()
	if d != s.meant {
		c.wrong("proof: its fields do not have the digest it names")
	}
	for _, t := range p.Trees {
		c.path(&p, t)
	}
	s.meant = d
	c.salts[recordKey{p.Model, p.ExternalID}] = s
	c.note("proof of %s %s", p.Model, p.ExternalID)
	return nil
}

// table reads a CSV file row by row.
type table struct {
	file io.Closer
	csv  *csv.Reader
	head []string
	row  map[string]string
	line int // on which the row ends
	err  error
}

func openTable(z *zip.Reader, name string) (*table, error) {
	f, err := z.Open(name)
	if err != nil {
		return nil, err
	}
	return newTable(f)
}

func newTable(f io.ReadCloser) (*table, error) {
	t := &table{file: f, csv: csv.NewReader(f), row: map[string]string{}}
	t.csv.FieldsPerRecord = -1
	var err error
	if t.head, err = t.csv.Read(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return t, nil
}

func (t *table) next() bool {
	cells, err := t.csv.Read()
	if err != nil {
		if !errors.Is(err, io.EOF) {
			t.err = err
		}
		return false
	}
	clear(t.row)
	for i, name := range t.head {
		if i < len(cells) {
			t.row[name] = cells[i]
		} else {
			t.row[name] = ""
		}
	}
	t.line, _ = t.csv.FieldPos(len(cells) - 1)
	return true
}

func (t *table) close() { _ = t.file.Close() }

func readFile(z *zip.Reader, name string) ([]byte, error) {
	f, err := z.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

func hashFile(z *zip.Reader, name string) (int64, string, error) {
	f, err := z.Open(name)
	if err != nil {
		return 0, "", err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	return n, hex.EncodeToString(h.Sum(nil)), err
}

func parseEventTime(text string) (time.Time, error) { return time.Parse(checksum.EventTime, text) }

func sortedKeys(m map[recordKey]salted) []recordKey {
	out := make([]recordKey, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.SortFunc(out, func(a, b recordKey) int {
		return cmp.Or(cmp.Compare(a.model, b.model), cmp.Compare(a.id, b.id))
	})
	return out
}
