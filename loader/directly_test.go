package loader

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/corpus"
	"github.com/transship/transship/loader/position"
)

// Both ways of loading give the same for every project at hand: the golden cases, the examples, and the corpus that
// TRANSSHIP_CORPUS names.
func TestBothLoadsAgree(t *testing.T) {
	projects := allProjects(t)
	declined := 0
	for _, p := range projects {
		for _, profiles := range [][]string{nil, {"*"}} {
			o := Options{
				Files: p.Files, Profiles: profiles, WorkingDirectory: p.Directory, ProjectDirectory: p.Directory,
				Environ: []string{"HOME=/home/user", "TAG=1.2", "EMPTY="},
			}
			direct, differs := bothLoads(o)
			if differs != "" {
				t.Errorf("%s: %s", p.Name, differs)
			}
			if !direct && profiles == nil {
				declined++
				t.Logf("declined: %s", p.Name)
			}
		}
	}
	t.Logf("%d projects, %d of them left to compose-go", len(projects), declined)
	if declined > len(projects)/2 {
		t.Errorf("%d of %d projects are left to compose-go", declined, len(projects))
	}
}

func allProjects(t *testing.T) []corpus.Project {
	t.Helper()
	var projects []corpus.Project
	cases, err := filepath.Glob("../testdata/cases/*")
	if err != nil || len(cases) == 0 {
		t.Fatalf("no golden cases: %v", err)
	}
	for _, dir := range cases {
		if dir, err = filepath.Abs(dir); err != nil {
			t.Fatal(err)
		}
		projects = append(projects, corpus.Project{Name: filepath.Base(dir), Directory: dir})
	}
	examples, err := corpus.Examples("../examples")
	if err != nil {
		t.Fatal(err)
	}
	projects = append(projects, examples...)
	if folder := os.Getenv("TRANSSHIP_CORPUS"); folder != "" {
		more, err := corpus.Read(folder)
		if err != nil {
			t.Fatal(err)
		}
		projects = append(projects, more...)
	}
	return projects
}

// bothLoads loads a project in both ways, and returns whether the direct one accepted it and where the two differ.
func bothLoads(o Options) (direct bool, differs string) {
	o.general = false
	first, err1 := Load(context.Background(), o)
	o.general = true
	second, err2 := Load(context.Background(), o)
	if got, want := errorText(err1), errorText(err2); got != want {
		return false, fmt.Sprintf("the direct load says\n%s\nand the general one\n%s", got, want)
	}
	if err1 != nil {
		return false, differ("sources", sourcesOf(err1), sourcesOf(err2))
	}
	direct = first.run.direct
	return direct, firstOf(
		differ("models", first.Model, second.Model),
		differ("projects", first.Project, second.Project),
		differ("findings", first.Findings, second.Findings),
		differ("files", first.Files, second.Files),
		differ("images", first.Images, second.Images),
		differ("sources", first.Sources, second.Sources),
		differ("compose files", first.ComposeFiles, second.ComposeFiles),
		differ("derived models", first.run.derived, second.run.derived),
		differ("environments", first.run.env, second.run.env),
		differ("positions", positions(first), positions(second)),
	)
}

func firstOf(texts ...string) string {
	i := slices.IndexFunc(texts, func(s string) bool { return s != "" })
	if i < 0 {
		return ""
	}
	return texts[i]
}

func sourcesOf(err error) map[string][]byte {
	var failed *Error
	if !errors.As(err, &failed) {
		return nil
	}
	return failed.Sources
}

func errorText(err error) string {
	var failed *Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &failed):
		return describe(failed.Findings)
	default:
		return err.Error()
	}
}

func differ(what string, a, b any) string {
	if reflect.DeepEqual(a, b) {
		return ""
	}
	return fmt.Sprintf("the %s differ at %s", what, difference(reflect.ValueOf(a), reflect.ValueOf(b), ""))
}

