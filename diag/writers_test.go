package diag

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
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

func TestTextShowsOneEntryForACode(t *testing.T) {
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
	var quiet, verbose, same bytes.Buffer
	_ = WriteText(&quiet, ports, TextOptions{})
	_ = WriteText(&verbose, ports, TextOptions{Verbose: true})
	if want := `compose.yaml:2:1: warning[port] services.a: 80 is taken
   help: choose another
   also: compose.yaml:3:1: services.b
   help: choose a third
   also: compose.yaml:4:1: services.c: 81 is taken
   and 6 more (-v)
`; quiet.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", quiet.String(), want)
	}
	if want := `compose.yaml:2:1: warning[port] services.a: 80 is taken
   also: compose.yaml:4:1: services.c: 81 is taken
   also: compose.yaml:9:1: services.d, services.e, services.f, services.g, services.h, services.i
   help: choose another
compose.yaml:3:1: warning[port] services.b: 80 is taken
   help: choose a third
`; verbose.String() != want {
		t.Errorf("verbose, got:\n%s\nwant:\n%s", verbose.String(), want)
	}
	_ = WriteText(&same, slices.Concat(ports[:1], ports[3:]), TextOptions{})
	if want := `compose.yaml:2:1: warning[port] services.a: 80 is taken
   also: compose.yaml:9:1: services.d, services.e, services.f, services.g and 2 more (-v)
   help: choose another
`; same.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", same.String(), want)
	}
}

func TestErrorsAreNearlyAllShown(t *testing.T) {
	t.Parallel()
	var findings List
	for i := range 14 {
		findings.Add(Finding{Error, "x", At("services", "a"), Range{"f", i + 1, 1, 0}, "m", "h"})
	}
	var b bytes.Buffer
	_ = WriteText(&b, findings, TextOptions{})
	if n := strings.Count(b.String(), "services.a"); n != 10 || !strings.Contains(b.String(), "and 4 more (-v)") {
		t.Errorf("%d are shown:\n%s", n, b.String())
	}
}

func TestTextIsWrapped(t *testing.T) {
	t.Parallel()
	f := Finding{
		Warning, "port", At("services", "web"),
		Range{"compose.yaml", 2, 3, 8},
		"the port 80 is taken by another service of this project", "choose another one\nor leave a-very-long-word-that-fits-on-no-line-of-this-terminal out",
	}
	var plain, colored bytes.Buffer
	_ = WriteText(&plain, List{f}, TextOptions{Width: 40})
	_ = WriteText(&colored, List{f}, TextOptions{Width: 40, Color: true})
	if want := `compose.yaml:2:3: warning[port]
   services.web: the port 80 is taken by
   another service of this project
   help: choose another one
         or leave
         a-very-long-word-that-fits-on-no-line-of-this-terminal
         out
`; plain.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", plain.String(), want)
	}
	if uncolored := regexp.MustCompile("\x1b\\[[0-9;]*m").ReplaceAllString(colored.String(), ""); uncolored != plain.String() {
		t.Errorf("with color:\n%s", uncolored)
	}
}

// TestNamesCannotForgeLines: what a compose file holds is part of a line, in every form.
func TestNamesCannotForgeLines(t *testing.T) {
	t.Parallel()
	const forged = "x\n::error file=a.go::forged\n12 objects from 3 services"
	f := Finding{Warning, "port", At("services", forged), Range{forged, 1, 1, 0}, forged + " is taken", "remove " + forged}
	var text, github, sarif bytes.Buffer
	_ = WriteText(&text, List{f, f}, TextOptions{Verbose: true})
	_ = WriteGitHub(&github, List{f})
	_ = WriteSARIF(&sarif, List{f}, SARIFOptions{})
	for form, output := range map[string]string{"text": text.String(), "github": github.String(), "sarif": sarif.String(), "string": f.String()} {
		for i, line := range strings.Split(output, "\n") {
			if bare := strings.TrimSpace(line); strings.HasPrefix(bare, "::error") || strings.HasPrefix(line, "12 objects") || form == "string" && i > 0 {
				t.Errorf("%s: line %d is forged: %s", form, i, line)
			}
		}
	}
	if n := strings.Count(github.String(), "\n"); n != 1 {
		t.Errorf("one annotation has %d lines:\n%s", n, github.String())
	}
}

