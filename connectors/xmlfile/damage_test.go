package xmlfile_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/odoo-migrate/odoo-migrate/connectors"
	"github.com/odoo-migrate/odoo-migrate/connectors/connectortest"
	"github.com/odoo-migrate/odoo-migrate/connectors/xmlfile"
)

func TestErrorsNameThePlace(t *testing.T) {
	for file, want := range map[string]string{
		"cut.xml":         "testdata/cut.xml line 9, column 15: the document is cut off: <image> of line 9 is not closed",
		"cut_tag.xml":     "testdata/cut_tag.xml line 8, column ",
		"mismatch.xml":    "testdata/mismatch.xml line 3, column 1: </c> closes <b> of line 2",
		"two_roots.xml":   "testdata/two_roots.xml line 2, column 1: a second root element <b> begins",
		"doctype.xml":     "testdata/doctype.xml line 2, column 1: its document type declares entities (<!ENTITY), which can pull in other files or grow to gigabytes",
		"entity.xml":      "testdata/entity.xml line 2, column 4: the entity &undeclared; is not declared",
		"deep.xml":        "testdata/deep.xml line 1, column 301: elements are nested more than 100 deep",
		"bad_utf8.xml":    "testdata/bad_utf8.xml line 2, column ",
		"undecodable.xml": "byte 0x81 at offset 52 is no windows-1252",
		"no_element.xml":  "testdata/no_element.xml line 3, column 1: it has no element",
	} {
		_, err := xmlfile.Open(t.Context(), "testdata/"+file, connectors.Options{})
		if err == nil || !strings.Contains(strings.ReplaceAll(err.Error(), "c:", ""), want) {
			t.Errorf("%s: %v, want %q", file, err, want)
		}
	}
}

func TestMistakesAndRemedies(t *testing.T) {
	for doc, want := range map[string]string{
		"<a>\n <b>Müller & Co</b></a>": `line 2, column 12: "&" stands alone: the file is damaged → Where "&" is meant as text it is written &amp;; other characters stand for themselves.`,
		"<a>1 < 2</a>":                 `line 1, column 6: "<" is not followed by a name: the file is damaged → Where "<" is meant as text it is written &lt;.`,
		"<a>\x07</a>":                  "line 1, column 4: the character U+0007 is not allowed in XML: the file is damaged → Remove the character, or have the file exported without it.",
		"<a b='1' b='2'/>":             "line 1, column 1: the attribute b stands twice in <a>: the file is damaged",
		"<a b='1' c=2/>":               "line 1, column 12: the value of the attribute c of <a> has no quotes: the file is damaged",
		"<?xml version='1.0'?><a/>\n<?xml version='1.0'?><a/>": "line 2, column 1: a second document begins (<?xml ...?>): the file is damaged → Cut the file in two, a document each.",
		"<!DOCTYPE a [<!ELEMENT a ANY>]><a/>":                  "line 1, column 1: its document type declares things of its own, which would have to be applied to the data: the file is damaged → Remove the <!DOCTYPE ...> declaration from the file, or have it exported without one.",
		"<a><b>":                                               "line 1, column 7: the document is cut off: <b> of line 1 is not closed: the file is damaged → Export the file again, or copy it again from where it was made.",
	} {
		path := written(t, doc)
		_, err := xmlfile.Open(t.Context(), path, connectors.Options{})
		if !errors.Is(err, connectors.ErrDamaged) {
			t.Errorf("%q: %v", doc, err)
			continue
		}
		got := strings.TrimPrefix(err.Error(), path+" ")
		if a := advice(err); a != "" {
			got += " → " + a
		}
		if got != want {
			t.Errorf("%q:\n%s\nwant\n%s", doc, got, want)
		}
	}
}

