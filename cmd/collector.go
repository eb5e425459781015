package cmd

import (
	"os"
	"runtime"
	"runtime/debug"
)

// collectOften ends a conversion in a program that goes on: what it needed is garbage from here on, and waiting for a cluster
// leaves time to collect. An up of 1000 objects stays below 100 MB with that. Whoever sets GOGC or GOMEMLIMIT knows better.
func collectOften() {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	const percent = 75
	debug.SetGCPercent(percent)
	runtime.GC()
}
