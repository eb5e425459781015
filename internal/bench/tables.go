package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// past are figures of other programs and of versions without the direct load, by the number of services: CPU time as a multiple of the load
// by compose-go. They were measured once, in the same way. The multiples depend on the machine as well: where a page of memory is expensive to
// get, as in some virtual machines, a program of more code and memory costs more than one of little.
var past = []struct {
	name   string
	ratios [4]string
	memory string // of the largest project
}{
	{"before the direct load, on a machine with fast memory", [4]string{"1.47", "1.18", "0.85", "0.78"}, "131 MB"},
	{"Kompose 1.38, on that machine", [4]string{"1.18", "1.19", "1.21", "1.12"}, ""},
	{"after it, on that machine", [4]string{"0.53", "0.45", "0.34", "0.37"}, "149 MB"},
	{"before the direct load, on the machine of now", [4]string{"1.93", "1.93", "1.29", "1.20"}, "185 MB"},
}

// history is the table of conversions before and now.
func (f figures) history() string {
	var b strings.Builder
	b.WriteString(`
CPU time of ` + "`convert`" + ` as a multiple of the load by compose-go, by the number of services, before and now:

| | 1 | 10 | 100 | 1000 | Peak memory at 1000 |
|---|---|---|---|---|---|
`)
	for _, p := range past {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", p.name, strings.Join(p.ratios[:], " | "), p.memory)
	}
	b.WriteString("| now |")
	memory := 0.0
	for _, n := range sizes {
		i := slices.IndexFunc(f.Rows, func(r row) bool { return r.Name == "convert "+services(n) })
		if i < 0 {
			b.WriteString(" |")
			continue
		}
		fmt.Fprintf(&b, " %.2f |", f.Rows[i].CPU)
		memory = f.Rows[i].Megabytes
	}
	fmt.Fprintf(&b, " %.0f MB |\n", memory)
	return b.String()
}

// startTable says what happens before main.
func (f figures) startTable() string {
	if len(f.Start) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString(`
## Start

What the packages that are linked do before ` + "`main`" + `, by module (` + "`GODEBUG=inittrace=1 transship version`" + `; of each package the least
of many starts). compose-go brings jsonschema and reference along, whatever a program does with it.

| Module | Time | Memory |
|---|---|---|
`)
	for _, m := range f.Start {
		fmt.Fprintf(&b, "| %s | %.2f ms | %.0f KiB |\n", m.Module, m.Milliseconds, m.Kilobytes)
	}
	return b.String()
}

// slopeTable shows what bench-slopes has stored; nothing if it never ran.
func slopeTable(file string) (string, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString(`
## Growth

How the time of a load and of a conversion grows with the size of a project, as the exponent over four sizes, each twice the one
before: 1 is a straight line, 2 a square. A test allows 1.2; ` + "`make bench-slopes`" + ` runs it and stores the figures.

| | | Exponent | Time at the largest size |
|---|---|---|---|
`)
	for line := range strings.Lines(string(text)) {
		words := strings.Split(strings.TrimSpace(line), "\t")
		if len(words) != 5 {
			return "", fmt.Errorf("%s: %q", file, line)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s ms for %s |\n", words[0], words[1], words[2], words[4], words[3])
	}
	return b.String(), nil
}
