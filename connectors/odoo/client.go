package odoo

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// Client is a logged-in account on one database. It is safe for concurrent use.
type Client struct {
	cfg       Config
	wire      wire
	policy    Policy
	limits    *limits
	seen      *seen
	major     int
	version   string
	uid       int64
	companies []int64
}

// Identity says which database this is: a restored copy has the same URL and UUID as its original, so the loader adds an
// epoch of its own.
type Identity struct {
	URL      string
	Database string
	UUID     string // ir.config_parameter database.uuid
}

// Dial finds the server, chooses the protocol and logs in. Its errors carry a remedy (record.Advice) and a *Fault.
func Dial(ctx context.Context, cfg Config) (*Client, error) {
	cfg, err := cfg.check()
	if err != nil {
		return nil, err
	}
	c := &Client{cfg: cfg, limits: newLimits(cfg.BodyLimit), seen: &seen{}} // no retries yet: a wrong address is told at once
	if err := c.findVersion(ctx); err != nil {
		err = c.withLateAlert(ctx, err)
		return nil, advise(fmt.Errorf("connect to Odoo: %w", err))
	}
	if err := c.authenticate(ctx); err != nil {
		return nil, err
	}
	if err := c.findCompanies(ctx); err != nil {
		return nil, advise(fmt.Errorf("read the account of %s: %w", cfg.User, err))
	}
	c.policy = DefaultPolicy
	return c, nil
}

// advise adds the remedy of the fault in err.
func advise(err error) error {
	if f, ok := AsFault(err); ok && f.Remedy() != "" {
		return record.Advise(err, f.Remedy())
	}
	return err
}

// wires are the protocols to try, the best first: JSON-2 takes keys only; JSON-RPC is two to four times cheaper to read
// than XML-RPC.
func (c *Client) wires() []wire {
	all := []wire{json2Wire{&sync.Map{}}, services{jsonService{}}, services{xmlService{}}}
	switch c.cfg.Protocol {
	case JSON2:
		return all[:1]
	case JSONRPC:
		return all[1:2]
	case XMLRPC:
		return all[2:]
	}
	if c.cfg.APIKey == "" {
		return all[1:]
	}
	return all
}

// findVersion takes the first protocol the server tells its version in.
func (c *Client) findVersion(ctx context.Context) error {
	var v any
	var first *Fault
	for _, w := range c.wires() {
		c.wire = w
		var err error
		v, err = c.retry(ctx, true, func() (any, *Fault) { return w.version(ctx, c) })
		if err == nil {
			first = nil
			break
		}
		f, ok := AsFault(err)
		if !ok {
			return err
		}
		if first == nil || first.Status == http.StatusNotFound {
			first = f
		}
		if f.Class != schema.FaultProtocol {
			break
		}
	}
	if first != nil {
		return first
	}
	c.version, _ = v.(string)
	major, _, _ := strings.Cut(strings.TrimPrefix(c.version, "saas~"), ".")
	n, err := strconv.Atoi(major)
	if err != nil {
		return protocolFault(200, "the server does not tell its Odoo version: %v", v)
	}
	c.major = n
	return nil
}

func (c *Client) authenticate(ctx context.Context) error {
	v, err := c.retry(ctx, true, func() (any, *Fault) { return unwrapped(c.wire.login(ctx, c)) })
	if err != nil {
		if f, ok := AsFault(err); ok && f.Class == schema.FaultDatabase {
			f.Model, f.Message = "", fmt.Sprintf("the server %s has no database named %q", c.cfg.URL, c.cfg.Database)
			return record.Advise(f, f.Remedy())
		}
		return advise(fmt.Errorf("log in to %s: %w", c.cfg.URL, err))
	}
	uid, _ := v.(int64)
	if uid == 0 {
		f := c.wrongLogin(ctx)
		return record.Advise(f, f.Remedy())
	}
	c.uid = uid
	return nil
}

func unwrapped(uid int64, f *Fault) (any, *Fault) { return uid, f }

// findCompanies reads which companies the account may work in, its own company first, as Odoo takes the first of
// allowed_company_ids for the current one.
func (c *Client) findCompanies(ctx context.Context) error {
	v, err := c.Call(ctx, "res.users", "read", []any{[]int64{c.uid}, []string{"company_id", "company_ids"}},
		map[string]any{"load": false})
	if err != nil {
		return err
	}
	rows := mapsOf(v)
	if len(rows) != 1 {
		return protocolFault(200, "the server does not show the account's own user")
	}
	own, _ := intValue(rows[0]["company_id"])
	all := idsOf(rows[0]["company_ids"])
	slices.Sort(all)
	companies := append([]int64{own}, slices.DeleteFunc(slices.Clone(all), func(id int64) bool { return id == own })...)
	if len(c.cfg.Companies) > 0 {
		for _, id := range c.cfg.Companies {
			if !slices.Contains(companies, id) {
				return &Fault{Class: schema.FaultAccess, Model: "res.company", Method: "read",
					Message: fmt.Sprintf("the account %q may not work in company %d", c.cfg.User, id)}
			}
		}
		companies = slices.Clone(c.cfg.Companies)
	}
	c.companies = companies
	return nil
}

// Version returns the major version and the server's own name of it: 19, "19.0".
func (c *Client) Version() (int, string) { return c.major, c.version }

// Protocol returns the wire protocol in use: JSON2, JSONRPC or XMLRPC.
func (c *Client) Protocol() string { return c.wire.name() }

