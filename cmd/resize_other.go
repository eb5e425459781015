//go:build !unix

package cmd

import "os"

// notifyResize tells nothing: there is no signal for it here, and the first size stays.
func notifyResize(chan<- os.Signal) {}
