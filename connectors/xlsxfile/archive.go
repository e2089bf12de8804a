package xlsxfile

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"path"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// What a workbook may unpack to: the whole, one part that is held in memory, and the texts that cells share.
const (
	maxUnpacked = 8 << 30
	maxPart     = 256 << 20
	maxTexts    = 1 << 30
	// Deflate cannot do better than 1032 to 1; a part that claims to is lying about its size. Sheets of a million styled
	// empty cells reach 60 to 1.
	maxRatio    = 1100
	suspect     = 256 << 20 // a part larger than this must not be packed tighter than
	suspectRate = 250
)

// archive is the opened container of a workbook.
type archive struct {
	path  string
	zip   *zip.ReadCloser
	parts map[string]*zip.File // by name in small letters with plain slashes: some programs write "xl\Workbook.xml"
}

func openArchive(file string) (*archive, error) {
	z, err := zip.OpenReader(file)
	if err != nil {
		return nil, damaged(file, strings.TrimPrefix(err.Error(), "zip: "))
	}
	a := &archive{path: file, zip: z, parts: map[string]*zip.File{}}
	for _, f := range z.File {
		if !strings.HasSuffix(f.Name, "/") {
			a.parts[partName(f.Name)] = f
		}
	}
	return a, nil
}

func partName(name string) string {
	return strings.ToLower(strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(name, `\`, "/")), "/"))
}

func (a *archive) Close() error { return a.zip.Close() }

// checkSizes refuses what unpacks to more than a workbook can.
func (a *archive) checkSizes() error {
	var total uint64
	for _, f := range a.zip.File {
		size := f.UncompressedSize64
		total += size
		streamed := bytes.Contains([]byte(strings.ToLower(f.Name)), []byte("sheet")) || strings.HasSuffix(strings.ToLower(f.Name), "sharedstrings.xml")
		rate := size / (f.CompressedSize64 + 1)
		if total < size || total > maxUnpacked || !streamed && size > maxPart || rate > maxRatio || size > suspect && rate > suspectRate {
			return record.Advise(fmt.Errorf("%s: %s unpacks from %d to %d bytes, which no workbook does; it looks like a zip bomb: %w", a.path, f.Name,
				f.CompressedSize64, size, connectors.ErrDamaged), "Check where this file comes from. If it is sound, save the sheet as CSV and migrate that.")
		}
	}
	return nil
}

// checkRest reads the parts that nothing else reads to their end, because a workbook with one damaged part has often lost more.
func (a *archive) checkRest(ctx context.Context, read map[*zip.File]bool) error {
	for _, f := range a.zip.File {
		if read[f] || strings.HasSuffix(f.Name, "/") {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return a.damaged(f, err)
		}
		err = drain(ctx, r)
		_ = r.Close()
		if err := ctx.Err(); err != nil {
			return err
		}
		if err != nil {
			return a.damaged(f, err)
		}
	}
	return nil
}

func drain(ctx context.Context, r io.Reader) error {
	buf := make([]byte, 64<<10)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := r.Read(buf); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// damaged says which part of the workbook is damaged and how.
func (a *archive) damaged(f *zip.File, cause error) error {
	switch {
	case errors.Is(cause, zip.ErrChecksum):
		return damaged(a.path, "the checksum of "+f.Name+" does not match its content")
	case errors.Is(cause, zip.ErrFormat):
		return damaged(a.path, f.Name+" does not stand where the archive's directory says")
	case errors.Is(cause, zip.ErrAlgorithm):
		return damaged(a.path, f.Name+" is packed in a way that is not supported")
	case errors.Is(cause, io.ErrUnexpectedEOF):
		return damaged(a.path, f.Name+" breaks off")
	case errors.Is(cause, errDoctype):
		return record.Advise(fmt.Errorf("%s: %s: %w: %w", a.path, f.Name, cause, connectors.ErrDamaged), "Check where this file comes from.")
	}
	return damaged(a.path, f.Name+": "+strings.TrimPrefix(cause.Error(), "zip: "))
}

func damaged(file, cause string) error {
	return record.Advise(fmt.Errorf("%s: the workbook cannot be read: %s: %w", file, cause, connectors.ErrDamaged),
		"Open it in a spreadsheet program and save it again as .xlsx.")
}

// whole reads a part that is held in memory. It refuses a document type definition.
func (a *archive) whole(f *zip.File) ([]byte, error) {
	if f.UncompressedSize64 > maxPart {
		return nil, a.damaged(f, fmt.Errorf("%d bytes are too many for this part", f.UncompressedSize64))
	}
	r, err := f.Open()
	if err != nil {
		return nil, a.damaged(f, err)
	}
	defer r.Close()
	content, err := io.ReadAll(io.LimitReader(r, maxPart+1))
	if err != nil {
		return nil, a.damaged(f, err)
	}
	if len(content) == 0 {
		return content, nil
	}
	in, err := decode(bytes.NewReader(content))
	if err != nil {
		return nil, a.damaged(f, err)
	}
	if _, err := newLexer(in).next(); err != nil {
		return nil, a.damaged(f, cutOff(err))
	}
	return content, nil
}

// decode returns the UTF-8 of a part: byte order marks and the declared encoding are heeded.
func decode(in io.Reader) (io.Reader, error) {
	head := make([]byte, 256)
	n, err := io.ReadFull(in, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	head = head[:n]
	all := io.MultiReader(bytes.NewReader(head), in)
	switch {
	case bytes.HasPrefix(head, []byte("\xFF\xFE")), bytes.HasPrefix(head, []byte("\xFE\xFF")):
		return transform.NewReader(all, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder()), nil
	case bytes.HasPrefix(head, []byte("<\x00?")):
		return transform.NewReader(all, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder()), nil
	case bytes.HasPrefix(head, []byte("\x00<\x00?")):
		return transform.NewReader(all, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewDecoder()), nil
	}
	named, err := declared(head)
	if err != nil {
		return nil, err
	}
	if named == nil {
		return all, nil
	}
	return transform.NewReader(all, named.NewDecoder()), nil
}

// declared returns the encoding that the XML declaration names; nil for UTF-8.
func declared(head []byte) (encoding.Encoding, error) {
	head = bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF"))
	line, _, ok := bytes.Cut(head, []byte("?>"))
	if !ok || !bytes.HasPrefix(line, []byte("<?xml")) {
		return nil, nil
	}
	name := attribute(line[len("<?xml"):], "encoding")
	switch strings.ToLower(name) {
	case "", "utf-8", "utf8", "us-ascii":
		return nil, nil
	}
	enc, err := ianaindex.IANA.Encoding(name)
	if err != nil || enc == nil {
		return nil, fmt.Errorf("its encoding %.30q is not known", name)
	}
	return enc, nil
}

// openPart opens a part for streaming. Closing it after its end was read checks its checksum.
func (a *archive) openPart(f *zip.File) (*lexer, io.Closer, error) {
	r, err := f.Open()
	if err != nil {
		return nil, nil, a.damaged(f, err)
	}
	in, err := decode(r)
	if err != nil {
		_ = r.Close()
		return nil, nil, a.damaged(f, err)
	}
	return newLexer(in), r, nil
}

// skeleton packs a few parts into a small archive of their own.
func (a *archive) skeleton(files []*zip.File) ([]byte, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range files {
		content, err := a.whole(f)
		if err != nil {
			return nil, err
		}
		size := uint64(len(content))
		part, err := w.CreateRaw(&zip.FileHeader{Name: strings.ReplaceAll(f.Name, `\`, "/"), Method: zip.Store, CRC32: crc32.ChecksumIEEE(content),
			CompressedSize64: size, UncompressedSize64: size})
		if err != nil {
			return nil, err
		}
		if _, err := part.Write(content); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
