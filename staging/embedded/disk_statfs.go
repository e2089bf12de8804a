//go:build linux || darwin

package embedded

import "golang.org/x/sys/unix"

// tight reports whether the disk of a folder has no room left for one more segment of PostgreSQL's write-ahead log.
func tight(dir string) bool {
	var disk unix.Statfs_t
	return unix.Statfs(dir, &disk) == nil && disk.Bavail*uint64(disk.Bsize) < walSegment
}

// Free returns the bytes that are free on the disk of a folder, and whether they are known.
func Free(dir string) (int64, bool) {
	var disk unix.Statfs_t
	err := unix.Statfs(dir, &disk)
	return int64(disk.Bavail * uint64(disk.Bsize)), err == nil //nolint:gosec // no disk has more
}
