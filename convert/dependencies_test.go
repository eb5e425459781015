package convert

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/transship/transship/"

// layers lists, for each room of the house, the rooms it may use directly, besides itself and the leaves. A package that
// no entry names lies in the room of the folder above it; a new folder below internal is a leaf until it says otherwise.
var layers = map[string][]string{
	"diag":                {},
	"source":              {},
	"internal":            {},
	"internal/dockerfile": {"loader/disk"},
	"loader/disk":         {},
	"loader/variables":    {"loader/disk"},
	"loader/document":     {"loader/disk"},
	"loader/bounds":       {"loader/disk", "loader/variables", "loader/document"},
	"loader/schema":       {},
	"loader/direct":       {"loader/document", "loader/schema"},
	"loader/position":     {"loader/disk", "loader/variables", "loader/document"},
	"loader/diagnosis":    {"loader/variables", "loader/document", "loader/position"},
	"loader/notices":      {"loader/variables", "loader/document", "loader/position"},
	"lockfile":            {},
	"registry":            {"lockfile"},
	"loader":              {"internal/dockerfile", "lockfile", "loader/disk", "loader/variables", "loader/document", "loader/position", "loader/diagnosis", "loader/notices", "loader/bounds", "loader/direct"},

	// rooms inside the passes of a conversion
	"transform/storage/databases": {"transform/input"},
	"transform/storage/binds":     {"transform/extension", "transform/input", "transform/plan", "transform/report", "transform/storage/databases"},

	// the passes of a conversion: each may use those before it
	"transform/extension":   {},
	"transform/images":      {},
	"transform/keys":        {},
	"transform/names":       {},
	"transform/texts":       {},
	"transform/secret":      {},
	"transform/expansion":   {},
	"transform/report":      {},
	"transform/labels":      {"transform/names"},
	"transform/input":       {"transform/extension", "transform/images", "transform/labels", "transform/report", "transform/secret"},
	"transform/annotations": {"transform/extension", "transform/labels", "transform/report"},
	"transform/proxies":     {"transform/input"},
	"transform/workload":    {"transform/input", "transform/report", "transform/storage/databases"},
	"transform/naming":      {"transform/input", "transform/labels", "transform/names", "transform/report", "transform/texts", "transform/workload"},
	"transform/users":       {"transform/input", "transform/report", "transform/workload"},
	"transform/plan":        {"transform/extension", "transform/input", "transform/labels", "transform/users", "transform/workload"},
	"transform/storage":     {"transform/storage/binds", "transform/storage/databases", "transform/extension", "transform/input", "transform/names", "transform/naming", "transform/plan", "transform/report", "transform/users", "transform/workload"},
	"transform/network":     {"transform/annotations", "transform/input", "transform/labels", "transform/names", "transform/naming", "transform/plan", "transform/proxies", "transform/report", "transform/texts", "transform/workload"},
	"transform/container":   {"transform/expansion", "transform/extension", "transform/images", "transform/input", "transform/names", "transform/naming", "transform/network", "transform/plan", "transform/report", "transform/secret", "transform/users", "transform/workload"},
	"transform/pod":         {"transform/annotations", "transform/container", "transform/input", "transform/labels", "transform/names", "transform/naming", "transform/network", "transform/plan", "transform/proxies", "transform/report", "transform/users", "transform/workload"},
	"transform/build":       {"transform/annotations", "transform/expansion", "transform/input", "transform/labels", "transform/names", "transform/plan", "transform/workload"},
	"transform/patch":       {"transform/build", "transform/extension", "transform/input", "transform/labels", "transform/report"},
	"transform/podsecurity": {"transform/build", "transform/input", "transform/pod", "transform/report", "transform/workload"},
	"transform":             {"transform/build", "transform/container", "transform/input", "transform/keys", "transform/labels", "transform/naming", "transform/network", "transform/patch", "transform/plan", "transform/pod", "transform/podsecurity", "transform/proxies", "transform/report", "transform/secret", "transform/storage", "transform/users", "transform/workload"},

	"convert/manifest":    {},
	"convert/filetree":    {},
	"convert/effects":     {"loader", "transform", "convert/manifest", "transform/images"},
	"convert/reasons":     {"transform", "convert/effects", "convert/manifest"},
	"convert":             {"loader", "transform", "convert/manifest", "convert/filetree", "convert/effects", "convert/reasons", "lockfile", "transform/extension", "transform/images", "transform/keys", "transform/labels", "transform/names", "transform/secret"},
	"convert/kustomize":   {"convert", "convert/manifest", "convert/filetree", "transform"},
	"convert/chart":       {"convert", "convert/manifest", "convert/filetree", "transform", "loader", "transform/extension", "transform/images", "transform/names"},
	"cluster/resource":    {},
	"cluster/containers":  {},
	"cluster/api":         {"cluster/resource"},
	"cluster/rights":      {"cluster/api", "cluster/resource"},
	"cluster/find":        {"cluster/api", "cluster/resource"},
	"cluster/plan":        {"cluster/find", "cluster/api", "cluster/resource"},
	"cluster/event":       {"cluster/plan", "cluster/resource"},
	"cluster/inventory":   {"cluster/event", "cluster/api", "cluster/resource"},
	"cluster/status":      {"cluster/containers", "cluster/inventory", "cluster/event", "cluster/api", "cluster/resource"},
	"cluster/workload":    {"cluster/containers", "cluster/status", "cluster/event", "cluster/plan", "cluster/find", "cluster/api", "cluster/resource"},
	"cluster/streams":     {"cluster/status", "cluster/event", "cluster/find", "cluster/api", "cluster/resource"},
	"cluster/apply":       {"cluster/containers", "cluster/rights", "cluster/workload", "cluster/inventory", "cluster/status", "cluster/event", "cluster/plan", "cluster/find", "cluster/api", "cluster/resource"},
	"cluster/oneoff":      {"cluster/apply", "cluster/status", "cluster/event", "cluster/find", "cluster/api", "cluster/resource"},
	"cluster/clustertest": {},
	"cluster": {
		"cluster/oneoff", "cluster/apply", "cluster/streams", "cluster/workload", "cluster/status", "cluster/inventory",
		"cluster/event", "cluster/plan", "cluster/find", "cluster/api", "cluster/resource", "cluster/containers", "cluster/rights",
	},
	"build":               {},
	"internal/explain":    {"transform", "transform/keys"},
	"internal/graph":      {"transform", "transform/labels"},
	"internal/playground": {"convert", "convert/effects", "convert/manifest", "internal/explain", "internal/graph", "loader", "transform"},
	"web":                 {"internal/playground", "convert", "loader", "transform"}, // the page, and the converter inside a browser
	"internal/progress":   {"cluster"},
	"cmd":                 {"loader", "loader/disk", "transform", "convert", "cluster", "build", "internal/explain", "internal/progress", "lockfile", "registry", "convert/filetree", "convert/kustomize", "convert/chart", "convert/effects", "convert/reasons", "internal/graph", "internal/playground", "web", "transform/extension", "transform/keys", "transform/names", "transform/secret"},

	"internal/docgen":  {"transform", "convert", "build", "internal/explain", "cmd", "transform/extension", "transform/keys"}, // writes docs/reference
	"internal/corpus":  {"transform", "transform/names"},                                                                      // for the tests
	"internal/release": {"cmd"},                                                                                               // its completions
}

