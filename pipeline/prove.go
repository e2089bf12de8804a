package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/checksum"
	"github.com/odoo-migrate/odoo-migrate/pipeline/evidence"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/staging"
)

// Prove makes the proof of one record, named by external id (without the module it is the project's): where it came from, what
// was meant, and the paths that lead from it to the roots of the bundle. It asks no Odoo.
func (p *Pipeline) Prove(ctx context.Context, targetName, id string) (*evidence.Proof, error) {
	_, r, err := p.verified(ctx, targetName)
	if err != nil {
		return nil, err
	}
	if !strings.Contains(id, ".") {
		id = p.Project.Module + "." + id
	}
	key, err := p.Store.ProjectKey(ctx)
	if err != nil {
		return nil, err
	}
	proof, err := evidence.Prove(key, id, p.Store.Verified(ctx, r.ID))
	if errors.Is(err, evidence.ErrNotVerified) {
		err = record.Advise(fmt.Errorf("run %d, which read everything back, found no record %s", r.ID, id), "Name it as its external id does: records/ in the evidence bundle lists them.")
	}
	if err != nil {
		return nil, err
	}
	proof.Project, proof.Run = p.Project.Name, r.ID
	values, err := p.meant(ctx, proof)
	if err != nil {
		return nil, err
	}
	if proof.Differences, err = p.Store.DifferingFields(ctx, r.ID, proof.Model, id); err != nil {
		return nil, err
	}
	proof.Lineage, err = p.lineage(ctx, proof, values)
	return proof, err
}

// meant finds the values that have the digest which was verified, and puts them into the proof in canonical form.
func (p *Pipeline) meant(ctx context.Context, proof *evidence.Proof) (map[string]record.Value, error) {
	all, err := p.Store.LedgerValues(ctx, proof.ExternalID, proof.DBID)
	if err != nil {
		return nil, err
	}
	for _, one := range all {
		values, err := record.DecodeValues(one)
		if err != nil {
			return nil, fmt.Errorf("ledger entry %s: %w", proof.ExternalID, err)
		}
		fields := make(map[string][2]string, len(values))
		for name, v := range values {
			kind, text := checksum.Canonical(v)
			fields[name] = [2]string{kind, text}
		}
		if checksum.Canonicals(proof.Model, proof.ExternalID, fields).String() == proof.MeantDigest {
			proof.Fields = fields
			return values, nil
		}
	}
	return nil, record.Advise(fmt.Errorf("the ledger holds something else of %s than run %d compared", proof.ExternalID, proof.Run), "Run migrate verify, and prove it again.")
}

// stagedFrom is the snapshot, row and line that a record was made of; ok is false where it is not staged any more, or was
// made of no row.
func (p *Pipeline) stagedFrom(ctx context.Context, mapping, externalID string) (snap staging.Snapshot, row, line int64, ok bool, err error) {
	source, row, line, ok, err := p.Store.StagedPlace(ctx, mapping, externalID)
	if err != nil || !ok {
		return snap, 0, 0, false, err
	}
	all, err := p.Store.Snapshots(ctx, source)
	if err != nil || len(all) == 0 {
		return snap, 0, 0, false, err
	}
	return all[0], row, line, true, nil
}

// lineage is where the record came from; nil where it is not staged any more, or was made of no row.
func (p *Pipeline) lineage(ctx context.Context, proof *evidence.Proof, values map[string]record.Value) (*evidence.Lineage, error) {
	snap, row, line, ok, err := p.stagedFrom(ctx, proof.Mapping, proof.ExternalID)
	if err != nil || !ok {
		return nil, err
	}
	l := &evidence.Lineage{Source: snap.Source, File: p.shownPath(snap.File), SHA256: snap.SHA256, Sheet: snap.Sheet, Row: row, Line: line}
	for b, err := range p.Store.Landed(ctx, snap) {
		if err != nil {
			return nil, err
		}
		if len(b.Rows) == 0 || b.Rows[len(b.Rows)-1].Row < row {
			continue
		}
		if i := slices.IndexFunc(b.Rows, func(r record.Row) bool { return r.Row == row }); i >= 0 {
			for n, cell := range b.Rows[i].Cells {
				if !slices.Contains(b.Rows[i].Missing, n) {
					l.Cells = append(l.Cells, evidence.Cell{Column: snap.Columns[n], Text: cell})
				}
			}
		}
		break
	}
	set, _, err := p.readMappings()
	if err != nil {
		return nil, err
	}
	for _, name := range sortedKeys(values) {
		f := evidence.Field{Field: name, Kind: values[name].Kind().String(), Text: values[name].Text()}
		if m := set.Mapping(proof.Mapping); m != nil && m.Field(name) != nil {
			f.At, f.From = m.Field(name).At, m.Field(name).From
		}
		l.Fields = append(l.Fields, f)
	}
	return l, nil
}
