package doctor

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

func fields(s string) []string { return strings.Fields(s) }

// LookAtStaging checks the PostgreSQL behind staging. private is a cluster of our own in the project's folder.
func LookAtStaging(ctx context.Context, s Staging, private bool) []Check {
	set, err := s.Settings(ctx)
	if err != nil {
		return unseen("staging", err, "Look at PostgreSQL's log.")
	}
	whose := "a server of your own"
	if private {
		whose = "a private cluster in .migrate"
	}
	out := one("staging", OK, "", "PostgreSQL %s, %s; the database has %s", set["server_version"], whose, size(set["database_bytes"]))
	if set["fsync"] == "off" || set["full_page_writes"] == "off" {
		out = append(out, Check{"staging durability", Error, fmt.Sprintf("fsync is %s, full_page_writes %s", set["fsync"], set["full_page_writes"]),
			"Set both to on: the ledger there is what keeps records from being loaded twice after a crash."})
	}
	if set["synchronous_commit"] == "off" {
		out = append(out, Check{"staging durability", Error, "synchronous_commit is off: what was settled last is lost with the machine",
			"Set it to on, or to local."})
	}
	if set["transaction_read_only"] == "on" || set["in_recovery"] == "true" {
		out = append(out, Check{"staging", Error, "the server takes no writes: it is a standby", "Name the primary in staging: dsn:."})
	}
	if n := megabytes(set["shared_buffers"], 8); !private && n > 0 && n < 128 {
		out = append(out, Check{"staging memory", Note, fmt.Sprintf("shared_buffers is %d MB", n), "Give it 128 MB or more where millions of rows are staged."})
	}
	if free := number(set["max_connections"]) - number(set["connections"]); free < 20 {
		out = append(out, Check{"staging connections", Warning, fmt.Sprintf("%d of %s connections are free", free, set["max_connections"]),
			"A run takes up to 20: raise max_connections, or put a pooler in front."})
	}
	if n := megabytes(set["temp_file_limit"], 1); n > 0 && n < 10_240 {
		out = append(out, Check{"staging room", Note, fmt.Sprintf("temp_file_limit is %s kB", set["temp_file_limit"]), "Sorting millions of rows takes temporary files: raise it, or set it to -1."})
	}
	return out
}

// megabytes reads a setting in units of so many kB.
func megabytes(v string, unit int64) int64 {
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n * unit >> 10
}

func size(bytes string) string {
	n := number(bytes)
	if n < 1<<30 {
		return fmt.Sprintf("%d MB", n>>20)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/(1<<30))
}
