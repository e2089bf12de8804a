package evidence

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/odoo-migrate/odoo-migrate/checksum"
	"github.com/odoo-migrate/odoo-migrate/record/run"
)

const proofKind = "migrate proof"

// ErrNotVerified says that the verification a proof is of did not have the record.
var ErrNotVerified = errors.New("the last verification did not have this record")

// Proof shows that one record is in the trees of a bundle, and what it is made of. Who has it knows the record's salt and
// what the record holds, and nothing of any other.
type Proof struct {
	Kind       string `json:"kind"`
	Version    int    `json:"version"`
	Project    string `json:"project"`
	Model      string `json:"model"`
	ExternalID string `json:"external_id"`
	Mapping    string `json:"mapping"`
	Run        int64  `json:"run"` // that read it back
	DBID       int64  `json:"db_id"`
	Class      string `json:"class"`
	// Fields are what was meant, in canonical form: kind and text, of binary ones the SHA-256.
	Fields      map[string][2]string `json:"fields"`
	MeantDigest string               `json:"meant_digest"`
	OdooDigest  string               `json:"odoo_digest"` // of what was read; "" where the record was missing
	Salt        string               `json:"salt"`
	Trees       []Path               `json:"trees"`
	Differences []run.Differing      `json:"differences,omitempty"`
	Lineage     *Lineage             `json:"lineage,omitempty"`
}

// Lineage says where a record came from.
type Lineage struct {
	Source string  `json:"source"`
	File   string  `json:"file"`
	SHA256 string  `json:"sha256"`
	Sheet  string  `json:"sheet,omitempty"`
	Row    int64   `json:"row"`
	Line   int64   `json:"line"`
	Cells  []Cell  `json:"cells"`
	Fields []Field `json:"fields"`
}

// Cell is one cell of the source row, as corrections leave it.
type Cell struct {
	Column string `json:"column"`
	Text   string `json:"text"`
}

// Field is a field of the record, and the line of the mapping that fills it.
type Field struct {
	Field string   `json:"field"`
	At    string   `json:"at,omitempty"`   // file:line:col
	From  []string `json:"from,omitempty"` // columns
	Kind  string   `json:"kind"`
	Text  string   `json:"text"`
}

// Path leads from the record's leaf to the root of its model's tree, and from there to the root over all models.
type Path struct {
	Tree  string   `json:"tree"` // "meant" or "odoo"
	Leaf  string   `json:"leaf"`
	Index int      `json:"index"`
	Size  int      `json:"size"`
	Path  []string `json:"path"` // what to hash with, from the leaf up
	Root  string   `json:"root"`
	Over  Over     `json:"over"`
}

// Over is the path in the tree over all models.
type Over struct {
	Index int      `json:"index"`
	Size  int      `json:"size"`
	Path  []string `json:"path"`
	Root  string   `json:"root"`
}

// digest computes the digest of the fields.
func (p *Proof) digest() checksum.Digest {
	return checksum.Canonicals(p.Model, p.ExternalID, p.Fields)
}

// grove is the leaves of one kind, all models'.
type grove struct {
	leaves []checksum.Digest // of the record's model
	at     int
	models []checksum.Digest // leaves of the tree over all models
	model  int               // the record's
}

