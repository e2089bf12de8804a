package xlsxfile

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/record"
)

const saveAsXLSX = "Open it in a spreadsheet program and save it as XLSX (Excel workbook)."

// refuse says by name what a file is that is no zip archive; nil where it is one. head is the start of the file.
func refuse(path string, head []byte) error {
	switch {
	case bytes.HasPrefix(head, []byte("PK")):
		return nil
	case bytes.HasPrefix(head, []byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1}):
		return refuseOLE(path, head)
	case bytes.HasPrefix(head, []byte{0x1F, 0x8B}), bytes.HasPrefix(head, []byte("\xFD7zXZ")):
		return record.Advise(fmt.Errorf("%s is packed: %w", path, connectors.ErrUnsupported), "Unpack it; a workbook is packed in itself.")
	case head[0] == 0x09 && len(head) > 4 && head[2] <= 0x10 && head[3] == 0: // BIFF 2 to 4
		return unsupported(path, "a workbook of Excel 4 or older (.xls)")
	}
	start := strings.ToLower(strings.TrimSpace(string(head[:min(len(head), 1000)])))
	switch {
	case strings.HasPrefix(start, "<") && strings.Contains(start, "urn:schemas-microsoft-com:office:spreadsheet"):
		return unsupported(path, "an XML spreadsheet of Excel 2003")
	case strings.HasPrefix(start, "<") && (strings.Contains(start, "<html") || strings.Contains(start, "<table") || strings.Contains(start, "<!doctype html")):
		return unsupported(path, "a web page that was named like a workbook")
	case utf8.ValidString(strings.ToValidUTF8(start, "")) && !strings.ContainsRune(start, 0):
		return record.Advise(fmt.Errorf("%s is text, not a workbook: %w", path, connectors.ErrDamaged),
			"Give it the ending .csv if that is what it is; otherwise open it in a spreadsheet program and save it as XLSX.")
	}
	return damaged(path, "it is no zip archive, which every .xlsx is")
}

func unsupported(path, what string) error {
	return record.Advise(fmt.Errorf("%s is %s: %w", path, what, connectors.ErrUnsupported), saveAsXLSX)
}

// refuseOLE tells the two kinds of OLE file apart that carry a workbook.
func refuseOLE(path string, head []byte) error {
	var name []byte
	for _, u := range utf16.Encode([]rune("EncryptedPackage")) {
		name = append(name, byte(u), byte(u>>8))
	}
	if bytes.Contains(head, name) || bytes.Contains(lastBytes(path), name) {
		return record.Advise(fmt.Errorf("%s: %w", path, connectors.ErrEncrypted), "Save the workbook without its password.")
	}
	return unsupported(path, "a workbook of Excel 97-2003 (.xls)")
}

// lastBytes reads the end of an OLE file, where its directory may stand; nothing on any error.
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

// refuseContent says what an archive holds that is no XLSX workbook.
func (a *archive) refuseContent() error {
	if f := a.parts["mimetype"]; f != nil {
		if kind, _ := a.firstBytes(f); strings.HasPrefix(kind, "application/vnd.oasis.opendocument") {
			if a.parts["meta-inf/manifest.xml"] != nil && strings.Contains(kind, "spreadsheet") {
				return unsupported(a.path, "an OpenDocument spreadsheet (.ods)")
			}
			return unsupported(a.path, "an OpenDocument file")
		}
	}
	if a.parts["xl/workbook.bin"] != nil {
		return unsupported(a.path, "a binary workbook (.xlsb)")
	}
	if a.parts["encryptedpackage"] != nil {
		return record.Advise(fmt.Errorf("%s: %w", a.path, connectors.ErrEncrypted), "Save the workbook without its password.")
	}
	for name := range a.parts {
		if strings.HasPrefix(name, "word/") || strings.HasPrefix(name, "ppt/") {
			return unsupported(a.path, "a text document or a presentation")
		}
	}
	for _, f := range a.zip.File {
		switch strings.ToLower(filepath.Ext(f.Name)) {
		case ".xlsx", ".xlsm", ".xls", ".csv":
			return record.Advise(fmt.Errorf("%s is an archive that holds %s: %w", a.path, f.Name, connectors.ErrUnsupported), "Unpack it.")
		}
	}
	return nil
}

func (a *archive) firstBytes(f *zip.File) (string, error) {
	r, err := f.Open()
	if err != nil {
		return "", err
	}
	defer r.Close()
	buf, err := io.ReadAll(io.LimitReader(r, 200))
	return string(buf), err
}
