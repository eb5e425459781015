package storage

import (
	"encoding/base64"
	"encoding/json"
	"path"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/names"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/storage/binds"
)

// File modes. Docker shows the modes of the host; what Git keeps of them is the execute bit, and two checkouts are to
// give the same manifests.
const (
	modeFile       = int32(0o644)
	modeExecutable = int32(0o755)
	modeInline     = int32(0o444) // what docker compose gives to configs and secrets that are no files
)

// contents are the ConfigMaps and Secrets that a project makes of files and texts, by identity. They grow while mounts are decided.
type contents struct {
	project    *input.Project
	names      *naming.Names
	findings   *report.Findings
	byIdentity map[string]*plan.Content
}

// ofFile returns the ConfigMap or Secret for a local file or directory, the same one for everybody who mounts it.
func (d *contents) ofFile(at diag.Path, kind, file string, f *source.File, wish string, owner *input.Service) *plan.Content {
	identity := kind + " bind " + file
	if c := d.byIdentity[identity]; c != nil {
		return c
	}
	c := &plan.Content{Kind: kind, At: at, Owner: owner, Component: wish}
	if owner != nil {
		c.Component = d.names.DNS(owner)
	}
	c.Name = d.names.Registry.Claim(kind, "bind "+d.project.Relative(file), normalLabel(wish), names.MaxLabel)
	fill(c, f, path.Base(file), d.findings)
	d.byIdentity[identity] = c
	if kind == "Secret" {
		reportSecret(d.project, at, c.Name, d.project.Relative(file), c.Data, d.findings)
	}
	return c
}

// fill puts local files into a ConfigMap or Secret.
//
// A key can hold neither a slash nor most other special characters, so a path becomes a key by replacing them; the items of
// the volume give the file its path back, and its mode, which the object itself does not have.
// Source: https://kubernetes.io/docs/concepts/configuration/configmap/
func fill(c *plan.Content, f *source.File, base string, findings *report.Findings) {
	c.Data = map[string][]byte{}
	if f.Kind == source.Regular {
		key := contentKey(base)
		c.Data[key] = f.Data
		c.Items = []corev1.KeyToPath{{Key: key, Path: filePath(base), Mode: new(fileMode(f))}}
		return
	}
	c.Directory = true
	for i := range f.Entries {
		e := &f.Entries[i]
		switch {
		case strings.HasPrefix(e.Path, ".."):
			findings.Addf("bind-entry", c.At, "rename it", "%s is left out of the %s %s: paths in a volume cannot begin with two dots", e.Path, c.Kind, c.Name)
		case e.Kind == source.Regular:
			key := contentKey(e.Path)
			if _, taken := c.Data[key]; taken {
				key = names.WithHash(key, e.Path, 253)
			}
			c.Data[key] = e.Data
			c.Items = append(c.Items, corev1.KeyToPath{Key: key, Path: e.Path, Mode: new(fileMode(&e.File))})
		case e.Kind == source.Directory:
			c.EmptyDirs = append(c.EmptyDirs, e.Path)
		default:
			findings.Addf("bind-entry", c.At, "", "%s is left out of the %s %s: it is no regular file that can be read here", e.Path, c.Kind, c.Name)
		}
	}
}

// filePath makes the path of an item, which may not begin with two dots.
func filePath(base string) string {
	if strings.HasPrefix(base, "..") {
		return strings.TrimLeft(base, ".")
	}
	return base
}

func fileMode(f *source.File) int32 {
	if f.Executable {
		return modeExecutable
	}
	return modeFile
}

// contentKey makes the key of a ConfigMap or Secret from the path of a file.
func contentKey(file string) string {
	key := names.SecretKey(strings.ReplaceAll(file, "/", "__"))
	if strings.Trim(key, ".") == "" {
		key = "_" + key
	}
	if strings.HasPrefix(key, "..") {
		key = "_" + key
	}
	if len(key) > 253 {
		key = names.WithHash(key, file, 253)
	}
	return key
}

// size returns how many bytes the files have.
func size(c *plan.Content) (files int) {
	for _, data := range c.Data {
		files += len(data)
	}
	return files
}

// annotated returns how many bytes the files take in the annotation in which a client-side apply keeps the object: as JSON, in which
// quotation marks and ends of lines take two bytes and some take six, or in base64.
func annotated(c *plan.Content) (written int) {
	for _, data := range c.Data {
		if c.Kind == "Secret" || !source.IsText(data) {
			written += base64.StdEncoding.EncodedLen(len(data))
		} else if text, err := json.Marshal(string(data)); err == nil {
			written += len(text)
		}
	}
	return written
}

// lastApplied is how much of files kubectl's client-side apply can write into its annotation: the API server takes 256 KiB of
// annotations, and names, labels and the other annotations need some.
const lastApplied = 255 << 10

// reportLargeContent tells of objects that the API server refuses, or that only server-side apply can send, which is how a live
// client sends all of them. The API server counts bytes, not their base64.
// Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go, ValidateConfigMap
func reportLargeContent(p *input.Project, at diag.Path, c *plan.Content, findings *report.Findings) {
	files := size(c)
	if files > binds.MaxObjectBytes {
		findings.Addf("object-too-large", at, "build the files into the image, or split them",
			"the %s %s would have %d KiB; the API server refuses more than 1024", c.Kind, c.Name, (files+1023)>>10)
		return
	}
	const widest = 6 // bytes of JSON for one of text
	if p.Options.Live || files*widest <= lastApplied {
		return
	}
	if written := annotated(c); written > lastApplied {
		findings.Addf("apply-server-side", at, "apply it with kubectl apply --server-side", "the %s %s takes %d KiB in JSON, too much for client-side apply, which keeps it in an annotation", c.Kind, c.Name, written>>10)
	}
}

// finish gives the content its last form before the first Pod mounts it.
func finish(rewriter *naming.Rewriter, c *plan.Content, service string) {
	first := len(c.Users) == 0
	if !slices.Contains(c.Users, service) {
		c.Users = append(c.Users, service)
	}
	if !first {
		return
	}
	for _, key := range sorted.Keys(c.Data) {
		if source.IsText(c.Data[key]) && naming.IsConfiguration(key) {
			c.Data[key] = []byte(rewriter.Rewrite(c.At, "", string(c.Data[key])))
		}
	}
	c.Sum = plan.Checksum(c.Data)
}

// objectAnnotations returns the labels of a Compose entry as annotations: Kubernetes labels are for selecting and take
// few characters. Keys that no annotation can have are reported.
func objectAnnotations(findings *report.Findings, at diag.Path, sets ...map[string]string) map[string]string {
	annotations := map[string]string{}
	for _, labels := range sets {
		for _, key := range sorted.Keys(labels) {
			if !isAnnotationKey(key) {
				findings.Addf("label-key", at, "rename the label", "the label %q is left out: no annotation can be called so", key)
				continue
			}
			annotations[key] = labels[key]
		}
	}
	if len(annotations) == 0 {
		return nil
	}
	return annotations
}

func isAnnotationKey(key string) bool {
	return len(validation.IsQualifiedName(strings.ToLower(key))) == 0
}
