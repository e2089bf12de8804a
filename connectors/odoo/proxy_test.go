package odoo_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// proxy stands in front of the double as nginx does in front of Odoo, and misbehaves on demand. What it does to one
// request is decided by its plan, which gets the body.
type proxy struct {
	*httptest.Server
	mu    sync.Mutex
	plan  func(w http.ResponseWriter, body []byte, pass func()) // nil passes everything on
	seen  []int                                                 // sizes of the bodies
	agent string
}

func inFront(t *testing.T, target string) *proxy {
	t.Helper()
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{}
	on := httputil.NewSingleHostReverseProxy(u)
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the client is gone
		}
		p.mu.Lock()
		p.seen, p.agent = append(p.seen, len(body)), r.UserAgent()
		plan := p.plan
		p.mu.Unlock()
		pass := func() {
			r.Body = io.NopCloser(bytes.NewReader(body))
			on.ServeHTTP(w, r)
		}
		if plan == nil {
			pass()
			return
		}
		plan(w, body, pass)
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *proxy) set(plan func(http.ResponseWriter, []byte, func())) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.plan, p.seen = plan, nil
}

func (p *proxy) sizes() []int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seen
}

func nginx(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, "<html>\r\n<head><title>%d %s</title></head>\r\n<body>\r\n<center><h1>%d</h1></center>\r\n<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n", status, http.StatusText(status), status) // the client may be gone
}

// atMost is a proxy with a limit of requests.
func atMost(limit int) func(http.ResponseWriter, []byte, func()) {
	return func(w http.ResponseWriter, body []byte, pass func()) {
		if len(body) > limit {
			nginx(w, http.StatusRequestEntityTooLarge)
			return
		}
		pass()
	}
}

func partnersOf(size int) []map[string]any {
	return []map[string]any{{"name": "Large", "comment": strings.Repeat("x", size)}}
}

// TestProxyFaults plays what a proxy does to one call, and asks for the class, the words, and whether the record is there.
func TestProxyFaults(t *testing.T) {
	status := func(code int) func(http.ResponseWriter, []byte, func()) {
		return func(w http.ResponseWriter, _ []byte, _ func()) { nginx(w, code) }
	}
	for _, x := range []struct {
		name    string
		plan    func(http.ResponseWriter, []byte, func())
		class   schema.FaultClass
		unknown bool
		says    string
	}{
		{"502", status(502), schema.FaultUnavailable, true, `HTTP 502 "502 Bad Gateway"`},
		{"503", status(503), schema.FaultUnavailable, true, "HTTP 503"},
		{"504", status(504), schema.FaultUnavailable, true, "HTTP 504"},
		{"500 of the proxy", status(500), schema.FaultProtocol, true, `HTTP 500 "500 Internal Server Error"`},
		{"403 of the proxy", status(403), schema.FaultAuthentication, false, "before Odoo sees it"},
		{"429", func(w http.ResponseWriter, _ []byte, _ func()) { w.Header().Set("Retry-After", "9"); nginx(w, 429) }, schema.FaultRateLimit, false, "fewer"},
		{"a page with status 200", func(w http.ResponseWriter, _ []byte, _ func()) {
			_, _ = io.WriteString(w, "<html><title>Down for maintenance</title></html>")
		}, schema.FaultProtocol, true, "Down for maintenance"},
		{"half an answer", func(w http.ResponseWriter, _ []byte, _ func()) {
			w.Header().Set("Content-Length", "5000")
			_, _ = io.WriteString(w, `{"jsonrpc": "2.0", "id": 1, "result": [1, `)
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}, schema.FaultLostReply, true, "was lost"},
		{"closed without an answer", func(http.ResponseWriter, []byte, func()) { panic(http.ErrAbortHandler) }, schema.FaultLostReply, true, "was lost"},
	} {
		for _, protocol := range all {
			t.Run(x.name+" "+protocol, func(t *testing.T) {
				s := start(t)
				p := inFront(t, s.URL())
				config := s.Config()
				config.URL, config.Protocol, config.APIKey = p.URL, protocol, s.Key("admin")
				c := dial(t, config)
				before := s.Count("res.partner")
				p.set(x.plan)
				_, err := c.Create(context.Background(), "res.partner", partnersOf(10))
				f, ok := odoo.AsFault(err)
				if !ok || f.Class != x.class || f.Class.Unknown() != x.unknown || !strings.Contains(f.Error(), x.says) {
					t.Fatalf("error %v (%+v), want class %s saying %q", err, f, x.class, x.says)
				}
				if strings.ContainsAny(f.Error(), "\n<") {
					t.Errorf("error %q is not one clean line", f.Error())
				}
				if x.class == schema.FaultRateLimit && f.RetryAfter != 9*time.Second {
					t.Errorf("retry after %s, want 9s", f.RetryAfter)
				}
				if n := len(p.sizes()); n != 1 {
					t.Errorf("the call was sent %d times; one that changes state is sent once", n)
				}
				if s.Count("res.partner") != before {
					t.Error("the record is there")
				}
			})
		}
	}
}

