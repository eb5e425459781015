package lockfile

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/source"
)

// Facts returns what the entry says, for the services that run the image.
func (i Image) Facts() source.ImageFacts {
	f := source.ImageFacts{
		Source: i.origin(), Locked: true, Digest: i.Digest, Platform: i.Platform, Platforms: i.offered(),
		ConfigKnown: true, PortsKnown: true, EntryKnown: true,
		Ports: i.Ports, Volumes: i.Volumes, WorkingDir: i.WorkingDir, Entrypoint: i.Entrypoint, Cmd: i.Cmd,
		Env: i.Env, SecretEnv: i.SecretEnv, StopSignal: i.StopSignal, ShellForm: i.ShellForm,
		User: i.User, UID: i.UID, GID: i.GID, Groups: i.Groups,
	}
	f.Healthcheck, _ = i.healthcheck() // checked when it was read
	if i.Shell != nil {
		f.Shell, f.ShellKnown = *i.Shell, true
	}
	for _, name := range sorted.Keys(i.Users) {
		if u := i.Users[name]; u != nil {
			if f.Users == nil {
				f.Users = map[string]source.ImageUser{}
			}
			f.Users[name] = source.ImageUser{UID: &u.UID, GID: &u.GID, Groups: u.Groups}
		}
	}
	for _, name := range sorted.Keys(i.GroupIDs) {
		if id := i.GroupIDs[name]; id != nil {
			if f.GroupIDs == nil {
				f.GroupIDs = map[string]int64{}
			}
			f.GroupIDs[name] = *id
		}
	}
	for _, p := range sorted.Keys(i.Paths) {
		if f.Paths == nil {
			f.Paths = map[string]source.ImagePath{}
		}
		f.Paths[p] = i.Paths[p].facts()
		if i.Paths[p].Content {
			f.ContentDirs = append(f.ContentDirs, p)
		}
	}
	return f
}

// origin names the entry in findings: postgres:16 (transship.lock, sha256:0123456789ab).
func (i Image) origin() string {
	id := i.Digest
	if id == "" {
		id = i.ImageID
	}
	if isDigest(id) {
		id = id[:len("sha256:")+12]
	}
	return fmt.Sprintf("%s, %s", Name, id)
}

func (p Path) facts() source.ImagePath {
	answer := func(yes bool) source.Answer {
		if yes {
			return source.Yes
		}
		return source.No
	}
	return source.ImagePath{
		Exists: answer(p.Exists), Directory: answer(p.Directory), Content: answer(p.Content), UID: p.UID, GID: p.GID, Mode: p.Mode,
	}
}

func (i Image) healthcheck() (*source.ImageHealthcheck, error) {
	h := i.Healthcheck
	if h == nil {
		return nil, nil //nolint:nilnil // an image without a healthcheck
	}
	out := &source.ImageHealthcheck{Test: h.Test, Retries: h.Retries}
	for _, d := range []struct {
		name string
		text string
		into *int64
	}{
		{"interval", h.Interval, &out.Interval},
		{"timeout", h.Timeout, &out.Timeout},
		{"startPeriod", h.StartPeriod, &out.StartPeriod},
		{"startInterval", h.StartInterval, &out.StartEvery},
	} {
		if d.text == "" {
			continue
		}
		parsed, err := time.ParseDuration(d.text)
		if err != nil || parsed < 0 {
			return nil, fmt.Errorf("%s %q is no duration", d.name, d.text)
		}
		*d.into = int64(parsed)
	}
	return out, nil
}

// Find returns the entry of a reference for a platform. With an empty platform the only entry of the reference is meant,
// or among several the one for linux/amd64.
func (f *File) Find(reference, platform string) (Image, bool) {
	if f == nil {
		return Image{}, false
	}
	var found []Image
	for _, image := range f.Images {
		if image.Reference != reference {
			continue
		}
		if SamePlatform(image.Platform, platform) || platform == "" && image.Platform == DefaultPlatform {
			return image, true
		}
		found = append(found, image)
	}
	if platform == "" && len(found) == 1 {
		return found[0], true
	}
	return Image{}, false
}

// PlatformsOf returns the platforms for which a reference is locked, sorted.
func (f *File) PlatformsOf(reference string) []string {
	var out []string
	if f != nil {
		for _, image := range f.Images {
			if image.Reference == reference {
				out = append(out, image.Platform)
			}
		}
	}
	slices.Sort(out)
	return out
}

// DefaultPlatform is the platform of images for which nobody asks for another.
const DefaultPlatform = "linux/amd64"

// SamePlatform reports whether two platforms, as os/arch[/variant], are one. linux/arm64 is linux/arm64/v8, linux/arm is
// linux/arm/v7.
func SamePlatform(a, b string) bool {
	return normalPlatform(a) == normalPlatform(b)
}

func normalPlatform(p string) string {
	p = strings.ToLower(p)
	parts := strings.Split(p, "/")
	if len(parts) < 2 {
		return p
	}
	switch parts[1] {
	case "x86_64", "x86-64":
		parts[1] = "amd64"
	case "aarch64":
		parts[1] = "arm64"
	case "armhf":
		parts = []string{parts[0], "arm", "v7"}
	}
	switch {
	case len(parts) == 3 && (parts[1] == "arm64" && parts[2] == "v8" || parts[1] == "amd64" && parts[2] == "v1"):
		parts = parts[:2]
	case len(parts) == 2 && parts[1] == "arm":
		parts = append(parts, "v7")
	}
	return strings.Join(parts, "/")
}

// offered returns the platforms that a registry offers. A local engine has one of them, and does not know the others.
func (i Image) offered() []string {
	if i.Source != "registry" {
		return nil
	}
	return i.Platforms
}
