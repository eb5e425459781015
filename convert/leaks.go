package convert

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/loader"
	"github.com/transship/transship/transform"
	"github.com/transship/transship/transform/labels"
	"github.com/transship/transship/transform/secret"
)

// leaks reports the known secret values that stand in objects other than Secrets: in whatever field, whoever has put them there; and those
// that are names.
// What has been reported about a command or another text of a container is not told again.
func leaks(out transform.Result, secrets *secret.Set, loaded *loader.Loaded) diag.List {
	found := namedSecrets(secrets, loaded)
	if secrets.Len() == 0 {
		return found
	}
	told := map[string]bool{}
	for _, f := range out.Findings {
		if f.Code == "secret-in-text" || f.Code == "hook-secret" {
			told[ownerOf(f.Path)] = true
		}
	}
	ownNames := secretNames(out)
	seen := sightings{secrets: secrets, types: map[reflect.Type]structKind{}}
	for _, o := range out.Objects {
		kind := o.Object.GetObjectKind().GroupVersionKind().Kind
		meta, ok := o.Object.(metav1.Object)
		if !ok || kind == "Secret" || !seen.mayHold(o.Object) {
			continue
		}
		at := diag.Path{}
		if len(o.Origin.Paths) > 0 {
			at = o.Origin.Paths[0]
		}
		places := map[string][]string{} // the fields by variable
		walkTexts(o.Object, func(field, text string) {
			if isContainerText(field) && told[ownerOf(at)] || ownNames[strings.TrimPrefix(text, labels.Checksum)] {
				return
			}
			for _, m := range secrets.Find(text) {
				if isNameOf(field, text, m) {
					continue
				}
				if !slices.Contains(places[m.Name], field) {
					places[m.Name] = append(places[m.Name], field)
				}
			}
		})
		for _, name := range sorted.Keys(places) {
			found.Add(diag.Finding{
				Severity: diag.Warning, Code: "secret-in-object", Path: at, Range: loaded.Locate(at),
				Message: fmt.Sprintf("%s stands in %s of %s %s, where everybody sees it who may read that", valueOf(name), fieldList(places[name]), kind, meta.GetName()),
				Help:    "let the program read it from a variable or a secret; or mount the file as one: x-kubernetes: {as: secret}",
			})
		}
	}
	return found
}

// secretNames returns the names of Secrets, which are called after variables, whatever their values are.
func secretNames(out transform.Result) map[string]bool {
	found := map[string]bool{}
	for _, o := range out.Objects {
		if meta, ok := o.Object.(metav1.Object); ok && o.Object.GetObjectKind().GroupVersionKind().Kind == "Secret" {
			found[meta.GetName()] = true
		}
	}
	return found
}

// isNameOf reports whether a value stands in a field as the name of something, which tells nothing of a secret.
func isNameOf(field, text string, m secret.Match) bool {
	return strings.HasSuffix(field, ".image") && isImagePart(text, m) || ownName.MatchString(field) && (strings.Contains(m.Name, m.Value) || variableName.MatchString(m.Value) && m.Value == text) || isNamedInLabel(field, m)
}

// variableName matches what variables are called by people. A secret that is the name of a variable is a placeholder for its value.
var variableName = pattern.New(`^[A-Z]+(_[A-Z]+)+$`)

// ownName matches the fields with the names of variables: a value such as PASSWORD may be a part of that of its own.
var ownName = pattern.New(`\.env\[\d+\]\.(name|valueFrom\.secretKeyRef\.key)$`)

// nameOfSecret matches what a secret is called by people: words in lower case.
var nameOfSecret = pattern.New(`^[a-z]+([_-][a-z]+)+$`)

// isNamedInLabel reports whether a label that is written to be read names a secret, and holds none.
func isNamedInLabel(field string, m secret.Match) bool {
	return strings.HasSuffix(field, "annotations."+m.Name) && nameOfSecret.MatchString(m.Value)
}

// imagePart matches what repositories and tags are called by people.
var imagePart = pattern.New(`^[a-z]+([._-][a-z]+)*$`)

// isImagePart reports whether a value is a plain word between the separators of the name of an image, which whoever wrote the value took
// from there: everybody knows it.
func isImagePart(image string, m secret.Match) bool {
	isSeparator := func(s string) bool { return s == "" || strings.ContainsAny(s, "/:@") }
	return imagePart.MatchString(image[m.Start:m.End]) && isSeparator(image[max(0, m.Start-1):m.Start]) && isSeparator(image[m.End:min(len(image), m.End+1)])
}

// namedSecrets reports the secret values that are names of the project as well. A name cannot be masked: objects, files and DNS have it.
func namedSecrets(secrets *secret.Set, loaded *loader.Loaded) (found diag.List) {
	for _, n := range secrets.Named() {
		at := diag.Path(n.Path)
		found.Add(diag.Finding{
			Severity: diag.Warning, Code: "secret-is-name", Path: at, Range: loaded.Locate(at),
			Message: fmt.Sprintf("%s is the same as this name, which stands in names of objects and of files: everybody sees it, and nothing hides it", valueOf(n.Variable)), //nolint:perfsprint // the catalogue knows texts by their formats
			Help:    "give the secret another value",
		})
	}
	return found
}

// valueOf says what is meant by the name of a secret: that of a variable, or of a key whose text carries one.
func valueOf(name string) string {
	if strings.ToLower(name) == name && !strings.ContainsAny(name, "_-.") {
		return "what looks like a secret in " + name
	}
	return "the value of " + name
}

func ownerOf(at diag.Path) string { return at[:min(len(at), 2)].String() }

// isContainerText reports whether a field holds what a container runs.
func isContainerText(field string) bool {
	return strings.Contains(field, ".args") || strings.Contains(field, ".command")
}

const mostFields = 3

func fieldList(fields []string) string {
	if more := len(fields) - mostFields; more > 0 {
		return strings.Join(fields[:mostFields], ", ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(fields, ", ")
}

// walkTexts calls visit with every text of an object, its keys included, and the field it stands in.
func walkTexts(o runtime.Object, visit func(field, text string)) {
	data, err := json.Marshal(o)
	if err != nil {
		return // the writers report it
	}
	var tree any
	if json.Unmarshal(data, &tree) == nil {
		walkTree("", tree, visit)
	}
}

func walkTree(field string, value any, visit func(field, text string)) {
	switch v := value.(type) {
	case string:
		visit(field, v)
	case []any:
		for i, item := range v {
			walkTree(field+"["+strconv.Itoa(i)+"]", item, visit)
		}
	case map[string]any:
		for _, key := range sorted.Keys(v) {
			visit(field, key)
			walkTree(strings.TrimPrefix(field+"."+key, "."), v[key], visit)
		}
	}
}