// leaves may be used from everywhere: values that the rooms exchange, and what is too small to be a room.
var leaves = []string{"diag", "source", "internal"}

// Architecture as a test: data flows one way, transform is pure, and only cluster talks to a cluster.
func TestDependencies(t *testing.T) {
	t.Parallel()
	direct := imports(t, "-f", "{{.ImportPath}} {{join .Imports \" \"}}", module+"...")
	for pkg, imported := range direct {
		name := strings.TrimPrefix(pkg, module)
		room := roomOf(name)
		if _, known := layers[room]; !known {
			t.Errorf("%s is in no room: add it to the layers, or to the package it belongs to", name)
		}
		for _, i := range imported {
			if inside, ok := strings.CutPrefix(i, module); ok && !mayUse(room, roomOf(inside)) {
				t.Errorf("%s must not import %s", name, inside)
			}
			if (room == "transform" || strings.HasPrefix(room, "transform/")) && slices.Contains([]string{"os", "net", "net/http", "time/tzdata", "log", "os/exec"}, i) {
				t.Errorf("%s must not import %s: it is pure", name, i)
			}
			if strings.HasPrefix(i, "k8s.io/client-go") && room != "cluster" && !strings.HasPrefix(room, "cluster/") {
				t.Errorf("%s must not import %s: only cluster talks to a cluster", name, i)
			}
		}
	}
	for pkg, all := range imports(t, "-f", "{{.ImportPath}} {{join .Deps \" \"}}", module+"transform", module+"convert") {
		for _, d := range all {
			if strings.HasPrefix(d, "k8s.io/client-go") {
				t.Errorf("%s reaches %s", pkg, d)
			}
		}
	}
}

func mayUse(room, used string) bool {
	if room == "diag" || room == "convert/manifest" { // leaves that others may take out of this module one day
		return used == room
	}
	return used == room || slices.Contains(leaves, used) || slices.Contains(layers[room], used)
}

// roomOf returns the longest entry of the layers that a package lies in.
func roomOf(pkg string) string {
	room := pkg
	for {
		if _, ok := layers[room]; ok {
			return room
		}
		i := strings.LastIndex(room, "/")
		if i < 0 {
			return pkg
		}
		room = room[:i]
	}
}

func imports(t *testing.T, args ...string) map[string][]string {
	t.Helper()
	out, err := exec.Command("go", append([]string{"list"}, args...)...).Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	result := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		result[words[0]] = words[1:]
	}
	return result
}
