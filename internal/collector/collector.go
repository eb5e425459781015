// Package collector tunes the garbage collector for a short-lived process. A program asks for that by importing it; the
// packages of the library leave the collector of their users alone.
package collector

import (
	"os"
	"runtime"
	"runtime/debug"
)

// A process starts with the percentage of a small heap, and goes on with that of a large one after the first collection,
// which comes when the heap reaches 16 MB: the size of the heap tells a large project better than that of its files. A fixed limit would make
// projects beyond it several times slower.
const (
	smallHeap = 400
	largeHeap = 200
)

// Tuned says whether the collector was tuned. It is not if GOGC or GOMEMLIMIT is set: whoever sets them knows better.
//
// It is set while packages are initialized, not by main: some that come later allocate so much that they would cause a
// collection.
var Tuned = tune()

func tune() bool {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return false
	}
	debug.SetGCPercent(smallHeap)
	runtime.AddCleanup(&first{}, func(percent int) { debug.SetGCPercent(percent) }, largeHeap)
	return true
}

// first is dropped at once; the first collection finds it.
type first struct{ _ *int }
