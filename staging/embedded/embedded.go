// Package embedded runs a private PostgreSQL cluster for one project folder, with the machine's own PostgreSQL programs
// or, where there are none, with downloaded ones. The cluster listens on a unix socket in a folder that nobody else can
// enter (on Windows: on the loopback address, with a random password). It goes on running when the command that started
// it ends, so that commands run side by side and the next one starts at once; Stop ends it.
//
// It holds no tables and knows nothing of staging's schema.
package embedded

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// Errors say which of these states the cluster is in.
var (
	ErrNoBinaries = errors.New("no PostgreSQL programs on this machine")
	ErrNotRunning = errors.New("the project's PostgreSQL is not running")
	ErrDiskFull   = errors.New("staging's disk is full")
	ErrForeign    = errors.New("the project's PostgreSQL belongs to another user")
)

// noSpace is what the system says of a full disk, in PostgreSQL's words and without any.
const noSpace = "No space left on device"

// walSegment is the size of the files of PostgreSQL's write-ahead log; without room for one it stops.
const walSegment = 16 << 20

const (
	oldestMajor = 14
	roleName    = "migrate"
	dbName      = "migrate"
	startLimit  = 60 * time.Second
)

// Cluster is a running cluster.
type Cluster struct {
	DSN     string // for any PostgreSQL client; on Windows it holds the password
	Dir     string // data directory
	Version string // of the server, "15.14"
}

// State is what Status reports.
type State struct {
	Exists  bool   `json:"exists"`  // a cluster was made for this folder
	Running bool   `json:"running"` // it answers
	PID     int    `json:"pid"`     // of the server; 0 where it does not run
	DSN     string `json:"-"`       // "" where it does not run; on Windows it holds the password
	Version string `json:"server"`  // of the running server, else the major version of the data
	Dir     string `json:"dir"`     // data directory
	Log     string `json:"log"`     // the server's log
	Bytes   int64  `json:"bytes"`   // size of the data directory
}

// Start returns the cluster of the project folder dir, which it creates and starts where needed. Several processes may
// call it at once: they share one cluster. A cluster that was killed recovers. It waits up to a minute for the server.
func Start(ctx context.Context, dir string) (*Cluster, error) {
	state, err := stateDir(dir)
	if err != nil {
		return nil, err
	}
	unlock, err := lock(ctx, state)
	if err != nil {
		return nil, err
	}
	defer unlock()
	p, err := locate(ctx, state)
	if err != nil {
		return nil, err
	}
	if c, err := p.connect(ctx, time.Second); err == nil {
		return c, nil
	}
	return p.start(ctx)
}

// Stop ends the cluster of the project folder dir; one that does not run, or was never made, is no error.
func Stop(ctx context.Context, dir string) error {
	p, err := existing(dir)
	if err != nil || p == nil {
		return err
	}
	unlock, err := lock(ctx, p.state)
	if err != nil {
		return err
	}
	defer unlock()
	return p.stop(ctx)
}

// Status says how the cluster of the project folder dir is. It starts and creates nothing.
func Status(ctx context.Context, dir string) (State, error) {
	p, err := existing(dir)
	if err != nil || p == nil {
		return State{}, err
	}
	s := State{Exists: true, Dir: p.data, Log: p.log(), Bytes: size(p.data)}
	if m := p.major(); m > 0 {
		s.Version = fmt.Sprint(m)
	}
	if c, err := p.connect(ctx, 2*time.Second); err == nil {
		s.Running, s.DSN, s.Version, s.PID = true, c.DSN, c.Version, p.pid()
	}
	return s, nil
}

// Psql returns the command that opens psql on the cluster of the project folder dir, and what must be added to its
// environment. The error wraps ErrNotRunning or ErrNoBinaries.
func Psql(ctx context.Context, dir string) (argv, env []string, err error) {
	p, err := existing(dir)
	if err != nil {
		return nil, nil, err
	}
	if p == nil {
		return nil, nil, record.Advise(ErrNotRunning, "Run migrate stage first.")
	}
	if _, err := p.connect(ctx, 2*time.Second); err != nil {
		return nil, nil, record.Advise(ErrNotRunning, "Run migrate stage first; it starts the server.")
	}
	psql, err := findPsql(ctx, p)
	if err != nil {
		return nil, nil, err
	}
	host, port := p.address()
	argv = []string{psql, "--host", host, "--port", fmt.Sprint(port), "--username", roleName, "--dbname", dbName}
	if p.password != "" {
		env = append(env, "PGPASSWORD="+p.password)
	}
	return argv, env, nil
}

// LastWords says why the cluster of the project folder dir broke down: an error that wraps ErrDiskFull with its remedy, or
// nil where nothing is known that a person could mend. The log says it, where there was room left to write it; else the
// disk itself does.
func LastWords(dir string) error {
	p, err := existing(dir)
	if err != nil || p == nil {
		return nil //nolint:nilerr // there is no log to read
	}
	if err := diskAdvice(errors.New(p.lastWords(time.Now().Add(-time.Minute)))); errors.Is(err, ErrDiskFull) {
		return err
	}
	return nil
}

// lastWords is what the log said last, since then; or that the disk is full, where the log had no room to say so.
func (p *place) lastWords(since time.Time) string {
	words := complaint(p.logTail(), since)
	if !strings.Contains(words, noSpace) && tight(p.data) {
		return noSpace
	}
	return words
}

// lock keeps other processes from starting or stopping the cluster meanwhile.
func lock(ctx context.Context, state string) (unlock func(), err error) {
	unlock, err = lockFile(ctx, filepath.Join(state, "pg.lock"))
	switch {
	case errors.Is(err, fs.ErrPermission):
		return nil, foreign(filepath.Join(state, "pg"))
	case err != nil:
		return nil, fmt.Errorf("lock the project's PostgreSQL: %w", err)
	}
	return unlock, nil
}

func stateDir(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		abs = real
	}
	state := filepath.Join(abs, ".migrate")
	if err := os.MkdirAll(state, 0o755); err != nil {
		var path *fs.PathError
		if errors.As(err, &path) {
			err = path.Err // the message names the folder itself
		}
		return "", record.Advise(fmt.Errorf("the folder %s cannot be made: %w", state, err),
			"Make the project folder writable, or name a PostgreSQL server under staging: in migrate.yaml.")
	}
	return state, nil
}

func size(dir string) int64 {
	var n int64
	// Files come and go under a running server; what vanished meanwhile counts nothing.
	_ = filepath.WalkDir(dir, func(_ string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil //nolint:nilerr // see above
		}
		if info, err := d.Info(); err == nil {
			n += info.Size()
		}
		return nil
	})
	return n
}

// Remove stops the cluster of the project folder dir and deletes its data, wherever it lies.
func Remove(ctx context.Context, dir string) error {
	if err := Stop(ctx, dir); err != nil {
		return err
	}
	p, err := existing(dir)
	if err != nil || p == nil {
		return err
	}
	return os.RemoveAll(p.data)
}
