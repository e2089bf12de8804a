package xlsxfile

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/rawfile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// A workbook may unpack to this much, and one part that is no sheet to that much: such parts are held in memory.
const (
	maxUnpacked = 4 << 30
	maxPart     = 256 << 20
	// Deflate cannot do better than 1032 to 1; an entry that claims to is lying about its size.
	maxRatio = 1100
)

// checkParts reads every part of the archive once: excelize ignores checksums, reserves memory by the sizes an archive
// claims, and takes a sheet that breaks off for one that ends.
func checkParts(ctx context.Context, path string, content *rawfile.Content) error {
	if bytes.HasPrefix(content.Head, []byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1}) {
		return notZip(path, content.Head)
	}
	archive, err := zip.OpenReader(path)
	if err != nil {
		return damaged(path, err.Error())
	}
	defer archive.Close()
	var total uint64
	for _, part := range archive.File {
		if strings.HasSuffix(part.Name, "/") {
			continue
		}
		size := part.UncompressedSize64
		total += size
		sheet := strings.HasPrefix(strings.ToLower(part.Name), "xl/worksheets/sheet") || strings.EqualFold(part.Name, "xl/sharedStrings.xml")
		if total > maxUnpacked || !sheet && size > maxPart || size > maxRatio*(part.CompressedSize64+1) {
			return record.Advise(fmt.Errorf("%s: %s unpacks to %d bytes, which no workbook of this size does: %w", path, part.Name, size,
				connectors.ErrDamaged), "Check where this file comes from; it looks like a zip bomb.")
		}
		if err := checkPart(ctx, path, part); err != nil {
			return err
		}
	}
	return nil
}

func checkPart(ctx context.Context, path string, part *zip.File) error {
	r, err := part.Open()
	if err != nil {
		return damaged(path, part.Name+": "+err.Error())
	}
	defer r.Close()
	var tail tail
	if err := drain(ctx, r, &tail); err != nil {
		if ctxErr := ctx.Err(); ctxErr != nil {
			return ctxErr
		}
		return damaged(path, part.Name+": "+strings.TrimPrefix(err.Error(), "zip: "))
	}
	name := strings.ToLower(part.Name)
	if !strings.HasPrefix(name, "xl/worksheets/") || !strings.HasSuffix(name, ".xml") {
		return nil
	}
	if !tail.closes("worksheet") {
		return damaged(path, part.Name+" is cut off")
	}
	if tail.unstyled && part.UncompressedSize64 > excelize.StreamChunkSize {
		return damaged(path, part.Name+" has cells with an empty style number")
	}
	return nil
}

var emptyStyle = regexp.MustCompile(`(<(?:\w+:)?c\s[^<>]*?)\ss=""`)

// mendStyles takes empty style numbers out of the sheets that are held in memory. excelize loses such cells without a
// word; in the larger sheets, which it keeps in files of its own, checkPart refuses them.
func mendStyles(book *excelize.File) {
	book.Pkg.Range(func(name, content any) bool {
		text, ok := content.([]byte)
		if ok && strings.HasPrefix(fmt.Sprint(name), "xl/worksheets/") && bytes.Contains(text, []byte(noStyle)) {
			book.Pkg.Store(name, emptyStyle.ReplaceAll(text, []byte("$1")))
		}
		return true
	})
}

const noStyle = ` s=""`

func drain(ctx context.Context, r io.Reader, w io.Writer) error {
	buf := make([]byte, 256<<10)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := r.Read(buf)
		if _, werr := w.Write(buf[:n]); werr != nil {
			return werr
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// tail keeps the last bytes that were written to it, and whether an empty style number was among all of them.
type tail struct {
	last     []byte
	unstyled bool
}

func (t *tail) Write(p []byte) (int, error) {
	const keep = 4 << 10
	border := append(bytes.Clone(t.last[max(0, len(t.last)-len(noStyle)):]), p[:min(len(noStyle), len(p))]...)
	t.unstyled = t.unstyled || bytes.Contains(p, []byte(noStyle)) || bytes.Contains(border, []byte(noStyle))
	t.last = append(t.last, p[max(0, len(p)-keep):]...)
	if len(t.last) > keep {
		t.last = append(t.last[:0], t.last[len(t.last)-keep:]...)
	}
	return len(p), nil
}

// closes reports whether the text ends with the end of the element, or is the empty element, whatever its prefix.
func (t *tail) closes(element string) bool {
	text := string(bytes.ReplaceAll(t.last, []byte{0}, nil)) // UTF-16, too
	i := strings.LastIndexByte(text, '<')
	return i >= 0 && strings.Contains(text[i:], element) && (strings.HasPrefix(text[i:], "</") || strings.Contains(text[i:], "/>"))
}

// notZip tells the two kinds of OLE file apart that carry a workbook.
func notZip(path string, head []byte) error {
	var name []byte
	for _, u := range utf16.Encode([]rune("EncryptedPackage")) {
		name = append(name, byte(u), byte(u>>8))
	}
	if bytes.Contains(head, name) || bytes.Contains(lastBytes(path), name) {
		return record.Advise(fmt.Errorf("%s: %w", path, connectors.ErrEncrypted), "Save the workbook without its password.")
	}
	return record.Advise(fmt.Errorf("%s is a workbook of Excel 97-2003 (.xls): %w", path, connectors.ErrUnsupported),
		"Save it as .xlsx.")
}

// lastBytes reads the end of an OLE file, where its folder may stand; nothing on any error.
func lastBytes(path string) []byte {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil
	}
	buf := make([]byte, min(info.Size(), 1<<20))
	n, _ := f.ReadAt(buf, info.Size()-int64(len(buf)))
	return buf[:n]
}