// TestBodyLimitIsLearnt: after one 413 nothing as large is sent any more, and what is smaller still goes through.
func TestBodyLimitIsLearnt(t *testing.T) {
	for _, protocol := range all {
		t.Run(protocol, func(t *testing.T) {
			s := start(t)
			p := inFront(t, s.URL())
			config := s.Config()
			config.URL, config.Protocol, config.APIKey = p.URL, protocol, s.Key("admin")
			c := dial(t, config)
			p.set(atMost(100_000))
			_, err := c.Create(context.Background(), "res.partner", partnersOf(150_000))
			f, ok := odoo.AsFault(err)
			if !ok || f.Class != schema.FaultTooLarge || f.Size < 150_000 || f.Limit != f.Size-1 || c.BodyLimit() != f.Limit {
				t.Fatalf("%v: %+v; limit %d", err, f, c.BodyLimit())
			}
			_, err = c.Create(context.Background(), "res.partner", partnersOf(160_000))
			if f, _ = odoo.AsFault(err); odoo.ClassOf(err) != schema.FaultTooLarge || f.Code != "limit" || len(p.sizes()) != 1 {
				t.Errorf("%v: %d requests reached the proxy, want the second one kept back", err, len(p.sizes()))
			}
			if _, err := c.Create(context.Background(), "res.partner", partnersOf(50_000)); err != nil {
				t.Errorf("a smaller one: %v", err)
			}
			taken, refused, err := c.ProbeBody(context.Background(), 1<<20)
			if err != nil || !refused || taken > 100_000 || taken < 90_000 {
				t.Errorf("probed %d, refused %v, %v; the proxy takes 100,000", taken, refused, err)
			}
		})
	}
}

// TestEveryCallTooLarge: a 413 to a small request is not about the records in it.
func TestEveryCallTooLarge(t *testing.T) {
	s := start(t)
	p := inFront(t, s.URL())
	config := s.Config()
	config.URL = p.URL
	c := dial(t, config)
	p.set(atMost(0))
	_, err := c.Create(context.Background(), "res.partner", partnersOf(10))
	if odoo.ClassOf(err) != schema.FaultProtocol || !strings.Contains(err.Error(), "not about the records") || c.BodyLimit() != 0 {
		t.Errorf("%v of class %s, limit %d", err, odoo.ClassOf(err), c.BodyLimit())
	}
}

func TestBodyLimitIsSet(t *testing.T) {
	s := start(t)
	p := inFront(t, s.URL())
	config := s.Config()
	config.URL, config.BodyLimit = p.URL, 20_000
	c := dial(t, config)
	p.set(nil)
	_, err := c.Create(context.Background(), "res.partner", partnersOf(30_000))
	if f, ok := odoo.AsFault(err); !ok || f.Class != schema.FaultTooLarge || f.Limit != 20_000 || len(p.sizes()) != 0 {
		t.Errorf("%v; %d requests were sent", err, len(p.sizes()))
	}
}

// TestLargeBodyIsWhole: a body above what is kept in memory is written twice, and must be the same both times.
func TestLargeBodyIsWhole(t *testing.T) {
	for _, protocol := range all {
		t.Run(protocol, func(t *testing.T) {
			s := start(t)
			config := s.Config()
			config.Protocol, config.APIKey = protocol, s.Key("admin")
			c := dial(t, config)
			text := strings.Repeat(`ä "quoted" \ <b> `+"\n", 200_000)
			ids, err := c.Create(context.Background(), "res.partner", []map[string]any{{"name": "Large", "ref": text}})
			if err != nil {
				t.Fatal(err)
			}
			rows, err := c.Read(context.Background(), "res.partner", ids, []string{"ref"})
			if err != nil || len(rows) != 1 || rows[0]["ref"] != text {
				t.Errorf("%v: the text came back changed", err)
			}
		})
	}
}

// TestUserAgent: the program says who it is.
func TestUserAgent(t *testing.T) {
	s := start(t)
	p := inFront(t, s.URL())
	config := s.Config()
	config.URL, config.Program = p.URL, "1.2.3"
	dial(t, config)
	if want := "odoo-migrate/1.2.3 (+https://github.com/odoo-migrate/odoo-migrate)"; p.agent != want {
		t.Errorf("user agent %q, want %q", p.agent, want)
	}
}

// TestGoesThroughTheProxy: a forward proxy of the configuration sees the calls; none goes past the environment's.
func TestGoesThroughTheProxy(t *testing.T) {
	s := start(t)
	asked := 0
	forward := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		r.RequestURI = ""
		res, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			nginx(w, 502)
			return
		}
		defer res.Body.Close()
		w.WriteHeader(res.StatusCode)
		_, _ = io.Copy(w, res.Body) // the client may be gone
	}))
	t.Cleanup(forward.Close)
	config := s.Config()
	config.Proxy = forward.URL
	dial(t, config)
	if asked == 0 {
		t.Error("the proxy was not asked")
	}
	config.Proxy = "proxy.example.com"
	if _, err := odoo.Dial(context.Background(), config); err == nil || !strings.Contains(err.Error(), "is not a URL") {
		t.Errorf("a proxy without a scheme: %v", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	config.Proxy = "http://" + l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := odoo.Dial(context.Background(), config); odoo.ClassOf(err) != schema.FaultNotSent {
		t.Errorf("a proxy that is down: %v", err)
	}
	config.Proxy = odoo.NoProxy
	dial(t, config)
}
