package loader

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/source"
)

const digestA = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

// lockOf is the text of a lock with these images.
func lockOf(images ...string) string {
	return "{\n  \"lockfileVersion\": 1,\n  \"generatedBy\": \"transship lock\",\n  \"images\": [" + strings.Join(images, ",") + "]\n}\n"
}

const lockedDB = `{"reference": "db:1", "platform": "linux/amd64", "source": "registry", "digest": "` + digestA + `", "imageID": "` + digestA + `",
 "services": ["db"], "ports": ["9/tcp"], "user": "app", "uid": 7, "gid": 8, "groups": [9], "shell": true,
 "paths": {"/data": {"exists": true, "directory": true, "content": true, "uid": 7, "gid": 8, "mode": "0700"}}}`

func TestLockGivesFacts(t *testing.T) {
	dir := project(t, map[string]string{
		"compose.yaml":   "services:\n  db:\n    image: db:1\n    volumes: [data:/data]\nvolumes: {data: {}}\n",
		"transship.lock": lockOf(lockedDB),
	})
	l := mustLoad(t, options(dir))
	if len(l.Findings) > 0 || l.Lock == nil || l.LockPath != filepath.Join(dir, "transship.lock") {
		t.Errorf("lock %v at %s, findings:\n%s", l.Lock, l.LockPath, describe(l.Findings))
	}
	got := l.Images["db"]
	want := source.ImageFacts{
		Source: "transship.lock, sha256:aaaaaaaaaaaa", Locked: true, Digest: digestA, Platform: "linux/amd64",
		ConfigKnown: true, PortsKnown: true, EntryKnown: true, Ports: []string{"9/tcp"}, User: "app", UID: new(int64(7)), GID: new(int64(8)),
		Groups: []int64{9}, Shell: true, ShellKnown: true, ContentDirs: []string{"/data"},
		Paths: map[string]source.ImagePath{"/data": {Exists: source.Yes, Directory: source.Yes, Content: source.Yes, UID: new(int64(7)), GID: new(int64(8)), Mode: "0700"}},
	}
	got.Sources = nil // checked below
	a, _ := json.Marshal(got)
	b, _ := json.Marshal(want)
	if string(a) != string(b) {
		t.Errorf("facts\n %s\nwant\n %s", a, b)
	}
	if from := l.Images["db"].SourceOf(source.FactPorts); from != want.Source {
		t.Errorf("the ports come from %q", from)
	}
	if o := options(dir); true {
		o.IgnoreLock = true
		if l := mustLoad(t, o); l.Lock != nil || len(l.Images) > 0 {
			t.Errorf("the lock was read all the same")
		}
	}
}

// Inherited facts come from the lock's entry of the base image, by the rules of the Dockerfile's instructions.
func TestLockOfABaseImage(t *testing.T) {
	base := `{"reference": "base:2", "platform": "linux/amd64", "source": "registry", "digest": "` + digestA + `", "imageID": "` + digestA + `",
 "services": ["web"], "ports": ["80/tcp"], "user": "app", "uid": 7, "gid": 8, "cmd": ["old"], "entrypoint": ["/e"], "workingDir": "/srv", "env": {"A": "1", "PORT": "81"},
 "volumes": ["/v"], "stopSignal": "SIGINT", "shell": true, "paths": {"/srv/data": {"exists": true, "directory": true}}}`
	l := mustLoad(t, options(project(t, map[string]string{
		"compose.yaml":   "services:\n  web:\n    build: .\n    volumes: [data:/srv/data]\nvolumes: {data: {}}\n",
		"Dockerfile":     "FROM base:2\nEXPOSE $PORT\nENV B=$A\nCMD [\"new\"]\n",
		"transship.lock": lockOf(base),
	})))
	if len(l.Findings) > 0 {
		t.Errorf("findings:\n%s", describe(l.Findings))
	}
	f := l.Images["web"]
	if !f.ConfigKnown || strings.Join(f.Ports, " ") != "80/tcp 81/tcp" || f.User != "app" || *f.UID != 7 || strings.Join(f.Entrypoint, " ") != "/e" ||
		strings.Join(f.Cmd, " ") != "new" || f.WorkingDir != "/srv" || f.Env["B"] != "1" || f.StopSignal != "SIGINT" || !f.Shell || f.Locked || f.Digest != "" {
		t.Errorf("facts %+v", f)
	}
	if f.Source != "Dockerfile Dockerfile, and its base image in transship.lock, sha256:aaaaaaaaaaaa" {
		t.Errorf("source %q", f.Source)
	}
}

