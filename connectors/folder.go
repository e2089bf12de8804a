package connectors

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// folder is a Source of all files of a folder or a glob.
type folder struct {
	*Several
	registry *Registry
	path     string
	sources  []Source
	left     []string // files that are not read: of no known kind, or empty
	stamps   []fs.FileInfo
}

// openFolder opens all files that path, a folder or a glob, stands for.
func (r *Registry) openFolder(ctx context.Context, path string, opt Options) (_ Source, err error) {
	base, files, unknown, err := r.files(path)
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, record.Advise(fmt.Errorf("%s %w, and no file in it is of a known kind (%s)", path, ErrFolder, strings.Join(r.Endings(), " ")),
			"Name the folder or the files that hold the exports.")
	}
	f := &folder{registry: r, path: path, left: unknown}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	var parts []Part
	var empty []string
	for _, file := range files {
		name, err := filepath.Rel(base, file)
		if err != nil {
			return nil, fmt.Errorf("%s below %s: %w", file, base, err)
		}
		name = filepath.ToSlash(name)
		info, err := os.Stat(file)
		if err != nil {
			return nil, err
		}
		src, err := r.opener(file)(ctx, file, opt)
		if errors.Is(err, ErrEmpty) {
			empty = append(empty, name)
			continue
		}
		if err != nil {
			return nil, err
		}
		f.sources, f.stamps = append(f.sources, src), append(f.stamps, info)
		tables, err := src.Tables(ctx)
		if err != nil {
			return nil, err
		}
		parts = append(parts, Part{Name: name, File: src.File(), Tables: tables})
		opt = opt.following(tables)
	}
	if len(parts) == 0 {
		return nil, fmt.Errorf("%s: %w", path, ErrEmpty)
	}
	if f.Several, err = NewSeveral(about(path, parts), unitedName(path, base), parts); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	f.leftOut(empty, "is empty and adds no rows")
	f.leftOut(unknown, "is not read: no reader for this kind of file")
	return f, nil
}

// following are the options of the files after the first: whether they have a header is one decision for all.
func (o Options) following(tables []Table) Options {
	if len(tables) == 1 && tables[0].Detected["header"].Value == "no" && !tables[0].Detected["header"].Pinned {
		o.NoHeader = true
	}
	return o
}

// leftOut notes files that add nothing.
func (f *folder) leftOut(names []string, what string) {
	for i := range f.tables {
		for _, n := range names {
			f.tables[i].note(record.Finding{Severity: record.Note, Rule: "several.left_out", File: f.path, Table: f.tables[i].table.Name,
				Message: n + " " + what})
		}
	}
}

// files lists what path stands for, in the order of the names: files some opener reads, and the others. base is the folder
// their names are told below.
func (r *Registry) files(path string) (base string, known, unknown []string, err error) {
	sort := func(file string) {
		if r.Known(file) {
			known = append(known, file)
		} else {
			unknown = append(unknown, file)
		}
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		err := filepath.WalkDir(path, func(file string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case file != path && (strings.HasPrefix(d.Name(), ".") || strings.HasPrefix(d.Name(), "~$")):
				if d.IsDir() {
					return fs.SkipDir
				}
			case !d.IsDir():
				sort(file)
			}
			return nil
		})
		if err != nil {
			return "", nil, nil, fmt.Errorf("list %s: %w", path, err)
		}
		return path, known, relative(path, unknown), nil
	}
	found, err := filepath.Glob(path)
	if err != nil {
		return "", nil, nil, record.Advise(fmt.Errorf("%s is no pattern of file names: %w", path, err), "Use * for any characters and ? for one.")
	}
	slices.Sort(found)
	for _, file := range found {
		if info, err := os.Stat(file); err == nil && !info.IsDir() {
			sort(file)
		}
	}
	base = path
	for hasMeta(base) {
		base = filepath.Dir(base)
	}
	return base, known, relative(base, unknown), nil
}