// difference describes the first place where two values differ.
func difference(a, b reflect.Value, at string) string {
	if !a.IsValid() || !b.IsValid() || a.Type() != b.Type() {
		return fmt.Sprintf("%s: %#v and %#v", at, printable(a), printable(b))
	}
	equal := func(x, y reflect.Value) bool {
		return x.IsValid() == y.IsValid() && (!x.IsValid() || !x.CanInterface() || reflect.DeepEqual(x.Interface(), y.Interface()))
	}
	switch a.Kind() {
	case reflect.Interface, reflect.Pointer:
		if !a.IsNil() && !b.IsNil() {
			return difference(a.Elem(), b.Elem(), at)
		}
	case reflect.Struct:
		for i := range a.NumField() {
			if !equal(a.Field(i), b.Field(i)) {
				return difference(a.Field(i), b.Field(i), at+"."+a.Type().Field(i).Name)
			}
		}
	case reflect.Map:
		keys := append(a.MapKeys(), b.MapKeys()...)
		sort.Slice(keys, func(i, j int) bool { return fmt.Sprint(keys[i]) < fmt.Sprint(keys[j]) })
		for _, key := range keys {
			if !equal(a.MapIndex(key), b.MapIndex(key)) {
				return difference(a.MapIndex(key), b.MapIndex(key), at+"."+fmt.Sprint(key))
			}
		}
	case reflect.Slice:
		for i := range min(a.Len(), b.Len()) {
			if !equal(a.Index(i), b.Index(i)) {
				return difference(a.Index(i), b.Index(i), fmt.Sprintf("%s[%d]", at, i))
			}
		}
	}
	return fmt.Sprintf("%s: %#v and %#v", at, printable(a), printable(b))
}

func printable(v reflect.Value) any {
	if !v.IsValid() || !v.CanInterface() {
		return "nothing"
	}
	return v.Interface()
}

func positions(l *Loaded) map[string]diag.Range {
	out := map[string]diag.Range{}
	var walk func(v any, p diag.Path)
	walk = func(v any, p diag.Path) {
		out[p.String()] = l.Locate(p)
		switch v := v.(type) {
		case map[string]any:
			for key, e := range v {
				walk(e, p.Key(key))
			}
		case []any:
			for i, e := range v {
				walk(e, p.Index(i))
			}
		}
	}
	walk(l.Model, nil)
	return out
}

// agree compares the loads of a text as the only file, and as an override of another, and counts the answers. It takes no
// step that both loads share, and asks compose-go only if the direct load accepts.
func agree(t testing.TB, dir, text, base string) (counts tally, differs string) {
	t.Helper()
	for name, content := range map[string]string{"compose.yaml": text, "base.yaml": base} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, files := range [][]string{{"compose.yaml"}, {"base.yaml", "compose.yaml"}} {
		differs := counts.compare(Options{
			Files: files, WorkingDirectory: dir, ProjectName: "p", Profiles: []string{"*"},
			Environ: []string{"HOME=/home/user", "A=a", "TAG=1.2", "EMPTY=", "ODD=\xff"},
		})
		if differs != "" {
			return counts, fmt.Sprintf("%s: %s\n%s\n--- base:\n%s", strings.Join(files, " + "), differs, text, base)
		}
	}
	return counts, ""
}

// tally counts what the direct load answers.
type tally struct{ unread, declined, accepted int }

func (c *tally) add(more tally) {
	c.unread, c.declined, c.accepted = c.unread+more.unread, c.declined+more.declined, c.accepted+more.accepted
}

// compare returns what compose-go's load makes of a project that the direct load accepts, if it is something else.
func (c *tally) compare(o Options) string {
	ctx := context.Background()
	read := func() *run {
		r := &run{options: o, texts: map[string][]byte{}, mappingFiles: map[string]error{}}
		for _, step := range []func(context.Context) error{r.readEnvironment, r.findComposeFiles, r.readComposeFiles, r.nameProject, r.checkBounds} {
			if err := step(ctx); err != nil || len(r.failures) > 0 {
				return nil
			}
		}
		r.locator = position.New(r.main)
		return r
	}
	direct := read()
	switch {
	case direct == nil:
		c.unread++
		return ""
	case !direct.loadDirectly():
		c.declined++
		return ""
	}
	c.accepted++
	general := read() // both loads change what they are given
	if err := general.loadGenerally(ctx); err != nil {
		return "the direct load accepts, and the general one says " + err.Error()
	}
	return firstOf(
		differ("models", direct.model, general.model), differ("derived models", direct.derived, general.derived),
		differ("projects", direct.project, general.project), differ("environments", direct.env, general.env),
		differ("unset variables", direct.vars.Names, general.vars.Names),
	)
}

