package playground_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/internal/playground"
	"github.com/transship/transship/loader"
)

func serve(t *testing.T, dir string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	s := &playground.Server{
		Options: convert.Options{Load: loader.Options{WorkingDirectory: dir, Environ: []string{}}},
		Page:    fstest.MapFS{"index.html": {Data: []byte(`<html data-backend="wasm">`)}, "app.js": {Data: []byte("1")}, "app.css": {Data: []byte("a{}")}},
	}
	listener, address, err := s.Listen(ctx, 0)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, listener) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return address
}

func do(t *testing.T, method, url, host, body string) (int, string, http.Header) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Host = host
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text), response.Header
}

func shop(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, "services: {web: {image: nginx, ports: ['80:80']}}\n")
	return dir
}

func write(t *testing.T, dir, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestOnlyWhoHasTheAddressIsAnswered(t *testing.T) {
	address := serve(t, shop(t))
	if !strings.HasPrefix(address, "http://127.0.0.1:") {
		t.Fatalf("listens at %s", address)
	}
	status, text, header := do(t, "GET", address, "", "")
	if status != http.StatusOK || !strings.Contains(text, `data-backend="http"`) {
		t.Errorf("the page is %d %s", status, text)
	}
	if csp := header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") {
		t.Errorf("the policy is %q", csp)
	}
	root := address[:strings.Index(address[len("http://"):], "/")+len("http://")]
	for _, c := range []struct{ method, url, host string }{
		{"GET", root + "/", ""},
		{"GET", root + "/app.js", ""},
		{"POST", root + "/aaaa/api/convert", ""},
		{"POST", address + "api/convert", "evil.example"},
		{"GET", address, "localhost:1"},
	} {
		if status, text, _ := do(t, c.method, c.url, c.host, "{}"); status != http.StatusForbidden {
			t.Errorf("%s %s as %q is answered with %d %s", c.method, c.url, c.host, status, text)
		}
	}
	if status, _, _ := do(t, "GET", address+"api/convert", "", ""); status == http.StatusOK {
		t.Error("a conversion can be had by GET, which other pages can send")
	}
}

func TestAnswers(t *testing.T) {
	address := serve(t, shop(t))
	status, text, _ := do(t, "POST", address+"api/convert", "", "{}")
	var project playground.Project
	if err := json.Unmarshal([]byte(text), &project); err != nil || status != http.StatusOK {
		t.Fatal(status, err, text)
	}
	if len(project.Objects) != 2 || project.Sources[0].Name == "" {
		t.Errorf("got %+v", project)
	}
	for of, shown := range map[string]string{"kubernetes": "Deployment", "compose": "web"} {
		var picture playground.Picture
		_, text, _ = do(t, "POST", address+"api/graph", "", `{"paths": ["`+of+`"]}`)
		if err := json.Unmarshal([]byte(text), &picture); err != nil || !strings.HasPrefix(picture.SVG, "<svg") || !strings.Contains(picture.SVG, shown) {
			t.Errorf("%s: %v, %.200s", of, err, text)
		}
	}
	if status, text, _ = do(t, "POST", address+"api/graph", "", `{"paths": ["else"]}`); status == http.StatusOK {
		t.Error(text)
	}
	_, text, _ = do(t, "POST", address+"api/effects", "", `{"paths": ["services.web.image"]}`)
	var effects []playground.KeyEffects
	if err := json.Unmarshal([]byte(text), &effects); err != nil || len(effects) != 1 || effects[0].Sets[0].Path != "spec.template.spec.containers[web].image" {
		t.Errorf("%v: %s", err, text)
	}
	if _, text, _ = do(t, "POST", address+"api/explain", "", `{"paths": ["services.web.image"]}`); !strings.Contains(text, `"verdict"`) {
		t.Error(text)
	}
	if _, text, _ = do(t, "POST", address+"api/finding", "", `{"paths": ["docker-socket"]}`); !strings.Contains(text, `"remedies"`) {
		t.Error(text)
	}
	if _, text, _ = do(t, "POST", address+"api/finding", "", `{"paths": ["nonsense"]}`); strings.TrimSpace(text) != `{"note":null}` {
		t.Error(text)
	}
	for method, body := range map[string]string{"finding": "{}", "nonsense": "{}", "convert": "{", "explain": `{"paths": ["services.web.nonsense"]}`} {
		if status, text, _ := do(t, "POST", address+"api/"+method, "", body); status != http.StatusBadRequest {
			t.Errorf("%s is answered with %d %s", method, status, text)
		}
	}
}

func TestOnlyWhatHasChangedIsSent(t *testing.T) {
	dir := shop(t)
	session := playground.Session{}
	convertSince := func(since int) *playground.Project {
		t.Helper()
		project, err := session.Convert(t.Context(), convert.Options{Load: loader.Options{WorkingDirectory: dir, Environ: []string{}}}, since)
		if err != nil {
			t.Fatal(err)
		}
		return project
	}
	write(t, dir, "services: {web: {image: 'nginx:1.28', ports: ['80:80']}}\n")
	first := convertSince(0)
	write(t, dir, "services: {web: {image: 'nginx:1.29', ports: ['80:80']}}\n")
	second := convertSince(first.Number)
	for i, o := range second.Objects {
		changed := o.Kind == "Deployment" // its image is another; the Service stays
		if o.ID != first.Objects[i].ID || o.Same == changed || (o.Text == "") == changed || (len(o.Fields) == 0) == changed {
			t.Errorf("after a change of the image: %+v", o)
		}
	}
	if second.Keys != nil || second.Findings != nil || second.Sources == nil {
		t.Errorf("a change of the image moves no key: keys %v, findings %v, sources %v", second.Keys, second.Findings, second.Sources)
	}
	write(t, dir, "services: {web: {hostname: web, image: 'nginx:1.29', ports: ['80:80']}}\n")
	third := convertSince(second.Number)
	if third.Keys == nil || third.Findings == nil || third.Sources == nil {
		t.Errorf("another key moves what follows: keys %v, findings %v, sources %v", third.Keys, third.Findings, third.Sources)
	}
	for _, since := range []int{0, first.Number, third.Number + 7} { // of a page that has missed an answer
		project := convertSince(since)
		if project.Keys == nil || project.Findings == nil || project.Sources == nil {
			t.Errorf("since %d: %+v", since, project)
		}
		for _, o := range project.Objects {
			if o.Same || o.Text == "" {
				t.Errorf("since %d: %+v", since, o)
			}
		}
	}
}

func TestThePageIsToldOfChanges(t *testing.T) {
	dir := shop(t)
	address := serve(t, dir)
	do(t, "POST", address+"api/convert", "", "{}")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"events", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	write(t, dir, "services: {web: {image: nginx:1.29}}\n# longer than before\n")
	line, err := bufio.NewReader(response.Body).ReadString('\n')
	if err != nil || line != "data: changed\n" {
		t.Errorf("%q, %v", line, err)
	}
}
