package odoo

import (
	"crypto/tls"
	"net/http"
	"sync"
	"time"
)

// Connection is what the answers told about the way to the server.
type Connection struct {
	Encrypted bool
	TLS       string    // "TLS 1.3"
	Expires   time.Time // the first certificate of the chain to do so
	Clock     time.Time // the server's, from its last answer
	At        time.Time // when that answer came, by this machine's clock
	Server    string    // how the server, or the proxy in front of it, calls itself
}

type seen struct {
	mu sync.Mutex
	Connection
}

func (s *seen) look(res *http.Response) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t, err := http.ParseTime(res.Header.Get("Date")); err == nil {
		s.Clock, s.At = t, time.Now()
	}
	s.Server = res.Header.Get("Server")
	if res.TLS == nil {
		return
	}
	s.Encrypted, s.TLS, s.Expires = true, tls.VersionName(res.TLS.Version), time.Time{}
	for _, c := range res.TLS.PeerCertificates {
		if s.Expires.IsZero() || c.NotAfter.Before(s.Expires) {
			s.Expires = c.NotAfter
		}
	}
}

// Connection returns what is known of it after at least one call.
func (c *Client) Connection() Connection {
	c.seen.mu.Lock()
	defer c.seen.mu.Unlock()
	return c.seen.Connection
}
