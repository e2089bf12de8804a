package staging_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/odoo-migrate/odoo-migrate/record"
	"github.com/odoo-migrate/odoo-migrate/staging"
	"github.com/odoo-migrate/odoo-migrate/staging/stagingtest"
)

// Whatever a source calls its columns, each gets a name of its own that PostgreSQL takes as it stands.
func FuzzColumnNames(f *testing.F) {
	f.Add("id\x1fID\x1fid\x1f\x1fline")
	f.Add(strings.Repeat("ü", 40) + "\x1f" + strings.Repeat("ü", 41) + "\x1f" + strings.Repeat("ü", 31) + "_2")
	f.Add("column_1\x1f\x1fcolumn_2\x1fcolumn_2_2\x1f \x1f\t\x1f\xff\xfe")
	f.Add(`"; drop schema public cascade; --` + "\x1f{s}.\x1fU&\"\\0041\"\x1fctid\x1frest")
	f.Fuzz(func(t *testing.T, joined string) {
		in := strings.Split(joined, "\x1f")
		out := staging.ColumnNames(in)
		if len(out) != len(in) {
			t.Fatalf("%d names for %d columns", len(out), len(in))
		}
		seen := map[string]bool{}
		for i, n := range out {
			switch {
			case n == "" || len(n) > 63 || !utf8.ValidString(n) || strings.ContainsFunc(n, unicode.IsControl):
				t.Errorf("%q became %q", in[i], n)
			case seen[n]:
				t.Errorf("%q twice, the second time for %q", n, in[i])
			case strings.Contains("|ctid|xmin|xmax|cmin|cmax|tableoid|row_no|line|byte_offset|digest|rest|", "|"+n+"|"):
				t.Errorf("%q became our own or the system's %q", in[i], n)
			}
			seen[n] = true
		}
		if again := staging.ColumnNames(in); !reflect.DeepEqual(again, out) {
			t.Errorf("%q, then %q", out, again)
		}
	})
}

// pieces are what names are made of that have broken a program before.
var pieces = []string{"select", "USER", "order by", `"`, `""`, "'", "''", ";", "--", "/*", "*/", "\\", "\n", "\t", "\x00", "\xff", "$1", "$$", "{s}.", "{landed}.", "U&", "%s", " ",
	"ß", "漢字", "🙂", "\u202e", "\ufeff", "e\u0301", "é", "İ", strings.Repeat("long", 20), "ctid", "x_id", "row_no", "rest", "landed.", "drop table runs", "), (", ",", ".", "=", "null", "\r\n"}

func oddName(r *rand.Rand) string {
	var b strings.Builder
	for range 1 + r.IntN(5) {
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	return b.String()
}

// The same against PostgreSQL: sources, columns, mappings and fields with random names of such pieces come back cell by cell, and
// nothing else in the database is touched. The seed is in the failure.
func TestOddNamesEverywhere(t *testing.T) {
	s := stagingtest.Open(t)
	other := stagingtest.Open(t)
	landCSV(t, other, "runs", "x\na\n")
	tables := text(t, other, "select string_agg(tablename, ' ' order by tablename) from pg_tables where schemaname = $1", other.Schema())
	for seed := uint64(1); seed <= 40; seed++ {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 4))
			width := 1 + r.IntN(12)
			var columns, cells, fields []string
			var kinds []record.Kind
			var values []record.Value
			for range width {
				columns, cells = append(columns, oddName(r)), append(cells, strings.ToValidUTF8(strings.ReplaceAll(oddName(r), "\x00", ""), ""))
				fields, kinds = append(fields, oddName(r)), append(kinds, record.Text)
				values = append(values, record.NewValue(record.Text, cells[len(cells)-1]))
			}
			source := strings.ToValidUTF8(strings.ReplaceAll(oddName(r), "\x00", "0"), "_") + fmt.Sprint(seed)
			snap := land(t, s, landing(source, columns, []record.Row{row(1, cells...)}))
			for range 2 { // reading changes nothing
				if got := gather(t, s.Landed(t.Context(), snap)); len(got) != 1 || !reflect.DeepEqual(got[0].Rows[0].Cells, cells) {
					t.Errorf("landed %q as %+v", cells, got[0].Rows)
				}
			}
			check(t, s.Correct(t.Context(), snap, []record.Row{row(1, cells...)}, digest))
			l := &record.Layout{Mapping: source, Model: "m", Fields: fields}
			w := must[*staging.StageWriter](t)(s.StageWriter(t.Context(), 1, l, kinds))
			in := record.Record{Layout: l, ID: source, Values: values, Table: source, Pos: record.Pos{Row: 1}}
			check(t, w.Write([]record.Record{in}, [][32]byte{{}}))
			must[int64](t)(w.Close(t.Context()))
			got := gather(t, s.Staged(t.Context(), 1, l, kinds))
			if len(got) != 1 || !reflect.DeepEqual(got[0].Record, in) {
				t.Errorf("staged %+v as %+v", in, got)
			}
			check(t, s.LeaveOut(t.Context(), 1, source, map[int64]string{0: source}))
			check(t, s.DropStaged(t.Context(), 1))
			check(t, s.DropSnapshot(t.Context(), snap.ID))
		})
	}
	if got := text(t, other, "select string_agg(tablename, ' ' order by tablename) from pg_tables where schemaname = $1", other.Schema()); got != tables {
		t.Errorf("another project has the tables %s, had %s", got, tables)
	}
	if left := texts(t, s, "select relname from pg_class where relkind in ('r', 'v') and (relname ~ '^(land|staged)_[0-9]' or relnamespace in ($1::regnamespace, $2::regnamespace)) and relnamespace in ($1::regnamespace, $2::regnamespace, $3::regnamespace)",
		s.LandedSchema(), s.StagedSchema(), s.Schema()); len(left) != 0 {
		t.Errorf("left behind: %q", left)
	}
}
