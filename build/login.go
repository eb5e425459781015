package build

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"

	"github.com/transship/transship/internal/registryclient"
	"github.com/transship/transship/internal/sorted"
)

// Login is what a registry knows an account by.
type Login struct {
	// Registry is what the login is for, such as ghcr.io, or a path below a registry, such as quay.io/acme.
	Registry string
	Account  string

	password string
}

// passing are helpers whose passwords end within hours: a Secret with one of them would fail some day.
// Source: https://github.com/docker/docker-credential-helpers and the pages of the clouds.
var passing = []string{"ecr-login", "gcloud", "gcr", "acr-env", "acr", "oci"}

// passingAccounts are the accounts for which the clouds make passwords that end within hours, whoever keeps them.
// Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html,
// https://cloud.google.com/artifact-registry/docs/docker/authentication and
// https://learn.microsoft.com/azure/container-registry/container-registry-authentication
var passingAccounts = []string{"AWS", "oauth2accesstoken", "00000000-0000-0000-0000-000000000000"}

// loginFor returns the login that Docker or Podman has for the repository of a reference. It refuses those that do not last:
// identity tokens, and the passwords that clouds make.
func loginFor(ref string) (*Login, error) {
	parsed, err := name.ParseReference(ref, name.WeakValidation)
	if err != nil {
		return nil, fmt.Errorf("%q is not the name of an image: %w", ref, err)
	}
	registry := hostOf(ref)
	found, err := registryclient.FindLogin(parsed.Context())
	if err != nil {
		return nil, err
	}
	if found == nil {
		return nil, fmt.Errorf("there is no login for %s", registry)
	}
	config, err := authn.FromConfig(found.Config).Authorization()
	if err != nil {
		return nil, fmt.Errorf("look for a login for %s: %w", registry, err)
	}
	switch {
	case slices.Contains(passing, found.Helper):
		return nil, fmt.Errorf("the login for %s comes from docker-credential-%s and ends within hours: give the nodes access instead", registry, found.Helper)
	case config.IdentityToken != "" || config.RegistryToken != "":
		return nil, fmt.Errorf("the login for %s is a token that does not last: log in with an access token of the registry as password", registry)
	case slices.Contains(passingAccounts, config.Username):
		return nil, fmt.Errorf("the login for %s, of account %s, ends within hours: give the nodes access instead", registry, config.Username)
	case config.Username == "" || config.Password == "":
		return nil, fmt.Errorf("there is no login for %s", registry)
	}
	return &Login{found.For, config.Username, config.Password}, nil
}

// LoginsFor returns the logins for references, each once, sorted by what they are for.
func LoginsFor(refs []string) ([]*Login, error) {
	byRegistry := map[string]*Login{}
	for _, ref := range refs {
		login, err := loginFor(ref)
		if err != nil {
			return nil, err
		}
		byRegistry[login.Registry] = login
	}
	var out []*Login
	for _, registry := range sorted.Keys(byRegistry) {
		out = append(out, byRegistry[registry])
	}
	return out, nil
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
