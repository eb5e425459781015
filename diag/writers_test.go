package diag

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

var compose = strings.Split(`services:
  proxy:
    volumes:
      - /var/run/docker.sock:/var/run/docker.sock:ro
	# 日本語: here
    environment:
      DB_PASSWORD: hunter2`, "\n")

func sourceLine(file string, line int) (string, bool) {
	if file != "compose.yaml" || line > len(compose) {
		return "", false
	}
	return compose[line-1], true
}

var sample = List{
	{Info, "name-changed", At("services", "a_b"), Range{"compose.yaml", 2, 3, 8}, "the name becomes a-b", ""},
	{
		Warning, "docker-socket", At("services", "proxy", "volumes").Index(0),
		Range{"compose.yaml", 4, 9, 29},
		"/var/run/docker.sock is left out: a cluster has no Docker API", "use the kubernetesIngress provider\nwith a ServiceAccount",
	},
	{Warning, "devices", At("services", "x", "devices"), Range{"other.yaml", 7, 1, 0}, "devices are left out", "allow it"},
	{Warning, "devices", At("services", "y", "devices"), Range{"other.yaml", 9, 1, 0}, "devices are left out", "allow it"},
	{Error, "missing-file", nil, Range{}, "no compose file was found", "pass one with -f"},
}

func TestText(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := WriteText(&b, sample, TextOptions{SourceLine: sourceLine}); err != nil {
		t.Fatal(err)
	}
	want := `error[missing-file] no compose file was found
   help: pass one with -f
compose.yaml:4:9: warning[docker-socket] services.proxy.volumes[0]: /var/run/docker.sock is left out: a cluster has no Docker API
    4 |       - /var/run/docker.sock:/var/run/docker.sock:ro
      |         ^^^^^^^^^^^^^^^^^^^^
   help: use the kubernetesIngress provider
         with a ServiceAccount
other.yaml:7:1: warning[devices] services.x.devices: devices are left out
   also: other.yaml:9:1: services.y.devices
   help: allow it
`
	if b.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", b.String(), want)
	}
}

func TestTextShowsTogetherWhatHasTheSameAdvice(t *testing.T) {
	t.Parallel()
	at := func(line int) Range { return Range{"compose.yaml", line, 1, 0} }
	ports := List{
		{Warning, "port", At("services", "a"), at(2), "80 is taken", "choose another"},
		{Warning, "port", At("services", "b"), at(3), "80 is taken", "choose a third"},
		{Warning, "port", At("services", "c"), at(4), "81 is taken", "choose another"},
		{Warning, "port", At("services", "d"), at(9), "80 is taken", "choose another"},
	}
	for _, name := range []string{"e", "f", "g", "h", "i"} {
		ports.Add(Finding{Warning, "port", At("services", name), at(9), "80 is taken", "choose another"})
	}
	var quiet, verbose bytes.Buffer
	_ = WriteText(&quiet, ports, TextOptions{})
	_ = WriteText(&verbose, ports, TextOptions{Verbose: true})
	const head, tail = `compose.yaml:2:1: warning[port] services.a: 80 is taken
   also: compose.yaml:4:1: services.c: 81 is taken
   also: compose.yaml:9:1: services.d, services.e, services.f, services.g`, `
   help: choose another
compose.yaml:3:1: warning[port] services.b: 80 is taken
   help: choose a third
`
	if want := head + " and 2 more (-v)" + tail; quiet.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", quiet.String(), want)
	}
	if want := head + ", services.h, services.i" + tail; verbose.String() != want {
		t.Errorf("verbose, got:\n%s\nwant:\n%s", verbose.String(), want)
	}
}

func TestTextNamesThePathOnce(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	_ = WriteText(&b, List{
		{Error, "x", At("services", "a", "prots"), Range{"compose.yaml", 2, 1, 0}, "services.a.prots is no key", "h"},
		{Error, "x", At("services", "b", "prots"), Range{"compose.yaml", 3, 1, 0}, "services.b.prots is no key", "h"},
		{Error, "x", At("services"), Range{"compose.yaml", 4, 1, 0}, "services.b is no key", "h"},
	}, TextOptions{})
	const want = `compose.yaml:2:1: error[x] services.a.prots is no key
   also: compose.yaml:3:1: services.b.prots is no key
   also: compose.yaml:4:1: services: services.b is no key
   help: h
`
	if b.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", b.String(), want)
	}
}

