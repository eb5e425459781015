package acceptance

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/corpus"
	"github.com/transship/transship/internal/invariants"
	"github.com/transship/transship/loader"
	"github.com/transship/transship/transform"
)

// variants are the ways in which the same project is emitted.
var variants = []struct {
	name    string
	options transform.Options
}{
	{"default", transform.Options{}},
	{"live", transform.Options{Live: true}},
	{"loadbalancer", transform.Options{Publish: transform.PublishLoadBalancer}},
	{"nodeport", transform.Options{Publish: transform.PublishNodePort}},
	{"ingress", transform.Options{Publish: transform.PublishIngress, Domain: "example.com"}},
	{"gateway", transform.Options{Publish: transform.PublishGateway, Domain: "example.com"}},
	{"policies", transform.Options{NetworkPolicies: "always", Wait: "none"}},
	{"rwx", transform.Options{SharedVolumes: "rwx", StorageClass: "shared", VolumeSize: "5Gi"}},
	{"secrets", transform.Options{EnvSecrets: "all", Secrets: "stub", Namespace: "shop", CreateNamespace: true}},
	{"plain", transform.Options{EnvSecrets: "none", Secrets: "skip"}},
	{"newest", transform.Options{KubeVersion: transform.Version{Major: 1, Minor: 36}}},
}

// TestCorpusIsAccepted converts every project of the corpus (TRANSSHIP_CORPUS, else the bundled examples) in every
// variant and lets the API server judge each object. Errors of a project are allowed, so that what would be emitted
// then is judged as well.
func TestCorpusIsAccepted(t *testing.T) {
	j := newJudge(t)
	projects := projects(t)
	accepted := 0
	for _, p := range projects {
		t.Run(p.Name, func(t *testing.T) {
			for _, v := range variants {
				result := convertProject(t, p, v.options)
				if result.Loaded == nil {
					if p.Loads {
						t.Errorf("does not load: %v", result.Err())
					}
					return
				}
				for _, violation := range invariants.Check(invariants.Output{
					Objects: result.Objects, External: external(result, v.options), HostPaths: allowsHostPaths(result.Findings),
				}) {
					t.Errorf("%s: %s", v.name, violation)
				}
				for _, refusal := range j.refusals(t, stream(t, result.Objects)) {
					t.Errorf("%s: %s", v.name, refusal)
				}
			}
			if !t.Failed() {
				accepted++
			}
		})
	}
	t.Logf("%d of %d projects: every object of %d variants accepted", accepted, len(projects), len(variants))
}

func projects(t *testing.T) []corpus.Project {
	t.Helper()
	read, folder := corpus.Examples, filepath.FromSlash("../../../examples")
	if f := os.Getenv("TRANSSHIP_CORPUS"); f != "" {
		read, folder = corpus.Read, f
	}
	projects, err := read(folder)
	if err != nil || len(projects) == 0 {
		t.Fatalf("%d projects in %s, %v", len(projects), folder, err)
	}
	return projects
}

// convertProject converts with every error allowed that the project has.
func convertProject(t *testing.T, p corpus.Project, options transform.Options) *convert.Result {
	t.Helper()
	var result *convert.Result
	for range 2 {
		var err error
		result, err = convert.Convert(context.Background(), convert.Options{
			Load:      loader.Options{Files: p.Files, Profiles: []string{"*"}, Environ: []string{"HOME=/home/user"}, WorkingDirectory: p.Directory},
			Transform: options,
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range result.Findings {
			if f.Severity == diag.Error && !slices.Contains(options.Allow, f.Code) {
				options.Allow = append(slices.Clone(options.Allow), f.Code)
			}
		}
		if result.Err() == nil {
			break
		}
	}
	return result
}

func allowsHostPaths(findings diag.List) bool {
	return slices.ContainsFunc(findings, func(f diag.Finding) bool { return f.Code == "devices-allowed" })
}

// external names what exists outside the output: what the project declares so, and with --secrets=skip every Secret.
func external(r *convert.Result, o transform.Options) []string {
	out := corpus.External(r.Loaded.Project)
	if o.Secrets != "skip" {
		return out
	}
	for _, name := range invariants.SecretReferences(r.Objects) {
		out = append(out, fmt.Sprintf("Secret/%s", name))
	}
	return out
}