func relative(base string, files []string) []string {
	for i, f := range files {
		if rel, err := filepath.Rel(base, f); err == nil {
			files[i] = filepath.ToSlash(rel)
		}
	}
	return files
}

func hasMeta(path string) bool { return strings.ContainsAny(path, "*?[") }

// unitedName names the table: as the folder, or as what the files' names have in common.
func unitedName(path, base string) string {
	name := filepath.Base(path)
	if hasMeta(path) {
		if cut := strings.IndexAny(name, "*?["); cut >= 0 {
			name = strings.TrimRight(name[:cut], "_-. ")
		}
		if name == "" {
			name = filepath.Base(base)
		}
	}
	if name = strings.Trim(name, `./\`); name == "" {
		return "files"
	}
	return name
}

// check notices a file that came, went or changed since the folder was opened.
func (f *folder) check(ctx context.Context) error {
	_, known, _, err := f.registry.files(f.path)
	if err != nil {
		return err
	}
	have := map[string]bool{}
	for _, file := range known {
		have[file] = true
	}
	for i, p := range f.parts {
		if !have[p.File.Path] {
			return fmt.Errorf("%s is gone: %w", p.File.Path, ErrChanged)
		}
		delete(have, p.File.Path)
		info, err := os.Stat(p.File.Path)
		if err != nil {
			return err
		}
		if info.Size() == p.File.Size && info.ModTime().Equal(f.stamps[i].ModTime()) {
			continue
		}
		if sum, err := hashFile(ctx, p.File.Path); err != nil {
			return err
		} else if sum != p.File.SHA256 {
			return record.Advise(fmt.Errorf("%s is no longer the file that was opened: %w", p.File.Path, ErrChanged),
				"Wait until the export is complete, then start again.")
		}
		f.stamps[i] = info
	}
	for file := range have {
		if info, err := os.Stat(file); err == nil && info.Size() > 0 {
			return record.Advise(fmt.Errorf("%s came after the folder was opened: %w", file, ErrChanged),
				"Wait until the export is complete, then start again.")
		}
	}
	return nil
}

func hashFile(ctx context.Context, path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	for ctx.Err() == nil {
		if _, err := io.CopyN(h, f, 16<<20); errors.Is(err, io.EOF) {
			return hex.EncodeToString(h.Sum(nil)), nil
		} else if err != nil {
			return "", err
		}
	}
	return "", ctx.Err()
}

// Batches yields the rows of all files in the order of their names.
func (f *folder) Batches(ctx context.Context, table string) iter.Seq2[*record.Batch, error] {
	return f.checked(ctx, f.Of(ctx, table, func(part int, own string) iter.Seq2[*record.Batch, error] {
		return f.sources[part].Batches(ctx, own)
	}))
}

// AllBatches yields the rows of all tables file by file; see MultiTable.
func (f *folder) AllBatches(ctx context.Context) iter.Seq2[*record.Batch, error] {
	return f.checked(ctx, f.all(func(part int) iter.Seq2[*record.Batch, error] {
		if many, ok := f.sources[part].(MultiTable); ok {
			return many.AllBatches(ctx)
		}
		return func(yield func(*record.Batch, error) bool) {
			for _, t := range f.parts[part].Tables {
				for b, err := range f.sources[part].Batches(ctx, t.Name) {
					if !yield(b, err) || err != nil {
						return
					}
				}
			}
		}
	}))
}

// checked yields what read yields, where the files are still those that were opened.
func (f *folder) checked(ctx context.Context, read iter.Seq2[*record.Batch, error]) iter.Seq2[*record.Batch, error] {
	return func(yield func(*record.Batch, error) bool) {
		err := ctx.Err()
		if err == nil {
			err = f.check(ctx)
		}
		if err != nil {
			yield(nil, err)
			return
		}
		read(yield)
	}
}

// Close closes all files.
func (f *folder) Close() error {
	var errs []error
	for _, s := range f.sources {
		errs = append(errs, s.Close())
	}
	return errors.Join(errs...)
}
