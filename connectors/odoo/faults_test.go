package odoo_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/odoo-migrate/odoo-migrate/connectors/odoo"
	"github.com/odoo-migrate/odoo-migrate/connectors/odoo/odootest"
	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

func start(t *testing.T) *odootest.Server {
	t.Helper()
	s := odootest.New(odootest.Options{})
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // the test is over
	return s
}

func dial(t *testing.T, config odoo.Config) *odoo.Client {
	t.Helper()
	c, err := odoo.Dial(context.Background(), config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var all = []string{odoo.JSON2, odoo.JSONRPC, odoo.XMLRPC}

// TestNetworkFaults plays what happens between client and server, and asks for three things: the class, whether the
// outcome is unknown, and whether the record is there.
func TestNetworkFaults(t *testing.T) {
	for _, x := range []struct {
		name    string
		rule    odootest.Rule
		timeout time.Duration
		class   schema.FaultClass
		stored  bool
		says    string
	}{
		{"lost reply", odootest.Rule{Kind: odootest.LostReply}, 0, schema.FaultLostReply, true, "was lost"},
		{"dropped", odootest.Rule{Kind: odootest.Dropped}, 0, schema.FaultLostReply, false, "was lost"},
		{"bad gateway", odootest.Rule{Kind: odootest.Status, Status: 502}, 0, schema.FaultUnavailable, false, "502"},
		{"gateway time-out after commit", odootest.Rule{Kind: odootest.LateStatus, Status: 504}, 0, schema.FaultUnavailable, true, "504"},
		{"too large", odootest.Rule{Kind: odootest.Status, Status: 413}, 0, schema.FaultTooLarge, false, "too large"},
		{"rate limit", odootest.Rule{Kind: odootest.Status, Status: 429, Retry: 7 * time.Second}, 0, schema.FaultRateLimit, false, "fewer"},
		{"time-out", odootest.Rule{Kind: odootest.Delay, Delay: 2 * time.Second}, 200 * time.Millisecond, schema.FaultTimeout, false, "may still be running"},
		{"serialization", odootest.Rule{Kind: odootest.Serialization}, 0, schema.FaultConcurrency, false, "serialize"},
	} {
		for _, protocol := range all {
			t.Run(x.name+" "+protocol, func(t *testing.T) {
				s := start(t)
				config := s.Config()
				config.Protocol, config.Timeout, config.APIKey = protocol, x.timeout, s.Key("admin")
				c := dial(t, config)
				before := s.Count("res.partner")
				x.rule.Model, x.rule.Method = "res.partner", "create"
				s.Inject(x.rule)
				_, err := c.Create(context.Background(), "res.partner", partnersOf(10_000))
				f, ok := odoo.AsFault(err)
				if !ok || f.Class != x.class || !strings.Contains(f.Error(), x.says) {
					t.Fatalf("error %v (%+v), want class %s saying %q", err, f, x.class, x.says)
				}
				if strings.ContainsAny(f.Error(), "\n<") {
					t.Errorf("error %q is not one clean line", f.Error())
				}
				if x.rule.Retry > 0 && f.RetryAfter != x.rule.Retry {
					t.Errorf("retry after %s, want %s", f.RetryAfter, x.rule.Retry)
				}
				if got := s.Count("res.partner") - before; (got == 1) != x.stored {
					t.Errorf("%d records stored, want stored: %v", got, x.stored)
				}
				if x.stored && !f.Class.Unknown() {
					t.Errorf("class %s does not say that the outcome is unknown", f.Class)
				}
				if n := s.Calls("res.partner", "create"); n != 1 {
					t.Errorf("create was sent %d times; a call that changes state is sent once", n)
				}
			})
		}
	}
}

func TestReadsAreRetried(t *testing.T) {
	s := start(t)
	var waits []time.Duration
	var total time.Duration
	policy := odoo.Policy{Total: time.Minute, Sleep: func(_ context.Context, d time.Duration) error {
		waits, total = append(waits, d), total+d
		return nil
	}}
	c := dial(t, s.Config()).Retrying(policy)
	s.Inject(odootest.Rule{Method: "search_count", Kind: odootest.Status, Status: 429, Retry: 5 * time.Second},
		odootest.Rule{Method: "search_count", Kind: odootest.Dropped, Nth: 2}, odootest.Rule{Method: "search_count", Kind: odootest.Serialization, Nth: 3})
	n, err := c.Count(context.Background(), "res.country", nil)
	if err != nil || n < 200 {
		t.Fatalf("count %d %v, want the third repetition's answer", n, err)
	}
	if s.Calls("res.country", "search_count") != 4 || len(waits) != 3 || waits[0] < 5*time.Second {
		t.Errorf("%d calls with waits %v, want 4, the first wait as long as Retry-After", s.Calls("res.country", "search_count"), waits)
	}
	if _, err := c.Read(context.Background(), "res.country", []int64{1}, []string{"nosuchfield"}); err == nil {
		t.Error("no error for an unknown field")
	}
	if n := s.Calls("res.country", "read"); n != 1 {
		t.Errorf("a call that cannot succeed was sent %d times", n)
	}
}

func TestCancelledWhileWaiting(t *testing.T) {
	s := start(t)
	c := dial(t, s.Config())
	s.Inject(odootest.Rule{Method: "create", Kind: odootest.Delay, Delay: 5 * time.Second})
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	_, err := c.Create(ctx, "res.partner", []map[string]any{{"name": "x"}})
	if !errors.Is(err, context.DeadlineExceeded) || !odoo.ClassOf(err).Unknown() {
		t.Errorf("error %v of class %s, want the context's, with an unknown outcome", err, odoo.ClassOf(err))
	}
	cancelled, stop := context.WithCancel(context.Background())
	stop()
	_, err = c.Create(cancelled, "res.partner", []map[string]any{{"name": "x"}})
	if odoo.ClassOf(err) != schema.FaultNotSent || !errors.Is(err, context.Canceled) {
		t.Errorf("error %v of class %s, want not sent", err, odoo.ClassOf(err))
	}
}

// TestLoadConcurrency: a serialization failure on innocent rows is a fault of the batch, never bad rows.
// closing is a transport whose answers are closed by a cancellation while they are read, as the end of a context does it.
type closing struct{ cancel context.CancelFunc }

func (c *closing) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := http.DefaultTransport.RoundTrip(r)
	if err == nil && c.cancel != nil {
		_ = res.Body.Close() // nothing of it is wanted
		res.Body = io.NopCloser(iotest.ErrReader(net.ErrClosed))
		c.cancel()
	}
	return res, err
}

// TestCancelledWhileReading: what a cancelled call fails with is the cancellation, not the connection that it closed.
func TestCancelledWhileReading(t *testing.T) {
	for _, protocol := range all {
		s := start(t)
		config, transport := s.Config(), &closing{}
		config.Protocol, config.APIKey, config.HTTP = protocol, s.Key("admin"), &http.Client{Transport: transport}
		c := dial(t, config)
		var ctx context.Context
		ctx, transport.cancel = context.WithCancel(t.Context())
		if _, err := c.Count(ctx, "res.partner", nil); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", protocol, err)
		}
	}
}

