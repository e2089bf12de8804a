package evidence

import (
	"encoding/csv"
	"io"
	"iter"

	"github.com/odoo-migrate/odoo-migrate/checksum"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

// Classes of a record in the lists.
const (
	equal   = "equal"
	differs = "differs"
	missing = "missing"
)

// trees are the two over the same records: what was meant, and what was read.
type trees struct{ meant, odoo *checksum.Tree }

func newTrees() trees { return trees{checksum.NewTree(), checksum.NewTree()} }

func (t trees) roots() (meant, odoo checksum.Digest, err error) {
	if meant, err = t.meant.Root(); err != nil {
		return meant, odoo, err
	}
	odoo, err = t.odoo.Root()
	return meant, odoo, err
}

// addModel adds to the trees over all models what a model's trees are.
func (t trees) addModel(model string, of trees) error {
	meant, odoo, err := of.roots()
	if err != nil {
		return err
	}
	if err := t.meant.AddLeaf(checksum.ModelLeaf(model, int64(of.meant.Size()), meant)); err != nil {
		return err
	}
	return t.odoo.AddLeaf(checksum.ModelLeaf(model, int64(of.odoo.Size()), odoo))
}

// writeRecords writes a list a model, and what the lists amount to into the manifest.
func (b *Bundle) writeRecords(p *packer, m *Manifest) error {
	next, stop := iter.Pull2(b.Records)
	defer stop()
	over := newTrees()
	v, err, more := next()
	for more {
		if err != nil {
			return err
		}
		entry := Model{Model: v.Model, File: "records/" + v.Model + ".csv"}
		if n := len(m.Records); n > 0 && m.Records[n-1].Model >= v.Model {
			return ErrOrder
		}
		of := newTrees()
		failed := p.file(entry.File, func(w io.Writer) error {
			c := csv.NewWriter(w)
			if err := c.Write([]string{"external_id", "mapping", "class", "meant", "odoo"}); err != nil {
				return err
			}
			for last := ""; more && v.Model == entry.Model; v, err, more = next() {
				if err != nil {
					return err
				}
				if last != "" && last >= v.ExternalID {
					return ErrOrder
				}
				last = v.ExternalID
				if err := b.writeRecord(c, v, &entry, of); err != nil {
					return err
				}
			}
			c.Flush()
			return c.Error()
		})
		if failed != nil {
			return failed
		}
		meant, odoo, failed := of.roots()
		if failed != nil {
			return failed
		}
		entry.MeantRoot, entry.OdooRoot = meant.String(), odoo.String()
		m.Records = append(m.Records, entry)
		if err := over.addModel(entry.Model, of); err != nil {
			return err
		}
	}
	meant, odoo, err := over.roots()
	m.MeantRoot, m.OdooRoot = meant.String(), odoo.String()
	return err
}

func (b *Bundle) writeRecord(c *csv.Writer, v run.Verified, entry *Model, of trees) error {
	salt := checksum.Salt(b.Key, v.Model, v.ExternalID)
	meant := checksum.Leaf(salt, v.Meant)
	if err := of.meant.AddLeaf(meant); err != nil {
		return err
	}
	read, class := "", equal
	switch {
	case v.Missing:
		class = missing
		entry.Missing++
	case v.Have == v.Meant:
		entry.Equal++
	default:
		class = differs
		entry.Differs++
	}
	if !v.Missing {
		leaf := checksum.Leaf(salt, v.Have)
		if err := of.odoo.AddLeaf(leaf); err != nil {
			return err
		}
		read = leaf.String()
	}
	return c.Write([]string{v.ExternalID, v.Mapping, class, meant.String(), read})
}

// WriteSalts writes the file that goes to the auditor apart from the bundle: the salt of every record and the digests that
// its leaves are made of. With it, every leaf can be told from its record; without it, none can be guessed.
func WriteSalts(w io.Writer, key []byte, records iter.Seq2[run.Verified, error]) error {
	c := csv.NewWriter(w)
	if err := c.Write([]string{"model", "external_id", "salt", "meant_digest", "odoo_digest"}); err != nil {
		return err
	}
	for v, err := range records {
		if err != nil {
			return err
		}
		read := ""
		if !v.Missing {
			read = checksum.Digest(v.Have).String()
		}
		if err := c.Write([]string{v.Model, v.ExternalID, checksum.Salt(key, v.Model, v.ExternalID).String(), checksum.Digest(v.Meant).String(), read}); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

// MeantRoot is the root over all models of what was meant, as a manifest over these records would have it.
func MeantRoot(key []byte, records iter.Seq2[run.Verified, error]) (string, error) {
	over, of := newTrees(), newTrees()
	model := ""
	for v, err := range records {
		if err != nil {
			return "", err
		}
		if v.Model != model && model != "" {
			if err := over.addModel(model, of); err != nil {
				return "", err
			}
			of = newTrees()
		}
		model = v.Model
		if err := of.meant.AddLeaf(checksum.Leaf(checksum.Salt(key, v.Model, v.ExternalID), v.Meant)); err != nil {
			return "", err
		}
	}
	if model != "" {
		if err := over.addModel(model, of); err != nil {
			return "", err
		}
	}
	meant, _, err := over.roots()
	return meant.String(), err
}
