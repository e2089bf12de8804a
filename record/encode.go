package record

import (
	"encoding/json"
	"fmt"
)

// EncodeValues writes fields and their values as one JSON object, {"name": ["text", "Ada"], "ref": ["null", ""]}, keys
// sorted as the fields are. DecodeValues reads it back without loss.
func EncodeValues(fields []string, values []Value) (json.RawMessage, error) {
	m := make(map[string][2]string, len(fields))
	for i, f := range fields {
		m[f] = [2]string{values[i].kind.String(), values[i].text}
	}
	return json.Marshal(m)
}

// DecodeValues reads what EncodeValues wrote.
func DecodeValues(b json.RawMessage) (map[string]Value, error) {
	var m map[string][2]string
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, fmt.Errorf("read values: %w", err)
	}
	out := make(map[string]Value, len(m))
	for f, v := range m {
		k, ok := ParseKind(v[0])
		if !ok {
			return nil, fmt.Errorf("read values: field %s is of unknown kind %q", f, v[0])
		}
		out[f] = NewValue(k, v[1])
	}
	return out, nil
}
