//go:build unix

package growth

import (
	"math"
	"testing"
	"time"
)

func TestExponent(t *testing.T) {
	sizes := [4]int{100, 200, 400, 800}
	for power, name := range map[float64]string{1: "linear", 2: "quadratic"} {
		var times [4]time.Duration
		for i, n := range sizes {
			times[i] = time.Duration(1000 * math.Pow(float64(n), power))
		}
		if got := exponent(sizes, times); math.Abs(got-power) > 0.01 {
			t.Errorf("%s: exponent %v", name, got)
		}
	}
}
