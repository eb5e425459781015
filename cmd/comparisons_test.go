package cmd

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/yaml"
)

var quoted = regexp.MustCompile("^`(.*)`$")

// TestComparisons converts the projects of docs/decisions/comparisons.md: what a row says of one side stands there, and not on the other one.
func TestComparisons(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "docs", "decisions", "comparisons.md"))
	if err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs(filepath.Join("..", "testdata", "comparisons"))
	if err != nil {
		t.Fatal(err)
	}
	projects := 0
	for _, section := range strings.Split(string(text), "\n## ")[1:] {
		title, rows, _ := strings.Cut(section, "\n")
		_, project, _ := strings.Cut(title, ": ")
		projects++
		t.Run(project, func(t *testing.T) {
			t.Chdir(filepath.Join(root, project))
			compared(t, rows)
		})
	}
	if projects != 3 {
		t.Errorf("%d projects are compared", projects)
	}
}

// compared checks the rows about the project in the current directory.
func compared(t *testing.T, rows string) {
	ours, stderr := inMemory(append([]string{"convert"}, goldenFlags(t)...))
	if ours == "" {
		t.Fatal(stderr)
	}
	byHand, err := os.ReadFile("hand.yaml")
	if err != nil {
		t.Fatal(err)
	}
	checkManifests(t, string(byHand))
	seen := 0
	for line := range strings.Lines(rows) {
		cells := strings.Split(strings.Trim(line, "|\n "), " | ")
		if len(cells) != 3 || strings.HasPrefix(cells[0], "Converted") {
			continue
		}
		seen++
		for i, sides := range [][2]string{{ours, string(byHand)}, {string(byHand), ours}} {
			m := quoted.FindStringSubmatch(cells[i])
			switch {
			case m == nil && cells[i] != "nothing":
				t.Errorf("%q is neither a line nor nothing", cells[i])
			case m == nil:
			case !hasLine(sides[0], m[1]):
				t.Errorf("%q is not there: %s", m[1], cells[2])
			case hasLine(sides[1], m[1]):
				t.Errorf("%q is on both sides: %s", m[1], cells[2])
			}
		}
	}
	if seen < 5 {
		t.Errorf("only %d rows were read", seen)
	}
}

// hasLine reports whether a line of a text is the given one, or an item of a list that is.
func hasLine(text, line string) bool {
	return slices.ContainsFunc(strings.Split(text, "\n"), func(l string) bool {
		l = strings.TrimSpace(l)
		return l == line || strings.TrimPrefix(l, "- ") == line
	})
}

// checkManifests fails for a manifest that has fields which its kind does not know.
func checkManifests(t *testing.T, text string) {
	t.Helper()
	for document := range strings.SplitSeq(text, "\n---\n") {
		var head struct{ Kind string }
		if err := yaml.Unmarshal([]byte(document), &head); err != nil {
			t.Fatal(err)
		}
		object, ok := map[string]any{
			"Secret": &corev1.Secret{}, "Service": &corev1.Service{}, "PersistentVolumeClaim": &corev1.PersistentVolumeClaim{},
			"Deployment": &appsv1.Deployment{}, "StatefulSet": &appsv1.StatefulSet{},
			"NetworkPolicy": &networkingv1.NetworkPolicy{}, "Ingress": &networkingv1.Ingress{},
		}[head.Kind]
		if !ok {
			t.Errorf("there is no kind %q", head.Kind)
			continue
		}
		if err := yaml.UnmarshalStrict([]byte(document), object); err != nil {
			t.Errorf("%s: %v", head.Kind, err)
		}
	}
}
