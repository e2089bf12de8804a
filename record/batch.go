package record

// Pos says where a source row stands. Line and Row count from 1, Offset from 0.
type Pos struct {
	Row    int64 // number of the row within its table, headers not counted
	Line   int64 // physical line (CSV, XML) or sheet row (XLSX) where the row begins
	Offset int64 // byte offset in the decompressed stream, -1 where the format has none
}

// Row is one row of a source as text; nothing in it has been interpreted.
type Row struct {
	Pos
	Cells   []string // one a column of the batch's table, in that order; empty for a damaged row
	Damage  string   // why the row could not be read; "" for a sound row
	Raw     []byte   // the bytes as they stand in the file; kept only for damaged rows
	Missing []int    // indexes of cells that were absent, not empty (XML); usually nil
}

// Batch is about 1 MiB of consecutive rows of one table. Its borders depend on the file alone, never on the number of
// workers. Strings are views into one buffer that lives as long as any of them.
type Batch struct {
	Table   string
	File    string // the file of these rows where the table is made of several; "" otherwise
	Columns []string
	Rows    []Row
}
