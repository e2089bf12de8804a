package odootest

import (
	"encoding/csv"
	"maps"
	"slices"
	"strings"
)

// importModel is the transient model of base_import. It was not captured: what is played of it is the way of its dialogue, a
// record with the file, execute_import on it, and its removal.
const importModel = "base_import.import"

func (s *Server) importing(c call) (any, error) {
	switch c.method {
	case "create":
		list, _ := c.arg(0, "vals_list").([]any)
		ids := []int64{}
		for _, v := range list {
			vals, _ := v.(map[string]any)
			s.db.seqs[importModel]++
			s.imports[s.db.seqs[importModel]] = maps.Clone(vals)
			ids = append(ids, s.db.seqs[importModel])
		}
		return ids, nil
	case "write":
		vals, _ := c.arg(1, "vals").(map[string]any)
		for _, id := range idList(c.arg(0, "ids")) {
			if s.imports[id] == nil {
				return nil, missingRecord(importModel, id, c.uid)
			}
			maps.Copy(s.imports[id], vals)
		}
		return true, nil
	case "unlink":
		return nil, raise("odoo.exceptions.AccessError", "odoo/addons/base/models/ir_model.py", "check", "You are not allowed to delete 'Base Import' (%s) records.", importModel)
	case "search_count":
		return s.countImports(c), nil
	case "execute_import":
		return s.executeImport(c)
	}
	return nil, missingMethod(importModel, c.method)
}

// executeImport loads the rows of the file; with dryrun it rolls back and answers what load answered.
func (s *Server) executeImport(c call) (any, error) {
	ids := idList(c.arg(0, "ids"))
	if len(ids) != 1 || s.imports[ids[0]] == nil {
		return nil, missingRecord(importModel, slices.Max(append(ids, 0)), c.uid)
	}
	vals := s.imports[ids[0]]
	name, _ := vals["res_model"].(string)
	m := s.db.meta.Models[name]
	if m == nil {
		return nil, missingModel(name)
	}
	text, _ := vals["file"].(string)
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		return nil, valueError("%s", err)
	}
	ctx, _ := c.kwargs["context"].(map[string]any)
	e := &env{db: s.db, uid: c.uid, ctx: ctx, now: s.opts.Now().UTC()}
	start := s.db.mark()
	answer, err := e.load(m, texts(c.arg(1, "fields")), rows)
	if dry, _ := c.arg(4, "dryrun").(bool); err != nil || dry {
		s.db.rollback(start)
		return answer, err
	}
	s.db.commit()
	return answer, nil
}

// countImports plays the one search that is made: for records that still hold a file.
func (s *Server) countImports(c call) int64 {
	var n int64
	domain, _ := c.arg(0, "domain").([]any)
	for _, vals := range s.imports {
		if len(domain) == 0 || truth(vals["file"]) {
			n++
		}
	}
	return n
}
