package patch

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	kubelabels "k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/podtemplate"
	"github.com/transship/transship/internal/suggest"
	"github.com/transship/transship/transform/build"
	"github.com/transship/transship/transform/labels"
)

// conflict is what a patch does although it may not.
type conflict string

func (c conflict) Error() string { return string(c) }

// patchConflict returns what a patch may not change: what the object is, and by what others find it and its Pods.
func patchConflict(before, after runtime.Object) error {
	if was, is := before.GetObjectKind().GroupVersionKind(), after.GetObjectKind().GroupVersionKind(); was != is {
		return conflict("changes apiVersion or kind: that would be another object")
	}
	was, err := meta.Accessor(before)
	if err != nil {
		return err
	}
	is, err := meta.Accessor(after)
	if err != nil {
		return err
	}
	if was.GetName() != is.GetName() {
		return conflict("changes metadata.name: what refers to the object would not find it")
	}
	pods, patched := podtemplate.Read(before), podtemplate.Read(after)
	switch {
	case pods == nil:
		return nil
	case len(patched.Spec.Containers) == 0:
		return conflict("leaves no container")
	}
	for _, label := range []string{labels.Name, labels.Instance} {
		if pods.Labels[label] != patched.Labels[label] {
			return conflict("changes the label " + label + " of the Pods, by which selectors find them")
		}
	}
	if build.SelectorOf(before) == nil {
		return nil
	}
	selector, err := metav1.LabelSelectorAsSelector(build.SelectorOf(after))
	if err != nil || selector.Empty() || !selector.Matches(kubelabels.Set(patched.Labels)) {
		return conflict("makes the selector miss the labels of the Pods")
	}
	return nil
}

// unknownField finds the field that a type does not have.
var unknownField = pattern.New(`^unknown field "(.+)"$`)

// patchProblem words what is wrong with a patch for people who do not read Go.
func patchProblem(o runtime.Object, err error) (message, help string) {
	help = "a patch is a strategic-merge patch, as kubectl patch and kustomize take it"
	if wrongType, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Sprintf("the patched %s has %s at %s, where %s belongs", objectKind(o), jsonWord(wrongType.Value), wrongType.Field, typeWord(wrongType.Type)), help
	}
	if key, ok := errors.AsType[missingKeyError](err); ok {
		return fmt.Sprintf("an item of a list in the patch for the %s has no %s, by which items are told apart", objectKind(o), string(key)), help
	}
	if forbidden, ok := errors.AsType[conflict](err); ok {
		return fmt.Sprintf("the patch for the %s %s", objectKind(o), forbidden), help
	}
	m := unknownField.FindStringSubmatch(err.Error())
	if m == nil {
		return fmt.Sprintf("the patch cannot be applied to the %s: %s", objectKind(o), err), help
	}
	message = fmt.Sprintf("a %s has no field %s", objectKind(o), m[1])
	if strings.Contains(m[1], "$$") {
		return message, "Compose does not interpolate keys: write $ once; " + help
	}
	steps := strings.Split(m[1], ".")
	if closest := suggest.Closest(steps[len(steps)-1], siblings(reflect.TypeOf(o), steps)); closest != "" {
		help = fmt.Sprintf("did you mean %q? %s", closest, help)
	}
	return message, help
}

// patchPath returns the place of the field that an error names, as far as it is known.
func patchPath(at diag.Path, err error) diag.Path {
	m := unknownField.FindStringSubmatch(err.Error())
	if m == nil || strings.Contains(m[1], "[") {
		return at
	}
	return at.Key("patch").Key(strings.Split(m[1], ".")...)
}

// siblings returns the names of the fields beside the one that a path leads to.
func siblings(t reflect.Type, steps []string) []string {
	for i, step := range steps {
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct {
			return nil
		}
		step, _, _ = strings.Cut(step, "[")
		var names []string
		var next reflect.Type
		for _, f := range reflect.VisibleFields(t) {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name == "" || name == "-" {
				continue
			}
			names = append(names, name)
			if name == step {
				next = f.Type
			}
		}
		if next == nil || i == len(steps)-1 {
			return names
		}
		t = next
	}
	return nil
}

func jsonWord(value string) string {
	switch value, _, _ = strings.Cut(value, " "); value {
	case "string":
		return "text"
	case "array":
		return "a list"
	case "object":
		return "a mapping"
	}
	return "a " + value
}

func typeWord(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Int, reflect.Int32, reflect.Int64:
		return "a whole number"
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "a list"
	}
	return "a mapping"
}
