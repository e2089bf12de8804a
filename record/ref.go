package record

import (
	"fmt"
	"slices"
	"strings"
)

// Ref names one Odoo record without a database id: either by external id, or by a natural key of a model.
//
//	legacy.cust_1001                                          external id: Key "legacy.cust_1001", Model ""
//	res.country[code=DE]                                      natural key: Model, Field, Key
//	res.country.state[code=CA;country_id=res.country[code=US]] natural key within a scope
type Ref struct {
	Model, Field, Key      string
	ScopeField, ScopeValue string // ScopeValue is the text of another Ref or of a plain value
}

// String returns the canonical text, which ParseRef reads back.
func (r Ref) String() string {
	if r.Model == "" {
		return r.Key
	}
	text := r.Model + "[" + r.Field + "=" + escapeKey(r.Key)
	if r.ScopeField != "" {
		text += ";" + r.ScopeField + "=" + r.ScopeValue
	}
	return text + "]"
}

// ParseRef reads the text of a Ref.
func ParseRef(text string) (Ref, error) {
	open := strings.IndexByte(text, '[')
	if open < 0 {
		if text == "" {
			return Ref{}, fmt.Errorf("empty reference")
		}
		return Ref{Key: text}, nil
	}
	if !strings.HasSuffix(text, "]") {
		return Ref{}, fmt.Errorf("reference %q lacks its closing bracket", text)
	}
	r := Ref{Model: text[:open]}
	key, scope, scoped := strings.Cut(text[open+1:len(text)-1], ";")
	var ok bool
	if r.Field, r.Key, ok = strings.Cut(key, "="); !ok {
		return Ref{}, fmt.Errorf("reference %q has no field=value", text)
	}
	r.Key = unescapeKey(r.Key)
	if scoped {
		if r.ScopeField, r.ScopeValue, ok = strings.Cut(scope, "="); !ok {
			return Ref{}, fmt.Errorf("reference %q has a scope without =", text)
		}
	}
	return r, nil
}

// JoinRefs is the canonical text of a many2many value: the texts sorted, without duplicates, joined by commas.
func JoinRefs(refs []string) string {
	sorted := slices.Clone(refs)
	slices.Sort(sorted)
	return strings.Join(slices.Compact(sorted), ",")
}

// SplitRefs takes JoinRefs apart; the empty text is no reference at all.
func SplitRefs(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, ",")
}

var (
	keyEscaper   = strings.NewReplacer("%", "%25", "[", "%5B", "]", "%5D", ";", "%3B", "=", "%3D", ",", "%2C", "\n", "%0A", "\r", "%0D")
	keyUnescaper = strings.NewReplacer("%5B", "[", "%5D", "]", "%3B", ";", "%3D", "=", "%2C", ",", "%0A", "\n", "%0D", "\r", "%25", "%")
)

func escapeKey(s string) string   { return keyEscaper.Replace(s) }
func unescapeKey(s string) string { return keyUnescaper.Replace(s) }
