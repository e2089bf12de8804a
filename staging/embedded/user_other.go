//go:build !unix

package embedded

import (
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

// identity is always nil here: PostgreSQL on Windows gives up administrator's rights by itself.
type identity struct{}

func unprivileged() (*identity, error)                    { return nil, nil }
func ownerOf(string) (*identity, error)                   { return nil, nil }
func (i *identity) own(string) error                      { return nil }
func (i *identity) owns(fs.FileInfo) bool                 { return true }
func (i *identity) canWork(context.Context, string) error { return nil }
func (i *identity) apply(*exec.Cmd)                       {}

func privateHome() (string, error) {
	home, err := os.UserHomeDir()
	return filepath.Join(home, ".migrate"), err
}
