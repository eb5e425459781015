package api

import (
	"io"
	"runtime"
	"strings"
	"testing"
)

func TestEachLineCutsWhatIsTooLong(t *testing.T) {
	var lines []string
	text := "one\r\n\n" + strings.Repeat("x", maxLine+70<<10) + "\nlast"
	if err := EachLine(strings.NewReader(text), func(line string) { lines = append(lines, line) }); err != nil {
		t.Fatal(err)
	}
	if len(lines) != 4 || lines[0] != "one" || lines[1] != "" || len(lines[2]) != maxLine || lines[3] != "last" {
		t.Errorf("%d lines, the third has %d bytes", len(lines), len(lines[2]))
	}
}

// TestALineOfAnyLengthCostsLittle reads half a gigabyte without a line break.
func TestALineOfAnyLengthCostsLittle(t *testing.T) {
	if testing.Short() {
		t.Skip("it measures memory")
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	endless := io.LimitReader(filled{}, 512<<20)
	if err := EachLine(endless, func(string) {}); err != nil {
		t.Fatal(err)
	}
	if runtime.ReadMemStats(&after); after.TotalAlloc-before.TotalAlloc > 16<<20 {
		t.Errorf("%d MiB were allocated", (after.TotalAlloc-before.TotalAlloc)>>20)
	}
}

type filled struct{}

func (filled) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'y'
	}
	return len(p), nil
}
