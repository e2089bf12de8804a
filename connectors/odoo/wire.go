package odoo

import (
	"context"
	"encoding/json"
	"io"
	"net/http"

	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// wire speaks one protocol. Results are normalised.
type wire interface {
	name() string
	version(ctx context.Context, c *Client) (any, *Fault)
	// login returns the account's id, or 0 where the server knows no such user and secret.
	login(ctx context.Context, c *Client) (int64, *Fault)
	call(ctx context.Context, c *Client, model, method string, args []any, kwargs map[string]any) (any, *Fault)
}

// service is a protocol of Odoo's older kind: services with methods that take positional arguments.
type service interface {
	name() string
	ask(ctx context.Context, c *Client, service, method string, args []any) (any, *Fault)
}

// services makes a wire of JSON-RPC or XML-RPC.
type services struct{ service }

func (s services) version(ctx context.Context, c *Client) (any, *Fault) {
	v, f := s.ask(ctx, c, "common", "version", []any{})
	if info, ok := v.(map[string]any); ok && f == nil {
		return info["server_version"], nil
	}
	return v, f
}

func (s services) login(ctx context.Context, c *Client) (int64, *Fault) {
	v, f := s.ask(ctx, c, "common", "authenticate", []any{c.cfg.Database, c.cfg.User, c.cfg.secret(), map[string]any{}})
	if f != nil {
		f.Method = "authenticate"
		if f.Class == schema.FaultDatabase || f.cannotConnect() && s.listsDatabases(ctx, c) {
			f.Class = schema.FaultDatabase
		}
		return 0, f
	}
	uid, _ := intValue(v)
	return uid, nil
}

// listsDatabases reports whether the server can talk to its PostgreSQL at all. A server that hides its list answers too.
func (s services) listsDatabases(ctx context.Context, c *Client) bool {
	_, f := s.ask(ctx, c, "db", "list", []any{})
	return f == nil || f.Class == schema.FaultAuthentication
}

func (s services) call(ctx context.Context, c *Client, model, method string, args []any, kwargs map[string]any) (any, *Fault) {
	return s.ask(ctx, c, "object", "execute_kw", []any{c.cfg.Database, c.uid, c.cfg.secret(), model, method, args, kwargs})
}

// request is one HTTP request and what reads its answer.
type request struct {
	method  string // "" is POST
	path    string
	mime    string
	header  http.Header
	body    body
	read    func(*answer) (any, *Fault)                  // of an answer with status 200
	refused func(status int, page []byte) (*Fault, bool) // of another status; nil, or false: the server's proxy spoke
}

// odooError is how Odoo writes an exception as JSON: inside an error of JSON-RPC, and as the whole answer of JSON-2.
type odooError struct {
	Name      string          `json:"name"`
	Message   string          `json:"message"`
	Debug     string          `json:"debug"`
	Arguments json.RawMessage `json:"arguments"`
}

func cannotWrite(as string, err error) *Fault {
	return &Fault{Class: schema.FaultNotSent, Message: "the call cannot be written as " + as + ": " + err.Error(), cause: err}
}

// drain reads to the end, so that the connection can be used again.
func drain(r io.Reader) { _, _ = io.Copy(io.Discard, io.LimitReader(r, shownPage)) }
