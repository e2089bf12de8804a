package checksum_test

import (
	"testing"

	"github.com/odoo-migrate/odoo-migrate/checksum"
	"github.com/odoo-migrate/odoo-migrate/record"
)

func TestFromHash(t *testing.T) {
	hash := checksum.Bytes([]byte("abc")).String()
	file := record.FileValue(record.FileRef{Path: "p/1.jpg", Hash: hash})
	kept := record.FileValue(record.FileRef{Path: "p/1.jpg", Hash: "ff", Kept: hash})
	text := record.NewValue(record.Binary, "YWJj")
	for _, c := range []struct {
		raw   any
		meant record.Value
		equal bool
	}{
		{hash, file, true}, {"00", file, false}, {false, file, false}, {nil, record.Value{}, true}, {hash, record.Value{}, false},
		{hash, kept, true}, {"ff", kept, true}, {hash, text, true}, {"00", text, false},
	} {
		got, err := checksum.FromHash(c.raw, c.meant)
		if err != nil || (got == c.meant) != c.equal {
			t.Errorf("Odoo's %v for %q: %q, %v; want them equal: %v", c.raw, c.meant.Text(), got.Text(), err, c.equal)
		}
	}
	if _, err := checksum.FromHash(12, file); err == nil {
		t.Error("a number is no digest")
	}
}

// The vector of docs/CHECKSUMS.md: where a file lies, and what Odoo made of it, is no part of the digest.
func TestDigestOfAFile(t *testing.T) {
	const want = "42b2d4e9e9b8c3644d455e9a6befa99b7a902d864c06a93088252a681313cd5e"
	for _, ref := range []record.FileRef{{Path: "photos/1.jpg"}, {Path: "elsewhere/2.jpg"}, {Path: "x", Kept: "00"}} {
		ref.Hash = checksum.Bytes([]byte("abc")).String()
		got := checksum.Fields("res.partner", "legacy.cust_1", []string{"image_1920", "name", "name@fr_FR"},
			[]record.Value{record.FileValue(ref), record.TextValue("Wood"), record.TextValue("Bois")})
		if got.String() != want {
			t.Errorf("%+v: %s", ref, got)
		}
	}
}
