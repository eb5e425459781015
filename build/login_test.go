package build_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/transship/transship/build"
)

// settings are the files of logins that somebody has, and the programs that keep some.
func settings(t *testing.T, files map[string]string) {
	t.Helper()
	home := t.TempDir()
	for _, v := range []string{"DOCKER_CONFIG", "REGISTRY_AUTH_FILE", "DOCKER_AUTH_CONFIG", "XDG_CONFIG_HOME"} {
		t.Setenv(v, "")
	}
	t.Setenv("HOME", home)
	t.Setenv("XDG_RUNTIME_DIR", filepath.Join(home, "run"))
	t.Setenv("PATH", filepath.Join(home, "bin")+":/usr/bin:/bin")
	for name, text := range files {
		path := filepath.Join(home, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

// Base64 of ada:one, bob:two, AWS:three.
const ada, bob, cloud = "YWRhOm9uZQ==", "Ym9iOnR3bw==", "QVdTOnRocmVl"

// keeper is a program that keeps one login.
const keeper = `#!/bin/sh
read -r registry
case "$registry" in
kept.example.com) echo '{"ServerURL": "kept.example.com", "Username": "eve", "Secret": "three"}';;
token.example.com) echo '{"ServerURL": "token.example.com", "Username": "<token>", "Secret": "t"}';;
*) echo "credentials not found in native keychain"; exit 1;;
esac
`

// What the Secret gets is the login that is for this image, and no other one, wherever Docker or Podman keeps it.
func TestLoginsWhereverTheyAre(t *testing.T) {
	const podman = "run/containers/auth.json"
	for name, c := range map[string]struct {
		files map[string]string
		refs  []string
		want  string // the Secret without its passwords, or an error
	}{
		"Docker's file": {
			map[string]string{".docker/config.json": `{"auths": {"a.example.com": {"auth": "` + ada + `"}, "b.example.com": {"auth": "` + bob + `"}}}`},
			[]string{"a.example.com/x:1", "a.example.com/y:1"},
			`"a.example.com":{"username":"ada","password":"one"`,
		},
		"several registries": {
			map[string]string{".docker/config.json": `{"auths": {"a.example.com": {"auth": "` + ada + `"}, "b.example.com:5000": {"auth": "` + bob + `"}}}`},
			[]string{"b.example.com:5000/x:1", "a.example.com/y:1"},
			`"a.example.com":{"username":"ada"; "b.example.com:5000":{"username":"bob"`,
		},
		"Docker Hub": {
			map[string]string{".docker/config.json": `{"auths": {"https://index.docker.io/v1/": {"auth": "` + ada + `"}}}`},
			[]string{"acme/web:1"},
			`"https://index.docker.io/v1/":{"username":"ada"`,
		},
		"Docker Hub with Podman": {
			map[string]string{podman: `{"auths": {"docker.io": {"auth": "` + ada + `"}}}`},
			[]string{"acme/web:1"},
			`"https://index.docker.io/v1/":{"username":"ada"`,
		},
		"Podman, and Docker knows others": {
			map[string]string{".docker/config.json": `{"auths": {"other.example.com": {"auth": "` + bob + `"}}}`, podman: `{"auths": {"a.example.com": {"auth": "` + ada + `"}}}`},
			[]string{"a.example.com/x:1"},
			`"a.example.com":{"username":"ada"`,
		},
		"Podman by repository": {
			map[string]string{podman: `{"auths": {"a.example.com/acme": {"auth": "` + ada + `"}, "a.example.com/acme/web": {"auth": "` + bob + `"}, "a.example.com": {"auth": "` + cloud + `"}}}`},
			[]string{"a.example.com/acme/web:1", "a.example.com/acme/api/v2:1"},
			`"a.example.com/acme":{"username":"ada"; "a.example.com/acme/web":{"username":"bob"`,
		},
		"Podman for another repository": {
			map[string]string{podman: `{"auths": {"a.example.com/acme": {"auth": "` + ada + `"}}}`},
			[]string{"a.example.com/acmeltd/web:1"},
			"there is no login for a.example.com",
		},
		"a keeper for one registry": {
			map[string]string{".docker/config.json": `{"credHelpers": {"kept.example.com": "box"}}`, "bin/docker-credential-box": keeper},
			[]string{"kept.example.com/x:1"},
			`"kept.example.com":{"username":"eve","password":"three"`,
		},
		"a keeper for all": {
			map[string]string{".docker/config.json": `{"auths": {"kept.example.com": {}}, "credsStore": "box"}`, "bin/docker-credential-box": keeper},
			[]string{"kept.example.com/x:1"},
			`"kept.example.com":{"username":"eve","password":"three"`,
		},
		"a keeper of Podman": {
			map[string]string{podman: `{"credHelpers": {"kept.example.com": "box"}}`, "bin/docker-credential-box": keeper},
			[]string{"kept.example.com/x:1"},
			`"kept.example.com":{"username":"eve","password":"three"`,
		},
		"a keeper that has none": {
			map[string]string{".docker/config.json": `{"credsStore": "box"}`, "bin/docker-credential-box": keeper},
			[]string{"nobody.example.com/x:1"},
			"there is no login for nobody.example.com",
		},
		"a keeper with a token": {
			map[string]string{".docker/config.json": `{"credsStore": "box"}`, "bin/docker-credential-box": keeper},
			[]string{"token.example.com/x:1"},
			"a token that does not last",
		},
		"a keeper that is not there": {
			map[string]string{".docker/config.json": `{"credsStore": "gone"}`},
			[]string{"kept.example.com/x:1"},
			"docker-credential-gone, which",
		},
		"an identity token": {
			map[string]string{".docker/config.json": `{"auths": {"a.example.com": {"auth": "` + ada + `", "identitytoken": "t"}}}`},
			[]string{"a.example.com/x:1"},
			"a token that does not last",
		},
		"a cloud's program": {
			map[string]string{".docker/config.json": `{"credHelpers": {"1.dkr.ecr.eu-west-1.amazonaws.com": "ecr-login"}}`, "bin/docker-credential-ecr-login": "#!/bin/sh\necho '{\"Username\": \"AWS\", \"Secret\": \"s\"}'\n"},
			[]string{"1.dkr.ecr.eu-west-1.amazonaws.com/x:1"},
			"ends within hours",
		},
		"a cloud's password in the file": {
			map[string]string{".docker/config.json": `{"auths": {"1.dkr.ecr.eu-west-1.amazonaws.com": {"auth": "` + cloud + `"}}}`},
			[]string{"1.dkr.ecr.eu-west-1.amazonaws.com/x:1"},
			"of account AWS, ends within hours",
		},
		"none":              {nil, []string{"a.example.com/x:1"}, "there is no login for a.example.com"},
		"one of two":        {map[string]string{podman: `{"auths": {"a.example.com": {"auth": "` + ada + `"}}}`}, []string{"a.example.com/x:1", "b.example.com/x:1"}, "there is no login for b.example.com"},
		"a broken file":     {map[string]string{".docker/config.json": `{"auths": {`}, []string{"a.example.com/x:1"}, "config.json cannot be read"},
		"no password":       {map[string]string{podman: `{"auths": {"a.example.com": {"auth": "YWRhOg=="}}}`}, []string{"a.example.com/x:1"}, "there is no login"},
		"not even an image": {nil, []string{"A B"}, "is not the name of an image"},
	} {
		t.Run(name, func(t *testing.T) {
			settings(t, c.files)
			logins, err := build.LoginsFor(c.refs)
			if err != nil {
				if !strings.Contains(err.Error(), c.want) {
					t.Errorf("%v, want %s", err, c.want)
				}
				return
			}
			secret, err := build.DockerConfig(logins)
			if err != nil {
				t.Fatal(err)
			}
			wanted := strings.Split(c.want, "; ")
			for _, part := range wanted {
				if !strings.Contains(string(secret), part) {
					t.Errorf("%s lacks %s", secret, part)
				}
			}
			if n := strings.Count(string(secret), `"username"`); n != len(wanted) {
				t.Errorf("%s has %d logins, want %d", secret, n, len(wanted))
			}
		})
	}
}

// A login that cannot be copied is told before anything is built.
func TestLoginIsLookedForBeforeTheBuild(t *testing.T) {
	e := newEngine(t)
	e.builds()
	programs := os.Getenv("PATH")
	settings(t, nil)
	t.Setenv("PATH", programs)
	r := request(shop(t), clusterCalled("production"))
	r.Options.Mode, r.Options.Registry, r.Options.CopiesLogin, r.Options.KnowsPullSecret = build.Always, "registry.example.com/team", true, true
	refused(t, r, "registry-auth", "web", "`docker login registry.example.com`", "--pull-secret NAME")
	e.notCalled(" build ")
	settings(t, map[string]string{".docker/config.json": `{"auths": {"registry.example.com": {"auth": "` + ada + `"}}}`})
	t.Setenv("PATH", programs)
	if made := provide(t, r); !made.Images[0].IsPushed {
		t.Errorf("images %+v", made.Images)
	}
}

// An image that a registry has is not built, and the nodes may need a login for it all the same.
func TestLoginForWhatTheRegistryHas(t *testing.T) {
	e := newEngine(t)
	registry := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, _, _ := r.BasicAuth(); user != "ada" {
			w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", "application/vnd.oci.image.manifest.v1+json")
		w.Header().Set("Docker-Content-Digest", webID)
		w.Header().Set("Content-Length", "2")
	}))
	defer registry.Close()
	host := strings.TrimPrefix(registry.URL, "http://")
	programs := os.Getenv("PATH")
	settings(t, map[string]string{".docker/config.json": `{"auths": {"` + host + `": {"auth": "` + ada + `"}}}`})
	t.Setenv("PATH", programs)
	p := read(t, "name: shop\nservices: {web: {build: ./web, image: \""+host+"/acme/web:2\"}}\n")
	r := request(p, clusterCalled("production"))
	made := provide(t, r)
	e.notCalled(" build ")
	if !slices.Equal(made.Pulled, []string{host + "/acme/web:2"}) || len(made.Findings) != 1 || made.Findings[0].Code != "registry-auth" ||
		!strings.Contains(made.Findings[0].Help, "--pull-secret copy") {
		t.Errorf("pulled %v, findings %v", made.Pulled, made.Findings)
	}

	// With a login for the nodes it waits for the images that are built: without them, nobody adds the login.
	r.Project = read(t, "name: shop\nservices: {web: {build: ./web, image: \""+host+"/acme/web:2\"}, worker: {build: ./worker}}\n")
	r.Targets, r.Options.KnowsPullSecret, r.Options.Registry = build.Plan(r.Project, nil), true, "127.0.0.1:1"
	e.write("built/shop-worker", workerID+" linux/amd64\n")
	var waiting []string
	r.Meanwhile = func(_ context.Context, services []string) error {
		waiting = services
		return nil
	}
	if provide(t, r); !slices.Equal(waiting, []string{"web", "worker"}) {
		t.Errorf("%v wait", waiting)
	}
}

// What an earlier run has named and pushed is neither named nor pushed again: its tag is made of its content.
func TestWhatTheRegistryHasIsNotPushedAgain(t *testing.T) {
	e := newEngine(t)
	var asked atomic.Int32
	registry := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v2/" {
			asked.Add(1)
		}
		if strings.Contains(r.URL.Path, "/acme/worker/") {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/vnd.oci.image.manifest.v1+json")
		w.Header().Set("Docker-Content-Digest", webID)
		w.Header().Set("Content-Length", "2")
	}))
	defer registry.Close()
	host := strings.TrimPrefix(registry.URL, "http://")
	r := request(shop(t), clusterCalled("production"))
	r.Options.Mode, r.Options.Registry, r.Options.KnowsPullSecret = build.Always, host, true
	e.builds()
	made := provide(t, r)
	e.called("docker image push " + host + "/shop-web:0123456789ab") // nobody has named it before: nobody is asked
	if n := asked.Load(); n != 0 {
		t.Errorf("the registry was asked %d times about what is new", n)
	}
	e.remove("calls")
	e.write("built/shop-web", webID+" linux/amd64 [\"shop-web:latest\",\""+host+"/shop-web:0123456789ab\"]\n")
	e.write("built/acme_worker_dev", workerID+" linux/amd64 [\""+host+"/acme/worker:fedcba987654\"]\n")
	again := provide(t, r)
	e.notCalled("image push " + host + "/shop-web")
	e.called("docker image push " + host + "/acme/worker:fedcba987654") // the registry has lost it
	e.notCalled("image tag")
	if !again.Images[0].IsPushed || again.Images[0].Reference != made.Images[0].Reference {
		t.Errorf("images %+v, before %+v", again.Images, made.Images)
	}
}
