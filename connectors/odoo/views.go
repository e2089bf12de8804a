package odoo

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// hashedAtOnce is of how many records binary fields are read in one call: what is on its way at once stays small.
const hashedAtOnce = 8

// Read returns the fields of records by id, in the order of ids; many2one values are bare ids. Records that are gone
// are left out, as Odoo's read does. Fields may be views (schema.Views): "name@fr_FR" is read in French,
// "image_1920#sha256" gives the digest of what the field holds, in hexadecimal, or false where it is empty.
func (c *Client) Read(ctx context.Context, model string, ids []int64, fields []string) ([]map[string]any, error) {
	v := schema.ViewsOf(fields)
	if len(v.Hashed)+len(v.ByLang) == 0 && !v.Company {
		return c.read(ctx, model, ids, fields, nil)
	}
	// Without any field Odoo answers for records that are gone, too.
	plain := slices.Concat(v.Plain, []string{"write_date"})
	rows, err := c.read(ctx, model, ids, plain, nil)
	if err != nil {
		return nil, err
	}
	byID := make(map[int64]map[string]any, len(rows))
	for _, row := range rows {
		id, _ := intValue(row["id"])
		byID[id] = row
		if v.Company {
			row[schema.Company] = json.Number(strconv.FormatInt(c.companiesIn(ctx)[0], 10))
		}
	}
	for _, lang := range v.Languages {
		in, err := c.read(ctx, model, ids, v.ByLang[lang], map[string]any{"lang": lang})
		if err != nil {
			return nil, err
		}
		for _, row := range in {
			id, _ := intValue(row["id"])
			for _, f := range v.ByLang[lang] {
				if to := byID[id]; to != nil {
					to[schema.InLanguage(f, lang)] = row[f]
				}
			}
		}
	}
	for part := range slices.Chunk(ids, hashedAtOnce) {
		if len(v.Hashed) == 0 {
			break
		}
		if err := c.readHashed(ctx, model, part, v.Hashed, byID); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

func (c *Client) read(ctx context.Context, model string, ids []int64, fields []string, more map[string]any) ([]map[string]any, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	kw := map[string]any{"load": false}
	if more != nil {
		kw["context"] = more
	}
	v, err := c.Call(ctx, model, "read", []any{ids, fields}, kw)
	if err != nil {
		return nil, err
	}
	return mapsOf(v), nil
}

func (c *Client) readHashed(ctx context.Context, model string, ids []int64, fields []string, to map[int64]map[string]any) error {
	rows, err := c.read(ctx, model, ids, fields, nil)
	if err != nil {
		return err
	}
	for _, row := range rows {
		id, _ := intValue(row["id"])
		for _, f := range fields {
			hash, err := hashOf(row[f])
			if err != nil {
				return fmt.Errorf("read %s.%s of record %d: %w", model, f, id, err)
			}
			if to[id] != nil {
				to[id][schema.Hashed(f)] = hash
			}
		}
	}
	return nil
}

// hashOf is the digest of the bytes of a binary field, false where it holds none.
func hashOf(raw any) (any, error) {
	if raw == nil || raw == false || raw == "" {
		return false, nil
	}
	text, ok := raw.(string)
	if !ok {
		return nil, fmt.Errorf("unexpected value of type %T", raw)
	}
	h := sha256.New()
	if _, err := io.Copy(h, base64.NewDecoder(base64.StdEncoding, strings.NewReader(text))); err != nil {
		return nil, err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Write sets the same values on records. Values in a language ("name@fr_FR") are written after the others, each only on
// records that do not show it yet; one that is the same as in the base language takes the record's own translation away.
// It may be repeated: what it set already, it sets again to the same.
func (c *Client) Write(ctx context.Context, model string, ids []int64, values map[string]any) error {
	if len(ids) == 0 {
		return nil
	}
	v := schema.ViewsOf(slices.Sorted(maps.Keys(values)))
	if len(v.Plain) > 0 || len(v.ByLang) == 0 {
		plain := make(map[string]any, len(v.Plain))
		for _, f := range v.Plain {
			plain[f] = values[f]
		}
		if _, err := c.Call(ctx, model, "write", []any{ids, plain}, nil); err != nil {
			return err
		}
	}
	for _, lang := range v.Languages {
		for _, f := range v.ByLang[lang] {
			if err := c.writeTranslation(ctx, model, ids, f, lang, values[schema.InLanguage(f, lang)]); err != nil {
				return err
			}
		}
	}
	return nil
}

// writeTranslation writes one field in one language.
func (c *Client) writeTranslation(ctx context.Context, model string, ids []int64, field, lang string, value any) error {
	here := schema.InLanguage(field, lang)
	rows, err := c.Read(ctx, model, ids, []string{field, here})
	if err != nil {
		return err
	}
	var set []int64
	for _, row := range rows {
		id, _ := intValue(row["id"])
		switch base := row[field]; {
		case row[here] == value:
		case value == base || value == nil || value == false || value == "":
			// An empty text would empty the field in every language (odoo/orm/fields_textual.py, convert_to_column).
			kw := map[string]any{"translations": map[string]any{lang: false}}
			if _, err := c.Call(ctx, model, "update_field_translations", []any{[]int64{id}, field}, kw); err != nil {
				return err
			}
		default:
			set = append(set, id)
		}
	}
	if len(set) == 0 {
		return nil
	}
	_, err = c.Call(ctx, model, "write", []any{set, map[string]any{field: value}}, map[string]any{"context": map[string]any{"lang": lang}})
	return err
}