// FuzzBothLoads changes the structure of projects, and compares both loads.
func FuzzBothLoads(f *testing.F) {
	seeds := append(corpusTexts(f), directSeeds...)
	for i, s := range seeds {
		f.Add(s, uint64(0))
		f.Add(s, uint64(i+1))
	}
	f.Fuzz(func(t *testing.T, text string, seed uint64) {
		random := rand.New(rand.NewPCG(seed, 0))
		if seed != 0 {
			text = mutate(random, text, seeds)
		}
		if _, differs := agree(t, project(t, besideMutations), text, seeds[random.IntN(len(seeds))]); differs != "" {
			t.Fatal(differs)
		}
	})
}

// besideMutations are the files that mutated projects refer to.
var besideMutations = map[string]string{"a.env": "A=1\n", "other.yaml": "services: {base: {image: x}}\n"}

// The seeds of the fuzz target and mutations of them agree. This is many times faster than the fuzz target, which runs compose-go with the
// instructions that count coverage. In place of coverage, a mutation that the direct load accepts is mutated again, so that
// changes add up. TRANSSHIP_MUTATIONS and TRANSSHIP_SEED set how many there are and where they begin, TRANSSHIP_MUTATION_TIME
// how long it takes instead.
func TestMutatedProjectsLoadAlike(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	number, seed := setting("TRANSSHIP_MUTATIONS", 1000), setting("TRANSSHIP_SEED", 1)
	var end time.Time
	if d, err := time.ParseDuration(os.Getenv("TRANSSHIP_MUTATION_TIME")); err == nil {
		end, number = time.Now().Add(d), math.MaxInt
	}
	random := rand.New(rand.NewPCG(uint64(seed), 1))
	seeds := append(corpusTexts(t), directSeeds...)
	dir := project(t, besideMutations)
	var all tally
	check := func(text string) bool {
		counts, differs := agree(t, dir, text, seeds[random.IntN(len(seeds))])
		if all.add(counts); differs != "" {
			t.Error(differs)
		}
		return counts.accepted > 0
	}
	for _, text := range directSeeds {
		check(text)
	}
	pool := slices.Clone(seeds)
	for i := 1; i <= number && (end.IsZero() || time.Now().Before(end)); i++ {
		at := random.IntN(len(pool))
		text := pool[at]
		if random.IntN(2) == 0 {
			text = crossed(random, text, seeds[random.IntN(len(seeds))])
		} else {
			text = mutate(random, text, seeds)
		}
		switch accepted := check(text) && len(text) < 8<<10; {
		case accepted && len(pool) < 4*len(seeds):
			pool = append(pool, text)
		case accepted && at >= len(seeds): // the seeds stay
			pool[at] = text
		}
		if i%10000 == 0 {
			t.Logf("%d mutations: %+v", i, all)
		}
	}
	t.Logf("projects and overrides: %d cannot be read, %d are left to compose-go, %d were compared", all.unread, all.declined, all.accepted)
	if all.accepted < (all.unread+all.declined)/20 {
		t.Error("too few projects are compared")
	}
}

