package validate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/record/schema"
)

// claim is a mapping whose records claim values that Odoo wants to be unique.
type claim struct {
	m      Mapping
	u      schema.Unique
	fields []string // of the constraint, and the company where it counts: those the mapping fills
	fixed  map[string]string
}

// claimant is a record with the values it claims.
type claimant struct {
	hit
	claim int
	key   string
	own   map[string]string // by field; "" is nothing
}

// uniques rejects records with values that another row, or Odoo, has already, space by space.
func (v *validator) uniques(ctx context.Context) error {
	spaces := map[string][]claim{}
	var names []string
	for _, m := range v.in.Mappings {
		model, ok := v.in.Schema.Model(m.Layout.Model)
		if !ok {
			continue
		}
		if err := v.unchecked(ctx, m, model); err != nil {
			return err
		}
		for _, u := range v.in.Schema.UniquesOf(m.Layout.Model) {
			c, ok := claimOf(m, u, model)
			if !ok {
				continue
			}
			if spaces[u.Space] == nil {
				names = append(names, u.Space)
			}
			spaces[u.Space] = append(spaces[u.Space], c)
		}
	}
	for _, name := range names {
		claims := spaces[name]
		if !claims[0].u.InOdoo {
			if err := v.twice(ctx, claims); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		if v.in.Target == nil {
			continue
		}
		if err := v.taken(ctx, claims); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// unchecked names the constraints of a model that cannot be checked before a load.
func (v *validator) unchecked(ctx context.Context, m Mapping, model *schema.Model) error {
	var notes []record.Finding
	for _, c := range model.UncheckedUniques() {
		notes = append(notes, record.Finding{Severity: record.Note, Rule: "validate.unchecked", Mapping: m.Name, Rows: 1, Raw: c.Definition,
			Message: fmt.Sprintf("the server keeps records of %s unique by %s, which is not checked here", model.Name, c.Name),
			Hint:    "a row that breaks it is refused by Odoo while loading, and listed then"})
	}
	return v.tell(ctx, m, nil, notes)
}

// claimOf prepares a constraint for a mapping. One over a field that stays empty never bites.
func claimOf(m Mapping, u schema.Unique, model *schema.Model) (claim, bool) {
	c := claim{m: m, u: u, fixed: map[string]string{}}
	if !m.has(u.Fields[0]) {
		return c, false
	}
	for _, f := range slices.Concat(u.Fields, one(u.Shared)) {
		meta, known := model.Field(f)
		switch {
		case !known:
			return c, false // a module that this server has not
		case m.has(f):
			c.fields = append(c.fields, f)
		case f == u.Shared:
		default:
			usual, ok := model.Defaults[f]
			if !ok || usual == nil || usual == false {
				return c, false
			}
			c.fixed[f] = fmt.Sprint(usual)
			if meta.Type.Relational() {
				c.fixed[f] = "#" + c.fixed[f]
			}
		}
	}
	// Partners' barcodes and the like are each company's own.
	if meta, _ := model.Field(u.Fields[0]); meta.PerCompany && m.has(schema.Company) {
		c.fields = append(c.fields, schema.Company)
	}
	return c, true
}

func one(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

// keySQL is what the first field is compared by.
func (c claim) keySQL() string {
	text := c.m.text(c.u.Fields[0])
	if c.u.Plain {
		return `upper(regexp_replace(` + text + `, '\W', '', 'g'))`
	}
	return text
}

// where leaves out records that claim nothing.
func (c claim) where() string {
	first := quote(c.u.Fields[0])
	sql := first + " is not null and " + c.keySQL() + " <> ''"
	if c.u.Excludes != "" {
		sql += " and not coalesce(" + schema.Filled(c.u.Excludes, func(f string, _ bool) string {
			if c.m.has(f) {
				return quote(f)
			}
			return "null::text"
		}) + ", false)"
	}
	return sql
}

// select is the SQL of a claim's records: its number, who they are, the raw value, the key, and the other fields joined by
// line feeds, which no reference and no code has.
func (c claim) sql(i int, gone string) string {
	var others []string
	for _, f := range c.fields[1:] {
		others = append(others, "coalesce("+c.m.text(f)+", '')")
	}
	if len(others) == 0 {
		others = []string{"''"}
	}
	return fmt.Sprintf(`select %d as i, %s, %s as raw, %s as key, concat_ws(E'\n', %s) as others from %s where %s and not (x_seq = any(%s))`,
		i, who, c.m.text(c.u.Fields[0]), c.keySQL(), strings.Join(others, ", "), c.m.staged(), c.where(), gone)
}

// union is the SQL of the records of all claims, and its arguments.
func (v *validator) union(claims []claim) (string, []any) {
	parts, args := make([]string, len(claims)), make([]any, len(claims))
	for i, c := range claims {
		parts[i], args[i] = c.sql(i, fmt.Sprintf("$%d", i+1)), v.out.Records(c.m.Name)
	}
	return strings.Join(parts, " union all "), args
}

// claimants runs SQL over the columns of claim.sql.
func (v *validator) claimants(ctx context.Context, claims []claim, sql string, args []any, each func(claimant) error) error {
	return v.q.Each(ctx, sql, args, func(scan func(...any) error) error {
		var c claimant
		var others string
		if err := scan(&c.claim, &c.id, &c.seq, &c.table, &c.row, &c.line, &c.value, &c.key, &others); err != nil {
			return err
		}
		c.own = map[string]string{}
		for i, text := range strings.Split(others, "\n") {
			if at := claims[c.claim]; i+1 < len(at.fields) {
				c.own[at.fields[i+1]] = text
			}
		}
		for f, text := range claims[c.claim].fixed {
			c.own[f] = text
		}
		return each(c)
	})
}

const claimColumns = "i, " + who + ", raw, key, others"

// twice judges records that claim what an earlier one does.
func (v *validator) twice(ctx context.Context, claims []claim) error {
	union, args := v.union(claims)
	by := "key"
	if claims[0].u.Shared == "" {
		by = "key, others"
	}
	var group []claimant
	bad := make([][]hit, len(claims))
	settle := func() error {
		for n, c := range group {
			for _, before := range group[:n] {
				if clash(claims[c.claim].u, c.own, before.own) {
					c.hint = fmt.Sprintf("%s row %d has it already; keep it on one of them", before.table, before.row)
					bad[c.claim] = append(bad[c.claim], c.hit)
					break
				}
			}
		}
		group = nil
		return nil
	}
	err := v.claimants(ctx, claims, "select "+claimColumns+" from (select *, count(*) over (partition by "+by+") as n from ("+union+") u) g where n > 1 order by key, i, x_seq",
		args, func(c claimant) error {
			if len(group) > 0 && group[0].key != c.key {
				if err := settle(); err != nil {
					return err
				}
			}
			group = append(group, c)
			return nil
		})
	if err != nil {
		return err
	}
	if err := settle(); err != nil {
		return err
	}
	for i, c := range claims {
		slices.SortFunc(bad[i], func(a, b hit) int { return int(a.seq - b.seq) })
		f := record.Finding{Severity: record.Error, Rule: "validate.unique", Column: c.u.Fields[0],
			Message: "an earlier row has the same " + c.named() + ", and Odoo wants it to be unique"}
		if c.u.Warns {
			f.Severity, f.Rule, f.Message = record.Warning, "validate.near_duplicate", "an earlier row has the same "+c.named()
		}
		if err := v.judge(ctx, c.m, bad[i], f); err != nil {
			return err
		}
	}
	return nil
}

// named says what is unique: by its fields.
func (c claim) named() string {
	return strings.Join(slices.Concat(c.u.Fields, one(c.u.Shared)), " and ")
}

// clash reports whether two records with the same key claim the same.
func clash(u schema.Unique, a, b map[string]string) bool {
	for _, f := range u.Fields[1:] {
		x, y := a[f], b[f]
		if u.Plain {
			x, y = plain(x), plain(y)
		}
		if x == "" || x != y {
			return false
		}
	}
	if a[schema.Company] != b[schema.Company] {
		return false
	}
	x, y := a[u.Shared], b[u.Shared]
	return u.Shared == "" || x == "" || y == "" || x == y
}

// plain keeps letters and digits, in capitals; references stay as they are.
func plain(s string) string {
	if strings.ContainsAny(s, "#[") {
		return s
	}
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r > 127 {
			return r
		}
		return -1
	}, s))
}
