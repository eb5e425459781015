//go:build unix

package convert_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/corpus"
	"github.com/transship/transship/internal/growth"
	"github.com/transship/transship/loader"
)

// placeless are the findings that stand in no file, with the reason.
var placeless = map[string]string{
	"project-name":      "the name of the directory is the fault",
	"no-compose-file":   "there is no file",
	"env-file":          "a file that is not there has no line",
	"accept-unknown":    "the list of accepted warnings may come from the command line",
	"project-directory": "it is about the directory",
}

// slowest is how much processor time a conversion may take: other work on the machine does not count.
const slowest = 5 * time.Second

// TestMutatedProjectsConvertAlike mutates golden projects, and those of TRANSSHIP_CORPUS, and converts each twice: it ends soon, gives
// the same bytes, and each finding has a place. TRANSSHIP_MUTATIONS is the number, TRANSSHIP_SEED the beginning.
func TestMutatedProjectsConvertAlike(t *testing.T) {
	if testing.Short() {
		t.Skip("it converts hundreds of projects")
	}
	number, seed := 40, 1
	if n, err := strconv.Atoi(os.Getenv("TRANSSHIP_MUTATIONS")); err == nil {
		number = n
	}
	if n, err := strconv.Atoi(os.Getenv("TRANSSHIP_SEED")); err == nil {
		seed = n
	}
	random := rand.New(rand.NewPCG(uint64(seed), 11))
	files, err := filepath.Glob("../testdata/cases/*/compose.yaml")
	if err != nil || len(files) < 40 {
		t.Fatalf("%d cases, %v", len(files), err)
	}
	if folder := os.Getenv("TRANSSHIP_CORPUS"); folder != "" {
		projects, err := corpus.Read(folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range projects {
			if len(p.Files) == 1 {
				files = append(files, filepath.Join(p.Directory, p.Files[0]))
			}
		}
	}
	converted := 0
	for i := range number {
		file := files[random.IntN(len(files))]
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		mutated := mutateText(random, string(text))
		var first string
		var ok bool
		if took := growth.ProcessorTime(t, func() { first, ok = convertedText(t, file, mutated) }); took > slowest {
			t.Errorf("mutation %d of seed %d, %s: it took %v", i, seed, file, took)
		}
		if ok {
			converted++
		}
		if second, _ := convertedText(t, file, mutated); first != second {
			t.Errorf("mutation %d of seed %d, %s: two answers:\n%s\nand\n%s\n%s", i, seed, file, first, second, mutated)
		}
		if t.Failed() {
			t.Fatalf("mutation %d of seed %d, %s:\n%s", i, seed, file, mutated)
		}
	}
	t.Logf("%d mutations of seed %d, %d converted", number, seed, converted)
}

// convertedText returns the manifests and findings of a project.
func convertedText(t *testing.T, file, text string) (out string, converted bool) {
	t.Helper()
	result, err := convert.Convert(context.Background(), convert.Options{Load: loader.Options{
		Files: []string{"-"}, ProjectDirectory: filepath.Dir(file), ProjectName: "p", Stdin: strings.NewReader(text), Environ: []string{}, Profiles: []string{"*"}, AllowMissing: true,
	}})
	if err != nil {
		t.Fatalf("%s: %v\n%s", file, err, text)
	}
	var b bytes.Buffer
	if err := convert.WriteYAML(&b, result.Objects, convert.YAMLOptions{}); err != nil {
		t.Fatalf("%s: %v\n%s", file, err, text)
	}
	for _, f := range result.Findings {
		fmt.Fprintln(&b, f.Severity, f.Code, f.Path, f.Range, f.Message, f.Help)
		if _, excused := placeless[f.Code]; f.Severity >= diag.Warning && f.Range.Line == 0 && !excused {
			t.Errorf("%s: no place: %v", file, f)
		}
		if f.Code == "loader-crash" {
			t.Errorf("%s: %v", file, f)
		}
	}
	return b.String(), result.Err() == nil
}

// mutateText changes one to three values of a project to others that people write, or takes lines away.
func mutateText(random *rand.Rand, text string) string {
	var document yaml.Node
	if random.IntN(6) == 0 || yaml.Unmarshal([]byte(text), &document) != nil || len(document.Content) == 0 {
		lines := strings.Split(text, "\n")
		i := random.IntN(len(lines))
		return strings.Join(append(lines[:i:i], lines[min(len(lines), i+1+random.IntN(2)):]...), "\n")
	}
	var nodes []*yaml.Node
	var collect func(n *yaml.Node)
	collect = func(n *yaml.Node) {
		for i, c := range n.Content {
			if n.Kind != yaml.MappingNode || i%2 == 1 || random.IntN(8) == 0 {
				nodes = append(nodes, c)
			}
			collect(c)
		}
	}
	collect(document.Content[0])
	if len(nodes) == 0 {
		return text
	}
	values := []string{
		"", "null", "true", "80", "-1", "1e99", "x", "a b", "é\u2028", "30s", "512m", "[]", "{}", "[a, b]", "{a: b}", "[{}]", "${UNSET}", "${UNSET:?no}", "/", "./x:/y", "80:80", "1-2-3",
		"service:web", "host", "[80-90]", "{source: a, target: /b}", "on-failure", "unless-stopped", "service_healthy", "[CMD, 'true']", "x\u202ey", "::error::x", "-->", "]]>", "@every 1h",
	}
	for range 1 + random.IntN(3) {
		n := nodes[random.IntN(len(nodes))]
		if random.IntN(4) == 0 {
			other := *nodes[random.IntN(len(nodes))]
			if other.Kind == yaml.ScalarNode {
				*n = other
			}
			continue
		}
		var value yaml.Node
		if yaml.Unmarshal([]byte(values[random.IntN(len(values))]), &value) != nil || len(value.Content) == 0 {
			value = yaml.Node{Content: []*yaml.Node{{Kind: yaml.ScalarNode, Tag: "!!null"}}}
		}
		*n = *value.Content[0]
	}
	out, err := yaml.Marshal(&document)
	if err != nil {
		return text
	}
	return string(out)
}
