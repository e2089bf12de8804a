package embedded

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	embeddedpostgres "github.com/fergusstrange/embedded-postgres"
)

// The versions that can be downloaded; the first is taken for a new cluster.
var fetchable = []embeddedpostgres.PostgresVersion{
	embeddedpostgres.V17, embeddedpostgres.V18, embeddedpostgres.V16, embeddedpostgres.V15, embeddedpostgres.V14,
}

// fetch downloads PostgreSQL's programs once a machine. The library brings them along only by starting a server of its
// own, which we let run in a scratch folder and end again; as root that start is refused, but the programs are there.
func fetch(ctx context.Context, p *place, major int) (*binaries, error) {
	version, ok := fetchableVersion(major)
	if !ok {
		return nil, fmt.Errorf("PostgreSQL %d is not offered for download", major)
	}
	home, err := privateHome()
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(home, "postgresql-"+string(version))
	if b := p.inspect(ctx, filepath.Join(dir, "bin")); b != nil {
		return b, nil
	}
	if err := makeParent(home); err != nil {
		return nil, err
	}
	unlock, err := lockFile(ctx, dir+".lock")
	if err != nil {
		return nil, err
	}
	defer unlock()
	done := make(chan error, 1)
	go func() { done <- download(dir, version) }()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case err = <-done:
	}
	if b := p.inspect(ctx, filepath.Join(dir, "bin")); b != nil {
		return b, nil
	}
	if err == nil {
		err = fmt.Errorf("the programs in %s do not run", dir)
	}
	return nil, err
}

func fetchableVersion(major int) (embeddedpostgres.PostgresVersion, bool) {
	for _, v := range fetchable {
		if major == 0 || strings.HasPrefix(string(v), strconv.Itoa(major)+".") {
			return v, true
		}
	}
	return "", false
}

func download(dir string, version embeddedpostgres.PostgresVersion) error {
	scratch, err := os.MkdirTemp("", "migrate-postgresql-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	port, err := freePort()
	if err != nil {
		return err
	}
	config := embeddedpostgres.DefaultConfig().Version(version).Port(uint32(port)).Logger(io.Discard).
		CachePath(scratch).RuntimePath(filepath.Join(scratch, "run")).DataPath(filepath.Join(scratch, "data")).BinariesPath(dir)
	if repository := os.Getenv("MIGRATE_POSTGRESQL_MIRROR"); repository != "" {
		config = config.BinaryRepositoryURL(repository)
	}
	db := embeddedpostgres.NewDatabase(config)
	if err := db.Start(); err != nil {
		return err
	}
	return db.Stop()
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port, nil
}
