package storage

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/extension"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/storage/binds"
)

// bindMounts decides on the mounts of directories and files of the host.
type bindMounts struct {
	*binds.Survey

	project  *input.Project
	names    *naming.Names
	findings *report.Findings
	claims   claims
	contents *contents
}

// translated returns an item of volumes as the bind mount that it is, where the driver options of its volume make it one.
func translated(volumes map[string]*plan.Claim, v types.ServiceVolumeConfig) types.ServiceVolumeConfig {
	if c := volumes[v.Source]; v.Type == types.VolumeTypeVolume && c != nil && !c.Existing && isBind(c) {
		v.Type, v.Source = types.VolumeTypeBind, c.Config.DriverOpts["device"]
		if v.Volume != nil && v.Volume.Subpath != "" {
			v.Source = path.Join(v.Source, path.Clean("/"+v.Volume.Subpath))
		}
	}
	return v
}

// bind returns the mount of a host path.
// Spec: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#volumes
func (d *bindMounts) bind(u *input.Container, at diag.Path, v types.ServiceVolumeConfig, decision binds.Decision, own extension.Mount) (plan.Mount, bool) {
	b, decision := d.Seeded(binds.Of(d.project, u, v, own), decision)
	if decision.Code == "bind-missing-file" && d.ClaimRoot(b) != "" {
		if maker := madeBy(d.project, u.Service, b); maker != "" {
			decision = binds.Decision{Fate: binds.AsClaim, Code: "bind-volume", Message: fmt.Sprintf("%s does not exist yet: it is a file of the volume into which %s writes before %s starts", b.Shown(), maker, u.Service.Name)}
		}
	}
	b.Own.Writable = b.Own.Writable || decision.GivesCopy()
	carried := decision.Fate == binds.AsConfigMap || decision.Fate == binds.AsSecret
	isFirst := binds.IsReadOnce(b.Target)
	if d.ClaimRoot(b) != "" && carried && !isFirst && own.As != "configmap" && own.As != "secret" {
		decision = b.PartOfVolume(decision)
	}
	if own.Seed && b.IsFile() {
		d.findings.Addf("mount-as", at, "mount the directory it is in", "%s is a file, and a volume is a directory: x-kubernetes: {seed: true} has no effect", b.Shown())
	} else if own.Seed && own.As != "" && own.As != "pvc" {
		d.findings.Addf("mount-as", at, "leave out one of the two", "a volume that begins with files is a claim: x-kubernetes: {seed: true} has no effect with as: %s", own.As)
	}
	if own.As == "pvc" || own.As == "emptydir" {
		if b.IsFile() {
			d.findings.Addf("mount-as", at, "mount the directory it is in", "%s is a file, and a volume is a directory: x-kubernetes: {as: %s} has no effect", b.Shown(), own.As)
		}
	}
	if decision.Code != "" {
		d.findings.Add(decision.Code, at, decision.Message, decision.Help)
	}
	reportBindOptions(at, v, decision.Fate, d.findings)
	m := plan.Mount{ReadOnly: v.ReadOnly, Wish: b.Wish(), Inherited: true}
	switch decision.Fate {
	case binds.AsHostPath:
		return b.HostPath(at, m, d.findings), true
	case binds.AsClaim:
		m.Claim, m.SubPath = d.bindClaim(b, at)
		if seeds, isSecret := b.Seeds(); seeds {
			kind := "ConfigMap"
			if isSecret {
				kind = "Secret"
			}
			wish, owner := d.contentName(b)
			m.Filling = d.contents.ofFile(at, kind, b.Path, b.File, wish, owner)
			m.FillItems = m.Filling.Items
		}
		return m, true
	case binds.AsEmptyDir:
		m.Own, m.Volumes = "bind "+b.Path, []corev1.VolumeSource{{EmptyDir: &corev1.EmptyDirVolumeSource{}}}
		return m, true
	case binds.AsMemory:
		m.Own, m.Volumes = "bind "+b.Path, []corev1.VolumeSource{{EmptyDir: &corev1.EmptyDirVolumeSource{Medium: corev1.StorageMediumMemory}}}
		return m, true
	case binds.AsConfigMap:
		return d.bindFiles(b, at, m, "ConfigMap")
	case binds.AsSecret:
		return d.bindFiles(b, at, m, "Secret")
	}
	return plan.Mount{}, false
}

