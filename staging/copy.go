package staging

import (
	"bytes"
	"context"
	"encoding/hex"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgconn"
)

// copyText builds rows in COPY's text format (PostgreSQL manual, COPY, "Text Format"): cells end with a tab, the last of
// a row with a line feed, \N is null.
type copyText []byte

const null = `\N`

func (c *copyText) text(s string) {
	b := *c
	start := 0
	for i := 0; i < len(s); i++ {
		var escape byte
		switch s[i] {
		case '\\':
			escape = '\\'
		case '\t':
			escape = 't'
		case '\n':
			escape = 'n'
		case '\r':
			escape = 'r'
		default:
			continue
		}
		b = append(append(b, s[start:i]...), '\\', escape)
		start = i + 1
	}
	*c = append(append(b, s[start:]...), '\t')
}

func (c *copyText) null() { *c = append(*c, null+"\t"...) }

func (c *copyText) int(n int64) { *c = append(strconv.AppendInt(*c, n, 10), '\t') }

func (c *copyText) bool(v bool) { *c = append(strconv.AppendBool(*c, v), '\t') }

func (c *copyText) bytes(v []byte) {
	*c = append(hex.AppendEncode(append(*c, `\\x`...), v), '\t')
}

// shown adds text that was made for people: what PostgreSQL cannot hold becomes a replacement character.
func (c *copyText) shown(s string) { c.text(showable(s)) }

// endRow closes a row: the last cell's tab becomes the row's end.
func (c *copyText) endRow() { (*c)[len(*c)-1] = '\n' }

// holdable reports whether PostgreSQL's text can hold s.
func holdable(s string) bool { return strings.IndexByte(s, 0) < 0 && utf8.ValidString(s) }

func showable(s string) string {
	if holdable(s) {
		return s
	}
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", "\uFFFD"), "\uFFFD")
}

// copyInto sends rows into table (columns) over one connection and returns how many arrived.
func copyInto(ctx context.Context, conn *pgconn.PgConn, table string, columns []string, rows io.Reader) (int64, error) {
	quoted := make([]string, len(columns))
	for i, c := range columns {
		quoted[i] = quote(c)
	}
	tag, err := conn.CopyFrom(ctx, rows, "copy "+table+" ("+strings.Join(quoted, ", ")+") from stdin with (format text, encoding 'UTF8')")
	return tag.RowsAffected(), err
}

// copyRows sends rows over a connection of its own, as one statement that arrives wholly or not at all.
func (s *Store) copyRows(ctx context.Context, table string, columns []string, rows copyText) error {
	if len(rows) == 0 {
		return nil
	}
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return explain(err)
	}
	defer conn.Release()
	_, err = copyInto(ctx, conn.Conn().PgConn(), table, columns, bytes.NewReader(rows))
	return s.explain(err)
}

func timeOrZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
