package odoo

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// shownPage is how much of an answer is kept to say what it is, where it is not what was asked for.
const shownPage = 1 << 16

// answer reads the body of an answer, remembers how it begins, and knows whether it broke off.
type answer struct {
	from  io.Reader
	start []byte
	err   error // of the network, not io.EOF
}

func (a *answer) Read(p []byte) (int, error) {
	n, err := a.from.Read(p)
	if room := shownPage - len(a.start); room > 0 {
		a.start = append(a.start, p[:min(n, room)]...)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		a.err = err
	}
	return n, err
}

// readJSON reads one value. The elements of an array and the members of an object are decoded one by one as they arrive,
// so that an answer of a hundred thousand records is never in memory as text.
func readJSON(dec *json.Decoder) (any, error) {
	t, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch t {
	case json.Delim('['):
		return readArray(dec)
	case json.Delim('{'):
		return readObject(dec)
	}
	return normalise(t), nil
}

func readArray(dec *json.Decoder) (any, error) {
	out := []any{}
	for dec.More() {
		var v any
		if err := dec.Decode(&v); err != nil {
			return nil, err
		}
		out = append(out, normalise(v))
	}
	_, err := dec.Token()
	return out, err
}

func readObject(dec *json.Decoder) (any, error) {
	out := map[string]any{}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, err
		}
		var v any
		if err := dec.Decode(&v); err != nil {
			return nil, err
		}
		out[fmt.Sprint(key)] = normalise(v)
	}
	_, err := dec.Token()
	return out, err
}

// jsonDecoder reads numbers as they are written.
func jsonDecoder(r io.Reader) *json.Decoder {
	dec := json.NewDecoder(r)
	dec.UseNumber()
	return dec
}
