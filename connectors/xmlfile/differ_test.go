package xmlfile

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/odoo-migrate/odoo-migrate/connectors/connectortest"
)

// What encoding/xml lets pass and this package refuses on purpose, by a piece of its message.
var stricter = []string{
	"stands twice",                         // attributes, by their names with namespaces
	"document type",                        // with declarations of its own
	"declaration that is not allowed",      // <!ELEMENT ...> and the like
	"a second root element",                // and other things beside the one root
	"text stands outside",                  //
	"it has no element",                    //
	"more than 100 deep",                   //
	"blanks are missing",                   // <a b="1"c="2">
	"is no name in XML",                    // a:b:c, :a, a:
	"is no character that XML allows",      // &#xD800; becomes U+FFFD there
	"a second document begins",             // <?xml ...?> behind the first tag
	"is no utf-8", "is not allowed in XML", // also in comments and instructions
	"the document is cut off", // inside of a document type
}

// What it refuses and this package lets pass on purpose.
var laxer = []string{
	"unsupported version",                              // 1.1 is read like 1.0
	"expected element name", "expected attribute name", // letters that XML allows since its fifth edition
	"invalid XML name", "expected target name", "expected name after", //
	"element <", // names again: it compares what it could read of them
}

// events is what a document says: tags with their resolved names, attributes, text in one piece.
type events struct {
	bytes.Buffer
	text []byte
}

func (e *events) flush() {
	if len(e.text) > 0 {
		fmt.Fprintf(e, "text %q\n", e.text)
		e.text = e.text[:0]
	}
}

func byEncodingXML(in io.Reader) (string, error) {
	d := xml.NewDecoder(in)
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	var out events
	depth := 0
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out.String(), nil
		}
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case xml.StartElement:
			out.flush()
			depth++
			fmt.Fprintf(&out, "start %q %q\n", t.Name.Space, t.Name.Local)
			for _, a := range t.Attr {
				fmt.Fprintf(&out, "  %q %q = %q\n", a.Name.Space, a.Name.Local, a.Value)
			}
		case xml.EndElement:
			out.flush()
			depth--
			out.WriteString("end\n")
		case xml.CharData:
			if depth > 0 {
				out.text = append(out.text, t...)
			}
		}
	}
}

func byWalker(in io.Reader, size int) (string, error) {
	w := newWalker("doc", in, newShape(), true)
	if size > 0 {
		w.buf = make([]byte, 0, size)
	}
	var out events
	for {
		t, err := w.next()
		if err != nil {
			return "", err
		}
		switch t {
		case startTag:
			out.flush()
			fmt.Fprintf(&out, "start %q %q\n", w.at.name.space, w.at.name.local)
			for i, l := range w.found[:len(w.attrs)] {
				space := l.name.space
				if space == xmlnsSpace {
					space = "xmlns"
				}
				fmt.Fprintf(&out, "  %q %q = %q\n", space, l.name.local, w.appendValue(nil, w.attrs[i]))
			}
		case endTag:
			out.flush()
			out.WriteString("end\n")
		case text:
			out.text = append(out.text, w.data...)
			if err := w.learnText(); err != nil {
				return "", err
			}
		case endOfDocument:
			return out.String(), nil
		}
	}
}

func oneOf(err error, pieces []string) bool {
	for _, p := range pieces {
		if strings.Contains(err.Error(), p) {
			return true
		}
	}
	return false
}

// compareReaders holds the scanner to encoding/xml: the same tags and text, or both refuse, but for what is listed. The
// size of the window must not show.
func compareReaders(t *testing.T, doc []byte) {
	t.Helper()
	want, theirs := byEncodingXML(bytes.NewReader(doc))
	got, ours := byWalker(bytes.NewReader(doc), 0)
	for _, size := range []int{1, 7, 64} {
		small, err := byWalker(iotest.OneByteReader(bytes.NewReader(doc)), size)
		if fmt.Sprint(err) != fmt.Sprint(ours) || small != got {
			t.Errorf("%q\nwith a window of %d bytes\n%s%v\nwith the usual one\n%s%v", doc, size, small, err, got, ours)
		}
	}
	switch {
	case theirs == nil && ours == nil && got != want:
		t.Errorf("%q\nis here\n%s\nand for encoding/xml\n%s", doc, got, want)
	case theirs == nil && ours != nil && !oneOf(ours, stricter):
		t.Errorf("%q\nencoding/xml reads it, here: %v", doc, ours)
	case theirs != nil && ours == nil && !oneOf(theirs, laxer):
		t.Errorf("%q\nis read here\n%s\nencoding/xml: %v", doc, got, theirs)
	}
	if ours != nil && (!strings.HasPrefix(ours.Error(), "doc line ") || strings.ContainsAny(ours.Error(), "\n\r")) && utf8.Valid(doc) {
		t.Errorf("%q: the message %q has no line, or several", doc, ours)
	}
}

