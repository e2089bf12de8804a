package record

// Kind is the type of a Value.
type Kind uint8

// The kinds, each with the canonical text its values hold.
const (
	Null     Kind = iota // ""; null is not the empty text
	Text                 // the text itself (char, text, html, selection)
	Number               // Decimal.String() (integer, float, monetary)
	Boolean              // "true" or "false"
	Date                 // "2006-01-02"
	DateTime             // "2006-01-02 15:04:05", UTC
	Link                 // Ref.String() (many2one, reference)
	Links                // JoinRefs (many2many)
	Binary               // base64, standard encoding
	File                 // FileRef: a file of the project, by its digest (binary)
)

var kindNames = [...]string{"null", "text", "number", "boolean", "date", "datetime", "link", "links", "binary", "file"}

// String returns the kind's name as documents and digests spell it.
func (k Kind) String() string { return kindNames[k] }

// ParseKind is the inverse of Kind.String; it reports false for an unknown name.
func ParseKind(name string) (Kind, bool) {
	for i, n := range kindNames {
		if n == name {
			return Kind(i), true
		}
	}
	return Null, false
}

// Value is one typed value of a target record in canonical text. Values are comparable with ==; the zero value is null.
type Value struct {
	kind Kind
	text string
}

// NewValue makes a value of a text that is canonical for its kind already.
func NewValue(k Kind, canonical string) Value {
	if k == Null {
		return Value{}
	}
	return Value{k, canonical}
}

// TextValue, NumberValue, BoolValue, LinkValue and LinksValue make values of their kinds.
func TextValue(s string) Value { return Value{Text, s} }

// NumberValue makes a number.
func NumberValue(d Decimal) Value { return Value{Number, d.String()} }

// BoolValue makes a boolean.
func BoolValue(b bool) Value {
	if b {
		return Value{Boolean, "true"}
	}
	return Value{Boolean, "false"}
}

// LinkValue makes a many2one.
func LinkValue(r Ref) Value { return Value{Link, r.String()} }

// LinksValue makes a many2many of the texts of references.
func LinksValue(refs []string) Value { return Value{Links, JoinRefs(refs)} }

// Kind returns the value's kind.
func (v Value) Kind() Kind { return v.kind }

// IsNull reports whether the value is null.
func (v Value) IsNull() bool { return v.kind == Null }

// Text returns the canonical text; "" for null.
func (v Value) Text() string { return v.text }

// Bool reports whether the value is the boolean true.
func (v Value) Bool() bool { return v.kind == Boolean && v.text == "true" }

// Decimal returns the number, or 0 for values of other kinds.
func (v Value) Decimal() Decimal {
	if v.kind != Number {
		return Decimal{}
	}
	return Decimal{v.text}
}
