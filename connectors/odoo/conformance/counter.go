package conformance

import (
	"sync/atomic"
	"time"
)

var counted atomic.Int64

// counter numbers behaviours apart, also between two runs on one database.
func counter() int64 { return time.Now().UnixMilli()%1e9*1000 + counted.Add(1)%1000 }
