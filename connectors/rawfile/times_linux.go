package rawfile

import (
	"os"
	"syscall"
)

// changeTime is when a file's bytes or its times were last changed, in nanoseconds: what a program that sets the
// modification time back cannot hide.
func changeTime(info os.FileInfo) int64 {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return syscall.TimespecToNsec(s.Ctim)
	}
	return 0
}
