package graph_test

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/internal/graph"
	"github.com/transship/transship/loader"
	"github.com/transship/transship/transform"
)

func convertDir(t *testing.T, dir string, o transform.Options) *convert.Result {
	t.Helper()
	result, err := convert.Convert(context.Background(), convert.Options{
		Load:      loader.Options{WorkingDirectory: dir, Environ: []string{"HOME=/home/user"}, Profiles: []string{"*"}},
		Transform: o,
	})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func ofObjects(r *convert.Result) graph.Graph {
	return graph.OfObjects(r.Project, r.Objects, func(o runtime.Object) string { return convert.Origin(r, o) }, r.Mask)
}

var boxPattern = regexp.MustCompile(`<g class="box c\d" data-node="([^"]+)"[^>]*><title>[^<]+</title><rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="(\d+)"`)

// TestPicturesOfAllGoldenCases draws every golden case: well-formed, without boxes that overlap or leave the picture,
// and the same bytes at every run.
func TestPicturesOfAllGoldenCases(t *testing.T) {
	cases, err := filepath.Glob(filepath.Join("..", "..", "testdata", "cases", "*"))
	if err != nil {
		t.Fatal(err)
	}
	drawn := 0
	for _, dir := range cases {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			continue
		}
		result := convertDir(t, dir, transform.Options{Publish: transform.PublishIngress})
		if result.Loaded == nil {
			continue
		}
		again := convertDir(t, dir, transform.Options{Publish: transform.PublishIngress})
		for _, pair := range [][2]graph.Graph{
			{ofObjects(result), ofObjects(again)},
			{graph.OfProject(result.Loaded.Project, result.Mask), graph.OfProject(again.Loaded.Project, again.Mask)},
		} {
			svg := pair[0].SVG()
			drawn++
			checkSVG(t, dir, svg, len(pair[0].Nodes))
			for _, form := range []string{"svg", "mermaid", "dot", "json"} {
				var first, second strings.Builder
				if err := errors.Join(pair[0].Write(&first, form), pair[1].Write(&second, form)); err != nil {
					t.Fatal(err)
				}
				if first.String() != second.String() {
					t.Errorf("%s: %s differs from run to run", dir, form)
				}
			}
		}
	}
	if drawn < 100 {
		t.Errorf("only %d pictures", drawn)
	}
}

func checkSVG(t *testing.T, dir, svg string, nodes int) {
	t.Helper()
	decoder := xml.NewDecoder(strings.NewReader(svg))
	for {
		_, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Errorf("%s: not well-formed: %v", dir, err)
			return
		}
	}
	type rect struct{ x, y, w, h float64 }
	var boxes []rect
	number := func(s string) float64 {
		f, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	size := regexp.MustCompile(`viewBox="0 0 ([\d.]+) ([\d.]+)"`).FindStringSubmatch(svg)
	for _, m := range boxPattern.FindAllStringSubmatch(svg, -1) {
		b := rect{number(m[2]), number(m[3]), number(m[4]), number(m[5])}
		if b.x+b.w > number(size[1]) || b.y+b.h > number(size[2]) {
			t.Errorf("%s: %s leaves the picture", dir, m[1])
		}
		for _, other := range boxes {
			if b.x < other.x+other.w && other.x < b.x+b.w && b.y < other.y+other.h && other.y < b.y+b.h {
				t.Errorf("%s: %s overlaps another box", dir, m[1])
			}
		}
		boxes = append(boxes, b)
	}
	if len(boxes) != nodes {
		t.Errorf("%s: %d boxes for %d nodes", dir, len(boxes), nodes)
	}
}

func TestWhatIsConnected(t *testing.T) {
	result := convertDir(t, filepath.Join("..", "..", "examples", "shop"), transform.Options{Publish: transform.PublishIngress})
	edges := map[string]bool{}
	for _, e := range ofObjects(result).Edges {
		edges[e.Kind+" "+e.From+" "+e.To] = true
	}
	for _, want := range []string{
		"routes Ingress/web Service/web",
		"selects Service/web Deployment/web",
		"mounts Deployment/web ConfigMap/nginx",
		"mounts Deployment/db PersistentVolumeClaim/db-data",
		"mounts Deployment/db Secret/db-password",
		"waits Deployment/web Deployment/api",
		"waits Deployment/api Job/migrate",
		"waits Job/migrate Deployment/db",
	} {
		if !edges[want] {
			t.Errorf("no edge %q in %v", want, edges)
		}
	}
	edges = map[string]bool{}
	project := graph.OfProject(result.Loaded.Project, result.Mask)
	for _, e := range project.Edges {
		edges[e.Kind+" "+e.From+" "+e.To+" "+e.Label] = true
	}
	for _, want := range []string{
		"routes outside service/web 8080 → 80", "uses service/db volume/db-data ", "waits service/web service/api healthy",
		"waits service/api service/migrate completed", "uses service/web config/nginx ",
	} {
		if !edges[want] {
			t.Errorf("no edge %q in %v", want, edges)
		}
	}
	if got := strings.Join(project.Groups, " "); got != "back front" {
		t.Errorf("the networks are %q", got)
	}
}

func TestTextsAreEscaped(t *testing.T) {
	g := graph.Graph{Title: `a<b>"c"`, Nodes: []graph.Node{
		{ID: "Job/x", Kind: "Job", Name: `<&">`, Column: graph.Workloads}, {ID: "Secret/y", Kind: "Secret", Name: "y]", Column: graph.Data},
	}, Edges: []graph.Edge{{From: "Job/x", To: "Secret/y", Kind: "mounts", Label: `"q" | <r>`}}}
	checkSVG(t, "a made-up graph", g.SVG(), 2)
	var dot strings.Builder
	if err := g.Write(&dot, "dot"); err != nil || !strings.Contains(dot.String(), `label="\"q\" | <r>"`) {
		t.Errorf("%v: %s", err, dot.String())
	}
	if err := g.Write(io.Discard, "png"); err == nil {
		t.Error("png is no form of a graph")
	}
}
