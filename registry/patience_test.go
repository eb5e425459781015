package registry

import (
	"archive/tar"
	"context"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/transship/transship/internal/registryclient"
)

// A registry that is busy, restarts, or loses a connection is asked again, and not for ever.
func TestRegistriesThatRecover(t *testing.T) {
	data := packed(t, append(tarOf(t, tar.Header{Name: "data/", Typeflag: tar.TypeDir, Mode: 0o755}), noise(4096)...))
	answer := func(code int, after string) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) {
			if after != "" {
				w.Header().Set("Retry-After", after)
			}
			w.WriteHeader(code)
		}
	}
	for name, c := range map[string]struct {
		part   string // of the path
		fails  int32  // how often
		answer func(http.ResponseWriter)
		asked  int32
		code   string // empty: it is read in the end
	}{
		"busy":                      {"/manifests/", 2, answer(http.StatusTooManyRequests, ""), 3, ""},
		"busy for a second":         {"/manifests/", 1, answer(http.StatusTooManyRequests, "1"), 2, ""},
		"busy until a date":         {"/manifests/", 1, answer(http.StatusServiceUnavailable, time.Now().UTC().Format(http.TimeFormat)), 2, ""},
		"busy with the first word":  {"/v2/", 1, answer(http.StatusServiceUnavailable, ""), 0, ""},
		"a layer is out of order":   {digestOf(data), 2, answer(http.StatusBadGateway, ""), 3, ""},
		"out of order for ever":     {"/manifests/", 1 << 20, answer(http.StatusServiceUnavailable, ""), 3, "registry-unreachable"},
		"busy for an hour":          {"/manifests/", 1 << 20, answer(http.StatusTooManyRequests, "3600"), 1, "registry-unreachable"},
		"busy until next year":      {"/manifests/", 1 << 20, answer(http.StatusTooManyRequests, time.Now().AddDate(1, 0, 0).UTC().Format(http.TimeFormat)), 1, "registry-unreachable"},
		"a layer breaks off":        {digestOf(data), 2, func(w http.ResponseWriter) { breakOff(w, data[:20]) }, 3, ""},
		"a layer breaks off always": {digestOf(data), 1 << 20, func(w http.ResponseWriter) { breakOff(w, data[:20]) }, 3, "registry-unreachable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int32
			l := newLiar(t)
			l.before = func(w http.ResponseWriter, r *http.Request) bool {
				if !strings.Contains(r.URL.Path, c.part) {
					return false
				}
				if asked.Add(1) > c.fails {
					return false
				}
				c.answer(w)
				return true
			}
			q := request(l.offers(t, "1", imageType, l.manifest(data)), "/data")
			if c.code == "" {
				if got := readOne(t, reader(t, nil), q); !got.Paths["/data"].Directory {
					t.Errorf("%s", text(t, got))
				}
			} else if failed := fails(t, reader(t, nil), q, c.code); strings.HasPrefix(name, "busy") != strings.Contains(failed.Help, "docker login "+l.host) {
				t.Errorf("the advice is %q", failed.Help)
			}
			if n := asked.Load(); n != c.asked && c.asked > 0 {
				t.Errorf("it was asked %d times, want %d", n, c.asked)
			}
		})
	}
}

// breakOff sends the beginning of an answer and closes the connection.
func breakOff(w http.ResponseWriter, start []byte) {
	_, _ = w.Write(start)
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

// What leads on and on, or never ends, is left after a bounded number of steps or bytes.
func TestAnswersWithoutEnd(t *testing.T) {
	data := packed(t, tarOf(t, tar.Header{Name: "data/", Typeflag: tar.TypeDir, Mode: 0o755}))
	var asked atomic.Int32
	l := newLiar(t)
	l.before = func(w http.ResponseWriter, r *http.Request) bool {
		if strings.Contains(r.URL.Path, "/manifests/") {
			asked.Add(1)
			http.Redirect(w, r, r.URL.Path+"/on", http.StatusTemporaryRedirect)
			return true
		}
		return false
	}
	q := request(l.offers(t, "1", imageType, l.manifest(data)), "/data")
	if failed := fails(t, reader(t, nil), q, "registry-unreachable"); !strings.Contains(failed.Cause.Error(), "redirects more than 10 times") {
		t.Error(failed.Cause)
	}
	if n := asked.Load(); n > 22 { // the first one and ten more, twice at most
		t.Errorf("it was asked %d times", n)
	}
	var sent atomic.Int64
	l.before = func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/v2/" {
			return false
		}
		for block := make([]byte, 1<<20); r.Context().Err() == nil; sent.Add(int64(len(block))) {
			if _, err := w.Write(block); err != nil {
				break
			}
		}
		return true
	}
	if got := readOne(t, reader(t, nil), q); !got.Paths["/data"].Directory {
		t.Errorf("%s", text(t, got))
	}
	if n := sent.Load(); n > 200<<20 { // two questions, each up to the bound and what the connection holds
		t.Errorf("%d bytes of an answer without end were read", n)
	}
}

