package loader

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/diag"
)

// mutations is how many mutations of the golden projects a run tries; TRANSSHIP_MUTATIONS sets another number, and
// TRANSSHIP_SEED another beginning.
const mutations = 60

// placeless are the codes of errors that stand in no file, with the reason.
var placeless = map[string]string{
	"project-name":    "the name of the directory is the fault",
	"no-compose-file": "there is no file",
	"no-such-service": "the command line is the fault",
	"env-file":        "a file that is not there has no line",
}

// Whatever a project looks like: loading it ends soon, gives the same twice, and every error has a place.
func TestMutatedProjects(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	number, seed := setting("TRANSSHIP_MUTATIONS", mutations), setting("TRANSSHIP_SEED", 1)
	random := rand.New(rand.NewPCG(uint64(seed), 0))
	seeds := corpusTexts(t)
	for i := range number {
		text := mutate(random, seeds[random.IntN(len(seeds))], seeds)
		if problem := examine(t, text); problem != "" {
			t.Errorf("mutation %d of seed %d: %s\n%s", i, seed, problem, text)
		}
	}
}

func setting(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return otherwise
}

// corpusTexts returns the compose files of the golden cases.
func corpusTexts(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("../testdata/cases/*/compose.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden cases: %v", err)
	}
	var out []string
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(text))
	}
	return append(out, loadSeeds...)
}

// examine loads a project twice and returns what is wrong with the answer.
func examine(t testing.TB, text string) string {
	t.Helper()
	dir := project(t, map[string]string{"compose.yaml": text, "a.env": "A=1\n", "other.yaml": "services: {base: {image: x}}\n"})
	o := options(dir)
	o.ProjectName, o.Profiles, o.AllowMissing = "p", []string{"*"}, true
	start := time.Now()
	first := answer(o)
	if took := time.Since(start); took > 5*time.Second {
		return "it took " + took.String()
	}
	if second := answer(o); describe(first) != describe(second) {
		return "two answers:\n" + describe(first) + "and\n" + describe(second)
	}
	for _, f := range first {
		if _, excused := placeless[f.Code]; f.Severity == diag.Error && f.Range.Line == 0 && !excused {
			return "no place: " + describe(diag.List{f})
		}
		if f.Severity == diag.Error && (f.Message == "" || f.Help == "" || f.Code == "") {
			return "no words: " + describe(diag.List{f})
		}
		if f.Code == "loader-crash" && os.Getenv("TRANSSHIP_CRASHES") != "" {
			return describe(diag.List{f})
		}
	}
	return ""
}

func answer(o Options) diag.List {
	l, err := Load(context.Background(), o)
	var failed *Error
	switch {
	case err == nil:
		return l.Findings.Sorted()
	case errors.As(err, &failed):
		return failed.Findings
	default:
		return diag.List{{Severity: diag.Error, Code: "machine", Message: err.Error(), Help: "none"}}
	}
}

// mutate changes one to three things in the text of a project.
func mutate(random *rand.Rand, text string, others []string) string {
	var node yaml.Node
	if random.IntN(8) == 0 || yaml.Unmarshal([]byte(text), &node) != nil || len(node.Content) == 0 {
		return mutateText(random, text)
	}
	for range 1 + random.IntN(3) {
		mutateNode(random, &node, others)
	}
	out, err := yaml.Marshal(&node)
	if err != nil {
		return mutateText(random, text)
	}
	return string(out)
}

// mutateText changes characters and lines, as a slip of the hand does.
func mutateText(random *rand.Rand, text string) string {
	lines := strings.Split(text, "\n")
	i := random.IntN(len(lines))
	switch random.IntN(5) {
	case 0:
		lines = slices.Delete(lines, i, i+1)
	case 1:
		lines[i] = " " + lines[i]
	case 2:
		lines = lines[:i]
	case 3:
		lines = slices.Insert(lines, i, lines[random.IntN(len(lines))])
	default:
		at := 0
		if len(lines[i]) > 0 {
			at = random.IntN(len(lines[i]))
		}
		odd := []string{"\t", ":", "- ", "\"", "'", "{", "]", "&a ", "*a", "${", "$", "\x01", "\u2028", "é", "#", "!!int ", "---"}
		lines[i] = lines[i][:at] + odd[random.IntN(len(odd))] + lines[i][at:]
	}
	return strings.Join(lines, "\n")
}

