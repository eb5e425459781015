package registryclient

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/docker/cli/cli/config"
	"github.com/docker/cli/cli/config/configfile"
	"github.com/docker/cli/cli/config/types"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
)

// Login is what Docker or Podman has for a registry.
type Login struct {
	// For is the registry, such as ghcr.io, or with Podman also a path below one, such as quay.io/acme.
	For string
	// Helper is the program that keeps it, docker-credential-<Helper>; empty for the file itself.
	Helper string
	// File is where it was found.
	File string
	// Config holds the account.
	Config authn.AuthConfig
}

// LoginError is a file of logins, or a program that keeps them, that does not work.
type LoginError struct {
	File   string
	Helper string // empty where it is the file itself
	Err    error
}

func (e *LoginError) Error() string {
	if e.Helper != "" {
		return fmt.Sprintf("docker-credential-%s, which %s names, does not work: %s", e.Helper, e.File, strings.TrimSpace(e.Err.Error()))
	}
	return fmt.Sprintf("%s cannot be read: %v", e.File, e.Err)
}

// Unwrap returns the cause.
func (e *LoginError) Unwrap() error { return e.Err }

// Remedy says what to do about it.
func (e *LoginError) Remedy() string {
	if e.Helper != "" {
		return fmt.Sprintf("install docker-credential-%s, or take it out of %s and log in again", e.Helper, e.File)
	}
	return "correct " + e.File + ", or move it away and log in again"
}

// dockerHub is what Podman calls the registry that the library calls index.docker.io.
const dockerHub = "docker.io"

// FindLogin returns the login for a repository or a registry that Docker has, else the one that Podman has; nil if neither
// has one. The error is a [*LoginError].
func FindLogin(target authn.Resource) (*Login, error) {
	found, err := fromDocker(target)
	if found != nil || err != nil {
		return found, err
	}
	for _, file := range podmanFiles() {
		if found, err = fromPodman(file, target); found != nil || err != nil {
			return found, err
		}
	}
	return nil, nil
}

// Keychain finds the logins of Docker and Podman.
type Keychain struct{}

// Resolve returns the login for a registry or repository, an anonymous one if there is none.
func (Keychain) Resolve(target authn.Resource) (authn.Authenticator, error) {
	found, err := FindLogin(target)
	if err != nil {
		return nil, err
	}
	if found == nil {
		return authn.Anonymous, nil
	}
	return authn.FromConfig(found.Config), nil
}

func dockerFile() string {
	dir := os.Getenv("DOCKER_CONFIG")
	if dir == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		dir = filepath.Join(home, ".docker")
	}
	return filepath.Join(dir, "config.json")
}

// podmanFiles are where Podman keeps logins.
// Source: https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md
func podmanFiles() []string {
	if file := os.Getenv("REGISTRY_AUTH_FILE"); file != "" {
		return []string{file}
	}
	var files []string
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		files = append(files, filepath.Join(dir, "containers", "auth.json"))
	}
	if dir, err := os.UserConfigDir(); err == nil {
		files = append(files, filepath.Join(dir, "containers", "auth.json"))
	}
	return files
}

// load reads a file of logins; nil if there is none, or it is somebody else's.
func load(file string) (*configfile.ConfigFile, error) {
	f, err := os.Open(file)
	if err != nil {
		if errors.Is(err, os.ErrNotExist) || errors.Is(err, os.ErrPermission) {
			return nil, nil
		}
		return nil, &LoginError{File: file, Err: err}
	}
	defer f.Close()
	logins, err := config.LoadFromReader(f)
	if err != nil {
		return nil, &LoginError{File: file, Err: err}
	}
	logins.Filename = file
	return logins, nil
}

// fromDocker asks Docker's file, which knows logins of registries only; other programs keep those of repositories in it.
func fromDocker(target authn.Resource) (*Login, error) {
	file := dockerFile()
	logins, err := load(file)
	if err != nil {
		return nil, err
	}
	if logins == nil {
		logins = configfile.New(file) // which knows the environment
	}
	if _, isKnown := logins.AuthConfigs[target.String()]; isKnown && target.String() != target.RegistryStr() {
		return ask(logins, target.String(), target.String())
	}
	if registry := target.RegistryStr(); registry != name.DefaultRegistry {
		return ask(logins, registry, registry)
	}
	return ask(logins, authn.DefaultAuthKey, dockerHub)
}

// fromPodman asks a file of Podman: the longest path counts.
func fromPodman(file string, target authn.Resource) (*Login, error) {
	logins, err := load(file)
	if logins == nil || err != nil {
		return nil, err
	}
	path := target.String()
	if rest, isHub := strings.CutPrefix(path, name.DefaultRegistry); isHub {
		path = dockerHub + rest
	}
	for key := path; key != ""; key = parent(key) {
		if found := logins.AuthConfigs[key]; !isEmpty(found) {
			return &Login{For: key, File: file, Config: configOf(found)}, nil
		}
	}
	registry, _, _ := strings.Cut(path, "/")
	if logins.CredentialHelpers[registry] == "" && logins.CredentialsStore == "" {
		return nil, nil // the library would take the login of any path below the registry
	}
	return ask(logins, registry, registry)
}

// parent is the path above a path; empty above a registry.
func parent(path string) string {
	i := strings.LastIndexByte(path, '/')
	return path[:max(i, 0)]
}

// ask asks a file, or the program that it names, for one key.
func ask(logins *configfile.ConfigFile, key, registry string) (*Login, error) {
	helper := logins.CredentialHelpers[key]
	if helper == "" {
		helper = logins.CredentialsStore
	}
	found, err := logins.GetAuthConfig(key)
	if err != nil {
		return nil, &LoginError{File: logins.Filename, Helper: helper, Err: err}
	}
	if isEmpty(found) {
		return nil, nil
	}
	return &Login{For: registry, Helper: helper, File: logins.Filename, Config: configOf(found)}, nil
}

func isEmpty(c types.AuthConfig) bool {
	return c.Username == "" && c.Password == "" && c.IdentityToken == "" && c.RegistryToken == "" && c.Auth == ""
}

func configOf(c types.AuthConfig) authn.AuthConfig {
	return authn.AuthConfig{Username: c.Username, Password: c.Password, Auth: c.Auth, IdentityToken: c.IdentityToken, RegistryToken: c.RegistryToken}
}
