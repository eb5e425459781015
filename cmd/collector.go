package cmd

import (
	"os"
	"runtime/debug"
)

// tuneCollector lets the heap of a short-lived process grow further between two collections, up to a size where memory
// matters more than time. Whoever sets GOGC or GOMEMLIMIT knows better. It returns a function that restores the setting.
func tuneCollector() func() {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	const percent = 400
	before := debug.SetGCPercent(percent)
	return func() { debug.SetGCPercent(before) }
}
