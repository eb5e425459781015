//go:build unix

// Package growth tests that work grows in a straight line with the size of what it is done on. Only tests use it.
package growth

import (
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// steepest is the largest exponent that is allowed: 1 is linear, 2 quadratic.
const steepest = 1.2

// SkipUnlessAsked skips a test that takes minutes of a processor, unless TRANSSHIP_SLOPES is set.
func SkipUnlessAsked(t *testing.T) {
	t.Helper()
	if os.Getenv("TRANSSHIP_SLOPES") == "" {
		t.Skip("takes some minutes of a processor: TRANSSHIP_SLOPES=1")
	}
}

// Check fails the test if the time of the work grows faster than the size. Sizes are compared with each other, so that the speed of the
// machine does not matter. work is "load" or "convert"; took does the work at a size, and returns the processor time that it takes.
func Check(t *testing.T, work string, sizes [4]int, took func(n int) time.Duration) {
	t.Helper()
	var times [4]time.Duration
	slope := 0.0
	for range 3 { // a disturbance makes it steeper, never flatter for long
		for i, n := range sizes {
			if now := took(n); times[i] == 0 || now < times[i] {
				times[i] = now
			}
		}
		if slope = exponent(sizes, times); slope <= steepest {
			break
		}
	}
	t.Logf("exponent %.2f: %v at %v", slope, times, sizes)
	record(t, work, slope, sizes, times)
	if slope > steepest {
		t.Errorf("exponent %.2f, want at most %v", slope, steepest)
	}
}

// record adds a line to the file that TRANSSHIP_SLOPES_FILE names, for docs/performance.md: work, dimension, the exponent, the largest
// size and its time in milliseconds, with tabs in between.
func record(t *testing.T, work string, slope float64, sizes [4]int, times [4]time.Duration) {
	t.Helper()
	name := os.Getenv("TRANSSHIP_SLOPES_FILE")
	if name == "" {
		return
	}
	file, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	_, dimension, _ := strings.Cut(t.Name(), "/")
	_, err = fmt.Fprintf(file, "%s\t%s\t%.2f\t%d\t%d\n", work, strings.ReplaceAll(dimension, "_", " "), slope, sizes[3], times[3].Milliseconds())
	if err := errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
}

// leastTime is how long work is repeated. The collector of garbage does not run at all in a small piece of work that is done once,
// which makes larger ones look steep.
const leastTime = 100 * time.Millisecond

// ProcessorTime returns the time, user and system, that this process spends on some work: the mean of as many times as take
// leastTime.
func ProcessorTime(t *testing.T, work func()) time.Duration {
	t.Helper()
	used := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			t.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	before := used()
	for n := time.Duration(1); ; n++ {
		work()
		if spent := used() - before; spent >= leastTime {
			return spent / n
		}
	}
}

// exponent is the slope of the line through the logarithms of sizes and times (least squares).
func exponent(sizes [4]int, times [4]time.Duration) float64 {
	var x, y, xx, xy float64
	for i := range sizes {
		a, b := math.Log(float64(sizes[i])), math.Log(float64(times[i]))
		x, y, xx, xy = x+a, y+b, xx+a*a, xy+a*b
	}
	n := float64(len(sizes))
	return (n*xy - x*y) / (n*xx - x*x)
}
