package resident

import (
	"os"
	"syscall"
)

// Max is the most memory a process that ended had resident, in bytes.
func Max(p *os.ProcessState) int64 {
	if u, ok := p.SysUsage().(*syscall.Rusage); ok {
		return u.Maxrss << 10
	}
	return 0
}
