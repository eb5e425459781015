//go:build unix

package convert_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/internal/growth"
	"github.com/transship/transship/internal/podtemplate"
	"github.com/transship/transship/loader"
	"github.com/transship/transship/transform"
)

var (
	inputs = flag.Int("inputs", 60, "how many projects TestWildProjects makes")
	seed   = flag.Int("seed", 1, "where the numbers of TestWildProjects begin")
	first  = flag.Int("first", 0, "the first of the projects of the seed")
	show   = flag.Bool("show", false, "write the projects and what becomes of them")
)

// mostFailures is how many failures are shown.
const mostFailures = 10

// TestWildProjects makes projects from the schema of Compose files, in many forms, and converts each twice. Nothing panics, each ends soon
// with the same bytes, each finding has a place, a secret is in no finding and nothing is public that nobody asked for.
// A failure names its seed and number: go test ./convert -run WildProjects -args -seed S -first N -inputs 1 -show
func TestWildProjects(t *testing.T) {
	if testing.Short() {
		t.Skip("it converts projects for some seconds")
	}
	dir := t.TempDir()
	logrus.SetOutput(io.Discard) // compose-go warns through it; what it says is a finding as well
	for name, text := range map[string]string{
		"file.txt": "x\n", "a.env": "A=1\nDB_PASSWORD=${DB_PASSWORD}\nB\n", "Dockerfile": "FROM nginx AS stage\nUSER 5\nCOPY . /app\n", "dir/Dockerfile": "FROM $X\n", "dir/f": "${A}\n", ".dockerignore": "*.x\n",
	} {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	w := newWild(t)
	counts, failures := map[string]int{}, 0
	for number := *first; number < *first+*inputs && failures < mostFailures; number++ {
		w.wildFor(*seed, number)
		c := wildCase{directory: dir}
		for range 8 { // most of what is made at random is refused, which is tried as well
			c.make(t, w)
			if number%4 == 0 || c.loads() {
				break
			}
		}
		if wrong := c.judge(t, counts); len(wrong) > 0 {
			failures++
			t.Errorf("seed %d, number %d, published as %q: %s\n%s\n--- other.yaml\n%s", *seed, number, c.publish, strings.Join(wrong, "\n"), c.files.main, c.files.other)
		}
		if *show {
			t.Logf("seed %d, number %d:\n%s\n--- other.yaml\n%s\n--- gives\n%s", *seed, number, c.files.main, c.files.other, c.answer)
		}
	}
	t.Logf("seed %d, from %d: %v", *seed, *first, counts)
	if *inputs >= 60 && counts["converted"] < *inputs/20 {
		t.Errorf("too few projects convert to judge anything: %v", counts)
	}
}

// wildCase is a project in some files, with the way in which its ports are published.
type wildCase struct {
	files             wildFiles
	directory, answer string
	publish, secret   string
}

// make makes a project and writes it.
func (c *wildCase) make(t *testing.T, w *wild) {
	t.Helper()
	model := w.project()
	if services, is := model["services"].(map[string]any); is && w.secret != "" {
		services["planted-one"] = map[string]any{"image": "example.com/planted:1", "environment": map[string]any{"DB_PASSWORD": "${DB_PASSWORD}"}}
	}
	c.files, c.secret, c.publish = w.files(model), w.secret, of(w.random, "", "", "", "ingress", "loadbalancer", "nodeport", "gateway")
	for name, text := range map[string][]byte{"compose.yaml": c.files.main, "other.yaml": c.files.other} {
		if err := os.WriteFile(filepath.Join(c.directory, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// options are those of every conversion and load of the project.
func (c *wildCase) options() loader.Options {
	files := []string{"compose.yaml"}
	if c.files.overridden {
		files = append(files, "other.yaml")
	}
	return loader.Options{
		Files: files, WorkingDirectory: c.directory, ProjectName: "p", Profiles: []string{"*"}, AllowMissing: true, Environ: []string{"DB_PASSWORD=" + planted, "A=a"},
	}
}

func (c *wildCase) loads() bool {
	_, err := loader.Load(context.Background(), c.options())
	return err == nil
}

// judge returns what is wrong with the conversion of a project.
func (c *wildCase) judge(t *testing.T, counts map[string]int) (wrong []string) {
	t.Helper()
	var result *convert.Result
	took := growth.ProcessorTime(t, func() { result, c.answer = c.convert(t) })
	if took > slowest {
		wrong = append(wrong, fmt.Sprintf("it took %v", took))
	}
	if result == nil {
		return append(wrong, c.answer)
	}
	counts["inputs"]++
	if _, second := c.convert(t); second != c.answer {
		wrong = append(wrong, "two answers:\n"+c.answer+"\nand\n"+second)
	}
	for _, f := range result.Findings {
		if _, excused := placeless[f.Code]; f.Range.Line == 0 && !excused {
			wrong = append(wrong, fmt.Sprintf("no place: %v", f))
		}
		if f.Code == "loader-crash" {
			wrong = append(wrong, f.String())
		}
	}
	if c.secret != "" && !isAName(result) {
		counts["with a secret"]++
		if shown := everything(t, result); strings.Contains(shown, c.secret) {
			at := strings.Index(shown, c.secret)
			wrong = append(wrong, fmt.Sprintf("the secret is shown: …%s…", shown[max(0, at-200):min(len(shown), at+60)]))
		}
	}
	if result.Err() != nil {
		return wrong
	}
	counts["converted"]++
	if openly := inTheOpen(t, result.Objects); c.secret != "" && openly != "" && !saysSo(result) {
		wrong = append(wrong, openly+" has the secret, and nothing says so")
	}
	public := exposed(result)
	if len(public) > 0 {
		counts["public"]++
	}
	if mine := wishes(result.Loaded); c.publish == "" && !mine && len(public) > 0 {
		wrong = append(wrong, fmt.Sprintf("public, and nobody asked: %v", public))
	} else if !mine {
		wrong = append(wrong, unasked(result, public)...)
	}
	return wrong
}

// convert returns the result of a conversion and its bytes; no result stands for an error, which the text says.
func (c *wildCase) convert(t *testing.T) (*convert.Result, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute) // a hang, on whatever machine
	defer cancel()
	result, err := convert.Convert(ctx, convert.Options{Load: c.options(), Transform: transform.Options{Publish: transform.Publish(c.publish), Allow: accepted}})
	if bug, is := errors.AsType[*convert.InternalError](err); is {
		return nil, fmt.Sprintf("%v\n%s", bug, bug.Trace)
	}
	if err != nil {
		return nil, err.Error()
	}
	var b bytes.Buffer
	if err := convert.WriteYAML(&b, result.Objects, convert.YAMLOptions{}); err != nil {
		return nil, err.Error()
	}
	for _, f := range result.Findings {
		fmt.Fprintln(&b, f.Severity, f.Code, f.Path, f.Range, f.Message, f.Help)
	}
	return result, b.String()
}

// accepted are the errors that a user can accept: what is written then must be right as well.
var accepted = func() []string {
	var codes []string
	for _, c := range convert.Codes() {
		if convert.CanAllow(c) {
			codes = append(codes, c.Name)
		}
	}
	return codes
}()

// public is a port that is reached from outside of the cluster.
type public struct {
	service, by string
	port        int32 // of the container; 0 for whatever its Service has
}

// exposed returns what can be reached from outside of the cluster. A port of the node that a service takes by `network_mode: host` is
// none: its project asks for it in other words.
func exposed(r *convert.Result) (out []public) {
	for _, o := range r.Objects {
		owners := strings.Join(r.Origins[o].Services, " ")
		switch o := o.(type) {
		case *corev1.Service:
			if o.Spec.Type == corev1.ServiceTypeLoadBalancer || o.Spec.Type == corev1.ServiceTypeNodePort || len(o.Spec.ExternalIPs) > 0 {
				for _, p := range o.Spec.Ports {
					out = append(out, public{owners, string(o.Spec.Type), p.TargetPort.IntVal})
				}
			}
		case *networkingv1.Ingress, *transform.HTTPRoute:
			out = append(out, public{owners, o.GetObjectKind().GroupVersionKind().Kind, 0})
		default:
			out = append(out, hostPorts(o, owners)...)
		}
	}
	return out
}

// wishes reports whether the project itself asks for something public, by a label or by x-kubernetes.
func wishes(l *loader.Loaded) bool {
	text := string(bytes.Join([][]byte{l.Sources["compose.yaml"], l.Sources["other.yaml"]}, nil))
	return strings.Contains(text, "kompose.service") || strings.Contains(text, "publish:")
}

// unasked returns what is public though no service of its owners publishes such a port to the world.
func unasked(r *convert.Result, all []public) (wrong []string) {
	for _, p := range all {
		asked := false
		for name := range strings.FieldsSeq(p.service) {
			for _, port := range r.Loaded.Project.Services[name].Ports {
				host, err := netip.ParseAddr(strings.Trim(port.HostIP, "[]"))
				asked = asked || (p.port == 0 || uint32(p.port) == port.Target) && (err != nil || !host.IsLoopback())
			}
		}
		if !asked {
			wrong = append(wrong, fmt.Sprintf("public, and no port of the project is: %+v", p))
		}
	}
	return wrong
}

// hostPorts returns the ports of the node that a workload takes without being in its network.
func hostPorts(o runtime.Object, owners string) (out []public) {
	template := podtemplate.Of(o)
	if template == nil || template.Spec.HostNetwork {
		return nil
	}
	for _, c := range slices.Concat(template.Spec.InitContainers, template.Spec.Containers) {
		for _, p := range c.Ports {
			if p.HostPort != 0 {
				out = append(out, public{owners, "host port", p.ContainerPort})
			}
		}
	}
	return out
}