func TestEscaping(t *testing.T) {
	t.Parallel()
	const hostile = "a\r---\u2028b\u0085c\x1b[2J<img src=x onerror=\"y\"> | `code` _x_ [l](u)"
	if got, want := Comment(hostile+"\nsecond "), "# a\\r---\\u2028b\\u0085c\\x1b[2J<img src=x onerror=\"y\"> | `code` _x_ [l](u)\n# second\n"; got != want {
		t.Errorf("Comment: %q", got)
	}
	if got := Markdown(hostile); strings.ContainsAny(got, "\r\n\u2028<>") || regexp.MustCompile("[^\\\\][|`_\\[\\]]").MatchString(got) {
		t.Errorf("Markdown: %q", got)
	}
	if got, want := MarkdownCode("a`b|c"), "`` a`b\\|c ``"; got != want {
		t.Errorf("MarkdownCode: %q, want %q", got, want)
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

func TestSomeInfosAreShownUnasked(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	infos := List{{Severity: Info, Code: "a", Message: "first"}, {Severity: Info, Code: "b", Message: "second"}}
	_ = WriteText(&b, infos, TextOptions{Shown: func(code string) bool { return code == "b" }})
	if got := b.String(); got != "info[b] second\n" {
		t.Errorf("got %q", got)
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
	if Columns(shown) > maxWidth+2 || length != 4 || []rune(shown)[indent] != 'H' || []rune(shown)[indent+3] != 'E' {
		t.Errorf("window = %q, %d, %d", shown, indent, length)
	}
}

func TestVeryLongLinesAreSearchedForSecretsInPart(t *testing.T) {
	t.Parallel()
	mask := func(_ Path, line string) (string, bool) {
		before, _, found := strings.Cut(line, "PASSWORD: ")
		if found {
			line = before + "PASSWORD: ***"
		}
		return line, true
	}
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
		_ = WriteText(&b, List{{Severity: Error, Code: "x", Range: Range{"f", 1, tt.column, 0}, Message: "m"}}, TextOptions{SourceLine: line, MaskLine: mask})
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

func TestLinesAreShownAsTheMaskSays(t *testing.T) {
	t.Parallel()
	f := Finding{Severity: Error, Code: "x", Path: At("services", "proxy"), Range: Range{"compose.yaml", 3, 1, 2}, Message: "m"}
	for _, show := range []bool{true, false} {
		var b bytes.Buffer
		_ = WriteText(&b, List{f}, TextOptions{SourceLine: sourceLine, MaskLine: func(path Path, line string) (string, bool) {
			return path.String() + " " + strings.ToUpper(line), show
		}})
		if strings.Contains(b.String(), "services.proxy     VOLUMES:\n") != show || strings.Contains(b.String(), "volumes") {
			t.Errorf("shown: %v\n%s", show, b.String())
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
::error title=c::100%25\r\nbad
::notice file=a%2Cb%3Ac.yaml,line=3,title=c::m
`
	if b.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", b.String(), want)
	}
}

func TestSARIF(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	o := SARIFOptions{ToolVersion: "1.0.0", Rule: func(code string) Rule {
		return Rule{Title: "about " + code, Meaning: "It means.", Help: "Do.", Markdown: "**Do.**", URI: "https://example.com/#" + code, Severity: Warning}
	}}
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
		ids = append(ids, r.ID+"/"+r.Short.Text)
		if r.Full.Text != "It means." || r.Help.Text != "Do." || r.Help.Markdown != "**Do.**" || r.URI != "https://example.com/#"+r.ID || r.Configuration.Level != "warning" {
			t.Errorf("rule %s: %+v", r.ID, r)
		}
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
