package cmd

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// block is a piece of code in a page.
type block struct {
	info string // behind the fence: "sh", "sh cluster", "yaml"
	line int
	text string
}

var (
	fence      = regexp.MustCompile("(?ms)^```([a-z].*?)\n(.*?)^```$")
	runsIn     = regexp.MustCompile(`<!-- commands run in (\S+) -->`)
	pictureOf  = regexp.MustCompile(`(?m)^(?:<!-- transship (.+) -->\n)?!\[[^\]]+\]\(([^)]+)\)`)
	localLink  = regexp.MustCompile(`\]\(([^)#:]+\.(?:md|json|svg)|[^):.]*/[^)#:]*)(#[^)]*)?\)`)
	anchorText = regexp.MustCompile(`[^a-z0-9 _-]`)
)

// needsMore are the words behind "sh" for commands that a test of the command line cannot run, and what they need.
var needsMore = []string{"cluster", "network", "install", "server"}

// pages returns the pages of documentation by their paths in the repository.
func pages(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/guides/*.md", "docs/guides/ja/*.md", "docs/decisions/*.md", "docs/reference/*.md"} {
		found, err := filepath.Glob(filepath.Join("..", pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range found {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			out[strings.TrimPrefix(filepath.ToSlash(path), "../")] = string(text)
		}
	}
	for _, page := range []string{"README.md", "docs/guides/getting-started.md", "docs/guides/ja/getting-started.md", "docs/reference/cli.md"} {
		if out[page] == "" {
			t.Fatalf("there is no %s", page)
		}
	}
	return out
}

func blocksOf(text string) []block {
	var out []block
	for _, m := range fence.FindAllStringSubmatchIndex(text, -1) {
		out = append(out, block{text[m[2]:m[3]], strings.Count(text[:m[0]], "\n") + 2, text[m[4]:m[5]]})
	}
	return out
}

// TestDocumentedCommandsRun runs the shell blocks of every page, one after the other, in a copy of an example. Blocks that need
// a cluster, a network or a browser say so behind the fence; TestExamples reads their commands.
func TestDocumentedCommandsRun(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the commands are those of a POSIX shell")
	}
	total := 0
	for page, text := range pages(t) {
		scripts := 0
		var script strings.Builder
		for _, b := range blocksOf(text) {
			kind, more, _ := strings.Cut(b.info, " ")
			if kind == "bash" || kind == "shell" || kind == "console" || kind == "sh" && more != "" && !slices.Contains(needsMore, more) {
				t.Errorf("%s:%d: a block of %q: commands stand in blocks of sh, alone or with one of %q", page, b.line, b.info, needsMore)
			}
			if b.info == "sh" {
				scripts++
				script.WriteString("echo '>>> " + page + ":" + b.text[:strings.IndexAny(b.text+"\n", "'\n")] + "' >&2\n" + b.text)
			}
		}
		if scripts == 0 {
			continue
		}
		total += scripts
		t.Run(page, func(t *testing.T) {
			t.Parallel()
			runInCopy(t, text, script.String())
		})
	}
	if total < 10 {
		t.Errorf("only %d blocks were found", total)
	}
}

// TestTranslatedGuides compares a guide in another language with the English one: the same blocks, pictures and links in the same
// order, and as many headings.
func TestTranslatedGuides(t *testing.T) {
	var (
		all      = pages(t)
		heading  = regexp.MustCompile(`(?m)^(#+) `)
		comments = regexp.MustCompile(`(?m) +#.*$`)
		parts    = func(text string) []string {
			var list []string
			for _, b := range blocksOf(text) {
				list = append(list, b.info+"\n"+comments.ReplaceAllString(b.text, ""))
			}
			text = fence.ReplaceAllString(text, "")
			for _, m := range pictureOf.FindAllStringSubmatch(text, -1) {
				list = append(list, m[1]+" "+path.Base(m[2]))
			}
			for _, m := range localLink.FindAllStringSubmatch(text, -1) {
				if !strings.HasSuffix(m[1], "getting-started.md") {
					list = append(list, path.Base(m[1]))
				}
			}
			for _, m := range heading.FindAllStringSubmatch(text, -1) {
				list = append(list, m[1])
			}
			return append(list, runsIn.FindString(text))
		}
		compared = 0
	)
	for page, text := range all {
		if !strings.HasPrefix(page, "docs/guides/ja/") {
			continue
		}
		compared++
		english := "docs/guides/" + path.Base(page)
		if have, want := parts(text), parts(all[english]); !slices.Equal(have, want) {
			t.Errorf("%s has\n%s\nand %s\n%s", page, strings.Join(have, "\n"), english, strings.Join(want, "\n"))
		}
		if !strings.Contains(all[english], "](ja/"+path.Base(page)+")") || !strings.Contains(text, "](../"+path.Base(page)+")") {
			t.Errorf("%s and %s do not lead to each other", page, english)
		}
	}
	if compared == 0 {
		t.Error("there is no translated guide")
	}
}

func runInCopy(t *testing.T, page, script string) {
	t.Helper()
	example := "examples/shop"
	if m := runsIn.FindStringSubmatch(page); m != nil {
		example = m[1]
	}
	dir := filepath.Join(t.TempDir(), filepath.Base(example))
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("..", example))); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	// The name transship leads to this test binary: see TestMain.
	c := exec.CommandContext(ctx, "sh", "-eu", "-c", script)
	c.Dir, c.Env = dir, append(os.Environ(), "KUBECONFIG=/nonexistent", "HOME="+dir)
	var said bytes.Buffer
	c.Stderr = &said
	if err := c.Run(); err != nil {
		t.Errorf("%v\n%s", err, said.String())
	}
}

// TestPicturesAreThoseOfTheProgram: every picture in the documentation has the command above it that draws it.
func TestPicturesAreThoseOfTheProgram(t *testing.T) {
	seen := 0
	for page, text := range pages(t) {
		for _, m := range pictureOf.FindAllStringSubmatch(text, -1) {
			seen++
			path := filepath.Join("..", filepath.Dir(page), m[2])
			if m[1] == "" {
				t.Errorf("%s: no command stands above the picture %s", page, m[2])
				continue
			}
			c := exec.CommandContext(t.Context(), "transship", strings.Fields(m[1])...)
			c.Dir = ".."
			drawn, err := c.Output()
			if err != nil {
				t.Errorf("%s: transship %s: %v", page, m[1], err)
				continue
			}
			if *update {
				if err := os.WriteFile(path, drawn, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if have, err := os.ReadFile(path); err != nil || !bytes.Equal(have, drawn) {
				t.Errorf("%s is not what transship %s draws (%v): run make golden", m[2], m[1], err)
			}
		}
	}
	if seen < 2 {
		t.Errorf("only %d pictures were found", seen)
	}
}

// TestLinksOfTheDocumentationLead somewhere: to a file, and where they name a heading, to one that is there.
func TestLinksOfTheDocumentationLead(t *testing.T) {
	all := pages(t)
	for page, text := range all {
		for _, m := range localLink.FindAllStringSubmatch(text, -1) {
			target := filepath.ToSlash(filepath.Join(filepath.Dir(page), m[1]))
			if _, err := os.Stat(filepath.Join("..", target)); err != nil {
				t.Errorf("%s: the link to %s leads nowhere", page, m[1])
				continue
			}
			if m[2] != "" && !slices.Contains(anchors(all[target]), m[2]) {
				t.Errorf("%s: %s has no heading %s", page, m[1], m[2])
			}
		}
	}
}

// anchors are the fragments by which the headings of a page are reached.
func anchors(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if heading := strings.TrimLeft(line, "#"); heading != line && strings.HasPrefix(heading, " ") {
			plain := anchorText.ReplaceAllString(strings.ToLower(strings.TrimSpace(heading)), "")
			out = append(out, "#"+strings.ReplaceAll(plain, " ", "-"))
		}
	}
	return out
}

// TestDocumentedProgramsCompile checks the Go programs of the pages.
func TestDocumentedProgramsCompile(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds programs")
	}
	seen := 0
	for page, text := range pages(t) {
		for _, b := range blocksOf(text) {
			if b.info != "go" {
				continue
			}
			seen++
			path := filepath.Join(t.TempDir(), "main.go")
			if err := os.WriteFile(path, []byte(b.text), 0o600); err != nil {
				t.Fatal(err)
			}
			c := exec.CommandContext(t.Context(), "go", "vet", path)
			c.Dir = ".." // the module that the program imports
			if said, err := c.CombinedOutput(); err != nil {
				t.Errorf("%s:%d: %v\n%s", page, b.line, err, said)
			}
		}
	}
	if seen == 0 {
		t.Error("no program was found")
	}
}
