package cmd

import (
	"os"
	"runtime/debug"
)

// tuneCollector lets the heap of a short-lived process grow further between two collections than the default of 100
// does. 200 saves about a quarter of the time of a project with 1000 services and keeps it below 150 MB; 400 saves
// little more and needs half as much memory again, and a fixed limit makes projects beyond it several times slower.
// Whoever sets GOGC or GOMEMLIMIT knows better. It returns a function that restores the setting.
func tuneCollector() func() {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	const percent = 200
	before := debug.SetGCPercent(percent)
	return func() { debug.SetGCPercent(before) }
}
