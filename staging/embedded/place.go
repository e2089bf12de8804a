package embedded

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// The longest path of a unix socket is 107 bytes on Linux and 103 on macOS.
const longestSocket = 103

const socketName = ".s.PGSQL.5432"

// place is where a project's cluster lives and who runs it.
type place struct {
	state    string    // <project>/.migrate
	data     string    // data directory
	socket   string    // folder of the unix socket; "" where TCP is used
	password string    // TCP only
	as       *identity // whom to run as; nil is ourselves
}

// pointer names the file that says where the data directory is, where it is not in the project folder.
func pointer(state string) string { return filepath.Join(state, "pg.place") }

// existing returns the place of a cluster that was made before, or nil.
func existing(dir string) (*place, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		abs = real
	}
	p := &place{state: filepath.Join(abs, ".migrate")}
	data, err := p.known()
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(data, "PG_VERSION")); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, foreign(data)
	}
	settled := p.settle(data)
	return p, settled
}

// locate returns the place of the project's cluster and chooses one where there is none.
func locate(ctx context.Context, state string) (*place, error) {
	p := &place{state: state}
	data, err := p.known()
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(data, "PG_VERSION")); err == nil {
		settled := p.settle(data)
		return p, settled
	} else if errors.Is(err, fs.ErrPermission) {
		return nil, foreign(data)
	}
	if p.as, err = unprivileged(); err != nil {
		return nil, err
	}
	if err := p.claim(ctx, data); err != nil {
		home, herr := privateHome()
		if herr != nil {
			return nil, fmt.Errorf("find a place for PostgreSQL's data: %w", errors.Join(err, herr))
		}
		data = filepath.Join(home, hash(state), "pg")
		if err := p.claim(ctx, data); err != nil {
			return nil, fmt.Errorf("find a place for PostgreSQL's data: %w", err)
		}
		if err := os.WriteFile(pointer(state), []byte(data+"\n"), 0o644); err != nil {
			return nil, err
		}
	}
	settled := p.settle(data)
	return p, settled
}

// known returns the data directory that the pointer names, or the usual one.
func (p *place) known() (string, error) {
	text, err := os.ReadFile(pointer(p.state))
	if errors.Is(err, fs.ErrNotExist) {
		return filepath.Join(p.state, "pg"), nil
	}
	if err != nil {
		return "", err
	}
	data := strings.TrimSpace(string(text))
	if !filepath.IsAbs(data) {
		return "", record.Advise(fmt.Errorf("%s does not name a folder: %q", pointer(p.state), data), "Delete the file; a new cluster is made.")
	}
	return data, nil
}

// claim creates data for the cluster's user and tries whether that user can work there: a parent folder may be closed
// to it, and some file systems know no permissions, which PostgreSQL insists on.
func (p *place) claim(ctx context.Context, data string) error {
	made := missing(data)
	err := func() error {
		if err := makeParent(filepath.Dir(data)); err != nil {
			return err
		}
		if err := os.Mkdir(data, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		if err := p.as.own(data); err != nil {
			return err
		}
		if err := os.Chmod(data, 0o700); err != nil {
			return err
		}
		if info, err := os.Stat(data); err != nil {
			return err
		} else if runtime.GOOS != "windows" && info.Mode().Perm() != 0o700 {
			return fmt.Errorf("%s cannot be closed to others", data)
		}
		return p.as.canWork(ctx, data)
	}()
	if err != nil && made {
		_ = os.Remove(data) // empty: it was only tried
	}
	return err
}

// makeParent makes a folder that others may pass through, whatever the umask says; one that exists is left as it is.
func makeParent(dir string) error {
	if !missing(dir) {
		return nil
	}
	if err := makeParent(filepath.Dir(dir)); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return os.Chmod(dir, 0o755)
}

// settle completes a place whose data directory is known.
func (p *place) settle(data string) error {
	p.data = data
	owner, err := ownerOf(data)
	if err != nil {
		return foreign(data)
	}
	// A cluster that exists is run by the user it belongs to, whoever we would choose today.
	p.as = owner
	if runtime.GOOS == "windows" {
		return p.readPassword()
	}
	p.socket = data
	if len(filepath.Join(data, socketName)) > longestSocket {
		p.socket = filepath.Join("/tmp", "migrate-"+hash(data))
	}
	return nil
}

// openSocketDir makes the folder of the socket where it is not the data directory. Others could have made one of that
// name before, to read along: then it is refused.
func (p *place) openSocketDir() error {
	if p.socket == "" || p.socket == p.data {
		return nil
	}
	if err := os.Mkdir(p.socket, 0o700); err == nil {
		return p.as.own(p.socket)
	} else if !errors.Is(err, fs.ErrExist) {
		return err
	}
	info, err := os.Lstat(p.socket)
	if err != nil {
		return err
	}
	if !info.IsDir() || info.Mode().Perm() != 0o700 || !p.as.owns(info) {
		return record.Advise(fmt.Errorf("%s belongs to somebody else", p.socket), "Remove it, or use a project folder with a shorter path.")
	}
	return nil
}

// closeSocketDir removes the folder where a stopped server left it empty.
func (p *place) closeSocketDir() {
	if p.socket != "" && p.socket != p.data {
		_ = os.Remove(p.socket)
	}
}

func (p *place) log() string { return filepath.Join(p.data, "server.log") }

// major is the PostgreSQL version of the data directory, 0 where there is none.
func (p *place) major() int {
	text, _ := os.ReadFile(filepath.Join(p.data, "PG_VERSION"))
	n, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	return n
}

// pidLines returns the lines of postmaster.pid: pid, data directory, start time, port, socket folder, address.
func (p *place) pidLines() []string {
	text, _ := os.ReadFile(filepath.Join(p.data, "postmaster.pid"))
	return strings.Split(string(text), "\n")
}

func (p *place) pid() int {
	n, _ := strconv.Atoi(strings.TrimSpace(p.pidLines()[0]))
	return n
}

// address is where the server listens: the folder of its socket, or the loopback address and the port of this start.
func (p *place) address() (host string, port int) {
	if p.socket != "" {
		return p.socket, 5432
	}
	if lines := p.pidLines(); len(lines) > 3 {
		port, _ = strconv.Atoi(strings.TrimSpace(lines[3]))
	}
	return "127.0.0.1", port
}

func (p *place) dsn(database string) string {
	host, port := p.address()
	u := url.URL{Scheme: "postgres", User: url.User(roleName), Path: "/" + database}
	q := url.Values{"sslmode": {"disable"}}
	if p.socket != "" {
		q.Set("host", host)
		q.Set("port", strconv.Itoa(port))
	} else {
		u.Host = fmt.Sprintf("%s:%d", host, port)
		u.User = url.UserPassword(roleName, p.password)
	}
	u.RawQuery = q.Encode()
	return u.String()
}

func (p *place) passwordFile() string { return filepath.Join(p.state, "pg.password") }

// readPassword reads the random password, and makes one the first time.
func (p *place) readPassword() error {
	text, err := os.ReadFile(p.passwordFile())
	if err == nil {
		p.password = strings.TrimSpace(string(text))
		return nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	p.password = rand.Text()
	return os.WriteFile(p.passwordFile(), []byte(p.password+"\n"), 0o600)
}

func foreign(data string) error {
	return record.Advise(fmt.Errorf("%s: %w", data, ErrForeign),
		"Run migrate as the user who ran it before, or name a PostgreSQL server under staging: in migrate.yaml.")
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:6])
}

func missing(path string) bool {
	_, err := os.Lstat(path)
	return errors.Is(err, fs.ErrNotExist)
}
