package record_test

import (
	"testing"

	"github.com/odoo-migrate/odoo-migrate/record"
)

func TestFileValue(t *testing.T) {
	for _, want := range []record.FileRef{
		{Path: "photos/1.jpg"}, {Path: "a b=c/d e.jpg", Hash: "ab"}, {Path: "x", Hash: "ab", Kept: "cd"},
	} {
		v := record.FileValue(want)
		if got := v.File(); got != want || v.Kind() != record.File {
			t.Errorf("%+v became %q and then %+v", want, v.Text(), got)
		}
	}
	if got := record.TextValue("ab photos/1.jpg").File(); got != (record.FileRef{}) {
		t.Errorf("a text is no file: %+v", got)
	}
}
