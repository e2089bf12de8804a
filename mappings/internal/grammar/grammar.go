// Package grammar holds the tables of keys that files in YAML may have: what the parser knows, demands and lets one choose
// from, and what editors are told in a JSON Schema, are read off the same rows.
package grammar

import (
	"bytes"
	"encoding/json"
	"slices"
)

// Keys are the keys of one kind of map.
type Keys []Key

// Key is one of them.
type Key struct {
	Name     string
	Doc      string // half a sentence, for editors
	Required bool
	Value    Shape
}

// Names lists the keys in the order of the table.
func (k Keys) Names() []string {
	out := make([]string, len(k))
	for i := range k {
		out[i] = k[i].Name
	}
	return out
}

// Required lists the keys that must be there.
func (k Keys) Required() []string {
	var out []string
	for i := range k {
		if k[i].Required {
			out = append(out, k[i].Name)
		}
	}
	return out
}

// Options lists what the value of a key is chosen from.
func (k Keys) Options(name string) []string {
	for i := range k {
		if k[i].Name == name {
			return slices.Clone(k[i].Value.options)
		}
	}
	return nil
}

// Shape is what a value looks like, as a JSON Schema that is built by the functions below.
type Shape struct {
	schema  object
	options []string
}

type object map[string]any

// Text is any scalar that is read as text: 0001 needs no quotes.
func Text() Shape { return Shape{schema: object{"type": []string{"string", "number", "boolean"}}} }

// Word is a text of a certain form.
func Word(pattern string) Shape {
	return Shape{schema: object{"type": "string", "pattern": pattern}}
}

// Character is a text of one character.
func Character() Shape {
	return OneOf(Shape{schema: object{"type": "string", "maxLength": 1}}, Shape{schema: object{"type": "integer", "minimum": 0, "maximum": 9}})
}

// Whole is a whole number.
func Whole() Shape { return Shape{schema: object{"type": "integer"}} }

// AtLeast is a whole number that is not smaller.
func AtLeast(least int) Shape { return Shape{schema: object{"type": "integer", "minimum": least}} }

// Number is a number; where it may have digits nobody wants rounded it may be written as a text.
func Number() Shape { return Shape{schema: object{"type": []string{"number", "string"}}} }

// Truth is true or false.
func Truth() Shape { return Shape{schema: object{"type": "boolean"}} }

// Null is null, or nothing after the colon.
func Null() Shape { return Shape{schema: object{"type": "null"}} }

// Exactly is one value.
func Exactly(value any) Shape { return Shape{schema: object{"const": value}} }

// Choice is one of several words.
func Choice(options ...string) Shape {
	return Shape{schema: object{"enum": options}, options: options}
}

// ChoiceOrNull is one of several words, or null.
func ChoiceOrNull(options ...string) Shape {
	all := make([]any, 0, len(options)+1)
	for _, o := range options {
		all = append(all, o)
	}
	return Shape{schema: object{"enum": append(all, nil)}, options: options}
}

// ListOf is a list of equal shapes.
func ListOf(item Shape) Shape {
	return Shape{schema: object{"type": "array", "items": item.schema}}
}

// AtLeastOne is a list of equal shapes that is not empty.
func AtLeastOne(item Shape) Shape {
	return Shape{schema: object{"type": "array", "items": item.schema, "minItems": 1}}
}

// Texts is a text or a list of them.
func Texts() Shape { return OneOf(Text(), ListOf(Text())) }

// MapOf is a map with free keys; names limits them to a form, "" does not.
func MapOf(names string, value Shape) Shape {
	s := object{"type": "object", "additionalProperties": value.schema}
	if names != "" {
		s["propertyNames"] = object{"pattern": names}
	}
	return Shape{schema: s}
}

// Map is a map with the keys of a table.
func Map(keys Keys) Shape { return Shape{schema: keys.object()} }

// OneOf is any of several shapes.
func OneOf(shapes ...Shape) Shape {
	var all []object
	for _, s := range shapes {
		all = append(all, s.schema)
	}
	return Shape{schema: object{"anyOf": all}}
}

// Ref is a shape that Schema is given by name: for shapes that hold themselves.
func Ref(name string) Shape {
	return Shape{schema: object{"$ref": "#/definitions/" + name}}
}

// With is a shape that has to have one of some keys, and no two of them.
func (s Shape) With(keys ...string) Shape {
	out := object{}
	for k, v := range s.schema {
		out[k] = v
	}
	var one []object
	for _, key := range keys {
		one = append(one, object{"required": []string{key}})
	}
	out["oneOf"] = one
	return Shape{schema: out, options: s.options}
}

func (k Keys) object() object {
	properties := object{}
	for _, key := range k {
		p := object{}
		for name, v := range key.Value.schema {
			p[name] = v
		}
		if key.Doc != "" {
			p["description"] = key.Doc
		}
		properties[key.Name] = p
	}
	out := object{"type": "object", "properties": properties, "additionalProperties": false}
	if required := k.Required(); len(required) > 0 {
		out["required"] = required
	}
	return out
}

// Schema writes a JSON Schema (draft 7, which all editors understand) of a file with these keys.
func Schema(title string, keys Keys, definitions map[string]Shape) []byte {
	s := keys.object()
	s["$schema"], s["title"] = "http://json-schema.org/draft-07/schema#", title
	if len(definitions) > 0 {
		d := object{}
		for name, shape := range definitions {
			d[name] = shape.schema
		}
		s["definitions"] = d
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(s); err != nil {
		panic(err) // the tables hold nothing but texts, numbers and lists
	}
	return b.Bytes()
}

// Column is a column's name or an expression: a text, but not true or false, which would be meant as a value.
func Column() Shape { return Shape{schema: object{"type": []string{"string", "number"}}} }
