package storage

import (
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/plan"
)

// secretsDirectory is where Compose puts secrets. What is above it is never mounted: images keep pid files in /run, and
// the token of a ServiceAccount lies in /var/run/secrets/kubernetes.io.
const secretsDirectory = "/run/secrets"

// secretMounts returns the mounts of the container's secrets: one directory with all of them where every secret is a
// file directly in /run/secrets and nothing else is mounted there, as programs that list the directory expect; one mount a
// secret otherwise.
func (d *contentMounts) secretMounts(u *input.Container) []plan.Mount {
	var mounts []plan.Mount
	seen := map[string][]types.FileReferenceConfig{} // by target
	for i, ref := range u.Spec.Secrets {
		at := u.At.Key("secrets").Index(i)
		_, declared := d.project.Compose.Secrets[ref.Source]
		if !declared {
			d.findings.Addf("content-undeclared", at, "declare it under the top-level secrets", "the secret %s is not declared; it is left out", ref.Source)
			continue
		}
		e := secretOf(d.project, ref.Source)
		target := ref.Target
		if target == "" {
			target = ref.Source
		}
		if !path.IsAbs(target) {
			target = path.Join(secretsDirectory, target)
		}
		ref.Target = path.Clean(target)
		if slices.ContainsFunc(seen[ref.Target], func(other types.FileReferenceConfig) bool {
			return reflect.DeepEqual(other, types.FileReferenceConfig(ref))
		}) {
			continue // the loader gives the secrets of a hook twice
		}
		seen[ref.Target] = append(seen[ref.Target], types.FileReferenceConfig(ref))
		if m, ok := d.entryMount(u, at, e, types.FileReferenceConfig(ref), ref.Target); ok {
			mounts = append(mounts, m)
		}
	}
	if ownsSecretsDirectory(u, mounts) {
		return []plan.Mount{directoryOfSecrets(mounts)}
	}
	return mounts
}

// ownsSecretsDirectory reports whether these secrets are all that is mounted in /run/secrets.
func ownsSecretsDirectory(u *input.Container, mounts []plan.Mount) bool {
	if len(mounts) == 0 {
		return false
	}
	targets := map[string]bool{}
	for _, m := range mounts {
		if path.Dir(m.Target) != secretsDirectory || targets[m.Target] || len(m.Private) > 0 {
			return false
		}
		targets[m.Target] = true
	}
	others := slices.Clone(u.Spec.Tmpfs)
	for _, v := range u.Spec.Volumes {
		others = append(others, v.Target)
	}
	for _, ref := range u.Spec.Configs {
		others = append(others, ref.Target)
	}
	return !slices.ContainsFunc(others, func(target string) bool {
		target, _, _ = strings.Cut(target, ":")
		return source.Within(path.Clean(target), secretsDirectory)
	})
}

// directoryOfSecrets joins secrets into the mount of one volume.
func directoryOfSecrets(mounts []plan.Mount) plan.Mount {
	dir := plan.Mount{At: mounts[0].At, Target: secretsDirectory, ReadOnly: true, Wish: "secrets", Projected: true, Parts: mounts}
	return dir
}
