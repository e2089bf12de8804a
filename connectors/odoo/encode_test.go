package odoo

import (
	"bytes"
	"encoding/json"
	"io"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

// TestWriteJSON: what is written value by value is what encoding/json writes at once.
func TestWriteJSON(t *testing.T) {
	for _, v := range []any{
		nil, true, "", "plain", "ä \"quoted\" <b>\x00\n\u2028", 7, int64(-9007199254740993), 2.5, json.Number("12.50"),
		[]any{}, []any(nil), []any{1, nil, "x"}, []string{"a", "b"}, [][]string{{"a"}, {}}, []int64{1, 2}, []int64(nil),
		map[string]any(nil), map[string]any{"b": 1, "a": map[string]any{"ü": []map[string]any{{"x": false}}}}, map[string]int{"z": 1}, []bool{true},
	} {
		b, err := jsonBody(v)
		if err != nil {
			t.Fatalf("%#v: %v", v, err)
		}
		var got, want bytes.Buffer
		if err := b.write(&got); err != nil {
			t.Fatal(err)
		}
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(v); err != nil {
			t.Fatal(err)
		}
		if got.String() != strings.TrimSuffix(want.String(), "\n") || b.size != int64(got.Len()) {
			t.Errorf("%#v: %s with size %d, want %s", v, got.String(), b.size, want.String())
		}
	}
	if _, err := jsonBody(map[string]any{"x": make(chan int)}); err == nil {
		t.Error("a channel is written")
	}
}

// TestLargeBodyIsNotHeld: a file of 32 MiB goes onto the wire without a copy of it.
func TestLargeBodyIsNotHeld(t *testing.T) {
	file := strings.Repeat("A", 32<<20)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	b, err := jsonBody(map[string]any{"vals": map[string]any{"datas": file}})
	if err != nil {
		t.Fatal(err)
	}
	r := b.open()
	n, err := io.Copy(io.Discard, r)
	runtime.ReadMemStats(&after)
	if err != nil || n != b.size || n < 32<<20 {
		t.Fatalf("%d of %d bytes: %v", n, b.size, err)
	}
	if took := after.TotalAlloc - before.TotalAlloc; took > 8<<20 {
		t.Errorf("%d bytes were allocated for a body of %d", took, n)
	}
}

// TestReadJSON: the same values as decoding at once, and what breaks off is an error.
func TestReadJSON(t *testing.T) {
	for _, text := range []string{`null`, `false`, `"x"`, `12.50`, `[]`, `{}`, `[1, {"a": [2.0]}, "ü"]`, `{"ids": [1, 2], "messages": [], "x": null}`} {
		got, err := readJSON(jsonDecoder(strings.NewReader(text)))
		var want any
		dec := json.NewDecoder(strings.NewReader(text))
		dec.UseNumber()
		if bad := dec.Decode(&want); bad != nil || err != nil || !reflect.DeepEqual(got, normalise(want)) {
			t.Errorf("%s: %#v %v %v, want %#v", text, got, err, bad, want)
		}
		for i := 1; i < len(text) && text[0] != '1'; i++ {
			if v, err := readJSON(jsonDecoder(strings.NewReader(text[:i]))); err == nil {
				t.Errorf("%s: broken off it reads as %#v", text[:i], v)
			}
		}
	}
}
