package registryclient

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
)

// What does not work is told with the file and the program, and what to do about it.
func TestLoginsThatDoNotWork(t *testing.T) {
	home := t.TempDir()
	for _, v := range []string{"DOCKER_CONFIG", "REGISTRY_AUTH_FILE", "DOCKER_AUTH_CONFIG", "XDG_CONFIG_HOME"} {
		t.Setenv(v, "")
	}
	t.Setenv("HOME", home)
	t.Setenv("XDG_RUNTIME_DIR", home)
	put := func(file, text string) {
		t.Helper()
		path := filepath.Join(home, file)
		err := os.MkdirAll(filepath.Dir(path), 0o700)
		if err == nil {
			err = os.WriteFile(path, []byte(text), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	repository, err := name.NewRepository("registry.example.com/acme/web")
	if err != nil {
		t.Fatal(err)
	}
	if found, err := FindLogin(repository); found != nil || err != nil {
		t.Errorf("without a file: %+v, %v", found, err)
	}
	const docker, podman = ".docker/config.json", "containers/auth.json"
	for _, c := range []struct{ file, text, says, remedy string }{
		{docker, `{"auths": {`, "cannot be read", "move it away"},
		{docker, `{"auths": {"registry.example.com": {"auth": "!"}}}`, "cannot be read", "move it away"},
		{docker, `{"credsStore": "not-here"}`, "docker-credential-not-here", "install docker-credential-not-here"},
		{docker, `{"credHelpers": {"registry.example.com": "not-here"}}`, "docker-credential-not-here", "install docker-credential-not-here"},
		{podman, `[]`, "cannot be read", "move it away"},
		{podman, `{"credHelpers": {"registry.example.com": "not-here"}}`, "docker-credential-not-here", "install docker-credential-not-here"},
	} {
		put(docker, "{}")
		put(podman, "{}")
		put(c.file, c.text)
		_, err := FindLogin(repository)
		broken := (*LoginError)(nil)
		if !errors.As(err, &broken) || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), filepath.Join(home, c.file)) ||
			!strings.Contains(broken.Remedy(), c.remedy) {
			t.Errorf("%s %s: %v", c.file, c.text, err)
		}
		if _, err := (Keychain{}).Resolve(repository); !errors.As(err, &broken) {
			t.Errorf("%s %s: the keychain says %v", c.file, c.text, err)
		}
	}
	put(docker, `{"credHelpers": {"other.example.com": "not-here"}}`) // it is not asked about this one
	put(podman, `{"auths": {"registry.example.com/acme": {"auth": "YWRhOm9uZQ=="}}}`)
	if found, err := FindLogin(repository); err != nil || found.For != "registry.example.com/acme" || found.Config.Username != "ada" {
		t.Errorf("%+v, %v", found, err)
	}
}
