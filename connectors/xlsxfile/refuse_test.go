package xlsxfile_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/connectortest"
	"github.com/odoo-migrate/odoo-migrate/connectors/xlsxfile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

// archive packs files, given as name and content in turn.
func archive(t testing.TB, files ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for i := 0; i < len(files); i += 2 {
		part, err := w.Create(files[i])
		must(t, err)
		_, err = part.Write([]byte(files[i+1]))
		must(t, err)
	}
	must(t, w.Close())
	return out.Bytes()
}

func ole(names ...string) []byte {
	out := append([]byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1}, make([]byte, 600)...)
	for _, name := range names {
		for _, c := range name {
			out = append(out, byte(c), 0)
		}
	}
	return out
}

func changed(t testing.TB, part string, change func([]byte) []byte) []byte {
	path := vendors(t)
	changePart(t, path, part, change)
	content, err := os.ReadFile(path)
	must(t, err)
	return content
}

// spoiled flips a byte inside the data of a part.
func spoiled(t testing.TB, part string) []byte {
	content, err := os.ReadFile(vendors(t))
	must(t, err)
	r, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	must(t, err)
	for _, f := range r.File {
		if f.Name == part {
			at, err := f.DataOffset()
			must(t, err)
			content[at+int64(f.CompressedSize64)/2] ^= 0x55
		}
	}
	return content
}

// claiming replaces a part by one of so many bytes that claims to unpack to more.
func claiming(t testing.TB, part string, size int, claim uint64) []byte {
	content, err := os.ReadFile(vendors(t))
	must(t, err)
	r, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	must(t, err)
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range r.File {
		if f.Name != part {
			must(t, w.Copy(f))
			continue
		}
		raw, err := w.CreateRaw(&zip.FileHeader{Name: part, Method: zip.Deflate, CompressedSize64: uint64(size), UncompressedSize64: claim})
		must(t, err)
		_, err = raw.Write(make([]byte, size))
		must(t, err)
	}
	must(t, w.Close())
	return out.Bytes()
}

func TestRefused(t *testing.T) {
	bomb := `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>`
	prefix := func(text string) func([]byte) []byte {
		return func(b []byte) []byte { return append([]byte(text), b[bytes.Index(b, []byte("?>"))+2:]...) }
	}
	replace := func(old, with string) func([]byte) []byte {
		return func(b []byte) []byte { return bytes.Replace(b, []byte(old), []byte(with), 1) }
	}
	const sheet = "xl/worksheets/sheet1.xml"
	for name, tc := range map[string]struct {
		content []byte
		want    error
		says    string // in the error or its remedy
	}{
		"xls":                    {ole("Workbook"), connectors.ErrUnsupported, "save it as XLSX"},
		"old xls":                {append([]byte{0x09, 0x04, 0x06, 0x00, 0x00, 0x00}, make([]byte, 50)...), connectors.ErrUnsupported, "save it as XLSX"},
		"encrypted":              {ole("EncryptedPackage"), connectors.ErrEncrypted, "without its password"},
		"xlsb":                   {archive(t, "xl/workbook.bin", "x"), connectors.ErrUnsupported, "save it as XLSX"},
		"ods":                    {archive(t, "mimetype", "application/vnd.oasis.opendocument.spreadsheet", "META-INF/manifest.xml", "x"), connectors.ErrUnsupported, "save it as XLSX"},
		"docx":                   {archive(t, "word/document.xml", "x"), connectors.ErrUnsupported, "text document"},
		"a workbook in a zip":    {archive(t, "folder/vendors.xlsx", "x"), connectors.ErrUnsupported, "Unpack it"},
		"another zip":            {archive(t, "readme.txt", "x"), connectors.ErrDamaged, "no list of sheets"},
		"gzip":                   {[]byte("\x1F\x8B\x08"), connectors.ErrUnsupported, "Unpack it"},
		"web page":               {[]byte("<html><table><tr><td>1</td></tr></table></html>"), connectors.ErrUnsupported, "web page"},
		"XML spreadsheet":        {[]byte(`<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">`), connectors.ErrUnsupported, "Excel 2003"},
		"CSV":                    {[]byte("id;name\n1;a\n"), connectors.ErrDamaged, ".csv"},
		"noise":                  {[]byte{0, 1, 2, 3, 4, 5}, connectors.ErrDamaged, "no zip archive"},
		"cut archive":            {[]byte("PK\x03\x04 this is no archive"), connectors.ErrDamaged, "not a valid zip file"},
		"bad checksum, sheet":    {spoiled(t, sheet), connectors.ErrDamaged, "sheet1.xml"},
		"bad checksum, styles":   {spoiled(t, "xl/styles.xml"), connectors.ErrDamaged, "styles.xml"},
		"bad checksum, unused":   {spoiled(t, "docProps/app.xml"), connectors.ErrDamaged, "docProps/app.xml"},
		"zip bomb, sheet":        {claiming(t, "xl/worksheets/sheet1.xml", 4000, 900<<20), connectors.ErrDamaged, "zip bomb"},
		"zip bomb, tight":        {claiming(t, "xl/worksheets/sheet1.xml", 2<<20, 700<<20), connectors.ErrDamaged, "zip bomb"},
		"zip bomb, other part":   {claiming(t, "docProps/app.xml", 3<<20, 300<<20), connectors.ErrDamaged, "zip bomb"},
		"zip bomb, all of it":    {claiming(t, "xl/worksheets/sheet1.xml", 90<<20, 9<<30), connectors.ErrDamaged, "zip bomb"},
		"too many texts":         {claiming(t, "xl/sharedStrings.xml", 16<<20, 1100<<20), connectors.ErrUnsupported, "Split the workbook"},
		"entities in a sheet":    {changed(t, sheet, prefix(bomb)), connectors.ErrDamaged, "document type definition"},
		"entities in the texts":  {changed(t, "xl/sharedStrings.xml", prefix(bomb)), connectors.ErrDamaged, "document type definition"},
		"entities in the list":   {changed(t, "xl/workbook.xml", prefix(bomb)), connectors.ErrDamaged, "document type definition"},
		"entities in the styles": {changed(t, "xl/styles.xml", prefix(bomb)), connectors.ErrDamaged, "document type definition"},
		"unknown entity":         {changed(t, sheet, replace("<v>0</v>", "<v>&lol;</v>")), connectors.ErrDamaged, "&lol;"},
		"cut sheet":              {changed(t, sheet, func(b []byte) []byte { return b[:len(b)*2/3] }), connectors.ErrDamaged, "breaks off"},
		"cut texts":              {changed(t, "xl/sharedStrings.xml", func(b []byte) []byte { return b[:len(b)-3] }), connectors.ErrDamaged, "breaks off"},
		"rows out of order":      {changed(t, sheet, replace(`<row r="2"`, `<row r="9"`)), connectors.ErrDamaged, "comes after row 9"},
		"row past the end":       {changed(t, sheet, replace(`<row r="5"`, `<row r="1048577"`)), connectors.ErrDamaged, "1048577"},
		"cell past the end":      {changed(t, sheet, replace(`r="A2"`, `r="XFE2"`)), connectors.ErrDamaged, "XFE2"},
		"sheet without part":     {changed(t, "xl/_rels/workbook.xml.rels", replace("sheet1.xml", "sheet99.xml")), connectors.ErrDamaged, `sheet "Data" is missing`},
		"unknown encoding":       {changed(t, sheet, prefix(`<?xml version="1.0" encoding="x-none"?>`)), connectors.ErrDamaged, "x-none"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "f.xlsx")
			must(t, os.WriteFile(path, tc.content, 0o600))
			_, _, err := connectortest.Read(t.Context(), xlsxfile.Open, path, connectors.Options{})
			var advice *record.Advice
			if !errors.Is(err, tc.want) || !errors.As(err, &advice) || !strings.Contains(err.Error()+" "+advice.Remedy, tc.says) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v (%+v), want %v that says %q", err, advice, tc.want, tc.says)
			}
		})
	}
}

