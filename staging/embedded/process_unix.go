//go:build unix

package embedded

import (
	"errors"
	"syscall"
)

// alive reports whether a process of that number exists.
func alive(pid int) bool {
	if pid <= 0 {
		return false
	}
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}
