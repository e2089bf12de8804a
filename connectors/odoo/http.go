package odoo

import (
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// smallBody is a size in bytes that every server takes: a 413 to less is a proxy that refuses everything.
const smallBody = 8 << 10

// codeTLS marks faults of certificates and handshakes.
const codeTLS = "tls"

// exchange sends one request and reads its answer. Every other end than a good answer is a fault that says whether the
// server can have seen the call.
func (c *Client) exchange(ctx context.Context, r request) (any, *Fault) {
	if limit := c.limits.body(); limit > 0 && r.body.size > limit {
		return nil, tooLarge(r.body.size, limit)
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	var sent atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		// A request written only in part cannot be executed: its body is shorter than it says.
		WroteRequest: func(i httptrace.WroteRequestInfo) { sent.Store(i.Err == nil) },
	})
	req, err := c.request(ctx, r)
	if err != nil {
		return nil, &Fault{Class: schema.FaultNotSent, Message: err.Error(), cause: err}
	}
	res, err := c.cfg.HTTP.Do(req)
	if err != nil {
		return nil, c.networkFault(ctx, err, sent.Load())
	}
	c.seen.look(res)
	defer func() { _ = res.Body.Close() }() // everything of interest was read or failed to be
	a := &answer{from: res.Body}
	if res.StatusCode != http.StatusOK {
		return nil, c.refusal(ctx, res, a, r)
	}
	v, f := r.read(a)
	if a.err == nil {
		drain(a)
	}
	if a.err != nil {
		f = c.networkFault(ctx, a.err, true)
		f.Status = res.StatusCode
		return nil, f
	}
	if f == nil {
		c.limits.took(r.body.size)
	}
	return v, f
}

func (c *Client) request(ctx context.Context, r request) (*http.Request, error) {
	method := r.method
	if method == "" {
		method = http.MethodPost
	}
	req, err := http.NewRequestWithContext(ctx, method, c.cfg.URL+r.path, nil)
	if err != nil {
		return nil, err
	}
	if r.body.size > 0 {
		req.Body, req.ContentLength = r.body.open(), r.body.size
		// Go sends it again only where nothing of it was written, on a connection that the server had closed.
		req.GetBody = func() (io.ReadCloser, error) { return r.body.open(), nil }
		req.Header.Set("Content-Type", r.mime)
	}
	for k, v := range r.header {
		req.Header[k] = v
	}
	req.Header.Set("User-Agent", c.cfg.userAgent())
	return req, nil
}

// refusal reads an answer with another status than 200.
func (c *Client) refusal(ctx context.Context, res *http.Response, a *answer, r request) *Fault {
	page, err := io.ReadAll(a)
	if err != nil {
		f := c.networkFault(ctx, err, true)
		f.Status = res.StatusCode
		return f
	}
	if r.refused != nil {
		if f, ok := r.refused(res.StatusCode, page); ok {
			return f
		}
	}
	f := c.statusFault(res, page)
	if f.Class != schema.FaultTooLarge {
		return f
	}
	f.Size = r.body.size
	if f.Size <= smallBody || f.Size <= c.limits.largest() {
		f.Class = schema.FaultProtocol
		f.Message = fmt.Sprintf("a proxy answers HTTP 413 to a request of %d bytes, which is not too large; it is not about the records in it", f.Size)
		return f
	}
	f.Limit = c.limits.refuse(f.Size)
	f.Message += fmt.Sprintf("; it had %d bytes", f.Size)
	return f
}

// jsonAnswer reads an answer that is one JSON value.
func (c *Client) jsonAnswer(a *answer) (any, *Fault) {
	v, err := readJSON(jsonDecoder(a))
	if err != nil {
		return nil, c.notOdoo(a)
	}
	return v, nil
}

// notOdoo says what answered instead of Odoo.
func (c *Client) notOdoo(a *answer) *Fault {
	drain(a)
	return protocolFault(200, "%s is no Odoo server; it answers %q", c.cfg.URL, pageText(a.start))
}

