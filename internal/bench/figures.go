package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"slices"
)

// tolerance is how much more than the stored figures a command may cost. What costs more than suspicion is measured again, so
// that a regression is not let pass because the first runs were lucky.
const (
	tolerance = 1.15
	suspicion = 1.05
)

// figures are what the commands cost.
type figures struct {
	Rows  []row
	Start []initialization `json:",omitempty"`
}

// row is one command. Its cost is a multiple of that of another process on the same machine: such a figure can be compared
// with one of another machine.
type row struct {
	Name      string  // the command
	Base      string  // what it is compared with
	CPU       float64 // CPU time as a multiple
	Memory    float64 // peak memory as a multiple
	Megabytes float64 // peak memory, for the page
	Start     float64 `json:",omitzero"` // CPU time of the start of compose-go, as a multiple of the same; 0 where that is the base
}

func rounded(f float64) float64 { return math.Round(f*1000) / 1000 }

func readFigures(file string) (figures, error) {
	var f figures
	data, err := os.ReadFile(file)
	if err != nil {
		return f, err
	}
	return f, json.Unmarshal(data, &f)
}

// store replaces the figures and the page that shows them.
func (f figures) store(file, page string, up map[string]float64, slopes string) error {
	data, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(file, append(data, '\n'), 0o644); err != nil {
		return err
	}
	return os.WriteFile(page, []byte(f.page(up, slopes)), 0o644)
}

// worseThan says what costs more than before, beyond the tolerance.
func (f figures) worseThan(before figures) []string {
	var out []string
	for _, was := range before.Rows {
		i := slices.IndexFunc(f.Rows, func(is row) bool { return is.Name == was.Name })
		if i < 0 {
			out = append(out, was.Name+" was not measured")
			continue
		}
		out = append(out, f.Rows[i].worseThan(before, tolerance)...)
	}
	return out
}

func (r row) worseThan(before figures, tolerance float64) []string {
	var out []string
	for _, was := range before.Rows {
		if was.Name != r.Name {
			continue
		}
		if r.CPU > was.CPU*tolerance {
			out = append(out, fmt.Sprintf("%s takes %.2f of the CPU time of the %s, and took %.2f", r.Name, r.CPU, r.Base, was.CPU))
		}
		if r.Memory > was.Memory*tolerance {
			out = append(out, fmt.Sprintf("%s takes %.2f of the memory of the %s, and took %.2f", r.Name, r.Memory, r.Base, was.Memory))
		}
	}
	return out
}

// readUp reads what the benchmark of `up` has measured; nothing if it never was.
func readUp(file string) (map[string]float64, error) {
	up := map[string]float64{}
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return up, nil
	}
	if err != nil {
		return nil, err
	}
	return up, json.Unmarshal(data, &up)
}
