package record

import "strings"

// FileRef is a file that a field is to hold: where it lies in the project, and what is in it. A mapping knows the path
// alone; whoever reads the file adds the hash.
type FileRef struct {
	Path string // relative to the project's folder, with slashes
	Hash string // SHA-256 of the bytes, in hexadecimal; "" until the file was read
	Kept string // SHA-256 of what Odoo made of them, where it keeps other bytes (it resizes pictures); "" else
}

// FileValue makes a value of kind File.
func FileValue(f FileRef) Value {
	text := f.Hash
	if f.Kept != "" {
		text += "=" + f.Kept
	}
	return Value{File, text + " " + f.Path}
}

// File takes a value of kind File apart.
func (v Value) File() FileRef {
	if v.kind != File {
		return FileRef{}
	}
	hashes, path, _ := strings.Cut(v.text, " ")
	hash, kept, _ := strings.Cut(hashes, "=")
	return FileRef{path, hash, kept}
}

// FileFault says that a file a record takes cannot be had, or not as it is meant: the user's mistake, a finding.
type FileFault struct {
	Rule    string // "file.missing", "file.outside", "file.too_large", "file.changed", "file.unreadable"
	Message string
	Hint    string
}

// Error returns the message.
func (f *FileFault) Error() string { return f.Message }
