package odoo

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// NoProxy as Config.Proxy goes to the server directly, whatever the environment says.
const NoProxy = "none"

// TLS says what an encrypted connection is held to, beyond what always holds: TLS 1.2 or newer, and a certificate for the
// server's name that the system's authorities or CA vouch for. There is no way to leave that check out.
type TLS struct {
	CA   string // PEM file of authorities that are trusted beside the system's
	Cert string // PEM file of a client certificate, and
	Key  string // of its key
}

// client makes the HTTP client of a configuration. It follows no redirects: one to http:// would carry the password in
// the open, and another address is for the user to decide about.
func (c Config) client() (*http.Client, error) {
	h := http.Client{}
	if c.HTTP != nil {
		h = *c.HTTP
	} else {
		t, err := c.transport()
		if err != nil {
			return nil, err
		}
		h.Transport = t
	}
	h.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &h, nil
}

// transport is http.DefaultTransport with as many idle connections as a run has workers, and the configured TLS and proxy.
func (c Config) transport() (*http.Transport, error) {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 16
	t.ResponseHeaderTimeout = 0 // the call's own deadline
	var err error
	if t.TLSClientConfig, err = c.TLS.config(); err != nil {
		return nil, err
	}
	switch c.Proxy {
	case "":
		return t, nil // HTTP_PROXY, HTTPS_PROXY and NO_PROXY
	case NoProxy:
		t.Proxy = nil
		return t, nil
	}
	u, err := url.Parse(c.Proxy)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "socks5" {
		return nil, record.Advise(fmt.Errorf("the proxy %q is not a URL", c.Proxy), "Write it like http://proxy.example.com:3128, or none.")
	}
	t.Proxy = http.ProxyURL(u)
	return t, nil
}

func (t TLS) config() (*tls.Config, error) {
	out := &tls.Config{MinVersion: tls.VersionTLS12}
	if t.CA != "" {
		pem, err := os.ReadFile(t.CA)
		if err != nil {
			return nil, record.Advise(fmt.Errorf("the file of authorities %s cannot be read", t.CA), "Put the authority's certificate there as PEM, or correct tls: ca:.")
		}
		if out.RootCAs, err = x509.SystemCertPool(); err != nil {
			out.RootCAs = x509.NewCertPool()
		}
		if !out.RootCAs.AppendCertsFromPEM(pem) {
			return nil, record.Advise(fmt.Errorf("the file of authorities %s holds no certificate", t.CA), "It must be PEM: -----BEGIN CERTIFICATE-----.")
		}
	}
	if t.Cert == "" && t.Key == "" {
		return out, nil
	}
	pair, err := tls.LoadX509KeyPair(t.Cert, t.Key)
	if err != nil {
		return nil, record.Advise(fmt.Errorf("the client certificate %s with key %s cannot be used: %w", t.Cert, t.Key, err),
			"Both must be PEM files, and the key that of the certificate.")
	}
	out.Certificates = []tls.Certificate{pair}
	return out, nil
}

// userAgent says what calls, and where to read about it.
func (c Config) userAgent() string {
	name := "odoo-migrate"
	if v := strings.Map(printable, c.Program); v != "" {
		name += "/" + v
	}
	return name + " (+https://github.com/odoo-migrate/odoo-migrate)"
}

func printable(r rune) rune {
	if r <= ' ' || r > '~' {
		return -1
	}
	return r
}

// withLateAlert asks a server that closed the connection for its reason: with TLS 1.3 it refuses a client's certificate,
// or the lack of one, after the handshake, and a request that is written in that moment breaks before the reason is read.
func (c *Client) withLateAlert(ctx context.Context, err error) error {
	f, ok := AsFault(err)
	t, direct := c.cfg.HTTP.Transport.(*http.Transport)
	if !ok || !direct || f.Code != "network" || !strings.HasPrefix(c.cfg.URL, "https:") || errors.Is(err, syscall.ECONNREFUSED) {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if reason := c.readAlert(ctx, t); reason != nil {
		f.Code, f.Message = codeTLS, fmt.Sprintf("no safe connection to %s: %s", c.cfg.URL, badCertificate(reason))
	}
	return err
}

// readAlert connects, writes nothing and returns the alert the server sends; nil where it sends none until ctx ends, or
// where the way there is a proxy.
func (c *Client) readAlert(ctx context.Context, t *http.Transport) error {
	u, err := url.Parse(c.cfg.URL)
	if err != nil {
		return nil
	}
	if t.Proxy != nil {
		if proxy, err := t.Proxy(&http.Request{URL: u}); err != nil || proxy != nil {
			return nil
		}
	}
	address := u.Host
	if u.Port() == "" {
		address = net.JoinHostPort(u.Hostname(), "443")
	}
	conn, err := (&tls.Dialer{Config: t.TLSClientConfig}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil
	}
	defer func() { _ = conn.Close() }() // nothing was written to it
	if end, ok := ctx.Deadline(); ok {
		_ = conn.SetReadDeadline(end) // without it the read ends when the server does
	}
	if _, err = conn.Read(make([]byte, 1)); err != nil && badCertificate(err) != "" {
		return err
	}
	return nil
}

// badCertificate says what is wrong with a server's certificate; "" where the error is about something else.
func badCertificate(err error) string {
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var header tls.RecordHeaderError
	switch {
	case errors.As(err, &unknown):
		return "its certificate is of an authority that this machine does not know"
	case errors.As(err, &host):
		return "its certificate is for another name"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "its certificate is not valid at " + time.Now().UTC().Format("2006-01-02") + ": expired, or a clock is wrong"
	case errors.As(err, &invalid):
		return "its certificate is not valid"
	case errors.As(err, &header) || strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return "it does not speak TLS there"
	}
	if text := err.Error(); strings.Contains(text, "remote error: tls: ") {
		_, alert, _ := strings.Cut(text, "remote error: tls: ")
		return "it ends the TLS handshake: " + alert
	}
	return ""
}