func (c *Client) networkFault(ctx context.Context, err error, sent bool) *Fault {
	if over := ctx.Err(); over != nil {
		err = over // whose end closes the connection: a read of it may fail with that instead
	}
	var ue *url.Error
	if errors.As(err, &ue) {
		err = ue.Err // without method and URL: the message names the server itself
	}
	f := &Fault{cause: err, Code: "network"}
	timeout := errors.Is(err, context.DeadlineExceeded)
	switch {
	case !sent:
		f.Class = schema.FaultNotSent
	case timeout:
		f.Class = schema.FaultTimeout
	default:
		f.Class = schema.FaultLostReply
	}
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns):
		f.Message = fmt.Sprintf("there is no server named %s", dns.Name)
	case badCertificate(err) != "":
		f.Code, f.Message = codeTLS, fmt.Sprintf("no safe connection to %s: %s", c.cfg.URL, badCertificate(err))
	case errors.Is(err, syscall.ECONNREFUSED):
		f.Message = "nothing listens at " + c.cfg.URL
	case timeout && sent:
		f.Message = fmt.Sprintf("no answer from %s within %s; the call may still be running there", c.cfg.URL, c.cfg.Timeout)
	case timeout:
		f.Message = fmt.Sprintf("no connection to %s within %s", c.cfg.URL, c.cfg.Timeout)
	case sent:
		f.Message = fmt.Sprintf("the answer of %s was lost (%s)", c.cfg.URL, plainly(err))
	default:
		f.Message = fmt.Sprintf("no connection to %s (%s)", c.cfg.URL, plainly(err))
	}
	return f
}

// plainly says of a network's error what a person needs to know of it.
func plainly(err error) string {
	var errno syscall.Errno
	switch {
	case errors.Is(err, context.Canceled):
		return "the call was cancelled"
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return "the server closed the connection"
	case errors.As(err, &errno):
		return errno.Error() // without what was dialled: the message names the server itself
	}
	return err.Error()
}

func (c *Client) statusFault(res *http.Response, body []byte) *Fault {
	f := &Fault{Status: res.StatusCode, Code: "http:" + strconv.Itoa(res.StatusCode), RetryAfter: retryAfter(res.Header.Get("Retry-After"))}
	page := pageText(body)
	switch res.StatusCode {
	case http.StatusRequestEntityTooLarge:
		f.Class, f.Message = schema.FaultTooLarge, "the request is too large for the server or the proxy in front of it"
	case http.StatusTooManyRequests:
		f.Class, f.Message = schema.FaultRateLimit, "the server asks for fewer calls"
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		f.Class, f.Message = schema.FaultUnavailable, "the proxy in front of Odoo got no answer from it"
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusProxyAuthRequired:
		f.Class, f.Message = schema.FaultAuthentication, "the server, or a proxy in front of it, refuses the request before Odoo sees it"
	default:
		f.Class, f.Message = schema.FaultProtocol, c.cfg.URL+" is no Odoo server"
		if to := res.Header.Get("Location"); to != "" && res.StatusCode/100 == 3 {
			f.Message = fmt.Sprintf("%s redirects to %s", c.cfg.URL, to)
		}
	}
	f.Message += fmt.Sprintf(": HTTP %d", res.StatusCode)
	if page != "" {
		f.Message += fmt.Sprintf(" %q", page)
	}
	return f
}

func retryAfter(v string) time.Duration {
	if n, err := strconv.Atoi(strings.TrimSpace(v)); err == nil && n > 0 {
		return time.Duration(n) * time.Second
	}
	if t, err := http.ParseTime(v); err == nil {
		if d := time.Until(t); d > 0 {
			return d
		}
	}
	return 0
}

var (
	titleTag = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title>`)
	anyTag   = regexp.MustCompile(`(?s)<[^>]*>`)
)

// pageText is what a proxy's error page says in at most 120 characters: its title, or else its text.
func pageText(body []byte) string {
	if len(body) > 1<<16 {
		body = body[:1<<16]
	}
	text := string(body)
	if m := titleTag.FindStringSubmatch(text); m != nil {
		text = m[1]
	}
	text = strings.Join(strings.Fields(html.UnescapeString(anyTag.ReplaceAllString(text, " "))), " ")
	if r := []rune(text); len(r) > 120 {
		text = string(r[:120]) + "…"
	}
	return text
}
