package odoo

import (
	"bytes"
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

const userAgent = "odoo-migrate"

// post sends one request and returns the body of a 200 answer. Every other end is a fault that says whether the server
// can have seen the call.
func (c *Client) post(ctx context.Context, path, contentType string, body []byte) ([]byte, *Fault) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	var sent atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		// A request written only in part cannot be executed: its body is shorter than it says.
		WroteRequest: func(i httptrace.WroteRequestInfo) { sent.Store(i.Err == nil) },
	})
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.cfg.URL+path, bytes.NewReader(body))
	if err != nil {
		return nil, &Fault{Class: schema.FaultNotSent, Message: err.Error(), cause: err}
	}
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("User-Agent", userAgent)
	res, err := c.cfg.HTTP.Do(req)
	if err != nil {
		return nil, c.networkFault(err, sent.Load())
	}
	defer func() { _ = res.Body.Close() }() // everything of interest was read or failed to be
	data, err := io.ReadAll(res.Body)
	if err != nil {
		f := c.networkFault(err, true)
		f.Status = res.StatusCode
		return nil, f
	}
	if res.StatusCode != http.StatusOK {
		return nil, c.statusFault(res, data)
	}
	return data, nil
}

func (c *Client) networkFault(err error, sent bool) *Fault {
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
