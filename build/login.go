package build

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
)

// Login is what a registry knows an account by.
type Login struct {
	Registry, Account string

	password string
}

// passing are helpers whose passwords end within hours: a Secret with one of them would fail some day.
// Source: https://github.com/docker/docker-credential-helpers and the pages of the clouds.
var passing = []string{"ecr-login", "gcloud", "gcr", "acr-env", "acr", "oci"}

// LoginFor returns the login that Docker or Podman has for a registry. It refuses those that do not last: identity tokens,
// and the passwords that the helpers of clouds make.
func LoginFor(registry string) (*Login, error) {
	if helper := helperFor(registry); slices.Contains(passing, helper) {
		return nil, fmt.Errorf("the login for %s comes from docker-credential-%s and ends within hours: give the nodes access instead", registry, helper)
	}
	host, err := name.NewRegistry(registry, name.WeakValidation)
	if err != nil {
		return nil, fmt.Errorf("%q is not a registry: %w", registry, err)
	}
	auth, err := authn.DefaultKeychain.Resolve(host)
	if err != nil {
		return nil, fmt.Errorf("look for a login for %s: %w", registry, err)
	}
	config, err := auth.Authorization()
	if err != nil {
		return nil, fmt.Errorf("look for a login for %s: %w", registry, err)
	}
	switch {
	case config.IdentityToken != "" || config.RegistryToken != "":
		return nil, fmt.Errorf("the login for %s is a token that does not last: log in with an access token of the registry as password", registry)
	case config.Username == "" || config.Password == "":
		return nil, fmt.Errorf("there is no login for %s", registry)
	}
	return &Login{registry, config.Username, config.Password}, nil
}

// DockerConfig is the content of a Secret of type kubernetes.io/dockerconfigjson, with these registries alone.
func DockerConfig(logins []*Login) ([]byte, error) {
	type entry struct {
		Username string `json:"username"`
		Password string `json:"password"`
		Auth     string `json:"auth"`
	}
	auths := map[string]entry{}
	for _, l := range logins {
		key := l.Registry
		if key == "docker.io" {
			key = "https://index.docker.io/v1/"
		}
		auths[key] = entry{l.Account, l.password, base64.StdEncoding.EncodeToString([]byte(l.Account + ":" + l.password))}
	}
	return json.Marshal(map[string]any{"auths": auths})
}

// Hosts returns the registries of references, sorted.
func Hosts(refs []string) []string {
	var out []string
	for _, ref := range refs {
		out = append(out, hostOf(ref))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// helperFor returns the credential helper that Docker's configuration names for a registry; empty if none.
func helperFor(registry string) string {
	dir := os.Getenv("DOCKER_CONFIG")
	if dir == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		dir = filepath.Join(home, ".docker")
	}
	text, err := os.ReadFile(filepath.Join(dir, "config.json"))
	if errors.Is(err, os.ErrNotExist) {
		return ""
	}
	var config struct {
		CredHelpers map[string]string `json:"credHelpers"`
		CredsStore  string            `json:"credsStore"`
	}
	if json.Unmarshal(text, &config) != nil {
		return "" // whoever reads it for the login says what is wrong with it
	}
	if helper := config.CredHelpers[registry]; helper != "" {
		return helper
	}
	return config.CredsStore
}
