package connectors

import (
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

// Open opens path with the reader for its ending. The error of a missing file wraps fs.ErrNotExist.
func (r *Registry) Open(ctx context.Context, path string, opt Options) (Source, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, fmt.Errorf("%s %w", path, ErrFolder)
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
	for _, packed := range []string{".gz", ".xz", ".zip"} {
		name = strings.TrimSuffix(name, packed)
	}
	return r.byEnding[filepath.Ext(name)]
}
