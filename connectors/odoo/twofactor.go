package odoo

import (
	"context"

	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// twoFactor asks the server's login page why it refused a password. Its answer to the right password of an account with
// two-factor login is a session without a user; the APIs refuse such a password like a wrong one.
func (c *Client) twoFactor(ctx context.Context) bool {
	if c.cfg.Password == "" || c.cfg.APIKey != "" {
		return false
	}
	b, err := jsonBody(map[string]any{"jsonrpc": "2.0", "method": "call", "id": 1,
		"params": map[string]any{"db": c.cfg.Database, "login": c.cfg.User, "password": c.cfg.Password}})
	if err != nil {
		return false
	}
	v, f := c.exchange(ctx, request{path: "/web/session/authenticate", mime: "application/json", body: b, read: c.rpcAnswer})
	info, ok := v.(map[string]any)
	uid, has := info["uid"]
	return f == nil && ok && has && (uid == nil || uid == false)
}

// wrongLogin is the fault of a login that the server refused.
func (c *Client) wrongLogin(ctx context.Context) *Fault {
	f := &Fault{Class: schema.FaultAuthentication, Code: "authenticate", Method: "authenticate", Status: 200}
	why := "wrong user, password or key"
	if _, key := c.wire.(json2Wire); key {
		why = "the API key is wrong, has expired, or is another user's"
	} else if c.twoFactor(ctx) {
		f.Code, why = codeTwoFactor, "the password is right, but the account has two-factor login"
	}
	f.Message = "the server " + c.cfg.URL + " refuses user \"" + c.cfg.User + "\" on database \"" + c.cfg.Database + "\": " + why
	return f
}

const codeTwoFactor = "totp"
