package staging_test

import (
	"bytes"
	"errors"
	"reflect"
	"testing"

	"github.com/odoo-migrate/odoo-migrate/record/run"
	"github.com/odoo-migrate/odoo-migrate/staging"
	"github.com/odoo-migrate/odoo-migrate/staging/stagingtest"
)

func TestProjectKey(t *testing.T) {
	s := stagingtest.Open(t)
	key := must[[]byte](t)(s.ProjectKey(t.Context()))
	again := must[[]byte](t)(s.ProjectKey(t.Context()))
	if len(key) != 32 || !bytes.Equal(key, again) || bytes.Equal(key, make([]byte, 32)) {
		t.Errorf("%x and %x", key, again)
	}
}

// What a verification kept comes back by model and external id; the newest of a target pushes out earlier ones, of that
// target alone.
func TestVerified(t *testing.T) {
	s := stagingtest.Open(t)
	begin := func(target string) int64 {
		return must[run.Run](t)(s.StartRun(t.Context(), run.Run{Kind: "verify", Target: target})).ID
	}
	first, other, second := begin("a"), begin("b"), begin("a")
	if _, err := s.LastVerified(t.Context(), "a"); !errors.Is(err, staging.ErrNotFound) {
		t.Errorf("before any verification: %v", err)
	}
	in := []run.Verified{
		{Mapping: "p", Model: "res.partner", ExternalID: "m.b", DBID: 3, Class: "differs", Meant: [32]byte{1}, Have: [32]byte{2}, Fields: []run.Differing{{Field: "name", Want: "a", Have: "b"}}},
		{Mapping: "q", Model: "res.partner", ExternalID: "m.B", DBID: 4, Class: "missing", Meant: [32]byte{3}, Missing: true},
		{Mapping: "p", Model: "product.product", ExternalID: "m.z", DBID: 5, Class: "equal", Meant: [32]byte{4}, Have: [32]byte{4}},
	}
	for _, id := range []int64{first, other, second} {
		check(t, s.AddVerified(t.Context(), id, in))
	}
	check(t, s.ForgetVerified(t.Context(), second))
	check(t, s.AddVerified(t.Context(), second, in[:2]))
	check(t, s.AddVerified(t.Context(), second, in[2:]))
	if _, err := s.LastVerified(t.Context(), "a"); !errors.Is(err, staging.ErrNotFound) {
		t.Errorf("half a verification counts: %v", err)
	}
	check(t, s.KeepVerified(t.Context(), second))
	if last := must[run.Run](t)(s.LastVerified(t.Context(), "a")); last.ID != second {
		t.Errorf("run %d", last.ID)
	}
	in[0].Fields = nil
	for id, want := range map[int64][]run.Verified{first: nil, other: {in[2], in[1], in[0]}, second: {in[2], in[1], in[0]}} {
		var got []run.Verified
		for v, err := range s.Verified(t.Context(), id) {
			check(t, err)
			got = append(got, v)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("run %d: %+v", id, got)
		}
	}
}
