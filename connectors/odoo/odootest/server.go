package odootest

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo"
)

// Options of a double; the zero value is a database "odoo" of admin/admin.
type Options struct {
	Database string
	User     string
	Password string
	Addr     string           // where Start listens; "" is a free port of 127.0.0.1
	Now      func() time.Time // the server's clock; nil is the real one
}

// Server is one double with one database. It is safe for concurrent use; calls run one after the other.
type Server struct {
	opts Options
	mu   sync.Mutex // the database
	db   *db
	// imports are the transient records of base_import, by id.
	imports map[int64]map[string]any

	faultMu sync.Mutex
	rules   []*Rule
	calls   map[string]int

	http *http.Server
	url  string
}

// New makes a double with the captured master data and nothing else in it.
func New(o Options) *Server {
	if o.Database == "" {
		o.Database = "odoo"
	}
	if o.User == "" {
		o.User = "admin"
	}
	if o.Password == "" {
		o.Password = "admin"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Server{opts: o, db: newDB(loadMeta(), o.Now()), calls: map[string]int{}, imports: map[int64]map[string]any{}}
}

// Name says what this is, wherever a name is printed.
func (s *Server) Name() string { return "test double of Odoo " + s.Version() }

// Version is the server version it tells: "19.0+double".
func (s *Server) Version() string { return s.db.meta.ServerVersion + "+double" }

// Start listens on loopback. Close ends it.
func (s *Server) Start() error {
	addr := s.opts.Addr
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("start the test double of Odoo: %w", err)
	}
	s.url = "http://" + l.Addr().String()
	s.http = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = s.http.Serve(l) }() // ends when Close closes the listener; nobody is left to be told
	return nil
}

// Close ends the server at once; calls under way lose their answer.
func (s *Server) Close() error {
	if s.http == nil {
		return nil
	}
	return s.http.Close()
}

// Shutdown waits for calls under way.
func (s *Server) Shutdown(ctx context.Context) error {
	if s.http == nil {
		return nil
	}
	return s.http.Shutdown(ctx)
}

// URL is where Start listens.
func (s *Server) URL() string { return s.url }

// Config is how a client reaches it.
func (s *Server) Config() odoo.Config {
	return odoo.Config{URL: s.url, Database: s.opts.Database, User: s.opts.User, Password: s.opts.Password}
}

// Count tells how many records a model has, archived ones included, without a call. It is 0 for an unknown model.
func (s *Server) Count(model string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.db.tables[model]; t != nil {
		return len(t.rows)
	}
	return 0
}

// Models are the names of the models it knows, sorted.
func (s *Server) Models() []string {
	var out []string
	for name := range s.db.meta.Models {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// login returns the user's id, 0 when the database does not let him in.
func (s *Server) login(user, secret string) int64 {
	for _, r := range s.db.tables["res.users"].rows {
		if r.text("login") == user && r["active"] != false && s.knows(r.id(), secret) {
			return r.id()
		}
	}
	return 0
}

func (s *Server) knows(uid int64, secret string) bool {
	r := s.db.tables["res.users"].rows[uid]
	if r == nil || secret == "" {
		return false
	}
	if secret == keyOf(uid) {
		return true
	}
	if r.text("login") == s.opts.User {
		return secret == s.opts.Password
	}
	return r.text("secret") != "" && r.text("secret") == secret
}

// common plays service "common", which needs no login.
func (s *Server) common(method string, args []any) (any, error) {
	switch method {
	case "version":
		return map[string]any{"server_version": s.Version(), "server_version_info": []any{int64(19), int64(0), int64(0), "final", int64(0), "double"},
			"server_serie": s.db.meta.ServerVersion, "protocol_version": int64(1)}, nil
	case "login", "authenticate":
		if len(args) < 3 {
			return nil, raise("builtins.TypeError", "odoo/service/common.py", "dispatch", "exp_%s() missing required positional arguments", method)
		}
		if args[0] != s.opts.Database {
			return nil, unknownDatabase(fmt.Sprint(args[0]))
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if uid := s.login(fmt.Sprint(args[1]), fmt.Sprint(args[2])); uid != 0 {
			return uid, nil
		}
		return false, nil
	}
	return nil, raise("builtins.Exception", "odoo/service/common.py", "dispatch", "Method not found: %s", method)
}

// serve runs one call of a service.
func (s *Server) serve(service, method string, args []any) (any, error) {
	switch service {
	case "common":
		return s.common(method, args)
	case "db":
		if method == "list" {
			return []any{s.opts.Database}, nil
		}
		return nil, accessDenied()
	case "object":
		c, err := readCall(method, args)
		if err != nil {
			return nil, err
		}
		return s.execute(c)
	}
	return nil, raise("builtins.KeyError", "odoo/http.py", "dispatch_rpc", "'%s'", service)
}

func readCall(method string, args []any) (call, error) {
	if (method != "execute_kw" && method != "execute") || len(args) < 5 {
		return call{}, raise("builtins.NameError", "odoo/service/model.py", "dispatch", "Method not available %s", method)
	}
	c := call{kwargs: map[string]any{}}
	c.database, _ = args[0].(string)
	c.uid, _ = args[1].(int64)
	c.secret, _ = args[2].(string)
	c.model, _ = args[3].(string)
	c.method, _ = args[4].(string)
	if method == "execute" {
		c.args = args[5:]
		return c, nil
	}
	if len(args) > 5 {
		c.args = positional(args[5])
	}
	if len(args) > 6 {
		if kw, ok := args[6].(map[string]any); ok {
			c.kwargs = kw
		}
	}
	return c, nil
}

func positional(v any) []any {
	switch v := v.(type) {
	case []any:
		return v
	case []int64:
		out := make([]any, len(v))
		for i := range v {
			out[i] = v[i]
		}
		return out
	}
	return nil
}
