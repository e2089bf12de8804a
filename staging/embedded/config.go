package embedded

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// configFile is ours within the data directory; postgresql.conf includes it.
const configFile = "migrate.conf"

// initialise runs initdb where there is no data directory yet. A marker outlives a kill in the middle of it: what such a
// kill left is thrown away.
func (p *place) initialise(ctx context.Context, b *binaries) error {
	marker := filepath.Join(p.state, "pg.unfinished")
	if p.major() > 0 && missing(marker) {
		return nil
	}
	if err := os.WriteFile(marker, nil, 0o600); err != nil {
		return err
	}
	if err := p.initdb(ctx, b); err != nil {
		return err
	}
	conf := filepath.Join(p.data, "postgresql.conf")
	f, err := os.OpenFile(conf, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	if _, err = f.WriteString("\ninclude '" + configFile + "'\n"); err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	return os.Remove(marker)
}

// initdb tries the locales from best to always there: one that compares bytes and still knows every letter, built into
// PostgreSQL since 17 and part of most systems; else plain C.
func (p *place) initdb(ctx context.Context, b *binaries) error {
	locales := [][]string{{"--locale=C.UTF-8"}, {"--locale=C"}}
	if b.major >= 17 {
		locales = append([][]string{{"--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"}}, locales...)
	}
	var err error
	for _, locale := range locales {
		if err = p.emptyData(); err != nil {
			return err
		}
		args := []string{"-D", p.data, "-U", roleName, "--encoding=UTF8", "--data-checksums", "--no-instructions"}
		args = append(args, locale...)
		if p.socket != "" {
			args = append(args, "--auth=trust") // the socket's folder is closed to others
		} else {
			args = append(args, "--auth=scram-sha-256", "--pwfile="+p.passwordFile())
		}
		if err = p.run(ctx, b.path("initdb"), args...); err == nil || ctx.Err() != nil {
			return err
		}
	}
	return err
}

func (p *place) emptyData() error {
	entries, err := os.ReadDir(p.data)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := os.RemoveAll(filepath.Join(p.data, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// configure writes our settings, each time: the socket's folder and the port may differ from last time's.
func (p *place) configure() error {
	settings, err := p.settings()
	if err != nil {
		return err
	}
	path := filepath.Join(p.data, configFile)
	if err := os.WriteFile(path, []byte(settings), 0o600); err != nil {
		return err
	}
	if err := p.as.own(path); err != nil {
		return err
	}
	if info, err := os.Stat(p.log()); err == nil && info.Size() > 8<<20 {
		return os.Truncate(p.log(), 0)
	}
	return nil
}

func (p *place) settings() (string, error) {
	lines := []string{
		"# written by migrate at every start",
		"max_connections = 50",
		"shared_buffers = 128MB",
		"work_mem = 32MB",
		"maintenance_work_mem = 128MB",
		"fsync = on", // the ledger must survive a power cut
		"wal_level = minimal",
		"max_wal_senders = 0",
		"max_wal_size = 2GB",
		"jit = off",
		"timezone = 'UTC'",
		"log_timezone = 'UTC'",
		"log_min_messages = log", // statements that fail carry people's data
		"log_error_verbosity = terse",
		"log_min_error_statement = panic",
	}
	if onWindows() {
		port, err := freePort()
		if err != nil {
			return "", err
		}
		lines = append(lines, "listen_addresses = '127.0.0.1'", fmt.Sprintf("port = %d", port))
	} else {
		lines = append(lines, "listen_addresses = ''", "port = 5432", "unix_socket_permissions = 0700",
			"unix_socket_directories = '"+quoteSetting(p.socket)+"'",
			"dynamic_shared_memory_type = mmap") // a container's /dev/shm is too small for parallel queries
	}
	return strings.Join(lines, "\n") + "\n", nil
}

// quoteSetting writes one folder of a comma-separated list of folders within a quoted setting.
func quoteSetting(path string) string {
	return strings.ReplaceAll(`"`+strings.ReplaceAll(path, `"`, `""`)+`"`, "'", "''")
}