func TestLoadConcurrency(t *testing.T) {
	s := start(t)
	c := dial(t, s.Config())
	s.Inject(odootest.Rule{Method: "load", Kind: odootest.Serialization})
	rows := [][]string{{"m.a", "A"}, {"m.b", "B"}}
	if _, err := c.Load(context.Background(), "res.partner", []string{"id", "name"}, rows); odoo.ClassOf(err) != schema.FaultConcurrency {
		t.Fatalf("error %v, want a concurrency fault", err)
	}
	res, err := c.Load(context.Background(), "res.partner", []string{"id", "name"}, rows)
	if err != nil || len(res.IDs) != 2 {
		t.Errorf("the second time: %+v %v", res, err)
	}
}

func TestDialFaults(t *testing.T) {
	web := func(status int, header, value, body string) string {
		w := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if header != "" {
				w.Header().Set(header, value)
			}
			w.WriteHeader(status)
			_, _ = fmt.Fprint(w, body) // the client may be gone
		}))
		t.Cleanup(w.Close)
		return w.URL
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	double := start(t)
	good := double.Config()
	for _, x := range []struct {
		name   string
		config odoo.Config
		class  schema.FaultClass
		says   string
	}{
		{"no URL", odoo.Config{Database: "d", User: "u", Password: "p"}, "", "is not a URL"},
		{"no scheme", odoo.Config{URL: "odoo.example.com", Database: "d", User: "u", Password: "p"}, "", "is not a URL"},
		{"password in the URL", odoo.Config{URL: "http://u:geheim@h", Database: "d", User: "u", Password: "p"}, "", "holds a password"},
		{"no database", odoo.Config{URL: closed, User: "u", Password: "p"}, "", "no database"},
		{"no password", odoo.Config{URL: closed, Database: "d", User: "u"}, "", "no password or API key"},
		{"odd protocol", odoo.Config{URL: closed, Database: "d", User: "u", Password: "p", Protocol: "soap"}, "", `"soap"`},
		{"nothing listens", odoo.Config{URL: closed, Database: "d", User: "u", Password: "p"}, schema.FaultNotSent, "nothing listens"},
		{"unknown host", odoo.Config{URL: "http://no-such-host.invalid", Database: "d", User: "u", Password: "p"}, schema.FaultNotSent, "no-such-host.invalid"},
		{"a web site", odoo.Config{URL: web(200, "", "", "<html><title>My shop</title>"), Database: "d", User: "u", Password: "p"}, schema.FaultProtocol, "My shop"},
		{"not found", odoo.Config{URL: web(404, "", "", "<title>404 Not Found</title>"), Database: "d", User: "u", Password: "p"}, schema.FaultProtocol, "404"},
		{"a redirect", odoo.Config{URL: web(301, "Location", "https://elsewhere/", ""), Database: "d", User: "u", Password: "p"}, schema.FaultProtocol, "redirects to https://elsewhere/"},
		{"a proxy", odoo.Config{URL: web(503, "", "", "<h1>Service Unavailable</h1>"), Database: "d", User: "u", Password: "p"}, schema.FaultUnavailable, "503"},
		{"a login page", odoo.Config{URL: web(401, "", "", ""), Database: "d", User: "u", Password: "p"}, schema.FaultAuthentication, "401"},
		{"wrong password", odoo.Config{URL: good.URL, Database: good.Database, User: "admin", Password: "x"}, schema.FaultAuthentication, `user "admin"`},
		{"unknown database", odoo.Config{URL: good.URL, Database: "nope", User: "admin", Password: "x"}, schema.FaultDatabase, `"nope"`},
		{"foreign company", odoo.Config{URL: good.URL, Database: good.Database, User: "admin", Password: "admin", Companies: []int64{9}}, schema.FaultAccess, "company 9"},
	} {
		for _, protocol := range append(all, odoo.Auto) {
			if x.config.Protocol != "" {
				protocol = x.config.Protocol
			}
			t.Run(x.name+" "+protocol, func(t *testing.T) {
				config := x.config
				config.Protocol, config.Timeout = protocol, 5*time.Second
				if protocol == odoo.JSON2 && config.Password != "" {
					config.APIKey = config.Password
					if config.Password == "admin" {
						config.APIKey = double.Key("admin")
					}
				}
				_, err := odoo.Dial(context.Background(), config)
				if err == nil || odoo.ClassOf(err) != x.class || !strings.Contains(err.Error(), x.says) {
					t.Fatalf("error %v of class %q, want %q saying %q", err, odoo.ClassOf(err), x.class, x.says)
				}
				var a *record.Advice
				if !errors.As(err, &a) || a.Remedy == "" {
					t.Errorf("error %v has no remedy", err)
				}
				if strings.Contains(err.Error(), "geheim") || strings.Contains(err.Error(), "\n") {
					t.Errorf("error %q shows a secret or has several lines", err)
				}
			})
		}
	}
}

func TestAutoFallsBackToXMLRPC(t *testing.T) {
	s := odootest.New(odootest.Options{})
	w := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/jsonrpc" {
			http.NotFound(w, r)
			return
		}
		s.ServeHTTP(w, r)
	}))
	t.Cleanup(w.Close)
	config := s.Config()
	config.URL = w.URL + "/"
	if c := dial(t, config); c.Protocol() != odoo.XMLRPC {
		t.Errorf("protocol %s, want xmlrpc", c.Protocol())
	}
}
