package behaviour

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/test/cluster/harness"
)

// askPort is where the probes of the projects answer questions.
const askPort = 8080

// report is what the probe sees from within its container.
type report struct {
	Args     []string
	Env      []string
	Dir      string `json:"cwd"`
	UID, GID int
	Groups   []int
	Hostname string
	Domain   string `json:"domainname"`
	PID      int
	Terminal bool `json:"tty"`
	Status   map[string]string
	Mounts   []mount
	Cgroup   map[string]string
	Sysctls  map[string]string
	Zombies  int
	Files    map[string]file
}

type mount struct {
	Path, Type, Source string
	Options, Super     []string
}

type file struct {
	Mode     string
	UID, GID int
	Size     int64
	Content  []byte
	Entries  []string
	Error    string
}

// env returns the environment by name, and the names that were set more than once.
func (r report) env() (values map[string]string, twice []string) {
	values = map[string]string{}
	for _, pair := range r.Env {
		name, value, _ := strings.Cut(pair, "=")
		if _, have := values[name]; have {
			twice = append(twice, name)
		}
		values[name] = value
	}
	return values, twice
}

// mount returns the mount at a path.
func (r report) mount(path string) (mount, bool) {
	for i := len(r.Mounts) - 1; i >= 0; i-- { // the last one hides the others
		if r.Mounts[i].Path == path {
			return r.Mounts[i], true
		}
	}
	return mount{}, false
}

// said is the answer of the probe to a question about the network or a file.
type said struct {
	Addresses   []string
	Said, Error string
}

// ask waits for a Pod's probe to answer. With an answer the wait is over, whatever it says.
func ask[T any](t *testing.T, p *project, pod *corev1.Pod, path string) T {
	t.Helper()
	return askAt[T](t, p, pod, askPort, path)
}

// askAt is ask for a probe that answers at a port of its own.
func askAt[T any](t *testing.T, p *project, pod *corev1.Pod, port int, path string) T {
	t.Helper()
	var answer T
	harness.Eventually(t, pod.Name+" answers "+path, func(ctx context.Context) (bool, error) {
		err := p.tryAt(ctx, pod, port, path, &answer)
		return err == nil, err
	})
	return answer
}

// patience is how long one question may take before it is asked again: a connection that is lost while the network of a
// Pod is set up says nothing for much longer.
const patience = 10 * time.Second

// try asks once.
func (p *project) try(ctx context.Context, pod *corev1.Pod, path string, answer any) error {
	return p.tryAt(ctx, pod, askPort, path, answer)
}

func (p *project) tryAt(ctx context.Context, pod *corev1.Pod, port int, path string, answer any) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return p.Ask(ctx, p.namespace, pod.Name, port, path, answer)
}

// report returns what the probe of a service sees, with the content of the files named.
func (p *project) report(t *testing.T, service string, files ...string) report {
	t.Helper()
	return p.reportOf(t, p.podRuns(t, service), files...)
}

func (p *project) reportOf(t *testing.T, pod *corev1.Pod, files ...string) report {
	t.Helper()
	query := url.Values{"file": files}
	return ask[report](t, p, pod, "/?"+query.Encode())
}

// connects waits until a Pod reaches an address and returns what the other side says: the probe says its host name.
func (p *project) connects(t *testing.T, pod *corev1.Pod, address string) string {
	t.Helper()
	network, address := splitNetwork(address)
	var answer said
	harness.Eventually(t, pod.Name+" reaches "+address, func(ctx context.Context) (bool, error) {
		answer = said{}
		err := p.try(ctx, pod, "/connect?net="+network+"&addr="+address, &answer)
		return err == nil && answer.Error == "", joined(err, answer.Error)
	})
	return answer.Said
}

// splitNetwork takes the protocol from an address like db:53/udp.
func splitNetwork(address string) (network, rest string) {
	if rest, isUDP := strings.CutSuffix(address, "/udp"); isUDP {
		return "udp", rest
	}
	return "tcp", address
}

func joined(err error, answer string) error {
	if err != nil || answer == "" {
		return err
	}
	return errors.New(answer)
}