func TestTextMasksSecrets(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	f := Finding{Severity: Error, Code: "x", Path: At("services", "proxy", "environment", "DB_PASSWORD"), Range: Range{"compose.yaml", 7, 7, 18}, Message: "m"}
	_ = WriteText(&b, List{f}, TextOptions{SourceLine: sourceLine})
	want := "    7 |       DB_PASSWORD: ***\n      |       ^^^^^^^^^^^\n"
	if !strings.HasSuffix(b.String(), want) {
		t.Errorf("got:\n%s", b.String())
	}
}

func TestTextShowsInfosWhenVerbose(t *testing.T) {
	t.Parallel()
	var quiet, verbose bytes.Buffer
	_ = WriteText(&quiet, sample[:1], TextOptions{})
	_ = WriteText(&verbose, sample[:1], TextOptions{Verbose: true, Color: true})
	if quiet.Len() != 0 {
		t.Errorf("an info is shown without -v: %s", quiet.String())
	}
	want := "\x1b[1mcompose.yaml:2:3:\x1b[0m \x1b[1;36minfo[name-changed]\x1b[0m \x1b[1mservices.a_b:\x1b[0m the name becomes a-b\n"
	if verbose.String() != want {
		t.Errorf("got %q, want %q", verbose.String(), want)
	}
}

func TestCaretsStandBelowWideCharactersAndTabs(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	_ = WriteText(&b, List{{Severity: Error, Code: "x", Range: Range{"compose.yaml", 5, 4, 7}, Message: "m"}}, TextOptions{SourceLine: sourceLine})
	want := "    5 |     # 日本語: here\n      |       ^^^^^^\n"
	if !strings.HasSuffix(b.String(), want) {
		t.Errorf("got:\n%s\nwant:\n%s", b.String(), want)
	}
}

func TestLongLineIsCutAroundTheCarets(t *testing.T) {
	t.Parallel()
	line := strings.Repeat("a", 300) + "HERE" + strings.Repeat("b", 300)
	shown, indent, length := window(line, Range{"f", 1, 301, 305})
	if columns(shown) > maxWidth+2 || length != 4 || []rune(shown)[indent] != 'H' || []rune(shown)[indent+3] != 'E' {
		t.Errorf("window = %q, %d, %d", shown, indent, length)
	}
}

func TestVeryLongLinesAreSearchedForSecretsInPart(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		line        string
		column      int
		shown, leak string
	}{
		{"A: " + strings.Repeat("é", 1<<20), 1, "    1 | A: éé", "\ufffd"},
		{"{DB_PASSWORD: hunter2, A: " + strings.Repeat("x", 1<<20) + "}", 24, "    1 | {DB_PASSWORD: ***\n", "hunter2"},
		{"{DB_PASSWORD: " + strings.Repeat("x", 1<<20) + "hunter2}", 1<<20 + 10, "", "hunter2"},
	} {
		var b bytes.Buffer
		line := func(string, int) (string, bool) { return tt.line, true }
		_ = WriteText(&b, List{{Severity: Error, Code: "x", Range: Range{"f", 1, tt.column, 0}, Message: "m"}}, TextOptions{SourceLine: line})
		_, snippet, _ := strings.Cut(b.String(), "\n")
		if !strings.HasPrefix(snippet, tt.shown) || tt.shown == "" && snippet != "" || strings.Contains(snippet, tt.leak) {
			t.Errorf("column %d: %.200q, want %q", tt.column, snippet, tt.shown)
		}
	}
}

func TestCaretBeyondTheLineIsLeftOut(t *testing.T) {
	t.Parallel()
	if shown, _, length := window("abc", Range{"f", 1, 9, 12}); shown != "abc" || length != 0 {
		t.Errorf("window = %q with %d carets", shown, length)
	}
}

func TestTerminalControlIsMadeVisible(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	line := func(string, int) (string, bool) { return "a: \x1b]0;owned\x07", true }
	f := Finding{Severity: Error, Code: "x", Path: At("services", "\x1b[2J"), Range: Range{"f\x1b.yaml", 1, 1, 2}, Message: "bad \x1b[31m\u202e", Help: "\x9b"}
	_ = WriteText(&b, List{f}, TextOptions{SourceLine: line})
	if strings.ContainsAny(b.String(), "\x1b\x07\u009b\u202e") {
		t.Errorf("control characters reach the terminal: %q", b.String())
	}
}

