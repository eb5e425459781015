//go:build unix

package disk

import (
	"syscall"
)

// nonBlocking makes opening a named pipe return at once, also where nobody writes to it.
const nonBlocking = syscall.O_NONBLOCK
