package build_test

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/transship/transship/test/cluster/harness"
)

var update = flag.Bool("update", false, "rewrite docs/reference/docker-compose-day.md and what docker compose said")

// day is what somebody does with a project, one after the other.
var day = []string{
	"up -d --wait", "ps -a", "logs", "exec -T web echo inside", "run --rm -T web echo once", "port web 80", "up -d", "stop", "ps -a", "start", "restart web", "down -v",
}

var dayProjects = []string{"web", "once", "crash", "sick", "tools"}

// columns are what is compared of a list: the others are names, ages and images.
const columns = `table {{.Service}}\t{{.Status}}\t{{.Ports}}`

// said is what a command ended with and wrote, without what differs from one time to the next.
type said struct {
	Code int
	Out  string
	Err  string
}

// TestTheSameDay does the same with the same projects under docker compose and on the node, and compares exit codes and
// standard output. Whatever is different is named, with the reason, on a page. Without Docker, what it said before counts.
func TestTheSameDay(t *testing.T) {
	recorded := filepath.Join("testdata", "day", "docker-compose.json")
	docker := map[string][]said{}
	text, err := os.ReadFile(recorded)
	if err == nil {
		err = json.Unmarshal(text, &docker)
	}
	if err != nil && !*update {
		t.Fatal(err)
	}
	ours := map[string][]said{}
	p := &project{T: t, dir: t.TempDir()}
	kubeconfig := harness.Start(t, harness.Node).Kubeconfig
	for _, name := range dayProjects {
		ours[name] = p.spend(name, []string{"KUBECONFIG=" + kubeconfig}, program)
	}
	t.Run("docker compose", func(t *testing.T) {
		p := &project{T: t, dir: t.TempDir()}
		p.withDocker()
		p.withCompose()
		p.importBusybox()
		fresh := map[string][]said{}
		for _, name := range dayProjects {
			fresh[name] = p.spend(name, p.env, "/usr/bin/docker", "compose")
		}
		if *update {
			docker = fresh
			return
		}
		for _, name := range dayProjects {
			for i := range day {
				// Whether the container that crashes runs at the moment docker compose looks is a matter of luck.
				isLuck := name == "crash" && strings.HasPrefix(day[i], "up ")
				if fresh[name][i] != docker[name][i] && !isLuck {
					t.Errorf("%s: docker compose %s: %+v, and not as recorded: %+v", name, day[i], fresh[name][i], docker[name][i])
				}
			}
		}
	})
	page := p.page(docker, ours)
	path := filepath.Join("..", "..", "docs", "reference", "docker-compose-day.md")
	if *update {
		text, err := json.MarshalIndent(docker, "", " ")
		if err := errors.Join(err, os.WriteFile(recorded, append(text, '\n'), 0o644), os.WriteFile(path, page, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	if have, err := os.ReadFile(path); err != nil || !bytes.Equal(have, page) {
		got := filepath.Join(os.TempDir(), "docker-compose-day.md")
		_ = os.WriteFile(got, page, 0o600)
		t.Errorf("%s is not what happens (%v): compare it with %s, or run this test with -update", path, err, got)
	}
}

// spend spends the day with a project.
func (p *project) spend(name string, env []string, words ...string) []said {
	p.Helper()
	var out []said
	for _, line := range day {
		args := strings.Fields(line)
		if args[0] == "ps" {
			args = append(args, "--format", columns)
		}
		command := exec.Command(words[0], slices.Concat(words[1:], []string{"-f", filepath.Join("testdata", "day", name, "compose.yaml")}, args)...)
		command.Env = append(os.Environ(), env...)
		var stdout, stderr bytes.Buffer
		command.Stdout, command.Stderr = &stdout, &stderr
		if err := command.Run(); command.ProcessState == nil {
			p.Fatal(err)
		}
		out = append(out, said{command.ProcessState.ExitCode(), sorted(lasting(stdout.String())), sorted(lasting(stderr.String()))})
	}
	return out
}

// sorted sorts lines: what happens to several services at once is told in one order or another.
func sorted(text string) string {
	return strings.Join(slices.Sorted(strings.SplitSeq(text, "\n")), "\n")
}

var (
	passing = regexp.MustCompile(`^( (Container|Network|Volume) \S+ +(\S+ing|Waiting)|\S+/\S+ (scheduling|creating|mounting|starting|pulling|waiting|updating|running|stopping|being deleted|restarting|crashing|unhealthy|failed \d+/\d+)\b.*)$`)
	// changing are what differs from one time to the next, and what stands for it.
	changing = []struct {
		what *regexp.Regexp
		with string
	}{
		{regexp.MustCompile(`testdata/day/`), ""},
		{regexp.MustCompile(`--kubeconfig \S+`), ""},
		{regexp.MustCompile(`\b(web|db|worker|migrate|tool)-([a-z0-9]{5,10}-)?[a-z0-9]{5}\b`), "$1-…"},
		{regexp.MustCompile(`^(web|db|worker|migrate|tool)-\d +\|`), "$1-… |"},
		{regexp.MustCompile(`\b(web|tools|once|crash|sick)-(web|tool)-run-[0-9a-f]{8,}\b`), "$1-$2-run-…"},
		{regexp.MustCompile(`\b(About an? \w+|Less than a second|\d+ \w+) ago\b`), "… ago"},
		{regexp.MustCompile(`\bUp (About an? \w+|Less than a second|\d+ \w+)`), "Up …"},
		{regexp.MustCompile(`(worker +)(Up …|Restarting \(3\) … ago)`), "${1}Up …, or Restarting (3) … ago"},
		{regexp.MustCompile(`\(health: starting\)|\(starting\)`), "(starting)"},
		{regexp.MustCompile(`, \d+ times$`), ", … times"},
		{regexp.MustCompile(`: Readiness probe failed$`), ""}, // if its event has been heard of
		{regexp.MustCompile(` +`), " "},
	}
)

// lasting returns what a text says each time: without names and times that differ, without what is only on the way, and
// without what has been said. What is said at the same time has no order.
func lasting(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, " \n")
		if passing.MatchString(line) {
			continue
		}
		for _, c := range changing {
			line = c.what.ReplaceAllString(line, c.with)
		}
		line = strings.TrimRight(line, " ")
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// importBusybox gives the engine the image of the projects.
func (p *project) importBusybox() {
	p.Helper()
	busybox, err := os.ReadFile("/bin/busybox")
	if err != nil {
		p.Fatal(err)
	}
	applets, err := exec.Command("/bin/busybox", "--list").Output()
	if err != nil {
		p.Fatal(err)
	}
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	err = errors.Join(
		w.WriteHeader(&tar.Header{Name: "tmp/", Typeflag: tar.TypeDir, Mode: 0o777}), w.WriteHeader(&tar.Header{Name: "bin/busybox", Mode: 0o755, Size: int64(len(busybox))}),
	)
	_, writeErr := w.Write(busybox)
	err = errors.Join(err, writeErr)
	for name := range strings.FieldsSeq(string(applets)) {
		if name != "busybox" {
			err = errors.Join(err, w.WriteHeader(&tar.Header{Name: "bin/" + name, Typeflag: tar.TypeSymlink, Linkname: "busybox", Mode: 0o777}))
		}
	}
	file := filepath.Join(p.TempDir(), "busybox.tar")
	if err := errors.Join(err, w.Close(), os.WriteFile(file, archive.Bytes(), 0o600)); err != nil {
		p.Fatal(err)
	}
	p.docker("import", file, "busybox:1.37")
}

// page is the page of the day. Each difference has a reason, and each reason a difference.
func (p *project) page(docker, ours map[string][]said) []byte {
	p.Helper()
	var b bytes.Buffer
	b.WriteString(dayHead)
	used := map[string]bool{}
	verdicts := map[string][]string{}
	var details bytes.Buffer
	for _, name := range dayProjects {
		compose, err := os.ReadFile(filepath.Join("testdata", "day", name, "compose.yaml"))
		if err != nil {
			p.Fatal(err)
		}
		fmt.Fprintf(&details, "\n## %s\n\n%s\n\n```yaml\n%s```\n", name, dayAbout[name], compose)
		for i, line := range day {
			d, o := docker[name][i], ours[name][i]
			key := fmt.Sprintf("%s %d", name, i+1)
			verdict, why := "same", ""
			if d.Code != o.Code || d.Out != o.Out {
				verdict, why = "different", dayReasons[key]
				used[key] = true
				if why == "" {
					p.Errorf("%s (%s) has no reason: docker compose ends with %d\n%s\n%s\nhere it is %d\n%s\n%s", key, line, d.Code, d.Out, d.Err, o.Code, o.Out, o.Err)
				}
			}
			verdicts[line+fmt.Sprint(i)] = append(verdicts[line+fmt.Sprint(i)], verdict)
			fmt.Fprintf(&details, "\n### %s: %d. `%s`\n\n<table>\n<tr><th>docker compose: exit code %d</th><th>transship: exit code %d</th></tr>\n<tr><td><pre>%s</pre></td><td><pre>%s</pre></td></tr>\n</table>\n",
				name, i+1, line, d.Code, o.Code, cell(d), cell(o))
			if why != "" {
				fmt.Fprintf(&details, "\n%s\n", why)
			}
		}
	}
	for key := range dayReasons {
		if !used[key] {
			p.Errorf("%s is not different, but has a reason: %s", key, dayReasons[key])
		}
	}
	b.WriteString("| | " + strings.Join(dayProjects, " | ") + " |\n|---|" + strings.Repeat("---|", len(dayProjects)) + "\n")
	for i, line := range day {
		fmt.Fprintf(&b, "| `%s` | %s |\n", line, strings.Join(verdicts[line+fmt.Sprint(i)], " | "))
	}
	b.Write(details.Bytes())
	return b.Bytes()
}

// cell is all that a command said.
func cell(s said) string {
	text := s.Out
	if s.Out != "" && s.Err != "" {
		text += "\n\n"
	}
	return html.EscapeString(text + s.Err)
}