func TestSecretsAreMasked(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"      DB_PASSWORD: hunter2":                 "      DB_PASSWORD: ***",
		"      - DB_PASSWORD=hunter2":                "      - DB_PASSWORD=***",
		`  "apiKey" : "k"`:                           `  "apiKey" : ***`,
		"{USER: u, TOKEN: t, X: y}":                  "{USER: u, TOKEN: ***",
		"command: redis-server --requirepass geheim": "command: redis-server --requirepass ***",
		`command: ["x", "--auth-token", "geheim"]`:   `command: ["x", "--auth-token", ***`,
		"DATABASE_URL: postgres://u:pw@db/x":         "DATABASE_URL: postgres://u:***@db/x",
		"POSTGRES_PASSWORD_FILE: /run/secrets/pw":    "POSTGRES_PASSWORD_FILE: /run/secrets/pw",
		"  - ./auth:/etc/auth":                       "  - ./auth:/etc/auth",
		"  AUTH: /hunter2":                           "  AUTH: ***",
		"secrets:":                                   "secrets:",
		"  - source: db_password":                    "  - source: db_password",
		"image: nginx":                               "image: nginx",
	} {
		if got, ok := withoutSecrets(At("services", "a", "x"), line); !ok || got != want {
			t.Errorf("withoutSecrets(%q) = %q, %v, want %q", line, got, ok, want)
		}
	}
	for _, path := range []Path{At("secrets", "cert", "content"), At("services", "a", "environment", "DB_PASSWORD")} {
		if got, ok := withoutSecrets(path, "  -----BEGIN"); ok {
			t.Errorf("a line of %s is shown: %q", path, got)
		}
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := WriteJSON(&b, nil); err != nil || b.String() != "[]\n" {
		t.Errorf("no findings: %q, %v", b.String(), err)
	}
	b.Reset()
	if err := WriteJSON(&b, sample[1:2]); err != nil {
		t.Fatal(err)
	}
	want := `[
  {
    "severity": "warning",
    "code": "docker-socket",
    "path": "services.proxy.volumes[0]",
    "file": "compose.yaml",
    "line": 4,
    "column": 9,
    "message": "/var/run/docker.sock is left out: a cluster has no Docker API",
    "help": "use the kubernetesIngress provider\nwith a ServiceAccount"
  }
]
`
	if b.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", b.String(), want)
	}
}

func TestGitHub(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	findings := List{
		sample[1],
		{Error, "c", nil, Range{}, "100%\r\nbad", ""},
		{Info, "c", nil, Range{"a,b:c.yaml", 3, 0, 0}, "m", ""},
	}
	if err := WriteGitHub(&b, findings); err != nil {
		t.Fatal(err)
	}
	want := `::warning file=compose.yaml,line=4,col=9,endColumn=29,title=docker-socket::services.proxy.volumes[0]: /var/run/docker.sock is left out: a cluster has no Docker API%0Ause the kubernetesIngress provider%0Awith a ServiceAccount
::error title=c::100%25%0D%0Abad
::notice file=a%2Cb%3Ac.yaml,line=3,title=c::m
`
	if b.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", b.String(), want)
	}
}

func TestSARIF(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	o := SARIFOptions{ToolVersion: "1.0.0", Title: func(code string) string { return "about " + code }}
	if err := WriteSARIF(&b, sample, o); err != nil {
		t.Fatal(err)
	}
	var log sarifLog
	if err := json.Unmarshal(b.Bytes(), &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	if log.Version != "2.1.0" || run.Tool.Driver.Name != "transship" || run.Tool.Driver.Version != "1.0.0" {
		t.Errorf("head: %s", b.String())
	}
	var ids []string
	for _, r := range run.Tool.Driver.Rules {
		ids = append(ids, r.ID+"/"+r.ShortDescription.Text)
	}
	if got, want := strings.Join(ids, " "), "devices/about devices docker-socket/about docker-socket missing-file/about missing-file name-changed/about name-changed"; got != want {
		t.Errorf("rules: %s", got)
	}
	socket := run.Results[1]
	if socket.Level != "warning" || *socket.Locations[0].Physical.Region != (sarifRegion{4, 9, 29}) || socket.Locations[0].Physical.Artifact.URI != "compose.yaml" {
		t.Errorf("result: %+v", socket)
	}
	if run.Results[0].Level != "note" || run.Results[4].Level != "error" || run.Results[4].Locations != nil {
		t.Errorf("results: %+v", run.Results)
	}
}

func TestSortedDropsDuplicates(t *testing.T) {
	t.Parallel()
	a := Finding{Severity: Info, Code: "a", Range: Range{"f", 2, 1, 0}}
	b := Finding{Severity: Error, Code: "b", Range: Range{"f", 1, 5, 0}}
	got := List{a, b, a}.Sorted()
	if len(got) != 2 || got[0].Code != "b" || got.Worst() != Error || got.Count(Info) != 1 {
		t.Errorf("sorted: %+v", got)
	}
	if got := sample[1].String(); !strings.HasPrefix(got, "compose.yaml:4:9: warning[docker-socket] services.proxy.volumes[0]: /var/run") {
		t.Errorf("String() = %s", got)
	}
}