// TestOtherContainers reads what other programs write: UTF-16 parts, Latin-1 parts, backslashes and capitals in names.
func TestOtherContainers(t *testing.T) {
	utf16 := func(b []byte) []byte {
		out := []byte{0xFF, 0xFE}
		for _, r := range strings.Replace(string(b), "UTF-8", "UTF-16", 1) {
			out = append(out, byte(r), byte(r>>8))
		}
		return out
	}
	latin := func(b []byte) []byte {
		var out []byte
		for _, r := range strings.Replace(string(b), "UTF-8", "ISO-8859-1", 1) {
			out = append(out, byte(r))
		}
		return out
	}
	renamed := func(content []byte) []byte {
		r, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
		must(t, err)
		var out bytes.Buffer
		w := zip.NewWriter(&out)
		for _, f := range r.File {
			f.Name = strings.ReplaceAll(f.Name, "/", `\`)
			f.Name = strings.Replace(f.Name, "sheet1", "Sheet1", 1)
			must(t, w.Copy(f))
		}
		must(t, w.Close())
		return out.Bytes()
	}
	same := func(b []byte) []byte { return b }
	for name, content := range map[string][]byte{
		"UTF-16 sheet": changed(t, "xl/worksheets/sheet1.xml", utf16), "UTF-16 texts": changed(t, "xl/sharedStrings.xml", utf16),
		"Latin-1 texts": changed(t, "xl/sharedStrings.xml", latin), "names": renamed(changed(t, "x", same)),
	} {
		path := filepath.Join(t.TempDir(), "f.xlsx")
		must(t, os.WriteFile(path, content, 0o600))
		_, rows, err := connectortest.Read(t.Context(), xlsxfile.Open, path, connectors.Options{})
		if err != nil || len(rows["Data"]) != 3 || rows["Data"][2].Cells[1] != "Zoë" {
			t.Errorf("%s: %v, rows %q", name, err, cells(rows["Data"]))
		}
	}
}

func TestNothingIsLeftBehind(t *testing.T) {
	path := book(t, "large.xlsx", func(f *excelize.File) {
		out, err := f.NewStreamWriter("Data")
		must(t, err)
		for i := range 40_000 {
			cell, _ := excelize.CoordinatesToCellName(1, i+1)
			must(t, out.SetRow(cell, []any{strings.Repeat("text ", 100), i}))
		}
		must(t, out.Flush())
	})
	t.Setenv("TMPDIR", t.TempDir())
	if _, rows := read(t, path, connectors.Options{}); len(rows) < 39_999 {
		t.Errorf("%d rows", len(rows))
	}
	if left, _ := filepath.Glob(filepath.Join(os.Getenv("TMPDIR"), "*")); len(left) > 0 {
		t.Errorf("temporary files are left: %q", left)
	}
}
