package connectors

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// The states a file can be in that a reader cannot do anything with. Errors wrap one of them.
var (
	ErrEmpty       = errors.New("the file is empty")
	ErrUnsupported = errors.New("no reader for this kind of file")
	ErrFolder      = errors.New("is a folder, not a file")
	ErrChanged     = errors.New("the file changed while it was read")
	ErrDamaged     = errors.New("the file is damaged")
	ErrEncrypted   = errors.New("the file is encrypted")
	ErrNoTable     = errors.New("no such table in the file")
)

// Registry knows which opener reads which file ending.
type Registry struct{ byEnding map[string]Opener }

// NewRegistry returns an empty registry.
func NewRegistry() *Registry { return &Registry{byEnding: map[string]Opener{}} }

// Register makes open the reader of files with the given endings (".csv").
func (r *Registry) Register(open Opener, endings ...string) {
	for _, e := range endings {
		r.byEnding[e] = open
	}
}

// Known reports whether some opener reads the path's ending; a compression ending (.gz) is looked through.
func (r *Registry) Known(path string) bool { return r.opener(path) != nil }

// Open opens path with the reader for its ending. A folder, or a glob such as exports/sales_*.csv, is all its files that
// some opener reads, as one source (see Several); a name that exists is no glob. The error of a missing file wraps
// fs.ErrNotExist.
func (r *Registry) Open(ctx context.Context, path string, opt Options) (Source, error) {
	info, err := os.Stat(path)
	if err != nil && hasMeta(path) {
		if found, globErr := filepath.Glob(path); globErr != nil || len(found) > 0 {
			return r.openFolder(ctx, path, opt)
		}
	}
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return r.openFolder(ctx, path, opt)
	}
	if info.Size() == 0 {
		return nil, fmt.Errorf("%s: %w", path, ErrEmpty)
	}
	open := r.opener(path)
	if open == nil {
		return nil, fmt.Errorf("%s: %w (known endings: %s)", path, ErrUnsupported, strings.Join(r.Endings(), " "))
	}
	return open(ctx, path, opt)
}

// Endings lists the registered endings, sorted.
func (r *Registry) Endings() []string {
	out := make([]string, 0, len(r.byEnding))
	for e := range r.byEnding {
		out = append(out, e)
	}
	sort.Strings(out)
	return out
}

func (r *Registry) opener(path string) Opener {
	name := strings.ToLower(filepath.Base(path))
	archive := ""
	for _, packed := range []string{".gz", ".xz", ".zip"} {
		if cut, ok := strings.CutSuffix(name, packed); ok {
			name, archive = cut, packed
		}
	}
	switch ending := filepath.Ext(name); {
	case r.byEnding[ending] != nil:
		return r.byEnding[ending]
	case archive == ".zip": // its files say what it holds
		return r.packed(path)
	case ending == ".tar" || ending == ".tgz":
		return r.byEnding[".csv"]
	}
	return nil
}

// packed is the opener for the files in a zip archive: that of the first some opener reads.
func (r *Registry) packed(path string) Opener {
	archive, err := zip.OpenReader(path)
	if err != nil {
		return nil
	}
	defer archive.Close()
	for _, e := range archive.File {
		if open := r.byEnding[strings.ToLower(filepath.Ext(e.Name))]; open != nil && !strings.HasPrefix(e.Name, "__MACOSX/") {
			return open
		}
	}
	return nil
}
