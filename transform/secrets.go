package transform

import (
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
)

// secretsDirectory is where Compose puts secrets. What is above it is never mounted: images keep pid files in /run, and
// the token of a ServiceAccount lies in /var/run/secrets/kubernetes.io.
const secretsDirectory = "/run/secrets"

// secretMounts returns the mounts of the container's secrets: one directory with all of them where every secret is a
// file directly in /run/secrets and nothing else is mounted there, as programs that list the directory expect; one mount a
// secret otherwise.
func (u *unit) secretMounts() []mount {
	var mounts []mount
	var seen []types.FileReferenceConfig
	for i, ref := range u.spec.Secrets {
		at := u.at.Key("secrets").Index(i)
		secret, declared := u.in.Project.Secrets[ref.Source]
		if !declared {
			u.reportf("content-undeclared", at, "declare it under the top-level secrets", "the secret %s is not declared; it is left out", ref.Source)
			continue
		}
		e := entry{types.FileObjectConfig(secret), "secrets", ref.Source, "Secret", u.project.ext.Secrets[ref.Source]}
		target := ref.Target
		if target == "" {
			target = ref.Source
		}
		if !path.IsAbs(target) {
			target = path.Join(secretsDirectory, target)
		}
		ref.Target = path.Clean(target)
		if slices.ContainsFunc(seen, func(other types.FileReferenceConfig) bool {
			return reflect.DeepEqual(other, types.FileReferenceConfig(ref))
		}) {
			continue // the loader gives the secrets of a hook twice
		}
		seen = append(seen, types.FileReferenceConfig(ref))
		if m, ok := u.entryMount(at, e, types.FileReferenceConfig(ref), ref.Target); ok {
			mounts = append(mounts, m)
		}
	}
	if u.ownsSecretsDirectory(mounts) {
		return []mount{directoryOfSecrets(mounts)}
	}
	return mounts
}

// ownsSecretsDirectory reports whether these secrets are all that is mounted in /run/secrets.
func (u *unit) ownsSecretsDirectory(mounts []mount) bool {
	if len(mounts) == 0 {
		return false
	}
	targets := map[string]bool{}
	for _, m := range mounts {
		if path.Dir(m.target) != secretsDirectory || targets[m.target] {
			return false
		}
		targets[m.target] = true
	}
	others := slices.Clone(u.spec.Tmpfs)
	for _, v := range u.spec.Volumes {
		others = append(others, v.Target)
	}
	for _, ref := range u.spec.Configs {
		others = append(others, ref.Target)
	}
	return !slices.ContainsFunc(others, func(target string) bool {
		target, _, _ = strings.Cut(target, ":")
		return isWithin(path.Clean(target), secretsDirectory)
	})
}

// directoryOfSecrets joins secrets into the mount of one volume.
func directoryOfSecrets(mounts []mount) mount {
	dir := mount{at: mounts[0].at, target: secretsDirectory, readOnly: true, wish: "secrets", projected: true, parts: mounts}
	return dir
}

// projectedMount returns the volumeMount of the directory of secrets and adds its volume to the Pod.
func (b *pod) projectedMount(m mount) corev1.VolumeMount {
	var sources []corev1.VolumeProjection
	var source corev1.VolumeSource
	for _, part := range m.parts {
		b.rollOn(part.content)
		items := slices.Clone(part.items)
		if part.content.directory {
			for i := range items {
				items[i].Path = path.Join(path.Base(part.target), items[i].Path)
			}
		}
		source = part.content.volumeSource(items)
		projection := &corev1.SecretProjection{LocalObjectReference: corev1.LocalObjectReference{Name: part.content.name}, Items: items}
		sources = append(sources, corev1.VolumeProjection{Secret: projection})
	}
	if len(sources) > 1 {
		source = corev1.VolumeSource{Projected: projectedVolume(sources)}
	}
	return corev1.VolumeMount{Name: b.addVolume(m.wish, source), MountPath: m.target, ReadOnly: true}
}

// projectedVolume joins Secrets into one volume, with the mode that all files have as its own.
func projectedVolume(sources []corev1.VolumeProjection) *corev1.ProjectedVolumeSource {
	var items []corev1.KeyToPath
	for _, s := range sources {
		items = append(items, s.Secret.Items...)
	}
	items, mode := commonMode(items)
	for _, s := range sources {
		s.Secret.Items, items = items[:len(s.Secret.Items)], items[len(s.Secret.Items):]
	}
	return &corev1.ProjectedVolumeSource{Sources: sources, DefaultMode: mode}
}

// secretsEmitted is the choice that puts the values of secrets into the manifests.
const secretsEmitted = "emit"

// reportSecret tells that the value of a secret is part of the output, or who has to make the Secret that Pods wait for. The
// value is called by what it is in the compose file.
func (p *project) reportSecret(at diag.Path, name, value string, data map[string][]byte) {
	create := "kubectl create secret generic " + name + secretArguments(data)
	switch p.options.Secrets {
	case "skip":
		p.reportf("secret-skipped", at, create, "the Secret %s is not emitted; the Pods wait for it", name)
	case "stub":
		p.reportf("secret-stub", at, create+" --dry-run=client -o yaml | kubectl apply -f -", "the Secret %s has its keys but no values", name)
	default:
		p.reportf("secret-in-output", at, "--secrets=stub leaves the values out, --secrets=skip the whole object", "the value of %s is part of the manifests", value)
	}
}

// secretArguments names the keys of a Secret for kubectl; where the values are is for people to know.
func secretArguments(data map[string][]byte) string {
	var arguments strings.Builder
	for _, key := range sortedKeys(data) {
		arguments.WriteString(" --from-file=" + key + "=…")
	}
	return arguments.String()
}
