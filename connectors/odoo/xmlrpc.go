package odoo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/kolo/xmlrpc"

	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

type xmlService struct{}

func (xmlService) name() string { return XMLRPC }

// emptyText stands for an empty string while the codec works: it reads <string></string> as nil, which would make an
// empty text look like None. It is a noncharacter of Unicode that XML allows.
const emptyText = "\uFDD0"

func (xmlService) ask(ctx context.Context, c *Client, service, method string, args []any) (any, *Fault) {
	out := make([]any, len(args))
	for i, a := range args {
		v, err := xmlValue(a)
		if err != nil {
			return nil, cannotWrite("XML-RPC", err)
		}
		out[i] = v
	}
	data, err := xmlrpc.EncodeMethodCall(method, out...)
	if err != nil {
		return nil, cannotWrite("XML-RPC", err)
	}
	return c.exchange(ctx, request{path: "/xmlrpc/2/" + service, mime: "text/xml", body: bytesBody(data), read: c.xmlAnswer})
}

// xmlAnswer holds the whole answer: the codec wants it so.
func (c *Client) xmlAnswer(a *answer) (any, *Fault) {
	data, err := io.ReadAll(a)
	if err != nil || !bytes.Contains(data[:min(len(data), 256)], []byte("<methodResponse>")) {
		return nil, c.notOdoo(a)
	}
	data = bytes.ReplaceAll(data, []byte("<string></string>"), []byte("<string>"+emptyText+"</string>"))
	if bytes.Contains(data[:min(len(data), 256)], []byte("<fault>")) {
		return xmlFault(data)
	}
	var v any
	if err := xmlrpc.Response(data).Unmarshal(&v); err != nil {
		return nil, protocolFault(200, "the answer is not XML-RPC: %v", err)
	}
	return normalise(v), nil
}

// xmlFault reads Odoo's fault codes (odoo/addons/rpc/controllers/xmlrpc.py): 1 a traceback, 2 a UserError or one of its
// kinds, 3 access denied, 4 access error. Only code 1 names the exception's type.
func xmlFault(data []byte) (any, *Fault) {
	var body xmlrpc.FaultError
	if err := xmlrpc.Response(data).Unmarshal(&body); err != nil {
		return nil, protocolFault(200, "the answer is not XML-RPC: %v", err)
	}
	f := &Fault{Code: "xmlrpc:" + strconv.Itoa(body.Code), Message: body.String, Status: 200}
	switch body.Code {
	case 2:
		f.Class = schema.FaultUser
	case 3:
		f.Class = schema.FaultAuthentication
	case 4:
		f.Class = schema.FaultAccess
	default:
		f.Debug = body.String
		name, text := lastException(body.String)
		if name == "builtins.TypeError" && marshalsNone(body.String) {
			return nil, nil // the method ran, is committed and returned None
		}
		f.Code, f.Message, f.Class = name, text, classify(name, body.String)
		if text == "" {
			f.Message = name
		}
	}
	return nil, f
}

// marshalsNone reports whether the traceback was raised by Python's marshaller for nil, after the method had returned.
func marshalsNone(debug string) bool {
	at := lastFrame(debug)
	return at.fn == "dump_nil" && strings.HasSuffix(at.file, "xmlrpc/client.py")
}

// xmlValue turns a value into what the codec encodes rightly. nil becomes false, Odoo's own empty value, because the
// codec would send an empty text. Control characters are refused: the codec would replace them in silence.
func xmlValue(v any) (any, error) {
	switch v := v.(type) {
	case nil:
		return false, nil
	case bool, int, int64, float64:
		return v, nil
	case string:
		return v, xmlText(v)
	case json.Number:
		if n, err := strconv.ParseInt(string(v), 10, 64); err == nil {
			return n, nil
		}
		return strconv.ParseFloat(string(v), 64)
	case []byte:
		return nil, fmt.Errorf("binary values are sent as base64 text")
	}
	return xmlReflect(reflect.ValueOf(v))
}

func xmlReflect(v reflect.Value) (any, error) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return false, nil
		}
		return xmlValue(v.Elem().Interface())
	case reflect.Slice, reflect.Array:
		out := make([]any, v.Len())
		for i := range out {
			x, err := xmlValue(v.Index(i).Interface())
			if err != nil {
				return nil, err
			}
			out[i] = x
		}
		return out, nil
	case reflect.Map:
		out := make(map[string]any, v.Len())
		for it := v.MapRange(); it.Next(); {
			k := fmt.Sprint(it.Key().Interface())
			if err := xmlText(k); err != nil {
				return nil, err
			}
			x, err := xmlValue(it.Value().Interface())
			if err != nil {
				return nil, err
			}
			out[html.EscapeString(k)] = x // the codec does not escape names
		}
		return out, nil
	case reflect.String:
		return v.String(), xmlText(v.String())
	case reflect.Int8, reflect.Int16, reflect.Int32:
		return v.Int(), nil
	case reflect.Float32:
		return v.Float(), nil
	}
	return nil, fmt.Errorf("a %s is no XML-RPC value", v.Type())
}

func xmlText(s string) error {
	if !utf8.ValidString(s) {
		return fmt.Errorf("the text %q is not UTF-8", s)
	}
	for _, r := range s {
		if r == emptyTextRune || r == 0xFFFE || r == 0xFFFF || (r < 0x20 && r != '\t' && r != '\n' && r != '\r') {
			return fmt.Errorf("the text %q holds the character %U, which XML cannot carry; use the protocol jsonrpc", s, r)
		}
	}
	return nil
}

const emptyTextRune = '\uFDD0'
