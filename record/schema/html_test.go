package schema

import "testing"

func TestHTMLWrittenOtherwise(t *testing.T) {
	n := Normal{"res.partner", "comment", FormHTML, "", 0, 0}
	for _, c := range []struct {
		meant, have string
		alike       bool
	}{
		{`<p class="a" id="b">x</p>`, `<p id="b" class="a">x</p>`, true},
		{`<P ID=b class='a'>x</P>`, `<p class="a" id="b">x</p>`, true},
		{`<br>line`, `<br/>line`, true},
		{`<p>Caf&eacute; &amp; co</p>`, `<p>Café &amp; co</p>`, true},
		{`<a href="?a=1&amp;b=2" title='say "hi"'>x</a>`, `<a title="say &quot;hi&quot;" href="?a=1&amp;b=2">x</a>`, true},
		{`<input disabled checked>`, `<input checked disabled/>`, true},
		{"<p\n  class=\"a\"\n>x</p>", `<p class="a">x</p>`, true},
		{`<p class="a" id="b">x</p>`, `<p class="a">x</p>`, false},        // an attribute was lost
		{`<p class="a" id="b">x</p>`, `<p class="b" id="a">x</p>`, false}, // values swapped
		{`<p class="a b">x</p>`, `<p class="b a">x</p>`, false},           // the order within a value
		{`<p>x</p>`, `<p>X</p>`, false},                                   // text
		{`<p>x </p>`, `<p>x</p>`, false},                                  // a blank
		{`<p>&lt;b&gt;x</p>`, `<p><b>x</p>`, false},                       // text is no element
		{`<p onclick="x()">y</p>`, `<p>y</p>`, false},                     // what the sanitiser takes out
		{`<script>x</script>`, ``, false},
		{``, ``, false},
		{`a < b`, `a < b `, false},
		{`<p id="b`, `<p id="b`, true}, // never closed: as it stands
		{`<p id="b`, `<p id=b`, false},
		{`<!-- a --><p id="1" b="2">x`, `<!-- a --><p b="2" id="1">x`, true},
		{`<!-- a -->x`, `x`, false},
	} {
		if got := n.Alike(c.meant, c.have); got != c.alike {
			t.Errorf("%q and %q: %v", c.meant, c.have, got)
		}
	}
}

// Every html field of a model is declared, under a rule of its own; others are not.
func TestHTMLFieldsAreDeclared(t *testing.T) {
	s := &Snapshot{ServerVersion: "19.0", Models: []Model{{Name: "res.partner", Fields: []Field{{Name: "comment", Type: HTML}, {Name: "name", Type: Char}, {Name: "website", Type: Char}}}}}
	of := s.NormalsOf("res.partner")
	if of["comment"].Rule() != "res.partner.comment: html" || of["comment"].Exact() || of["comment"].Stored("<p>") != "<p>" {
		t.Errorf("%+v", of["comment"])
	}
	if _, ok := of["name"]; ok || of["website"].Form != FormWebsite {
		t.Errorf("%+v", of)
	}
}

func FuzzHTMLKey(f *testing.F) {
	for _, s := range []string{"<", "<a", "<a b=", `<a b="c`, "</", "a<b>c</b>", "<!--", "<a/>", "<a =>", "<a/ / b>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if htmlKey(s) == "" != (s == "") {
			t.Errorf("%q has the key %q", s, htmlKey(s))
		}
	})
}