var documents = []string{
	`<a/>`, `<a></a>`, `<a b="1" c='2'/>`, "<a>x</a>", "<a> x\r\ny\rz </a>", "<a b=\"x\r\ny\tz\"/>", "<a>]] ]></a>", "<a>]]></a>", "<a>]</a>",
	"<a><![CDATA[<x>&amp;]]]]></a>", "<a><![CDATA[]]></a>", "<a><![CDATA[a\r\nb\r]]></a>", "<a><![CDATA[x]]", "<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x41;</a>",
	"<a>&#0;</a>", "<a>&#xD800;</a>", "<a>&#x110000;</a>", "<a>&#xFFFE;</a>", "<a>&nbsp;</a>", "<a>&</a>", "<a>& b</a>", "<a>&;</a>", "<a>&#;</a>", "<a b='&lt;'/>",
	"<a b='<'/>", "<a b=1/>", "<a b/>", "<a b='1'c='2'/>", "<a b='1' b='2'/>", `<a xmlns:p="u" xmlns:q="u" p:b="1" q:b="2"/>`, "<a><b></a></b>", "<a></b>", "</a>",
	"<a/><b/>", "<a/>x", "x<a/>", " \n<a/>\n ", "<a", "<a ", "<a b", "<a b=", "<a b='", "<a b='x", "<a b='x'", "<a>", "<a>x", "<", "<a><", "<a></", "<a></a", "", " ",
	"<!-- c --><a/><!-- d -->", "<!-- -- --><a/>", "<!--", "<!-", "<a><!-- x --->y</a>", "<a>x<!-- c -->y<?p q?>z</a>", "<?xml version='1.0' encoding='utf-8'?><a/>",
	"<?xml version='1.1'?><a/>", "<a/><?xml version='1.0'?>", "<?x", "<? x?><a/>", "<!DOCTYPE a><a/>", "<!DOCTYPE a SYSTEM 'x>y'><a/>", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
	"<!ELEMENT a><a/>", `<p:a xmlns:p="u"><p:b/></p:a>`, `<a xmlns="u"><b xmlns=""/><c/></a>`, "<p:a/>", "<a p:b='1'/>", "<:a/>", "<a:/>", "<a:b:c/>", `<a xml:lang="de"/>`,
	"<ä ö='ü'>ß</ä>", "<a>\x01</a>", "<a>\xff</a>", "<a>\xc3</a>", "<a>\uFFFE</a>", "<a>\uFFFD</a>", "<1a/>", "<a 1b='x'/>", "<a-b.c_1/>", "<a/ >", "< a/>", "<a></ a>", "<a></a >",
	"<a b\n=\n'x'\n/>", "<a>\u0085\u2028</a>", "<a b='x]]>y'/>", "<a>>\"'</a>", "<a b=\"'\" c='\"'/>", "<a><![CDAT[x]]></a>", "<![CDATA[x]]><a/>",
}

func TestSameAsEncodingXML(t *testing.T) {
	for _, d := range documents {
		compareReaders(t, []byte(d))
	}
	files, _ := filepath.Glob("testdata/*.xml")
	for _, f := range files {
		doc, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		compareReaders(t, doc)
	}
}

func TestRealFilesSameAsEncodingXML(t *testing.T) {
	n := 0
	err := filepath.WalkDir(connectortest.DataDir(t, "."), func(path string, d os.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".xml" {
			return err
		}
		n++
		doc, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		doc = bytes.TrimPrefix(doc, utf8Mark)
		want, theirs := byEncodingXML(bytes.NewReader(doc))
		got, ours := byWalker(bytes.NewReader(doc), 0)
		if theirs != nil || ours != nil || got != want {
			t.Errorf("%s: %v, %v, the same: %v", path, ours, theirs, got == want)
		}
		return nil
	})
	if err != nil || n < 90 {
		t.Errorf("%d files, %v", n, err)
	}
}

// Fuzz targets have their corpus in testdata/fuzz.
func FuzzSameAsEncodingXML(f *testing.F) {
	for _, d := range documents {
		f.Add([]byte(d))
	}
	f.Fuzz(func(t *testing.T, doc []byte) { compareReaders(t, doc) })
}