// mutateNode changes one node of a tree into something else that YAML allows.
func mutateNode(random *rand.Rand, root *yaml.Node, others []string) {
	var all []*yaml.Node
	var collect func(n *yaml.Node, key bool)
	collect = func(n *yaml.Node, key bool) {
		if !key {
			all = append(all, n)
		}
		for i, c := range n.Content {
			collect(c, n.Kind == yaml.MappingNode && i%2 == 0 && random.IntN(10) > 0)
		}
	}
	collect(root.Content[0], false)
	n := all[random.IntN(len(all))]
	scalar := func(tag, value string) yaml.Node { return yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: value} }
	switch random.IntN(16) {
	case 0, 1, 2:
		*n = scalar("!!null", "")
	case 3:
		odd := []string{"", "a b", "${UNSET}", "${UNSET:?}", "x:y:z", "/", ".", "-1", "1-2-3", "80-90", "service:nowhere", "\x00", strings.Repeat("x", 300), "[a]", "é\u2028"}
		*n = scalar("!!str", odd[random.IntN(len(odd))])
	case 4:
		*n = scalar("!!int", strconv.Itoa(random.IntN(100000)-10))
	case 5:
		*n = scalar("!!float", []string{"1.5", ".inf", "-.inf", ".nan", "1e99"}[random.IntN(5)])
	case 6:
		*n = scalar("!!bool", "true")
	case 7:
		*n = yaml.Node{Kind: yaml.SequenceNode}
	case 8:
		*n = yaml.Node{Kind: yaml.MappingNode}
	case 9:
		inner := *n
		*n = yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{&inner}}
	case 10:
		inner, key := *n, scalar("!!str", []string{"a", "x-a", "service", "file", "source", "target", "path"}[random.IntN(7)])
		*n = yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{&key, &inner}}
	case 11:
		if width := map[yaml.Kind]int{yaml.MappingNode: 2, yaml.SequenceNode: 1}[n.Kind]; width > 0 && len(n.Content) > 0 {
			i := random.IntN(len(n.Content)/width) * width
			n.Content = slices.Delete(n.Content, i, i+width)
		}
	case 12:
		n.Tag = []string{"!reset", "!override", "!!str", "!!int", "!x"}[random.IntN(5)]
	case 13:
		*n = *copyNode(all[random.IntN(len(all))])
	case 14:
		if n.Kind == yaml.ScalarNode {
			n.Value += []string{":", " ", "-", "$", "0", "/"}[random.IntN(6)]
		}
	default:
		var other yaml.Node
		if yaml.Unmarshal([]byte(others[random.IntN(len(others))]), &other) == nil && len(other.Content) > 0 {
			*n = *other.Content[0]
		}
	}
}

// copyNode copies a tree deeply, so that a part of a tree can become a part of itself.
func copyNode(n *yaml.Node) *yaml.Node {
	out := *n
	out.Content = make([]*yaml.Node, len(n.Content))
	for i, c := range n.Content {
		out.Content[i] = copyNode(c)
	}
	return &out
}

// crossed puts keys of one project where another has the same place: a service into the services, a key into a service, and so on.
// Unlike most mutations, the result is often a project that loads.
func crossed(random *rand.Rand, text, other string) string {
	var into, from yaml.Node
	if yaml.Unmarshal([]byte(text), &into) != nil || yaml.Unmarshal([]byte(other), &from) != nil || len(into.Content) == 0 || len(from.Content) == 0 {
		return text
	}
	for range 1 + random.IntN(4) {
		crossNodes(random, into.Content[0], from.Content[0])
	}
	out, err := yaml.Marshal(&into)
	if err != nil {
		return text
	}
	return string(out)
}

// crossNodes walks down two trees side by side, and copies the value of a key at some depth.
func crossNodes(random *rand.Rand, into, from *yaml.Node) {
	for {
		if into.Kind == yaml.SequenceNode && from.Kind == yaml.SequenceNode && len(from.Content) > 0 {
			into.Content = append(into.Content, copyNode(from.Content[random.IntN(len(from.Content))]))
			return
		}
		if into.Kind != yaml.MappingNode || from.Kind != yaml.MappingNode || len(from.Content) == 0 {
			return
		}
		i := 2 * random.IntN(len(from.Content)/2)
		same := slices.IndexFunc(into.Content, func(n *yaml.Node) bool { return n.Value == from.Content[i].Value })
		if same < 0 || same%2 == 1 {
			into.Content = append(into.Content, copyNode(from.Content[i]), copyNode(from.Content[i+1]))
			return
		}
		next := into.Content[same+1]
		if named := len(next.Content) > 1 && next.Kind == yaml.MappingNode && random.IntN(3) > 0; named && from.Content[i+1].Kind == yaml.MappingNode && len(from.Content[i+1].Content) > 1 {
			// below services, volumes and the like the names differ: any entry meets any other
			a, b := 2*random.IntN(len(next.Content)/2)+1, 2*random.IntN(len(from.Content[i+1].Content)/2)+1
			into, from = next.Content[a], from.Content[i+1].Content[b]
			continue
		}
		if random.IntN(3) == 0 || len(next.Content) == 0 {
			*next = *copyNode(from.Content[i+1])
			return
		}
		into, from = next, from.Content[i+1]
	}
}
