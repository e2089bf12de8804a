//go:build unix

package embedded

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// identity is an unprivileged user: PostgreSQL refuses to run as root. A nil identity is the user we run as.
type identity struct {
	uid, gid uint32
}

// unprivileged returns whom a new cluster belongs to: as root the user postgres, else nobody; otherwise ourselves.
func unprivileged() (*identity, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		if id := lookup(name); id != nil {
			return id, nil
		}
	}
	return nil, record.Advise(fmt.Errorf("there is no user postgres and no user nobody to run PostgreSQL as"), "Run migrate as a user other than root.")
}

func lookup(name string) *identity {
	u, err := user.Lookup(name)
	if err != nil {
		return nil
	}
	uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	if err1 != nil || err2 != nil || uid == 0 {
		return nil
	}
	return &identity{uint32(uid), uint32(gid)}
}

// ownerOf returns the identity a file belongs to: nil where that is ourselves, an error where we cannot become it.
func ownerOf(path string) (*identity, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	st := info.Sys().(*syscall.Stat_t)
	switch euid := os.Geteuid(); {
	case euid == 0 && st.Uid != 0:
		return &identity{st.Uid, st.Gid}, nil
	case euid == int(st.Uid) && euid != 0:
		return nil, nil
	}
	return nil, fs.ErrPermission
}

func (i *identity) own(path string) error {
	if i == nil {
		return nil
	}
	return os.Lchown(path, int(i.uid), int(i.gid))
}

func (i *identity) owns(info fs.FileInfo) bool {
	uid := os.Geteuid()
	if i != nil {
		uid = int(i.uid)
	}
	return int(info.Sys().(*syscall.Stat_t).Uid) == uid
}

// canWork tries whether the identity can enter dir.
func (i *identity) canWork(ctx context.Context, dir string) error {
	if i == nil {
		return nil
	}
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", ":")
	i.apply(cmd)
	cmd.Dir = dir // entered after the change of user
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("user %d cannot enter %s: %w", i.uid, dir, err)
	}
	return nil
}

// apply makes cmd run as the identity, in a process group of its own: a Ctrl-C in the terminal is ours, not PostgreSQL's.
func (i *identity) apply(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if i != nil {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: i.uid, Gid: i.gid}
	}
}

// privateHome is where a cluster goes whose project folder is closed to the cluster's user. It does not depend on
// TMPDIR: two commands with different environments must find the same cluster.
func privateHome() (string, error) {
	if os.Geteuid() == 0 {
		return "/var/lib/migrate", nil
	}
	u, err := user.Current()
	if err != nil {
		return "", err
	}
	return filepath.Join(u.HomeDir, ".local", "state", "migrate"), nil
}