// madeBy returns the service that a service waits for until it is complete, and that may write a file into a directory which both mount;
// or "".
func madeBy(p *input.Project, s *input.Service, b binds.Bind) string {
	for _, maker := range p.Services {
		if s.Config.DependsOn[maker.Name].Condition != types.ServiceConditionCompletedSuccessfully {
			continue
		}
		for _, v := range maker.Config.Volumes {
			if v.Type == types.VolumeTypeBind && !v.ReadOnly && source.Within(b.Path, path.Clean(v.Source)) {
				return maker.Name
			}
		}
	}
	return ""
}

// bindClaim returns the claim of a host directory and the path of the source within it.
func (d *bindMounts) bindClaim(b binds.Bind, at diag.Path) (*plan.Claim, string) {
	root := d.ClaimRoot(b)
	shown := d.project.Relative(root)
	wish := strings.Trim(shown, "./")
	switch {
	case shown == ".":
		wish = d.project.Compose.Name // of its directory, whose name may be another one elsewhere
	case wish == "" || path.IsAbs(shown) || input.IsWindowsPath(shown):
		wish = path.Base(strings.ReplaceAll(root, `\`, "/"))
	}
	c, _ := d.claims.of(d.names, "bind "+shown, wish, at) // names may come of it, and those stay when the project is somewhere else
	return c, strings.TrimPrefix(strings.TrimPrefix(b.Path, root), "/")
}

// contentName returns what the object with the files of a mount is to be called, and the service that it belongs to, nil for several.
func (d *bindMounts) contentName(b binds.Bind) (wish string, owner *input.Service) {
	base := path.Base(b.Path)
	if b.Path == path.Clean(d.project.Compose.WorkingDir) {
		base = path.Base(b.Target)
	}
	wish, owner = d.names.DNS(b.Container.Service)+"-"+strings.Trim(base, "."), b.Container.Service
	if base == d.names.DNS(b.Container.Service) {
		wish = d.names.DNS(b.Container.Service) + "-config"
	}
	if d.IsShared(b.Path) {
		wish, owner = strings.Trim(b.Shown(), "./"), nil
		if wish == "" || strings.HasPrefix(b.Shown(), "../") {
			wish = base
		}
	}
	return wish, owner
}

// bindFiles returns the mount of local files that objects carry.
func (d *bindMounts) bindFiles(b binds.Bind, at diag.Path, m plan.Mount, kind string) (plan.Mount, bool) {
	if b.File == nil || b.File.Kind != source.Regular && b.File.Kind != source.Directory {
		return plan.Mount{}, false // a file that must be there and is not: the decision has said so
	}
	wish, owner := d.contentName(b)
	c := d.contents.ofFile(at, kind, b.Path, b.File, wish, owner)
	m.Content, m.ReadOnly = c, true
	m.Items = c.Items
	if b.Own.Writable {
		m.ReadOnly, m.Writable = b.ReadOnly, "writable "+b.Container.Service.Path.String()+" "+b.Target
	}
	if b.File.Kind == source.Regular {
		m.File = c.Items[0].Path
	}
	reportLargeContent(d.project, at, c, d.findings)
	return m, true
}

// reportBindOptions tells of options that only a directory of the host can have.
func reportBindOptions(at diag.Path, v types.ServiceVolumeConfig, f binds.Fate, findings *report.Findings) {
	if v.Bind == nil || f == binds.AsHostPath || f == binds.LeftOut || f == binds.BuiltIn {
		return
	}
	for _, option := range []struct{ key, value string }{{"propagation", v.Bind.Propagation}, {"recursive", v.Bind.Recursive}, {"selinux", v.Bind.SELinux}} {
		if option.value != "" {
			findings.Addf("bind-option", at.Key("bind", option.key), "", "%s: %s does nothing here: no directory of a host is mounted", option.key, option.value)
		}
	}
}

// imageFills reports whether the image is known to have content at a path: by facts, or because the source mount above
// it, which is left out, stands for what the image contains.
func (d *bindMounts) imageFills(u *input.Container, target string) bool {
	for i, v := range u.Spec.Volumes {
		if v.Type == types.VolumeTypeBind && source.Within(target, path.Clean(v.Target)) && d.Decision(u, i).Fate == binds.BuiltIn {
			return true
		}
	}
	if content, _ := imageContent(u, path.Clean(target)); content >= source.Likely {
		return true
	}
	return slices.ContainsFunc(slices.Concat(u.Service.Facts.ContentDirs, u.Service.Facts.CopyTargets), func(dir string) bool { return source.Within(target, dir) || source.Within(dir, target) })
}
