package odoo

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strconv"
)

// bufferedBody is up to which size a request is built in memory once. A larger one, with a file in it say, is written
// twice: to count its bytes, which Odoo wants to know beforehand, and onto the wire. It is never held as a whole.
const bufferedBody = 1 << 20

// body is what a request carries.
type body struct {
	size  int64
	write func(io.Writer) error
}

// newBody makes a body of what write writes; it is called again whenever the body is sent.
func newBody(write func(io.Writer) error) (body, error) {
	m := &measure{}
	if err := write(m); err != nil {
		return body{}, err
	}
	if m.size > bufferedBody {
		return body{m.size, write}, nil
	}
	return bytesBody(m.kept.Bytes()), nil
}

func bytesBody(data []byte) body {
	return body{int64(len(data)), func(w io.Writer) error { _, err := w.Write(data); return err }}
}

// open starts writing the body; the reader is its other end.
func (b body) open() io.ReadCloser {
	r, w := io.Pipe()
	go func() { w.CloseWithError(b.write(w)) }() // ends with the body, or when the transport closes the reader
	return r
}

// measure counts what is written and keeps it as long as it is small.
type measure struct {
	size int64
	kept bytes.Buffer
}

func (m *measure) Write(p []byte) (int, error) {
	m.size += int64(len(p))
	if m.size > bufferedBody {
		m.kept = bytes.Buffer{}
		return len(p), nil
	}
	return m.kept.Write(p)
}

func jsonBody(v any) (body, error) {
	return newBody(func(w io.Writer) error {
		out := bufio.NewWriterSize(w, 1<<15)
		if err := writeJSON(out, v); err != nil {
			return err
		}
		return out.Flush()
	})
}

// writeJSON writes what calls are made of value by value, with sorted keys; encoding/json would build the whole first.
func writeJSON(w *bufio.Writer, v any) error {
	switch v := v.(type) {
	case map[string]any:
		return writeObject(w, v)
	case []any:
		return writeArray(w, v, writeJSON)
	case []map[string]any:
		return writeArray(w, v, writeObject)
	case [][]string:
		return writeArray(w, v, func(w *bufio.Writer, row []string) error { return writeArray(w, row, writeText) })
	case []string:
		return writeArray(w, v, writeText)
	case []int64:
		return writeArray(w, v, put64)
	case string:
		return writeText(w, v)
	case int64:
		return put64(w, v)
	case int:
		return put64(w, int64(v))
	}
	return marshal(w, v)
}

func writeObject(w *bufio.Writer, m map[string]any) error {
	if m == nil {
		_, err := w.WriteString("null")
		return err
	}
	_ = w.WriteByte('{') // a bufio.Writer keeps its error for Flush
	for i, k := range slices.Sorted(maps.Keys(m)) {
		if i > 0 {
			_ = w.WriteByte(',')
		}
		if err := writeText(w, k); err != nil {
			return err
		}
		_ = w.WriteByte(':')
		if err := writeJSON(w, m[k]); err != nil {
			return err
		}
	}
	return w.WriteByte('}')
}

func writeArray[T any](w *bufio.Writer, list []T, one func(*bufio.Writer, T) error) error {
	if list == nil {
		_, err := w.WriteString("null")
		return err
	}
	_ = w.WriteByte('[')
	for i, v := range list {
		if i > 0 {
			_ = w.WriteByte(',')
		}
		if err := one(w, v); err != nil {
			return err
		}
	}
	return w.WriteByte(']')
}

func writeText(w *bufio.Writer, s string) error {
	if !plainText(s) {
		return marshal(w, s)
	}
	_ = w.WriteByte('"')
	_, _ = w.WriteString(s)
	return w.WriteByte('"')
}

// plainText reports whether a text needs no escaping: base64 and most other texts.
func plainText(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c > 0x7e || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

func put64(w *bufio.Writer, n int64) error {
	_, err := w.Write(strconv.AppendInt(w.AvailableBuffer(), n, 10))
	return err
}

func marshal(w *bufio.Writer, v any) error {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(bytes.TrimSuffix(buf.Bytes(), []byte("\n")))
	return err
}
