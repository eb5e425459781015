package cmd

import (
	"context"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/convert/effects"
	"github.com/transship/transship/convert/manifest"
	"github.com/transship/transship/convert/reasons"
	"github.com/transship/transship/diag"
)

// needsNoReason are the places of manifests that nobody asks about, by kind; * is any kind, [] any item. Each was looked at: it names or
// holds what the comment above the object says, or is a part of the form of a kind.
var needsNoReason = map[string]string{
	"* apiVersion":         "the form",
	"* kind":               "the form",
	"* metadata.name":      "the comment above the object has the key",
	"* metadata.namespace": "--namespace or x-kubernetes.namespace",
	"* metadata.annotations[transship/compose-service]":   "the comment above the object has the service",
	"Pod containers[].name":                               "the service",
	"Pod initContainers[].name":                           "the service, or its hook",
	"Pod containers[].image":                              "a copy, of a Job that would be none without the key",
	"Pod containers[].command[]":                          "a copy, of a Job that would be none without the key",
	"Pod containers[].args[]":                             "a copy: the same word stands twice, or it is of a Job that would be none without the key",
	"Pod containers[].env[].name":                         "the value has a key",
	"Pod containers[].lifecycle.postStart.exec.command[]": "the other words of the shell, or of the command in it",
	"Pod containers[].volumeMounts[].name":                "several keys have files in the volume; each of its items has its key",
	"Pod containers[].volumeMounts[].mountPath":           "what lies below has the key",
	"Pod volumes[].name":                                  "several keys have files in the volume; each of its items has its key",
	"Pod hostAliases[].ip":                                "the host names have the key",
	"ConfigMap data[]":                                    "a copy; the comment above the object has the key",
	"ConfigMap binaryData[]":                              "a copy; the comment above the object has the key",
	"Secret data[]":                                       "a copy; the comment above the object has the key",
	"Secret type":                                         "the form",
	"Service type":                                        "an ExternalName; the comment above the object has the key",
	"Service externalName":                                "the comment above the object has the key",
	"NetworkPolicy policyTypes[]":                         "the names of the rules below",
	"RoleBinding roleRef":                                 "the Role of the same name",
	"PersistentVolume mountOptions[]":                     "a copy; the comment above the object has the key",
	"PersistentVolume claimRef":                           "the claim of the volume",
	"PersistentVolume nfs":                                "a copy; the comment above the object has the key",
	"PersistentVolume csi":                                "a copy; the comment above the object has the key",
	"HorizontalPodAutoscaler scaleTargetRef":              "the object of the same name",
	"HorizontalPodAutoscaler metrics[]":                   "the comment above the object has the key",
	"HorizontalPodAutoscaler maxReplicas":                 "the comment above the object has the key",
}

// TestEveryDecisionHasAReason finds the fields of all golden cases that no key sets and for which --comments=full has no reason.
func TestEveryDecisionHasAReason(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a conversion for every key of every golden case")
	}
	root, cases := goldenCases(t)
	used := map[string]bool{}
	for _, c := range cases {
		t.Chdir(filepath.Join(root, c.Name()))
		result, provenance := examined(t)
		if result.Err() != nil {
			continue
		}
		for _, place := range unexplained(t, result, provenance) {
			if exception := exceptionFor(place.kind, place.path); exception != "" {
				used[exception] = true
			} else {
				t.Errorf("%s: nothing says why %s has %s", c.Name(), place.object, place.path)
			}
		}
	}
	for exception := range needsNoReason {
		if !used[exception] {
			t.Errorf("the exception %q is not needed", exception)
		}
	}
}

// examined converts the golden case in the current directory as `convert` does with its flags, and examines its keys.
func examined(t *testing.T) (*convert.Result, *effects.Provenance) {
	t.Helper()
	f := &convertFlags{projectFlags: &projectFlags{}}
	flags := pflag.NewFlagSet("convert", pflag.ContinueOnError)
	f.attach(flags)
	f.mapping.attach(flags)
	f.attachLock(flags)
	f.attachOutput(flags)
	if err := flags.Parse(goldenFlags(t)); err != nil {
		t.Fatal(err)
	}
	options, err := f.mapping.resolve()
	if err != nil {
		t.Fatal(err)
	}
	result, err := convert.Convert(context.Background(), convert.Options{Load: f.options(nil, strings.NewReader("")), Transform: options})
	if err != nil {
		t.Fatal(err)
	}
	if result.Err() != nil {
		return result, nil
	}
	provenance, err := convert.Effects(context.Background(), result, options)
	if err != nil {
		t.Fatal(err)
	}
	return result, provenance
}

// field is a place of an object.
type field struct{ kind, object, path string }

// unexplained returns the values of a conversion for which neither they nor what encloses them has a key or a reason.
func unexplained(t *testing.T, result *convert.Result, provenance *effects.Provenance) []field {
	t.Helper()
	keys := map[effects.Field]diag.Path{}
	for _, k := range provenance.Keys {
		for _, f := range k.Sets {
			if k.Method == effects.Removed || k.Method == effects.Replaced {
				keys[f] = k.Path
			}
		}
	}
	why := reasons.New(result.Objects, result.Origins, result.Findings, keys)
	var list []field
	for _, o := range result.Objects {
		list = append(list, unexplainedOf(t, o, keys, why)...)
	}
	return list
}

func unexplainedOf(t *testing.T, o runtime.Object, keys map[effects.Field]diag.Path, why *reasons.Reasons) []field {
	t.Helper()
	_, fields, err := manifest.NewEncoder().Trace(o)
	if err != nil {
		t.Fatal(err)
	}
	isParent, isExplained := make([]bool, len(fields)), make([]bool, len(fields))
	for i, f := range fields {
		isExplained[i] = keys[effects.Field{Object: effects.ObjectOf(o), Path: f.Path}] != nil || why.Of(o, f) != ""
		if f.Parent >= 0 {
			isParent[f.Parent] = true
			isExplained[i] = isExplained[i] || isExplained[f.Parent]
		}
	}
	var list []field
	for i, f := range fields {
		if !isParent[i] && !isExplained[i] {
			object := effects.ObjectOf(o)
			list = append(list, field{object.Kind, object.String(), f.Path})
		}
	}
	return list
}

var (
	podOfWorkload = regexp.MustCompile(`^spec\.(jobTemplate\.spec\.)?template\.spec\.`)
	anyItem       = regexp.MustCompile(`\[[^]/]*\]|\[/[^]]*\]|^(data|binaryData)\.[^.]+$`)
)

// exceptionFor returns the entry of needsNoReason for a place; "" for none.
func exceptionFor(kind, path string) string {
	if rest := podOfWorkload.ReplaceAllString(path, ""); rest != path {
		kind, path = "Pod", rest
	}
	path = strings.TrimPrefix(path, "spec.")
	path = anyItem.ReplaceAllStringFunc(path, func(item string) string {
		if item[0] == '[' {
			return "[]"
		}
		return item[:strings.IndexByte(item, '.')] + "[]"
	})
	for _, of := range []string{kind, "*"} {
		steps := strings.Split(path, ".")
		for i := range steps {
			if place := of + " " + strings.Join(steps[:i+1], "."); needsNoReason[place] != "" {
				return place
			}
		}
	}
	return ""
}
