package odootest

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

func (s *Server) serveXML(w http.ResponseWriter, r *http.Request, service string) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		page(w, http.StatusRequestEntityTooLarge, "Request Entity Too Large")
		return
	}
	method, args, err := readMethodCall(body)
	if err != nil {
		page(w, http.StatusBadRequest, "Bad Request")
		return
	}
	s.run(w, r, service, method, args, func(v any, err error) {
		w.Header().Set("Content-Type", "text/xml")
		var buf bytes.Buffer
		buf.WriteString("<?xml version=\"1.0\"?>\n<methodResponse>\n")
		if err == nil && !writeParams(&buf, v) {
			err = raise("builtins.TypeError", "usr/lib/python3.11/xmlrpc/client.py", "dump_nil", "cannot marshal None unless allow_none is enabled")
		}
		if err != nil {
			writeFault(&buf, err)
		}
		buf.WriteString("\n</methodResponse>\n")
		_, _ = w.Write(buf.Bytes()) // the client may be gone
	})
}

// writeParams writes a result, and nothing when it holds None, which XML-RPC cannot carry.
func writeParams(buf *bytes.Buffer, v any) bool {
	var one bytes.Buffer
	if !writeXML(&one, v) {
		return false
	}
	fmt.Fprintf(buf, "<params>\n<param>\n%s</param>\n</params>", one.String())
	return true
}

// writeFault uses Odoo's fault codes (odoo/addons/rpc/controllers/xmlrpc.py).
func writeFault(buf *bytes.Buffer, err error) {
	x, ok := asException(err)
	if !ok {
		x = raise("builtins.Exception", "odootest/double.go", "double", "%s", err)
	}
	code, text := int64(1), x.traceback()
	switch x.name {
	case "odoo.exceptions.AccessError":
		code, text = 4, x.message
	case "odoo.exceptions.AccessDenied":
		code, text = 3, x.message
	case "odoo.exceptions.UserError", "odoo.exceptions.ValidationError", "odoo.exceptions.MissingError", "odoo.exceptions.RedirectWarning":
		code, text = 2, x.message
	}
	buf.WriteString("<fault>\n")
	writeXML(buf, map[string]any{"faultCode": code, "faultString": text})
	buf.WriteString("</fault>")
}

func writeXML(buf *bytes.Buffer, v any) bool {
	ok := true
	buf.WriteString("<value>")
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		fmt.Fprintf(buf, "<boolean>%d</boolean>", map[bool]int{true: 1}[v])
	case int:
		fmt.Fprintf(buf, "<int>%d</int>", v)
	case int64:
		fmt.Fprintf(buf, "<int>%d</int>", v)
	case float64:
		fmt.Fprintf(buf, "<double>%s</double>", strconv.FormatFloat(v, 'g', -1, 64))
	case string:
		buf.WriteString("<string>")
		_ = xml.EscapeText(buf, []byte(withoutControls(v))) // a bytes.Buffer takes everything
		buf.WriteString("</string>")
	case []int64:
		buf.WriteString("<array><data>\n")
		for _, n := range v {
			fmt.Fprintf(buf, "<value><int>%d</int></value>\n", n)
		}
		buf.WriteString("</data></array>")
	case []any:
		buf.WriteString("<array><data>\n")
		for _, x := range v {
			ok = writeXML(buf, x) && ok
		}
		buf.WriteString("</data></array>")
	case map[string]any:
		buf.WriteString("<struct>\n")
		for _, k := range slices.Sorted(maps.Keys(v)) {
			buf.WriteString("<member>\n<name>")
			_ = xml.EscapeText(buf, []byte(k)) // a bytes.Buffer takes everything
			buf.WriteString("</name>\n")
			ok = writeXML(buf, v[k]) && ok
			buf.WriteString("</member>\n")
		}
		buf.WriteString("</struct>")
	default:
		data, _ := json.Marshal(v) // rows and metadata hold nothing else
		var again any
		_ = json.Unmarshal(data, &again)
		buf.Truncate(buf.Len() - len("<value>"))
		return writeXML(buf, plain(again))
	}
	buf.WriteString("</value>\n")
	return ok
}

// withoutControls drops what XML 1.0 disallows, as Odoo's marshaller does.
func withoutControls(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\t' && r != '\n' && r != '\r' {
			return -1
		}
		return r
	}, s)
}

// node is any XML-RPC element.
type node struct {
	XMLName xml.Name
	Text    string `xml:",chardata"`
	Kids    []node `xml:",any"`
}

func readMethodCall(body []byte) (string, []any, error) {
	var root node
	if err := xml.Unmarshal(body, &root); err != nil {
		return "", nil, err
	}
	method := ""
	var args []any
	for _, k := range root.Kids {
		switch k.XMLName.Local {
		case "methodName":
			method = strings.TrimSpace(k.Text)
		case "params":
			for _, p := range k.Kids {
				if len(p.Kids) != 1 {
					return "", nil, fmt.Errorf("a parameter without a value")
				}
				v, err := xmlValue(p.Kids[0])
				if err != nil {
					return "", nil, err
				}
				args = append(args, v)
			}
		}
	}
	return method, args, nil
}

func xmlValue(v node) (any, error) {
	if len(v.Kids) == 0 {
		return v.Text, nil // a value without a type is a string
	}
	t := v.Kids[0]
	switch t.XMLName.Local {
	case "int", "i4", "i8":
		return strconv.ParseInt(strings.TrimSpace(t.Text), 10, 64)
	case "double":
		return strconv.ParseFloat(strings.TrimSpace(t.Text), 64)
	case "boolean":
		return strings.TrimSpace(t.Text) == "1", nil
	case "string", "base64":
		return t.Text, nil
	case "nil":
		return false, nil
	case "array":
		out := []any{}
		for _, d := range t.Kids {
			for _, x := range d.Kids {
				one, err := xmlValue(x)
				if err != nil {
					return nil, err
				}
				out = append(out, one)
			}
		}
		return plain(out), nil
	case "struct":
		out := map[string]any{}
		for _, m := range t.Kids {
			if len(m.Kids) != 2 {
				return nil, fmt.Errorf("a struct member without name or value")
			}
			one, err := xmlValue(m.Kids[1])
			if err != nil {
				return nil, err
			}
			out[m.Kids[0].Text] = one
		}
		return out, nil
	}
	return nil, fmt.Errorf("unknown XML-RPC type %s", t.XMLName.Local)
}
