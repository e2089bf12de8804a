package yamlpos

import (
	"strings"
	"testing"
)

// TestWithin: a place inside a scalar is found for every way of writing one, or the scalar itself is named.
func TestWithin(t *testing.T) {
	tests := []struct {
		text string
		want Pos // of the letter X
	}{
		{"a: = upper(X)", Pos{1, 12}},
		{"a: '= upper(X)'", Pos{1, 13}},
		{"é: {ü: \"= X\"}", Pos{1, 11}},
		{"a: '= ''y'' X'", Pos{1, 4}}, // escapes move what follows
		{"a: |\n  = upper(\n    X)", Pos{3, 5}},
		{"a:\n  - b: |-\n      = X\n", Pos{3, 9}},
		{"a: >-\n  = X\n", Pos{2, 5}},
		{"a: = upper(\n  X)", Pos{1, 4}}, // folded: only the beginning is certain
	}
	for _, tt := range tests {
		d := Parse("f.yaml", []byte(tt.text))
		if len(d.Problems()) > 0 {
			t.Fatal(tt.text, d.Problems())
		}
		n := leaf(d.Root)
		if got := d.Within(n, strings.Index(n.Text, "X")); got != tt.want {
			t.Errorf("%q: got %v, want %v", tt.text, got, tt.want)
		}
	}
}

func leaf(n *Node) *Node {
	for n.Kind != Scalar {
		if n.Kind == Map {
			n = n.Pairs[0].Value
		} else {
			n = n.Items[0]
		}
	}
	return n
}

func TestScalarsStayAsWritten(t *testing.T) {
	d := Parse("f.yaml", []byte("\ufeffa: 0001\nb: \"1\"\nc: yes\nd: ~\ne: 1.50\n1000: x\nf: true\ng: 0x1F\nh: 2024-01-31\r\n"))
	want := map[string]struct {
		text string
		typ  Type
	}{"a": {"0001", Number}, "b": {"1", String}, "c": {"yes", String}, "d": {"~", Null}, "e": {"1.50", Number}, "1000": {"x", String},
		"f": {"true", Bool}, "g": {"0x1F", Number}, "h": {"2024-01-31", String}}
	for _, p := range d.Root.Pairs {
		if w := want[p.Key]; p.Value.Text != w.text || p.Value.Type != w.typ {
			t.Errorf("%s: %q %d", p.Key, p.Value.Text, p.Value.Type)
		}
	}
	if len(d.Root.Pairs) != len(want) || len(d.Problems()) > 0 {
		t.Error(d.Problems())
	}
}

func TestSyntaxProblems(t *testing.T) {
	tests := []struct{ text, want string }{
		{"a: 1\n---\nb: 2\n", "f.yaml:3:2: a second document begins here; write one file each"},
		{"a:\n\tb: 1\n", "f.yaml:2:1: not valid YAML: found character '\t' that cannot start any token; indent with blanks, not with tabs"},
		{"a: [1\n", "f.yaml:1:4: not valid YAML"},
		{"a: !!str x", "f.yaml:1:4: tags such as !!str are not part of this format; remove the tag"},
		{"a: \xff", "f.yaml:1:1: the file is not UTF-8 text; save it as UTF-8"},
		{strings.Repeat("[", 40) + strings.Repeat("]", 40), "f.yaml:1:34: nested more than 32 levels deep"},
	}
	for _, tt := range tests {
		problems := Parse("f.yaml", []byte(tt.text)).Problems()
		if len(problems) == 0 || !strings.HasPrefix(problems[0].String(), tt.want) {
			t.Errorf("%q: got %v, want %s", tt.text, problems, tt.want)
		}
	}
}

func TestExcerpt(t *testing.T) {
	d := Parse("f.yaml", []byte("a: 1\n\u00fc:\t"+strings.Repeat("x", 300)+"\n"))
	d.Report(Pos{2, 4}, "", "here")
	d.Report(Pos{2, 250}, "", "there")
	d.Report(Pos{9, 1}, "", "nowhere")
	p := d.Problems()
	if want := "\n      |   \t^"; !strings.HasSuffix(p[0].Excerpt, want) {
		t.Errorf("%q", p[0].Excerpt)
	}
	if lines := strings.Split(p[1].Excerpt, "\n"); len(lines[0]) > 140 || lines[0][strings.IndexByte(lines[1], '^')] != 'x' {
		t.Errorf("%q", p[1].Excerpt)
	}
	if p[2].Excerpt != "" {
		t.Errorf("%q", p[2].Excerpt)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("a: |\n  b\nc: [{d: 'e'}, \"f\"]\n"), 3)
	f.Add([]byte("? a\n: b\n- c"), 1)
	f.Fuzz(func(t *testing.T, data []byte, offset int) {
		d := Parse("f.yaml", data)
		var walk func(n *Node)
		walk = func(n *Node) {
			d.Report(d.Within(n, max(offset, 0)%64), "", "x")
			for _, p := range n.Pairs {
				walk(p.Value)
			}
			for _, i := range n.Items {
				walk(i)
			}
		}
		if d.Root != nil {
			walk(d.Root)
		} else if len(d.Problems()) == 0 {
			t.Errorf("%q: neither a document nor a problem", data)
		}
		for _, p := range d.Problems() {
			_ = p.String()
		}
	})
}