func TestLockThatDoesNotFit(t *testing.T) {
	const db = "services:\n  db:\n    image: db:1\n    volumes: [data:/data]\nvolumes: {data: {}}\n"
	arm := strings.Replace(lockedDB, "linux/amd64", "linux/arm64", 1)
	for _, c := range []struct {
		name, compose, lock, code, says string
		severity                        diag.Severity // without --locked
	}{
		{"another tag", strings.Replace(db, "db:1", "db:2", 1), lockOf(lockedDB), "lock-incomplete", "does not have db:2", diag.Warning},
		{"an image that is gone", strings.Replace(db, "db:1", "db:2", 1), lockOf(lockedDB), "lock-stale", "has db:1, which the project no longer uses", diag.Info},
		{"another mount", strings.Replace(db, "data:/data", "data:/other", 1), lockOf(lockedDB), "lock-incomplete", "what the image has at /other", diag.Warning},
		{"another user", db + "x-a: 1\n", lockOf(lockedDB), "", "", 0},
		{"a user to look up", strings.Replace(db, "    image", "    user: www\n    image", 1), lockOf(lockedDB), "lock-incomplete", "which user www is", diag.Warning},
		{"another platform", strings.Replace(db, "    image", "    platform: linux/amd64\n    image", 1), lockOf(arm), "lock-platform", "for linux/arm64, which is not linux/amd64", diag.Error},
		{"the only platform there is", db, lockOf(arm), "", "", 0},
		{"a base image", "services:\n  web:\n    build:\n      context: .\n      dockerfile_inline: FROM base:1\n", lockOf(), "lock-incomplete", "does not have base:1", diag.Warning},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := project(t, map[string]string{"compose.yaml": c.compose, "transship.lock": c.lock})
			l := mustLoad(t, options(dir))
			if c.code == "" {
				if len(l.Findings) > 0 {
					t.Errorf("findings:\n%s", describe(l.Findings))
				}
				return
			}
			var found bool
			for _, f := range l.Findings {
				if f.Code == c.code && strings.Contains(f.Message, c.says) && f.Severity == c.severity {
					found = true
				}
			}
			if !found {
				t.Errorf("no %s with %q among\n%s", c.code, c.says, describe(l.Findings))
			}
			o := options(dir)
			o.Locked = true
			locked := mustLoad(t, o)
			if c.code == "lock-incomplete" && locked.Findings.Worst() != diag.Error {
				t.Errorf("--locked passes:\n%s", describe(locked.Findings))
			}
		})
	}
	t.Run("none at all", func(t *testing.T) {
		dir := project(t, map[string]string{"compose.yaml": db})
		if l := mustLoad(t, options(dir)); len(l.Findings) > 0 {
			t.Errorf("without --locked:\n%s", describe(l.Findings))
		}
		o := options(dir)
		o.Locked = true
		if f := find(t, mustLoad(t, o).Findings, "lock-incomplete"); f.Severity != diag.Error {
			t.Errorf("%v", f)
		}
	})
}

func TestBrokenLocks(t *testing.T) {
	for name, c := range map[string]struct{ text, says, place string }{
		"no JSON":          {"{\n  \"lockfileVersion\": 1,\n<<<<<<< ours\n", "a merge has left its marks", "transship.lock:3:1"},
		"cut off":          {"{\n", "it ends in the middle", "transship.lock:2:1"},
		"no version":       {"{}", "no lockfileVersion", ""},
		"another version":  {`{"lockfileVersion": 2}`, "version 2", ""},
		"a wrong type":     {"{\"lockfileVersion\": 1,\n \"images\": 5}", "a number where a list belongs", "transship.lock:2:12"},
		"an unknown key":   {`{"lockfileVersion": 1, "pictures": []}`, "there is no key", "transship.lock:1:"},
		"twice":            {lockOf(lockedDB, lockedDB), "twice", ""},
		"no digest":        {lockOf(strings.ReplaceAll(lockedDB, digestA, "sha256:x")), "digest", ""},
		"a wrong duration": {lockOf(strings.Replace(lockedDB, `"ports"`, `"healthcheck": {"test": ["NONE"], "interval": "soon"}, "ports"`, 1)), "no duration", ""},
		"binary":           {"\x00\xff", "invalid character", ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := find(t, loadFails(t, options(project(t, map[string]string{"compose.yaml": "services: {db: {image: db:1}}\n", "transship.lock": c.text}))), "lock-file")
			if !strings.Contains(f.Message, c.says) || c.place != "" && !strings.HasPrefix(place(f.Range), c.place) {
				t.Errorf("%s: %s", place(f.Range), f.Message)
			}
		})
	}
	t.Run("a directory", func(t *testing.T) {
		dir := project(t, map[string]string{"compose.yaml": "services: {db: {image: db:1}}\n", "transship.lock/": ""})
		find(t, loadFails(t, options(dir)), "lock-file")
	})
	t.Run("not to be read", func(t *testing.T) {
		if os.Geteuid() == 0 {
			t.Skip("root reads everything")
		}
		dir := project(t, map[string]string{"compose.yaml": "services: {db: {image: db:1}}\n", "transship.lock": lockOf()})
		if err := os.Chmod(filepath.Join(dir, "transship.lock"), 0); err != nil {
			t.Fatal(err)
		}
		find(t, loadFails(t, options(dir)), "lock-file")
	})
}

func TestPinDigests(t *testing.T) {
	dir := project(t, map[string]string{
		"compose.yaml":   "services:\n  db: {image: \"db:1\"}\n  pinned: {image: \"x@" + digestA + "\"}\n  built: {build: {dockerfile_inline: FROM scratch}, image: built}\n  other: {image: other}\n",
		"transship.lock": lockOf(strings.Replace(lockedDB, `"paths"`, `"users": {}, "paths"`, 1)),
	})
	o := options(dir)
	o.PinDigests = true
	l := mustLoad(t, o)
	if got := l.Project.Services["db"].Image; got != "db:1@"+digestA {
		t.Errorf("db is %s", got)
	}
	if got := l.Project.Services["pinned"].Image; got != "x@"+digestA {
		t.Errorf("pinned is %s", got)
	}
	var said []string
	for _, f := range l.Findings {
		if f.Code == "pin-digest" {
			said = append(said, f.Severity.String()+" "+f.Path.String())
		}
	}
	if strings.Join(said, ", ") != "warning services.built, error services.other" {
		t.Errorf("findings %v", said)
	}
}