// A registry that gives tokens may have the office for that elsewhere. That one alone gets the login, and only the registry
// gets the token.
func TestTokens(t *testing.T) {
	data := packed(t, tarOf(t, tar.Header{Name: "data/", Typeflag: tar.TypeDir, Mode: 0o755}))
	elsewhere := func(address string) string { return strings.Replace(address, "127.0.0.1", "localhost", 1) }
	for name, c := range map[string]struct {
		says  string // of the office
		code  int
		realm string
		want  string // code of the failure
		cause string
	}{
		"good":                     {`{"token": "good"}`, 200, "", "", ""},
		"called otherwise":         {`{"access_token": "good"}`, 200, "", "", ""},
		"wrong":                    {`{"token": "wrong"}`, 200, "", "registry-auth", "401"},
		"none":                     {`{}`, 200, "", "registry-auth", "no token in bearer response"},
		"refused":                  {`no`, 401, "", "registry-auth", "401"},
		"out of order":             {``, 500, "", "registry-unreachable", "500"},
		"at the cloud's own door":  {``, 0, "http://169.254.169.254/latest", "registry-auth", "link-local"},
		"by something else":        {``, 0, "file:///etc/passwd", "registry-auth", "realm scheme"},
		"nobody says where to ask": {``, 0, "-", "registry-auth", "missing realm"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var told, stored atomic.Value
			told.Store("")
			stored.Store("")
			office := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				user, password, _ := r.BasicAuth()
				told.Store(user + ":" + password)
				w.WriteHeader(c.code)
				_, _ = io.WriteString(w, c.says)
			}))
			defer office.Close()
			store := newLiar(t)
			store.blob(data)
			store.before = func(_ http.ResponseWriter, r *http.Request) bool {
				stored.Store(r.Header.Get("Authorization"))
				return false
			}
			challenge := `Bearer service="x"`
			switch c.realm {
			case "":
				challenge += `,realm="` + elsewhere(office.URL) + `/token"`
			case "-":
			default:
				challenge += `,realm="` + c.realm + `"`
			}
			l := newLiar(t)
			l.before = func(w http.ResponseWriter, r *http.Request) bool {
				switch {
				case r.Header.Get("Authorization") != "Bearer good":
					w.Header().Set("WWW-Authenticate", challenge)
					w.WriteHeader(http.StatusUnauthorized)
				case strings.Contains(r.URL.Path, digestOf(data)):
					http.Redirect(w, r, elsewhere(store.URL)+r.URL.Path, http.StatusTemporaryRedirect)
				default:
					return false
				}
				return true
			}
			q := request(l.offers(t, "1", imageType, l.manifest(data)), "/data")
			r := reader(t, func(o *Options) { o.Keychain = onlyLogin{} })
			if c.want != "" {
				if failed := fails(t, r, q, c.want); !strings.Contains(failed.Cause.Error(), c.cause) || failed.Host != l.host {
					t.Errorf("%s: %v", failed.Host, failed.Cause)
				}
				if checked := r.Digests(context.Background(), []Request{q})[0]; checked.Err == nil || checked.Err.Code != c.want {
					t.Errorf("check says %v", checked.Err)
				}
				return
			}
			if got := readOne(t, r, q); !got.Paths["/data"].Directory {
				t.Errorf("%s", text(t, got))
			}
			if told.Load() != "ada:lovelace" || stored.Load() != "" {
				t.Errorf("the office was told %q, the store %q", told.Load(), stored.Load())
			}
		})
	}
}

// A registry whose authority nobody knows is not read, until its certificate lies where Docker has it.
func TestOwnAuthority(t *testing.T) {
	data := packed(t, tarOf(t, tar.Header{Name: "data/", Typeflag: tar.TypeDir, Mode: 0o755}))
	inner := newLiar(t)
	outer := httptest.NewTLSServer(inner.Config.Handler)
	defer outer.Close()
	host := strings.TrimPrefix(outer.URL, "https://")
	inner.host = host
	q := request(inner.offers(t, "1", imageType, inner.manifest(data)), "/data")
	home := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", home)
	t.Setenv("HOME", home)
	failed := fails(t, reader(t, nil), q, "registry-unreachable")
	if !strings.Contains(failed.Help, registryclient.CertificateFile(host)) || !strings.Contains(failed.Cause.Error(), "unknown authority") {
		t.Errorf("%v; %s", failed.Cause, failed.Help)
	}
	dir := filepath.Join(home, "docker", "certs.d", host)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	put := func(text []byte) {
		if err := os.WriteFile(filepath.Join(dir, "ca.crt"), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: outer.Certificate().Raw}))
	if !strings.HasPrefix(registryConfigDir(t), home) {
		t.Skip("the folder of settings is elsewhere on this system")
	}
	if got := readOne(t, reader(t, nil), q); !got.Paths["/data"].Directory {
		t.Errorf("%s", text(t, got))
	}
	put([]byte("no certificate"))
	if failed := fails(t, reader(t, nil), q, "registry-unreachable"); !strings.Contains(failed.Cause.Error(), "holds no certificate") {
		t.Error(failed.Cause)
	}
}

func registryConfigDir(t *testing.T) string {
	t.Helper()
	dir, err := os.UserConfigDir()
	if err != nil {
		t.Skip(err)
	}
	return dir
}
