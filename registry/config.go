package registry

import (
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/transship/transship/lockfile"
)

// configFile is the configuration of an image as registries have it.
// Source: https://github.com/opencontainers/image-spec/blob/main/config.md, with what Docker adds
type configFile struct {
	Architecture string          `json:"architecture"`
	OS           string          `json:"os"`
	Variant      string          `json:"variant"`
	Config       containerConfig `json:"config"`
}

func (c configFile) platform() string {
	return v1.Platform{OS: c.OS, Architecture: c.Architecture, Variant: c.Variant}.String()
}

// containerConfig is what a container of an image starts with. The engines print the same.
type containerConfig struct {
	ExposedPorts map[string]struct{}
	User         string
	Volumes      map[string]struct{}
	Env          []string
	Entrypoint   []string
	Cmd          []string
	WorkingDir   string
	Healthcheck  *struct {
		Test                                          []string
		Interval, Timeout, StartPeriod, StartInterval time.Duration
		Retries                                       int
	}
	StopSignal string
	Shell      []string
}

// entry returns the part of a lock's entry that a configuration decides.
func (r *Reader) entry(c containerConfig, platform string) lockfile.Image {
	out := lockfile.Image{
		Platform: platform, User: c.User, Entrypoint: c.Entrypoint, Cmd: c.Cmd, WorkingDir: c.WorkingDir,
		StopSignal: c.StopSignal, ShellForm: c.Shell,
	}
	for _, port := range slices.Sorted(maps.Keys(c.ExposedPorts)) {
		out.Ports = append(out.Ports, exposed(port)...)
	}
	out.Ports = sorted(out.Ports)
	for dir := range c.Volumes {
		if path.IsAbs(dir) {
			out.Volumes = append(out.Volumes, path.Clean(dir))
		}
	}
	out.Volumes = sorted(out.Volumes)
	for _, pair := range c.Env {
		name, value, _ := strings.Cut(pair, "=")
		if r.options.IsSecret != nil && value != "" && r.options.IsSecret(name, value) {
			out.SecretEnv = append(out.SecretEnv, name)
			continue
		}
		if out.Env == nil {
			out.Env = map[string]string{}
		}
		out.Env[name] = value
	}
	out.SecretEnv = sorted(out.SecretEnv)
	if h := c.Healthcheck; h != nil && len(h.Test) > 0 {
		duration := func(d time.Duration) string {
			if d <= 0 {
				return ""
			}
			return d.String()
		}
		out.Healthcheck = &lockfile.Healthcheck{
			Test: h.Test, Interval: duration(h.Interval), Timeout: duration(h.Timeout), StartPeriod: duration(h.StartPeriod),
			StartInterval: duration(h.StartInterval), Retries: max(0, h.Retries),
		}
	}
	return out
}

// exposed returns the ports of one EXPOSE, as "80/tcp". Docker writes each port of a range into the configuration, Podman
// the range as it stands in the Dockerfile.
func exposed(text string) []string {
	numbers, protocol, found := strings.Cut(strings.ToLower(text), "/")
	if !found {
		protocol = "tcp"
	}
	first, last, isRange := strings.Cut(numbers, "-")
	from, err1 := strconv.ParseUint(first, 10, 16)
	to, err2 := strconv.ParseUint(last, 10, 16)
	if !isRange || err1 != nil || err2 != nil || to < from {
		if port := numbers + "/" + protocol; lockfile.IsPort(port) { // an image may claim anything
			return []string{port}
		}
		return nil
	}
	var out []string
	for n := from; n <= to; n++ {
		if port := strconv.FormatUint(n, 10) + "/" + protocol; lockfile.IsPort(port) {
			out = append(out, port)
		}
	}
	return out
}
