package xmlfile

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/rawfile"
	"github.com/odoo-migrate/odoo-migrate/record"
)

var declaration = regexp.MustCompile(`^\s*<\?xml\s[^>]*?encoding\s*=\s*["']([^"']+)["']`)

var utf8Mark = []byte("\xEF\xBB\xBF")

// encoding is what is pinned, else what the byte order says, else what the document declares, else UTF-8. Where these
// contradict each other there is a finding.
func (s *Source) encoding(pinned string) (connectors.Detection, []record.Finding, error) {
	content := s.file.Content()
	head := content.Head[:min(len(content.Head), 4<<10)]
	declared := ""
	if m := declaration.FindSubmatch(bytes.TrimPrefix(head, utf8Mark)); m != nil {
		declared = strings.ToLower(string(m[1]))
	}
	name, notes := pinned, []record.Finding(nil)
	wide := bytes.IndexByte(head, 0) >= 0
	switch {
	case pinned != "":
	case bytes.HasPrefix(head, utf8Mark):
		name = "utf-8"
		if declared != "" && declared != name && declared != "utf8" {
			notes = contradiction(declared, "it begins with the byte order mark of UTF-8 and is read as UTF-8")
		}
	case strings.HasPrefix(declared, "utf-16") || strings.HasPrefix(declared, "ucs-2"):
		name = "utf-8" // its declaration can be read as it stands, so it has one byte a character
		notes = contradiction(declared, "its characters have one byte; it is read as UTF-8")
	case declared != "":
		name = declared
	case !wide: // without a declaration XML is UTF-8 or UTF-16
		name = "utf-8"
	}
	charset, bom, found, err := content.DetectCharset(name)
	if err != nil {
		return found, nil, err
	}
	s.charset, s.bom = charset, bom
	found.Pinned = pinned != ""
	if pinned == "" {
		notes = append(notes, disguisedUTF8(content, charset, declared)...)
	}
	return found, notes, nil
}

func contradiction(declared, instead string) []record.Finding {
	return []record.Finding{{Severity: record.Note, Rule: "xml.encoding_contradicted",
		Message: fmt.Sprintf("it declares the encoding %s, but %s", declared, instead),
		Hint:    "Look at names with accents; state encoding: in migrate.yaml where they are wrong."}}
}

// disguisedUTF8 suspects UTF-8 where another encoding is declared and yet all bytes above ASCII form its characters.
func disguisedUTF8(c *rawfile.Content, charset *rawfile.Charset, declared string) []record.Finding {
	if declared == "" || charset.Identity() || c.Multibyte == 0 || c.Invalid > 0 {
		return nil
	}
	where := ""
	if first := bytes.IndexFunc(c.Head, func(r rune) bool { return r > 0x7F }); first >= 0 {
		where = fmt.Sprintf(", the first at byte offset %d", first)
	}
	return []record.Finding{{Severity: record.Warning, Rule: "xml.encoding_suspect",
		Message: fmt.Sprintf("it declares the encoding %s and is read so, but its %d characters outside ASCII are sound UTF-8%s", declared, c.Multibyte, where),
		Hint:    "Look at names with accents; where they are garbled state encoding: utf-8 in migrate.yaml."}}
}

// lookedAt are the findings that the first reading of the document itself gave.
func lookedAt(w *walker, charset *rawfile.Charset) []record.Finding {
	var out []record.Finding
	if w.c1 > 0 {
		out = append(out, record.Finding{Severity: record.Warning, Rule: "xml.control_characters", Line: w.c1Line,
			Message: fmt.Sprintf("%d characters are control characters in %s, as in a file that is windows-1252 in truth; the first is in line %d",
				w.c1, charset.Name(), w.c1Line),
			Hint: "State encoding: windows-1252 in migrate.yaml."})
	}
	if w.doctype > 0 {
		out = append(out, record.Finding{Severity: record.Note, Rule: "xml.doctype_ignored", Line: w.doctype,
			Message: "it names a document type that is defined elsewhere; nothing is fetched, and values that the definition would add are not there",
			Hint:    "No need to do anything, unless fields are missing that the definition gives a default."})
	}
	for _, prefix := range w.shape.names.unbound {
		out = append(out, record.Finding{Severity: record.Note, Rule: "xml.unbound_prefix",
			Message: fmt.Sprintf("the prefix %s: is used but its namespace is not declared, as in a piece of a larger document", prefix),
			Hint:    "Check that the document is complete."})
	}
	return out
}
