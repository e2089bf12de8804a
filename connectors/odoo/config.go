package odoo

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// The wire protocols of Config.Protocol.
const (
	Auto    = "auto"
	JSON2   = "json2" // Odoo 19 and newer, with an API key only
	JSONRPC = "jsonrpc"
	XMLRPC  = "xmlrpc"
)

// DefaultTimeout bounds one call. It is Odoo's usual request limit of 120 s and a minute more, so that the server gives
// up before we do: an answer we did not wait for is an unknown outcome.
const DefaultTimeout = 180 * time.Second

// Config says where the server is and who is asking. The zero value of everything but URL, Database and User is usable.
type Config struct {
	URL      string // of the server, like https://odoo.example.com; a path in front of /jsonrpc is kept
	Database string
	User     string
	Password string
	APIKey   string        // preferred to Password when both are given; Odoo accepts it in the password's place
	Protocol string        // Auto (also ""), JSON2, JSONRPC or XMLRPC
	Timeout  time.Duration // of one call; 0 is DefaultTimeout
	TLS      TLS
	Proxy    string       // URL, or NoProxy; "" is the environment's HTTPS_PROXY, HTTP_PROXY and NO_PROXY
	Program  string       // the program's version, for the user agent
	HTTP     *http.Client // instead of a client of its own with TLS and Proxy; it follows no redirects either
	// BodyLimit is the largest request in bytes. 0 sends any, and learns from a proxy's 413 what is too large.
	BodyLimit int64
	// Companies are the companies every call sees and may write; nil is all companies of the account. The first one is
	// the current company.
	Companies []int64
}

func (c Config) secret() string {
	if c.APIKey != "" {
		return c.APIKey
	}
	return c.Password
}

// check completes the configuration, or says what is wrong with it.
func (c Config) check() (Config, error) {
	u, err := url.Parse(strings.TrimSpace(c.URL))
	if c.URL == "" || err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return c, record.Advise(fmt.Errorf("the Odoo address %q is not a URL", c.URL),
			"Write it like https://odoo.example.com or http://127.0.0.1:8069.")
	}
	if u.User != nil {
		return c, record.Advise(fmt.Errorf("the Odoo address of %s holds a password", u.Host),
			"Take user and password out of the URL and give them as user and password.")
	}
	u.RawQuery, u.Fragment = "", ""
	c.URL = strings.TrimRight(u.String(), "/")
	for what, v := range map[string]string{"database": c.Database, "user": c.User, "password or API key": c.secret()} {
		if v == "" {
			return c, record.Advise(fmt.Errorf("no %s is given for the Odoo server %s", what, c.URL),
				"Add it to the target in migrate.yaml; secrets come from the environment or a file.")
		}
	}
	switch c.Protocol {
	case "":
		c.Protocol = Auto
	case JSON2:
		if c.APIKey == "" {
			return c, record.Advise(fmt.Errorf("the protocol json2 needs an API key, and %s is given a password", u.Host),
				"Make a key in Odoo (Preferences, Account Security) and give it as api_key, or use the protocol auto.")
		}
	case Auto, JSONRPC, XMLRPC:
	default:
		return c, record.Advise(fmt.Errorf("%q is not a protocol of an Odoo server", c.Protocol), "Use auto, json2, jsonrpc or xmlrpc.")
	}
	if c.Timeout <= 0 {
		c.Timeout = DefaultTimeout
	}
	c.HTTP, err = c.client()
	return c, err
}
