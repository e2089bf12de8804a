package odoo_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo"
	"github.com/odoo-migrate/odoo-migrate/connectors/odoo/odootest"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// authority is a certificate authority of a test.
type authority struct {
	t    *testing.T
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t, dir: t.TempDir()}
	a.cert, a.key = a.sign("authority", &x509.Certificate{IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}, time.Now().Add(time.Hour))
	return a
}

// sign makes a certificate and writes name.pem and name.key.
func (a *authority) sign(name string, c *x509.Certificate, until time.Time) (*x509.Certificate, *ecdsa.PrivateKey) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	c.SerialNumber, c.Subject = big.NewInt(time.Now().UnixNano()), pkix.Name{CommonName: name}
	c.NotBefore, c.NotAfter = time.Now().Add(-2*time.Hour), until
	parent, signer := a.cert, a.key
	if parent == nil {
		parent, signer = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
	if err != nil {
		a.t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		a.t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{name + ".pem": {Type: "CERTIFICATE", Bytes: der}, name + ".key": {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(a.path(file), pem.EncodeToMemory(block), 0o600); err != nil {
			a.t.Fatal(err)
		}
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	return made, key
}

func (a *authority) path(file string) string { return filepath.Join(a.dir, file) }

// serve puts the double behind TLS.
func (a *authority) serve(s *odootest.Server, c *x509.Certificate, until time.Time, more func(*tls.Config)) string {
	a.t.Helper()
	c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	cert, key := a.sign("server", c, until)
	w := httptest.NewUnstartedServer(s)
	w.Config.ErrorLog = log.New(io.Discard, "", 0) // handshakes are meant to fail here
	w.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{cert.Raw}, PrivateKey: key}}}
	if more != nil {
		more(w.TLS)
	}
	w.StartTLS()
	a.t.Cleanup(w.Close)
	return w.URL
}

func localhost() *x509.Certificate {
	return &x509.Certificate{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
}

func TestTLS(t *testing.T) {
	a := newAuthority(t)
	s := start(t)
	soon := time.Now().Add(time.Hour)
	clients := x509.NewCertPool()
	clients.AddCert(a.cert)
	a.sign("client", &x509.Certificate{ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}, soon)
	good := a.serve(s, localhost(), soon, nil)
	mutual := a.serve(s, localhost(), soon, func(c *tls.Config) { c.ClientAuth, c.ClientCAs = tls.RequireAndVerifyClientCert, clients })
	if err := os.WriteFile(a.path("empty.pem"), []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	trust := odoo.TLS{CA: a.path("authority.pem")}
	both := odoo.TLS{CA: trust.CA, Cert: a.path("client.pem"), Key: a.path("client.key")}
	for _, x := range []struct {
		name, url string
		tls       odoo.TLS
		says      string // "" is a login
	}{
		{"the authority is named", good, trust, ""},
		{"the authority is not known", good, odoo.TLS{}, "authority that this machine does not know"},
		{"another name", a.serve(s, &x509.Certificate{DNSNames: []string{"odoo.example.com"}}, soon, nil), trust, "for another name"},
		{"expired", a.serve(s, localhost(), time.Now().Add(-time.Hour), nil), trust, "expired"},
		{"an old TLS", a.serve(s, localhost(), soon, func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 }), trust, "protocol version"},
		{"a client certificate", mutual, both, ""},
		{"no client certificate", mutual, trust, "certificate required"},
		{"no TLS there", strings.Replace(s.URL(), "http:", "https:", 1), trust, "does not speak TLS"},
		{"no such file", good, odoo.TLS{CA: a.path("absent.pem")}, "cannot be read"},
		{"no certificate in it", good, odoo.TLS{CA: a.path("empty.pem")}, "holds no certificate"},
		{"a key of another", good, odoo.TLS{Cert: a.path("client.pem"), Key: a.path("server.key")}, "cannot be used"},
	} {
		t.Run(x.name, func(t *testing.T) {
			config := s.Config()
			config.URL, config.TLS = x.url, x.tls
			c, err := odoo.Dial(context.Background(), config)
			if x.says == "" {
				if err != nil {
					t.Fatal(err)
				}
				if got := c.Connection(); !got.Encrypted || got.TLS != "TLS 1.3" || got.Expires.Sub(soon).Abs() > time.Minute || time.Since(got.Clock).Abs() > time.Minute {
					t.Errorf("connection %+v", got)
				}
				return
			}
			var advice *record.Advice
			if err == nil || !strings.Contains(err.Error(), x.says) || !errors.As(err, &advice) || advice.Remedy == "" {
				t.Errorf("%v, want an error with a remedy saying %q", err, x.says)
			}
		})
	}
}

// TestRedirectIsNotFollowed: a redirect to another address gets neither the call nor the secret.
func TestRedirectIsNotFollowed(t *testing.T) {
	reached := false
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	t.Cleanup(other.Close)
	first := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusPermanentRedirect))
	t.Cleanup(first.Close)
	_, err := odoo.Dial(context.Background(), odoo.Config{URL: first.URL, Database: "d", User: "u", Password: "p"})
	if err == nil || !strings.Contains(err.Error(), "redirects to "+other.URL) || reached {
		t.Errorf("%v; the other server was reached: %v", err, reached)
	}
}
