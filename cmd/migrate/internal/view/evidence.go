package view

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/pipeline"
	"github.com/odoo-migrate/odoo-migrate/pipeline/evidence"
)

// Bundle says what is in the evidence bundle that was written, and what to do with it.
func Bundle(w io.Writer, r *pipeline.Bundle, width int) error {
	var b strings.Builder
	m := r.Manifest
	fmt.Fprintf(&b, "%s: %s.\n", Clean(r.File), Count(len(m.Files), "file"))
	for _, one := range m.Records {
		n := one.Equal + one.Differs + one.Missing
		text := fmt.Sprintf("%s: %s, %s equal", one.Model, Count(n, "record"), Number(one.Equal))
		if one.Differs > 0 {
			text += fmt.Sprintf(", %s differ", Number(one.Differs))
		}
		if one.Missing > 0 {
			text += fmt.Sprintf(", %s missing", Number(one.Missing))
		}
		b.WriteString(hang("  "+mark(n == one.Equal)+"  ", text, width))
	}
	if m.Run.UndoneBy != 0 {
		b.WriteString(hang("  NO  ", fmt.Sprintf("run %d was read back before run %d rolled back", m.Run.ID, m.Run.UndoneBy), width))
	}
	b.WriteString("Root, to be signed or written down elsewhere:\n  " + r.Root + "\n")
	if r.Salts != "" {
		b.WriteString(Wrap("The salts are in "+Clean(r.Salts)+": give them to the auditor, apart from the bundle.", width, 0))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Xref says where the cross-reference is.
func Xref(w io.Writer, x *pipeline.Xref) error {
	_, err := fmt.Fprintf(w, "%s: %s.\n", Clean(x.File), Count(x.Records, "record"))
	return err
}

// KeyMade says where a key is, and what of it others may know.
func KeyMade(w io.Writer, k *pipeline.KeyMade, width int) error {
	_, err := fmt.Fprintf(w, "%s: %s, %s.\nPublic key, for others to know the signatures by:\n  %s\n%s", Clean(k.File), Clean(k.Name), k.Role, k.Public,
		Wrap("The file is the secret: who has it can sign in that name.", width, 0))
	return err
}

// Signed says who signed what.
func Signed(w io.Writer, s *pipeline.Signed, width int) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s is signed by %s, %s. Root:\n  %s\n", Clean(s.File), Clean(s.Name), s.Role, s.Root)
	for _, n := range s.Notes {
		if strings.HasPrefix(n, "not signed by") || strings.HasPrefix(n, "one person") {
			b.WriteString(hang("  ", n, width))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Verdict says what a check of a bundle found.
func Verdict(w io.Writer, v *evidence.Verdict, width int) error {
	var b strings.Builder
	for _, n := range v.Notes {
		b.WriteString(hang("note: ", Clean(n), max(width, 80)))
	}
	for _, n := range v.Wrong {
		b.WriteString(hang("WRONG: ", Clean(n), max(width, 80)))
	}
	if v.Holds() {
		b.WriteString("PASSED\n")
	} else {
		fmt.Fprintf(&b, "FAILED: %s\n", Count(len(v.Wrong), "problem"))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Proof shows a record from its source row to the roots.
func Proof(w io.Writer, p *evidence.Proof, file string, width int) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s is %s %d.\n", Clean(p.ExternalID), p.Model, p.DBID)
	if l := p.Lineage; l != nil {
		place := fmt.Sprintf("%s, row %d", Clean(l.File), l.Row)
		if l.Sheet != "" {
			place = fmt.Sprintf("%s, sheet %s, row %d", Clean(l.File), Clean(l.Sheet), l.Row)
		}
		heading(&b, "It came from")
		b.WriteString(hang("  ", fmt.Sprintf("%s (line %d), SHA-256 of the file %s", place, l.Line, l.SHA256), width))
		for _, c := range l.Cells {
			b.WriteString(hang("    "+Clean(c.Column)+": ", Clean(c.Text), width))
		}
	}
	heading(&b, "It was meant to hold")
	b.WriteString(proofFields(p, width))
	heading(&b, fmt.Sprintf("Run %d read it back", p.Run))
	b.WriteString(hang("  "+mark(p.Class == "equal")+"  ", map[string]string{"equal": "every field holds what was meant", "missing": "the record is not in Odoo, or not under its external id"}[p.Class]+
		yes(p.Class != "equal" && p.Class != "missing", "these fields hold something else"+yes(p.Class != "differs", " ("+classWords[p.Class]+")", ""), ""), width))
	for _, d := range p.Differences {
		b.WriteString(hang("    "+d.Field+": ", Clean(d.Want)+" was meant, "+cmp.Or(Clean(d.Have), "nothing")+" is there", width))
	}
	heading(&b, "Digest, salt and leaf")
	fmt.Fprintf(&b, "  meant  %s\n  Odoo   %s\n  salt   %s\n", p.MeantDigest, cmp.Or(p.OdooDigest, "(missing)"), p.Salt)
	for _, t := range p.Trees {
		heading(&b, fmt.Sprintf("In the tree of what was %s: leaf %d of %d", yes(t.Tree == "odoo", "read from Odoo", "meant"), t.Index+1, t.Size))
		fmt.Fprintf(&b, "  leaf   %s\n", t.Leaf)
		for _, step := range t.Path {
			fmt.Fprintf(&b, "  with   %s\n", step)
		}
		fmt.Fprintf(&b, "  root   %s of %s, model %d of %d\n", t.Root, p.Model, t.Over.Index+1, t.Over.Size)
		for _, step := range t.Over.Path {
			fmt.Fprintf(&b, "  with   %s\n", step)
		}
		fmt.Fprintf(&b, "  root   %s over all models\n", t.Over.Root)
	}
	if file != "" {
		b.WriteString("\n" + Wrap("Written to "+Clean(file)+": migrate verify-evidence and verify_evidence.py take it with --proof.", width, 0))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func proofFields(p *evidence.Proof, width int) string {
	var b strings.Builder
	if p.Lineage == nil {
		for _, name := range p.FieldNames() {
			b.WriteString(hang("    "+name+": ", fieldText(p.Fields[name][0], p.Fields[name][1]), width))
		}
		return b.String()
	}
	for _, f := range p.Lineage.Fields {
		text := fieldText(f.Kind, f.Text)
		if f.At != "" {
			text += " (" + f.At + yes(len(f.From) > 0, ", from "+strings.Join(f.From, ", "), "") + ")"
		}
		b.WriteString(hang("    "+f.Field+": ", Clean(text), width))
	}
	return b.String()
}

func fieldText(kind, text string) string {
	if kind == "null" {
		return "nothing"
	}
	return Clean(text)
}
