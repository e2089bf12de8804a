package project

import (
	"net"
	"net/url"

	g "github.com/odoo-migrate/odoo-migrate/mappings/internal/grammar"
	"github.com/odoo-migrate/odoo-migrate/mappings/internal/yamlpos"
)

var targetKeys = g.Keys{
	{Name: "url", Doc: "address of the Odoo server", Required: true, Value: g.Word("^https?://")},
	{Name: "database", Doc: "its database", Required: true, Value: g.Text()},
	{Name: "user", Doc: "login", Required: true, Value: g.Text()},
	{Name: "password", Doc: "password: where to find it", Value: secret},
	{Name: "api_key", Doc: "API key, in place of the password: where to find it", Value: secret},
	{Name: "protocol", Doc: "auto, which is the default, takes the best that the server offers", Value: g.Choice(protocols...)},
	{Name: "timeout", Doc: "seconds after which a call is given up; default 180", Value: g.AtLeast(1)},
	{Name: "body_limit", Doc: "largest request in bytes; learnt from the server where it is left out", Value: g.AtLeast(leastBody)},
	{Name: "proxy", Doc: "address of an HTTP proxy, or none; the environment's where it is left out", Value: g.Text()},
	{Name: "role", Doc: "what it is to the project; a production is held to the gates of the weekend", Value: g.Choice(Production, Rehearsal)},
	{Name: "backup", Doc: "who attests its backup, and how long restoring it took", Value: g.OneOf(g.Null(), g.Map(backupKeys))},
	{Name: "tls", Doc: "what encrypted connections need beyond the system's authorities", Value: g.Map(tlsKeys)},
}

var tlsKeys = g.Keys{
	{Name: "ca", Doc: "PEM file of an authority of your own", Value: g.Text()},
	{Name: "cert", Doc: "PEM file of a client certificate", Value: g.Text()},
	{Name: "key", Doc: "PEM file of its key", Value: g.Text()},
}

// secret says where a secret is; written out it is refused except for servers on this machine.
var (
	secretKeys = g.Keys{
		{Name: "env", Doc: "environment variable", Value: g.Word(envName.String())},
		{Name: "file", Doc: "file whose first line it is", Value: g.Text()},
		{Name: "keyring", Doc: "name of an entry of the system's keyring, service odoo-migrate", Value: g.Text()},
	}
	secret = g.OneOf(g.Map(secretKeys).With("env", "file", "keyring"), g.Text())
)

var protocols = []string{"auto", "json2", "jsonrpc", "xmlrpc"}

// leastBody is the least a server can do with: a call without records has about a thousand bytes.
const leastBody = 16384

func (p *parser) targets(o yamlpos.Object) {
	p.project.Targets = map[string]Target{}
	o.Each("targets", func(name string, at yamlpos.Pos, value *yamlpos.Node) {
		if !sourceName.MatchString(name) {
			p.doc.Report(at, "", "a target's name must be letters, digits and _, not %q", name)
		}
		t := p.doc.Object(value, "target "+name, targetKeys.Names()...)
		t.Require(targetKeys.Required()...)
		target := Target{Name: name, URL: t.Text("url"), Database: t.Text("database"), User: t.Text("user"), At: p.doc.Where(at)}
		local := p.address(t, target.URL)
		target.Password, target.APIKey = p.secret(t, "password", local), p.secret(t, "api_key", local)
		if t.Has("password") == t.Has("api_key") {
			p.doc.Report(at, "an API key is made in Odoo under Preferences, Account Security", "target %s needs either password or api_key", name)
		}
		p.way(t, &target)
		p.role(t, &target)
		p.project.Targets[name] = target
	})
}

// way reads how the server is reached.
func (p *parser) way(t yamlpos.Object, target *Target) {
	target.Protocol, target.Timeout, target.Body, target.Proxy = t.Choice("protocol", protocols...), t.Int("timeout"), t.Int("body_limit"), t.Text("proxy")
	if target.Protocol == "json2" && !t.Has("api_key") {
		p.doc.Report(t.At("protocol"), "write api_key: in place of password:", "the protocol json2 takes API keys only")
	}
	if t.Has("timeout") && target.Timeout < 1 {
		p.doc.Report(t.At("timeout"), "", "timeout must be 1 second or more")
	}
	if t.Has("body_limit") && target.Body < leastBody {
		p.doc.Report(t.At("body_limit"), "", "body_limit must be %d bytes or more", leastBody)
	}
	if u, err := url.Parse(target.Proxy); target.Proxy != "" && target.Proxy != "none" && (err != nil || u.Host == "") {
		p.doc.Report(t.At("proxy"), "such as http://proxy.example.com:3128, or none", "%q is not the address of a proxy", target.Proxy)
	} else if err == nil && u.User != nil {
		word, _ := u.User.Password()
		p.doc.Hide(word)
		p.doc.Report(t.At("proxy"), "set HTTPS_PROXY in the environment instead", "the proxy's address holds a user name or a password")
	}
	if n := t.Node("tls"); n != nil && !n.IsNull() {
		s := p.doc.Object(n, "tls", tlsKeys.Names()...)
		target.CA, target.Cert, target.Key = s.Text("ca"), s.Text("cert"), s.Text("key")
		if (target.Cert == "") != (target.Key == "") {
			p.doc.Report(n.Pos, "", "tls needs both cert and key, or neither")
		}
	}
}

// address checks a target's URL and reports whether it is on this machine.
func (p *parser) address(o yamlpos.Object, text string) bool {
	if text == "" {
		return false
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		p.doc.Report(o.Node("url").Pos, "such as https://odoo.example.com", "%q is not the address of an Odoo server", text)
		return false
	}
	if u.User != nil {
		secret, _ := u.User.Password()
		p.doc.Hide(secret)
		p.doc.Report(o.Node("url").Pos, "write user: and password: instead", "the address holds a user name or a password")
	}
	return loopback(u.Hostname())
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

const secretHint = "write {env: NAME}, {file: path} or {keyring: name}"

func (p *parser) secret(o yamlpos.Object, key string, plainAllowed bool) Secret {
	n := o.Node(key)
	if n == nil || n.IsNull() {
		return Secret{}
	}
	if n.Kind == yamlpos.Map {
		return p.secretPlace(n, key)
	}
	text := p.doc.Text(n, key)
	p.doc.Hide(text)
	if !plainAllowed {
		p.doc.Report(n.Pos, secretHint, "%s is written out in this file", key)
		return Secret{}
	}
	p.doc.Warn(n.Pos, secretHint, "%s is written out in this file", key)
	return Secret{Plain: text}
}

func (p *parser) secretPlace(n *yamlpos.Node, key string) Secret {
	s := p.doc.Object(n, key, secretKeys.Names()...)
	secret := Secret{Env: s.Text("env"), File: s.Text("file"), Ring: s.Text("keyring")}
	places := 0
	for _, place := range []string{secret.Env, secret.File, secret.Ring} {
		if place != "" {
			places++
		}
	}
	if places != 1 {
		p.doc.Report(n.Pos, "", "%s needs one of env, file and keyring", key)
	}
	if secret.Env != "" && !envName.MatchString(secret.Env) {
		p.doc.Report(s.Node("env").Pos, "such as ODOO_PASSWORD", "%q is not the name of an environment variable", secret.Env)
	}
	return secret
}