// UID is the account's database id in res.users.
func (c *Client) UID() int64 { return c.uid }

// Companies are the companies of every call, the current one first.
func (c *Client) Companies() []int64 { return slices.Clone(c.companies) }

// Identity reads which database this is. Reading the UUID needs an account with Settings rights.
func (c *Client) Identity(ctx context.Context) (Identity, error) {
	v, err := c.Call(ctx, "ir.config_parameter", "get_param", []any{"database.uuid"}, nil)
	if err != nil {
		return Identity{}, advise(fmt.Errorf("read the identity of %s: %w", c.cfg.URL, err))
	}
	uuid, _ := v.(string)
	return Identity{URL: c.cfg.URL, Database: c.cfg.Database, UUID: uuid}, nil
}

// Call calls a model's public method. args hold what the method takes, ids first for methods on records;
// a "context" among kwargs is laid over the client's own. The error is a *Fault.
func (c *Client) Call(ctx context.Context, model, method string, args []any, kwargs map[string]any) (any, error) {
	kw := make(map[string]any, len(kwargs)+1)
	maps.Copy(kw, kwargs)
	own := c.context(ctx, method)
	if over, ok := kwargs["context"].(map[string]any); ok {
		maps.Copy(own, over)
	}
	kw["context"] = own
	if args == nil {
		args = []any{}
	}
	return c.retry(ctx, reads[method], func() (any, *Fault) {
		v, f := c.wire.call(ctx, c, model, method, args, kw)
		if f == nil {
			return v, nil
		}
		f.Model, f.Method = model, method
		f.locate()
		if f.Class == schema.FaultAccess && strings.HasPrefix(method, "_") {
			f.Class = schema.FaultMissingMethod // private methods are not there for callers
		}
		if f.Code == "xmlrpc:2" {
			c.refine(ctx, f, args)
		}
		return nil, f
	})
}

// reads are the methods that change nothing, whose calls may therefore be repeated.
var reads = map[string]bool{
	"read": true, "search": true, "search_read": true, "search_count": true, "search_fetch": true, "fields_get": true,
	"default_get": true, "name_search": true, "read_group": true, "formatted_read_group": true, "check_access_rights": true,
	"has_access": true, "get_param": true, "exists": true, "export_data": true, "get_metadata": true, "web_read": true,
	"web_search_read": true, "get_external_id": true, "get_views": true,
}

// context is what every call carries: all companies of the run and archived records for reading, silence for writing.
func (c *Client) context(ctx context.Context, method string) map[string]any {
	own := map[string]any{"lang": schema.BaseLanguage, "tz": "UTC"}
	if len(c.companies) > 0 {
		own["allowed_company_ids"] = c.companiesIn(ctx)
	}
	if reads[method] {
		own["active_test"] = false
		return own
	}
	for _, k := range silence {
		own[k] = true
	}
	return own
}

// companiesIn are the companies of the account, the one of schema.InCompany first.
func (c *Client) companiesIn(ctx context.Context) []int64 {
	first := schema.CompanyOf(ctx)
	if !slices.Contains(c.companies, first) || c.companies[0] == first {
		return c.companies // in a company that the account may not work in, every call would fail
	}
	return append([]int64{first}, slices.DeleteFunc(slices.Clone(c.companies), func(id int64) bool { return id == first })...)
}

// silence are the context keys that keep Odoo from writing mails, log notes, followers and invitations.
var silence = []string{"tracking_disable", "mail_create_nolog", "mail_create_nosubscribe", "mail_notrack", "no_reset_password"}

// refine tells apart what XML-RPC's fault code 2 lumps together. The type is not on the wire, so the server is asked:
// does the model exist, do the records exist?
func (c *Client) refine(ctx context.Context, f *Fault, args []any) {
	if f.Model == "ir.model" {
		return
	}
	if strings.Contains(f.Message, f.Model) {
		if n, err := c.Count(ctx, "ir.model", []any{[]any{"model", "=", f.Model}}); err == nil && n == 0 {
			f.Class = schema.FaultMissingModel
			return
		}
	}
	if len(args) == 0 || f.Method == "create" || f.Method == "load" {
		return
	}
	ids := idsOf(args[0])
	if len(ids) == 0 {
		return
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if n, err := c.Count(ctx, f.Model, []any{[]any{"id", "in", ids}}); err == nil && n < len(ids) {
		f.Class = schema.FaultMissingRecord
	}
}

func intValue(v any) (int64, bool) {
	switch v := v.(type) {
	case json.Number:
		n, err := v.Int64()
		return n, err == nil
	case int64:
		return v, true
	case int:
		return int64(v), true
	}
	return 0, false
}

// idsOf reads a list of ids; false, which Odoo sends for none, is nil.
func idsOf(v any) []int64 {
	switch v := v.(type) {
	case []int64:
		return slices.Clone(v)
	case []int:
		ids := make([]int64, len(v))
		for i, n := range v {
			ids[i] = int64(n)
		}
		return ids
	case []any:
		ids := make([]int64, 0, len(v))
		for _, x := range v {
			if n, ok := intValue(x); ok {
				ids = append(ids, n)
			}
		}
		return ids
	}
	if n, ok := intValue(v); ok {
		return []int64{n}
	}
	return nil
}

func mapsOf(v any) []map[string]any {
	list, _ := v.([]any)
	out := make([]map[string]any, 0, len(list))
	for _, x := range list {
		if m, ok := x.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}
