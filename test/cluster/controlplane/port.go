package controlplane

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
)

// FreePort returns a free loopback port below the range from which the kernel takes the ports of outgoing
// connections, so that nothing but another test cluster could take it before the component listens.
func FreePort() (int, error) {
	const first, last, tries = 20000, 32000, 100
	var refused error
	for range tries {
		port := first + rand.IntN(last-first)
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			refused = err
			continue
		}
		return port, listener.Close()
	}
	return 0, errors.Join(errors.New("find a free port"), refused)
}

// fileName makes a user name such as system:node:node-1 fit for a file.
func fileName(user string) string { return strings.NewReplacer(":", "-", "/", "-").Replace(user) }
