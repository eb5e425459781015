package convert_test

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/convert/effects"
	"github.com/transship/transship/transform"
	"github.com/transship/transship/transform/keys"
)

// smallEnough is up to how many services a project is examined in every run. TRANSSHIP_CORPUS_EFFECTS sets another number: 1000
// examines all projects, which takes an hour.
const smallEnough = 4

// TestCorpusEffects examines every key of the corpus: each is responsible for a field or a finding, or silent for a
// reason that the table of keys knows; and none is beyond examination. It logs how many of each there are.
func TestCorpusEffects(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a conversion for every key of every project")
	}
	most, err := strconv.Atoi(cmp.Or(os.Getenv("TRANSSHIP_CORPUS_EFFECTS"), strconv.Itoa(smallEnough)))
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	silent := map[string]int{}
	conversions, services, projects := 0, 0, 0
	var spent time.Duration
	for _, p := range corpusProjects(t) {
		result := convertProject(t, p, nil)
		if result.Loaded == nil || len(result.Loaded.Project.Services) > most {
			continue
		}
		start := time.Now()
		provenance, err := convert.Effects(context.Background(), result, transform.Options{})
		if err != nil {
			t.Errorf("%s: %v", p.Name, err)
			continue
		}
		spent += time.Since(start)
		t.Logf("%8s %5d conversions for %3d services: %s", time.Since(start).Round(time.Millisecond), provenance.Conversions, len(result.Loaded.Project.Services), p.Name)
		conversions += provenance.Conversions
		projects++
		services += len(result.Loaded.Project.Services)
		for _, k := range provenance.Keys {
			counts["all"]++
			switch {
			case k.Method == effects.Unknown:
				counts["unknown"]++
				t.Errorf("%s: nothing is known about %s", p.Name, k.Path)
			case len(k.Sets) > 0:
				counts["sets fields"]++
			case len(k.Prevents) > 0:
				counts["only keeps fields away"]++
			case len(k.Findings) > 0:
				counts["only has findings"]++
			default:
				counts["silent"]++
				row, _ := keys.Lookup(k.Path)
				if row.Path == "" {
					row, _ = keys.Lookup(k.Path.Parent())
				}
				silent[row.Class.String()+" "+row.Path]++
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		t.Logf("%6d keys: %s", counts[name], name)
	}
	t.Logf("%d conversions for %d services of %d projects in %s", conversions, services, projects, spent.Round(time.Millisecond))
	lines := []string{}
	for row, n := range silent {
		lines = append(lines, fmt.Sprintf("%6d silent: %s", n, row))
	}
	slices.Sort(lines)
	slices.Reverse(lines)
	t.Log("\n" + strings.Join(lines, "\n"))
}