// Documents made to exhaust a reader are refused before they do.
func TestLimits(t *testing.T) {
	var lol strings.Builder
	lol.WriteString("<!DOCTYPE lolz [<!ENTITY lol \"lol\">")
	for i := range 10 {
		fmt.Fprintf(&lol, "<!ENTITY lol%d \"%s\">", i+1, strings.Repeat(fmt.Sprintf("&lol%d;", i), 10))
	}
	lol.WriteString("]><lolz>&lol9;</lolz>")
	numbered := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	for want, doc := range map[string]string{
		"billion laughs":                              lol.String(),
		"nested more than 100":                        strings.Repeat("<a>", 101),
		"more than 50000 different kinds of elements": "<a>" + numbered(50_001, "<e%d/>") + "</a>",
		"more than 2000 attributes":                   "<a " + numbered(2_001, " b%d=''") + "/>",
		"columns, more than 10000":                    "<a><r><x/>" + numbered(10_001, "<e%d>1</e%[1]d>") + "</r><r/></a>",
		"holds more than 64 MiB of text":              "<a><b>x" + strings.Repeat("0123456789abcdef", 64<<20/16) + "</b><b/></a>",
		"is longer than 64 MiB":                       "<a><!--" + strings.Repeat("0123456789abcdef", 160<<20/16) + "--></a>",
		"in more than 10000 different ways":           "<a>" + numbered(10_001, "<b xmlns='u%d'/>") + "</a>",
	} {
		_, err := xmlfile.Open(t.Context(), written(t, doc), connectors.Options{})
		if !errors.Is(err, connectors.ErrDamaged) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func TestRowsOfEndlessText(t *testing.T) {
	part := "<x>" + strings.Repeat("0123456789abcdef", 40<<20/16) + "</x>"
	path := written(t, "<a><b>"+part+strings.ReplaceAll(part, "x>", "y>")+"</b><b/></a>")
	_, _, err := connectortest.Read(t.Context(), xmlfile.Open, path, connectors.Options{})
	if !errors.Is(err, connectors.ErrDamaged) || !strings.Contains(err.Error(), "one <b> holds more than 64 MiB of text") {
		t.Error(err)
	}
}

func TestEncodings(t *testing.T) {
	const name = "Zoë Müller"
	wide := func(order unicode.Endianness) encoding.Encoding { return unicode.UTF16(order, unicode.UseBOM) }
	for declared, enc := range map[string]encoding.Encoding{
		"UTF-8": encoding.Nop, "utf-16": wide(unicode.LittleEndian), "UTF-16": wide(unicode.BigEndian), "ISO-8859-1": charmap.ISO8859_1,
		"iso-8859-15": charmap.ISO8859_15, "windows-1252": charmap.Windows1252, "Windows-1250": charmap.Windows1250,
	} {
		text, err := enc.NewEncoder().String("<?xml version=\"1.0\" encoding=\"" + declared + "\"?>\n<a><b>" + name + "</b><b/></a>")
		if err != nil {
			t.Fatal(err)
		}
		path := written(t, text)
		tables, rows, err := connectortest.Read(t.Context(), xmlfile.Open, path, connectors.Options{})
		if err != nil || rows["b"][0].Cells[0] != name || len(tables[0].Findings) > 0 {
			t.Errorf("%s: %v, %v, %v", declared, rows, tables, err)
		}
	}
}

// A wrong declaration is an error where bytes stand for nothing, and a finding where they could.
func TestWrongEncodings(t *testing.T) {
	for _, tc := range []struct{ doc, rule, message, cell string }{
		{"<?xml version='1.0' encoding='utf-16'?><a><b>Zoë</b><b/></a>", "xml.encoding_contradicted",
			"it declares the encoding utf-16, but its characters have one byte; it is read as UTF-8", "Zoë"},
		{"\xEF\xBB\xBF<?xml version='1.0' encoding='iso-8859-1'?><a><b>Zoë</b><b/></a>", "xml.encoding_contradicted",
			"it declares the encoding iso-8859-1, but it begins with the byte order mark of UTF-8 and is read as UTF-8", "Zoë"},
		{"<?xml version='1.0' encoding='iso-8859-1'?><a><b>Zoë</b><b/></a>", "xml.encoding_suspect",
			"it declares the encoding iso-8859-1 and is read so, but its 1 characters outside ASCII are sound UTF-8, the first at byte offset 51", "ZoÃ«"},
		{"<?xml version='1.0' encoding='iso-8859-1'?>\n<a>\n<b>5 \x80</b><b/></a>", "xml.control_characters",
			"1 characters are control characters in iso-8859-1, as in a file that is windows-1252 in truth; the first is in line 3", "5 \u0080"},
		{"<!DOCTYPE a SYSTEM 'http://example.com/a.dtd'>\n<a><b>x</b><b/></a>", "xml.doctype_ignored",
			"it names a document type that is defined elsewhere; nothing is fetched, and values that the definition would add are not there", "x"},
		{"<a><p:b>x</p:b><p:b/></a>", "xml.unbound_prefix",
			"the prefix p: is used but its namespace is not declared, as in a piece of a larger document", "x"},
	} {
		tables, rows, err := connectortest.Read(t.Context(), xmlfile.Open, written(t, tc.doc), connectors.Options{})
		if err != nil || len(tables[0].Findings) != 1 || tables[0].Findings[0].Rule != tc.rule || tables[0].Findings[0].Message != tc.message {
			t.Errorf("%q: %v, %+v", tc.doc, err, tables)
			continue
		}
		if got := rows["b"][0].Cells[0]; got != tc.cell {
			t.Errorf("%q: %q, want %q", tc.doc, got, tc.cell)
		}
	}
	path := written(t, "<?xml version='1.0' encoding='utf-8'?>\n<a><b>Zo\xeb</b><b/></a>")
	_, err := xmlfile.Open(t.Context(), path, connectors.Options{})
	if want := path + " line 2, column 9: byte 0xEB at offset 47 is no utf-8"; err == nil || err.Error() != want || !strings.Contains(advice(err), "encoding:") {
		t.Errorf("%v (%s), want %s", err, advice(err), want)
	}
	_, rows, err := connectortest.Read(t.Context(), xmlfile.Open, path, connectors.Options{Encoding: "windows-1252"})
	if err != nil || rows["b"][0].Cells[0] != "Zoë" {
		t.Errorf("pinned: %v, %v", rows, err)
	}
	if _, err := xmlfile.Open(t.Context(), written(t, "<?xml version='1.0' encoding='klingon'?><a/>"), connectors.Options{}); !errors.Is(err, connectors.ErrUnsupported) {
		t.Errorf("an encoding nobody knows: %v", err)
	}
}
