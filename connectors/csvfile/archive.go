package csvfile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/rawfile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// archive is one table of all files of an archive. Its files are read one after the other in one pass.
type archive struct {
	*connectors.Several
	raw     *rawfile.Archive
	sources []*Source // one a part
	names   []string  // of the parts, in the archive's order
}

// openArchive finds out each file's dialect in one pass.
func openArchive(ctx context.Context, raw *rawfile.Archive, opt connectors.Options) (connectors.Source, error) {
	a := &archive{raw: raw}
	about := raw.About()
	var parts []connectors.Part
	var left []record.Finding
	skip := func(name, why string) {
		left = append(left, record.Finding{Severity: record.Note, Rule: "several.left_out", File: about.Path, Message: name + " " + why})
	}
	for e, err := range raw.Each(ctx) {
		if err != nil {
			return nil, err
		}
		if !slices.Contains(Endings(), strings.ToLower(path.Ext(e.Name))) {
			skip(e.Name, "is not read: no table in plain text by its ending")
			continue
		}
		content, err := rawfile.Count(e)
		if err != nil {
			return nil, unpacked(about.Path, err)
		}
		s := &Source{about: connectors.File{Path: about.Path + "/" + e.Name, Size: e.Size}}
		if content.Bytes == 0 {
			skip(e.Name, "is empty and adds no rows")
			continue
		}
		if err := s.detect(content, rawfile.Stem(filepath.FromSlash(e.Name)), opt); err != nil {
			return nil, fmt.Errorf("%s: %w", s.about.Path, err)
		}
		a.sources, a.names = append(a.sources, s), append(a.names, e.Name)
		parts = append(parts, connectors.Part{Name: e.Name, File: s.about, Tables: []connectors.Table{s.table}})
		if h := s.table.Detected["header"]; h.Value == "no" && !h.Pinned {
			opt.NoHeader = true // whether they have headers is one decision for all
		}
	}
	if len(parts) == 0 {
		return nil, record.Advise(fmt.Errorf("%s holds no table in plain text (%s): %w", about.Path, strings.Join(Endings(), " "), connectors.ErrUnsupported),
			"Unpack the archive and name its files one by one.")
	}
	for i := range parts {
		for k := range parts[i].Tables[0].Findings {
			parts[i].Tables[0].Findings[k].File = about.Path
		}
	}
	parts[0].Tables[0].Findings = append(parts[0].Tables[0].Findings, left...)
	var err error
	if a.Several, err = connectors.NewSeveral(about, raw.Stem(), parts); err != nil {
		return nil, fmt.Errorf("%s: %w", about.Path, err)
	}
	return a, nil
}

func unpacked(path string, err error) error {
	if errors.Is(err, connectors.ErrChanged) || errors.Is(err, connectors.ErrDamaged) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return record.Advise(fmt.Errorf("%s cannot be unpacked: %w: %w", path, err, connectors.ErrDamaged), "Copy the file again from where it was made.")
}

// Batches yields the rows of all files in the archive's order.
func (a *archive) Batches(ctx context.Context, table string) iter.Seq2[*record.Batch, error] {
	return func(yield func(*record.Batch, error) bool) {
		next, stop := iter.Pull2(a.raw.Each(ctx))
		defer stop()
		ended := false
		a.Of(ctx, table, func(part int, _ string) iter.Seq2[*record.Batch, error] {
			return func(yield func(*record.Batch, error) bool) {
				entry, err := entryNamed(next, a.names[part])
				if err != nil {
					yield(nil, err)
					return
				}
				ahead(ctx, newBatcher(a.sources[part], entry).next, func(b *record.Batch, err error) bool {
					if err != nil {
						err = unpacked(a.File().Path, err)
					}
					return yield(b, err)
				})
			}
		})(func(b *record.Batch, err error) bool {
			ended = !yield(b, err) || err != nil
			return !ended
		})
		for !ended { // what follows the last file, too, has to be as it was
			_, err, ok := next()
			if err != nil {
				yield(nil, err)
			}
			ended = !ok || err != nil
		}
	}
}

// entryNamed passes over the files that make no part.
func entryNamed(next func() (rawfile.Entry, error, bool), name string) (io.Reader, error) {
	for {
		e, err, ok := next()
		switch {
		case err != nil:
			return nil, err
		case !ok:
			return nil, fmt.Errorf("%s is no longer in the archive: %w", name, connectors.ErrChanged)
		case e.Name == name:
			return e, nil
		}
	}
}

// Close releases nothing: the archive is open only while it is read.
func (a *archive) Close() error { return nil }
