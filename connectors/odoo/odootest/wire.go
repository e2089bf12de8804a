package odootest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxBody is Odoo's own limit of a request.
const maxBody = 128 << 20

// ServeHTTP answers /json/2, /jsonrpc, /xmlrpc/2/common and /xmlrpc/2/object; everything else is a page.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", s.opts.Now().UTC().Format(http.TimeFormat)) // as one clock with write_date
	switch {
	case r.Method == http.MethodPost && r.URL.Path == "/jsonrpc":
		s.serveJSON(w, r)
	case r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/xmlrpc/2/"):
		s.serveXML(w, r, strings.TrimPrefix(r.URL.Path, "/xmlrpc/2/"))
	case r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/json/2/"):
		s.serveJSON2(w, r)
	case r.Method == http.MethodGet && r.URL.Path == "/web/version":
		s.serveVersion(w)
	case r.URL.Path == "/":
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprintf(w, "<title>%s</title><p>This is a %s. It speaks /json/2, /jsonrpc and /xmlrpc/2.", s.Name(), s.Name()) // the client may be gone
	default:
		page(w, http.StatusNotFound, "Not Found")
	}
}

func page(w http.ResponseWriter, status int, title string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, "<html><head><title>%d %s</title></head><body><h1>%s</h1></body></html>", status, title, title) // the client may be gone
}

type answer func(v any, err error)

// run plays a call and the fault it meets.
func (s *Server) run(w http.ResponseWriter, r *http.Request, service, method string, args []any, reply answer) {
	model, called := service, method
	if c, err := readCall(method, args); service == "object" && err == nil {
		model, called = c.model, c.method
	}
	f := s.fault(model, called)
	if f == nil {
		reply(s.serve(service, method, args))
		return
	}
	if !wait(r.Context(), f.Delay) && f.Kind != LostReply {
		return // a caller who is gone before the call runs
	}
	switch f.Kind {
	case Dropped:
		panic(http.ErrAbortHandler)
	case Status:
		proxyPage(w, f)
	case LateStatus:
		_, _ = s.serve(service, method, args) // the point is that the answer does not arrive
		proxyPage(w, f)
	case LostReply:
		_, _ = s.serve(service, method, args) // the point is that the answer does not arrive
		panic(http.ErrAbortHandler)
	case Serialization:
		if called == "load" {
			reply(serializationMessages(rowsOf(args)), nil)
			return
		}
		reply(nil, serializationFault())
	default:
		reply(s.serve(service, method, args))
	}
}

func rowsOf(args []any) int {
	if len(args) > 5 {
		if a := positional(args[5]); len(a) > 1 {
			rows, _ := a[1].([]any)
			return len(rows)
		}
	}
	if len(args) > 6 {
		kw, _ := args[6].(map[string]any)
		rows, _ := kw["data"].([]any)
		return max(len(rows), 1)
	}
	return 1
}

func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func proxyPage(w http.ResponseWriter, f *Rule) {
	status := f.Status
	if status == 0 {
		status = http.StatusBadGateway
	}
	if f.Retry > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(f.Retry/time.Second)))
	}
	page(w, status, http.StatusText(status))
}

func (s *Server) serveJSON(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		page(w, http.StatusRequestEntityTooLarge, "Request Entity Too Large")
		return
	}
	var req struct {
		ID     any `json:"id"`
		Params struct {
			Service string          `json:"service"`
			Method  string          `json:"method"`
			Args    json.RawMessage `json:"args"`
		} `json:"params"`
	}
	if err := json.Unmarshal(body, &req); err != nil {
		page(w, http.StatusBadRequest, "Bad Request")
		return
	}
	dec := json.NewDecoder(strings.NewReader(string(req.Params.Args)))
	dec.UseNumber()
	var raw []any
	if err := dec.Decode(&raw); err != nil {
		page(w, http.StatusBadRequest, "Bad Request")
		return
	}
	args, _ := plain(raw).([]any)
	s.run(w, r, req.Params.Service, req.Params.Method, args, func(v any, err error) {
		out := map[string]any{"jsonrpc": "2.0", "id": req.ID}
		switch {
		case err != nil:
			out["error"] = jsonError(err)
		case v != nil: // a method that returns None is answered without a result
			out["result"] = v
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(out) // the client may be gone
	})
}

func jsonError(err error) map[string]any {
	x, ok := asException(err)
	if !ok {
		x = raise("builtins.Exception", "odootest/double.go", "double", "%s", err)
	}
	return map[string]any{"code": 0, "message": "Odoo Server Error", "data": map[string]any{
		"name": x.name, "message": x.message, "arguments": []any{x.message}, "context": map[string]any{}, "debug": x.traceback()}}
}