// Prove makes the proof of one record from everything a verification kept, by model and external id. What the record is made
// of is for the caller to add.
func Prove(key []byte, externalID string, records iter.Seq2[run.Verified, error]) (*Proof, error) {
	p := &Proof{Kind: proofKind, Version: version, ExternalID: externalID}
	g := map[string]*grove{"meant": {at: -1}, "odoo": {at: -1}}
	var of trees
	var model string
	var held map[string][]checksum.Digest
	found := false
	finish := func() error {
		if model == "" {
			return nil
		}
		meant, odoo, err := of.roots()
		if err != nil {
			return err
		}
		for what, t := range map[string]struct {
			size uint64
			root checksum.Digest
		}{"meant": {of.meant.Size(), meant}, "odoo": {of.odoo.Size(), odoo}} {
			if found && p.Model == model {
				g[what].leaves, g[what].model = held[what], len(g[what].models)
			}
			g[what].models = append(g[what].models, checksum.ModelLeaf(model, int64(t.size), t.root))
		}
		return nil
	}
	for v, err := range records {
		if err != nil {
			return nil, err
		}
		if v.Model != model {
			if err := finish(); err != nil {
				return nil, err
			}
			model, of, held = v.Model, newTrees(), map[string][]checksum.Digest{}
		}
		salt := checksum.Salt(key, v.Model, v.ExternalID)
		meant, odoo := checksum.Leaf(salt, v.Meant), checksum.Leaf(salt, v.Have)
		if v.ExternalID == externalID {
			found = true
			p.of(v, salt)
			g["meant"].at, g["odoo"].at = len(held["meant"]), len(held["odoo"])
		}
		held["meant"] = append(held["meant"], meant)
		if err := of.meant.AddLeaf(meant); err != nil {
			return nil, err
		}
		if !v.Missing {
			held["odoo"] = append(held["odoo"], odoo)
			if err := of.odoo.AddLeaf(odoo); err != nil {
				return nil, err
			}
		}
	}
	if err := finish(); err != nil {
		return nil, err
	}
	if !found {
		return nil, fmt.Errorf("%w: %s", ErrNotVerified, externalID)
	}
	for _, what := range []string{"meant", "odoo"} {
		if what == "odoo" && p.OdooDigest == "" {
			continue
		}
		path, err := g[what].path(what)
		if err != nil {
			return nil, err
		}
		p.Trees = append(p.Trees, path)
	}
	return p, nil
}

func (p *Proof) of(v run.Verified, salt checksum.Digest) {
	p.Model, p.Mapping, p.DBID, p.Class = v.Model, v.Mapping, v.DBID, v.Class
	p.Salt, p.MeantDigest = salt.String(), checksum.Digest(v.Meant).String()
	if !v.Missing {
		p.OdooDigest = checksum.Digest(v.Have).String()
	}
}

func (g *grove) path(what string) (Path, error) {
	p := Path{Tree: what, Leaf: g.leaves[g.at].String(), Index: g.at, Size: len(g.leaves), Over: Over{Index: g.model, Size: len(g.models)}}
	var err error
	if p.Path, p.Root, err = include(g.leaves, g.at); err != nil {
		return p, err
	}
	p.Over.Path, p.Over.Root, err = include(g.models, g.model)
	return p, err
}

// include is the path of a leaf and the root of the tree.
func include(leaves []checksum.Digest, at int) ([]string, string, error) {
	path, err := checksum.Inclusion(leaves, at)
	if err != nil {
		return nil, "", err
	}
	tree := checksum.NewTree()
	for _, l := range leaves {
		if err := tree.AddLeaf(l); err != nil {
			return nil, "", err
		}
	}
	root, err := tree.Root()
	out := make([]string, len(path))
	for i, step := range path {
		out[i] = step.String()
	}
	return out, root.String(), err
}

// path follows a proof's path from the record's leaf to the manifest's roots.
func (c *checker) path(p *Proof, t Path) {
	i := slices.IndexFunc(c.m.Records, func(m Model) bool { return m.Model == p.Model })
	root, over, digest := "", c.m.MeantRoot, p.MeantDigest
	if i >= 0 {
		root = c.m.Records[i].MeantRoot
	}
	if t.Tree == "odoo" {
		over, digest = c.m.OdooRoot, p.OdooDigest
		if i >= 0 {
			root = c.m.Records[i].OdooRoot
		}
	}
	s, err := saltedOf(p.Salt, digest, "")
	if err != nil || !leads(checksum.Leaf(s.salt, s.meant), t.Index, t.Size, t.Path, root) {
		c.wrong("proof: the record is not in the tree of %s", t.Tree)
		return
	}
	of, err := checksum.ParseDigest(root)
	if err != nil || !leads(checksum.ModelLeaf(p.Model, int64(t.Size), of), t.Over.Index, t.Over.Size, t.Over.Path, over) {
		c.wrong("proof: its model is not in the tree of %s over all", t.Tree)
	}
}

func leads(leaf checksum.Digest, index, size int, path []string, root string) bool {
	to, err := checksum.ParseDigest(root)
	if err != nil || index < 0 || size < 1 {
		return false
	}
	steps := make([]checksum.Digest, len(path))
	for i, text := range path {
		if steps[i], err = checksum.ParseDigest(text); err != nil {
			return false
		}
	}
	return checksum.Included(leaf, uint64(index), uint64(size), steps, to)
}

// FieldNames are the proof's fields in the order of the digest.
func (p *Proof) FieldNames() []string { return slices.Sorted(maps.Keys(p.Fields)) }
