package load

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"image"
	_ "image/gif"  // the formats that Odoo resizes
	_ "image/jpeg" // and keeps
	_ "image/png"

	"github.com/odoo-migrate/odoo-migrate/record"
)

// resized reports whether other bytes than were sent are what Odoo's image fields make of large pictures: the same
// picture, made smaller (odoo/tools/image.py, image_process). That is declared, not a difference: the digest of what is
// kept stands beside that of the file from then on, so that a later change shows all the same.
func (st *step) resized(ctx context.Context, e *edit, field string, now record.Value) (bool, error) {
	want := e.Get(field)
	if want.Kind() != record.File || now.IsNull() {
		return false, nil
	}
	sent, err := st.content(ctx, want)
	if err != nil {
		return false, nil //nolint:nilerr // a file that went away since it was sent proves nothing
	}
	raw, err := st.wholeFile(ctx, e.entry.DBID, field)
	if err != nil {
		return false, err
	}
	text, _ := raw.(string)
	kept, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return false, fmt.Errorf("%s: %w", field, err)
	}
	was, is, ok := smaller(sent, kept)
	if !ok {
		return false, nil
	}
	f := want.File()
	f.Kept = now.File().Hash
	e.Values[e.Layout.Index(field)] = record.FileValue(f)
	note := st.finding(e.Item, "odoo.resizes", "Odoo made pictures smaller, as it does with those that are larger than its field")
	note.Severity, note.Column, note.Raw = record.Note, field, fmt.Sprintf("%s: %s to %s", f.Path, was, is)
	return true, st.Ledger.AddFindings(ctx, st.RunID, []record.Finding{note})
}

// smaller tells whether one picture is another, made smaller or saved anew; it may have been turned upright.
func smaller(sent, kept []byte) (was, is image.Point, ok bool) {
	a, _, errA := image.DecodeConfig(bytes.NewReader(sent))
	b, _, errB := image.DecodeConfig(bytes.NewReader(kept))
	was, is = image.Pt(a.Width, a.Height), image.Pt(b.Width, b.Height)
	if errA != nil || errB != nil || is.X*is.Y == 0 {
		return was, is, false
	}
	return was, is, scaled(was, is) || scaled(image.Pt(was.Y, was.X), is)
}

// scaled reports whether a side is at most a pixel off the other's, scaled.
func scaled(was, is image.Point) bool {
	if is.X > was.X || is.Y > was.Y {
		return false
	}
	off := was.X*is.Y - was.Y*is.X
	return max(off, -off) <= max(was.X, was.Y)
}