// directSeeds hold the forms that the direct load has rules for, and those that it must decline.
var directSeeds = []string{
	"services: {a: {image: x, ports: [80, '80', '80:80', '80-82:80-82', {target: 1}, {target: 5, host_ip: 1.2.3.4}]}}\n", "services: {a: {image: x, ports: [{published: '1'}]}}\n",
	"services: {a: {image: x, ports: [], volumes: [], environment: [], dns: ['', 1.1.1.1], tmpfs: /t, dns_search: x}}\n",
	"services: {a: {build: {}}, b: {build: .}, c: {build: {context: ./x, args: [A, B=1], ssh: [default], secrets: [s], ulimits: {n: 1}, sbom: true, provenance: mode=max, additional_contexts: [a=b]}}}\nsecrets: {s: {environment: A}}\n",
	"services:\n  a: &a {image: x, networks: [n, m], depends_on: [b], env_file: a.env, label_file: a.env}\n  b: {<<: *a, networks: {n: {aliases: [q, q]}}, depends_on: {c: {condition: service_started}}, env_file: [{path: a.env, format: raw}, a.env]}\n  c: {image: y}\nnetworks: {n: , m: {external: true}}\n",
	"x-a: &a {k: &b [1]}\nservices: {a: {image: x, labels: {k: v}, x-b: *a, expose: *b}}\n",
	"services: {a: {image: x, cpus: '0.5', mem_limit: 1g, init: 'true', ulimits: {nofile: {soft: 1, hard: '2'}, nproc: '3', core: 0}, scale: '2', privileged: '${EMPTY:-yes}', healthcheck: {test: x, retries: '3', interval: 1m}, stop_grace_period: 1m}}\n",
	"services: {a: {image: x, volumes: [v, './a:/b', '/c:/d:ro', 'v:/e:nocopy', '~/x:/f', {type: bind, source: ./y, target: /g}, {type: bind, source: z, target: /h, bind: {propagation: shared}}, {type: tmpfs, target: /i, tmpfs: {size: 1m}}]}}\nvolumes: {v: {driver: local, driver_opts: {o: bind, type: none, device: ./d}}, w: {external: {name: z}}, y: {external: true, name: q}}\n",
	"services: {a: {image: x, secrets: [s, {source: t, target: /x, mode: 0440}], configs: [c, {source: d}]}}\nsecrets: {s: {file: ./f}, t: {environment: A}}\nconfigs: {c: {content: 'a$$b ${A}'}, d: {environment: TAG}}\n",
	"services: {a: {image: x, deploy: {replicas: 2, labels: [a=b, a=c], resources: {limits: {cpus: '1', memory: 1g}, reservations: {devices: [{capabilities: [gpu]}]}}, update_config: {delay: 1s}}, gpus: all, devices: ['/dev/x:/dev/y:r', /dev/z]}, b: {image: x, gpus: [{driver: d}]}}\n",
	"services: {a: {image: x, develop: {watch: [{path: ., action: sync, target: /x, ignore: n}]}, x-develop: {watch: []}}}\n",
	"services: {a: {image: x, pre_start: [{image: y, volumes: ['./a:/b'], environment: {A: }}], post_start: [{command: [a], user: root}]}}\njobs: {j: {image: x, triggers: {schedule: ['* * * * *', {cron: '1 * * * *'}]}, environment: [A]}, x-j: {image: x, triggers: {manual: true}}}\n",
	"services: {x-a: {image: x, depends_on: {x-b: {condition: service_started}}}, x-b: {image: y, labels: {x-c: d}, logging: {driver: d, options: {x-e: f}}}}\nnetworks: {x-n: {driver: bridge, ipam: {config: [{subnet: 10.0.0.0/8, x-o: p}]}, labels: [l=m, l=n]}}\nx-q: {x-r: s}\n",
	"version: '3.8'\nservices: {a: {image: x}}\n", "version: 3\nservices: {a: {image: x}}\n", "version: &v '3'\nname: q\nservices: {a: {image: *v}}\n", "{version: '3', services: {a: {image: x}}}\n",
	"---\nservices: {a: {image: x}}\n...\n", "--- # first\nservices: {a: {image: x}}\n---\nservices: {b: {image: y}}\n", "services: {a: {image: x}}\n---\n", "services: {a: {image: x}}\n ---\n", "%YAML 1.1\n---\nservices: {a: {image: x}}\n",
	"services: {a: {image: x, labels: {a: 2001-01-01, b: 0x10, c: 010, d: 1_000, e: 1e3, f: ~, g: yes, h: 12345678901234567890, i: .5}, environment: {A: 1.0, B: true, C: , D: 1e400}}}\n",
	"services: {a: {image: x, command: '${ODD}', labels: {\"a\\xff\": x}}}\n", "services: {a: {image: !!str x}}\n", "services: {a: {image: !!binary eA==}}\n",
	"services: {a: {image: x, env_file: [], networks: {}, depends_on: {}, links: ['b:c', b], volumes_from: [b], network_mode: 'service:b', pull_policy: if_not_present}, b: {image: y, provider: {type: z}}}\n",
	"x-m: &m {a: {b: {image: x}}}\nservices:\n  <<: *m\n  a: {image: x, <<: [{command: a}, {command: b}]}\n",
	"x-a: &a {labels: {p: q}}\nservices: {a: {image: x, <<: *a, deploy: {<<: *a}}}\n",
	"services: {a.b: {image: x, ports: ['80']}, '*': {image: y, ports: [80]}, '[]': {image: z}}\n", "services.web.ports: [1]\nservices: {a: {image: x}}\n",
	"models: {m: {model: x}}\nservices: {a: {image: x, models: [m]}, b: {image: x, models: {m: {endpoint_var: A}}}}\n",
	"services: {a: {image: x, extra_hosts: ['a:1.2.3.4', 'b=::1'], sysctls: [a=1], cap_add: [A, B], expose: [1, '1', 2-3], blkio_config: {weight: 5}, credential_spec: {file: f}, annotations: [a=b, a=c], cgroup: host, container_name: 'nn', hostname: h, isolation: i}}\n",
}
