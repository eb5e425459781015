package reasons

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/convert/effects"
	"github.com/transship/transship/convert/manifest"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/podtemplate"
	"github.com/transship/transship/transform"
)

// Kinds of what lies inside of objects. Rows for them hold wherever such a thing is.
const (
	anyObject  = "Object"
	anyPod     = "Pod template"
	anyJob     = "Job"
	ofService  = "Container"
	thatWaits  = "Container that waits"
	thatSeeds  = "Container that fills a volume"
	thatGives  = "Container that gives a volume away"
	thatCopies = "Container that copies files"
)

// spot is a field as a part of something: of an object, or of the Pod, the Job or the container in it.
type spot struct {
	*Reasons
	object runtime.Object
	kind   string
	path   string   // in the object
	steps  []string // below what kind names
	value  string
	key    diag.Path

	pod       *corev1.PodTemplateSpec // in the object, nil for none
	container *corev1.Container       // that the field belongs to, nil for none
}

// spots returns what a field is a part of, the smallest first.
func (r *Reasons) spots(object runtime.Object, f manifest.Field, key diag.Path) []*spot {
	steps := stepsOf(f.Path)
	of := func(kind string, below []string) *spot {
		return &spot{Reasons: r, object: object, kind: kind, path: f.Path, steps: below, value: f.Value, key: key, pod: podtemplate.Read(object)}
	}
	name := effects.ObjectOf(object).Kind
	list := []*spot{of(name, steps), of(anyObject, steps)}
	if below, ok := after(steps, "spec", "jobTemplate"); ok && name == "CronJob" {
		list = append([]*spot{of(anyJob, below)}, list...)
		steps = below
	}
	if list[0].pod == nil {
		return list
	}
	inPod, ok := after(steps, "spec", "template")
	if name == "Pod" {
		inPod, ok = steps, true
	}
	if !ok {
		return list
	}
	list = append([]*spot{of(anyPod, inPod)}, list...)
	if len(inPod) < 3 || inPod[0] != "spec" || inPod[1] != "containers" && inPod[1] != "initContainers" {
		return list
	}
	containers := list[0].pod.Spec.Containers
	if inPod[1] == "initContainers" {
		containers = list[0].pod.Spec.InitContainers
	}
	i := slices.IndexFunc(containers, func(c corev1.Container) bool { return "["+c.Name+"]" == inPod[2] })
	if i < 0 {
		return list
	}
	s := of(kindOf(&containers[i], inPod[1] == "initContainers", r.origins[effects.ObjectOf(object)]), inPod[3:])
	s.container = &containers[i]
	return append([]*spot{s}, list...)
}

// kindOf tells the containers of the project from those that the conversion adds.
func kindOf(c *corev1.Container, isInit bool, origin transform.Origin) string {
	mounts := func(path string) bool {
		return slices.ContainsFunc(c.VolumeMounts, func(m corev1.VolumeMount) bool { return m.MountPath == path })
	}
	switch {
	case !isInit:
		return ofService
	case slices.ContainsFunc(origin.Waits, func(w transform.Waiter) bool { return w.Container == c.Name }):
		return thatWaits
	case strings.HasPrefix(c.Name, "seed-") && mounts("/seed"):
		return thatSeeds
	case strings.HasPrefix(c.Name, "own-") && mounts("/volume"):
		return thatGives
	case (strings.HasPrefix(c.Name, "copy-") || strings.HasPrefix(c.Name, "fill-")) && mounts("/from"):
		return thatCopies
	}
	return ofService
}

// stepsOf splits the path of a field: a key of a mapping, or an item or odd key in its brackets.
func stepsOf(path string) []string {
	var steps []string
	for path != "" {
		end := strings.IndexAny(path[1:], ".[") + 1
		if path[0] == '[' {
			end = closing(path)
		}
		if end <= 0 {
			end = len(path)
		}
		steps = append(steps, path[:end])
		path = strings.TrimPrefix(path[end:], ".")
	}
	return steps
}

// closing returns where the brackets end with which a path begins.
func closing(path string) int {
	for i := range path {
		if path[i] == ']' && (i+1 == len(path) || path[i+1] == '.' || path[i+1] == '[') {
			return i + 1
		}
	}
	return len(path)
}

func after(steps []string, first ...string) ([]string, bool) {
	if len(steps) < len(first) || !slices.Equal(steps[:len(first)], first) {
		return nil, false
	}
	return steps[len(first):], true
}

// of returns the field itself, or another one of its object.
func (s *spot) of(path string) effects.Field {
	return effects.Field{Object: effects.ObjectOf(s.object), Path: path}
}

// above returns the key that sets the nearest place around the field, nil if only the object as a whole has one.
func (s *spot) above() diag.Path {
	for i := len(s.path) - 1; i > 0; i-- {
		if c := s.path[i]; c == '.' || c == '[' {
			if key := s.keys[s.of(s.path[:i])]; key != nil {
				return key
			}
		}
	}
	return nil
}

// below returns the keys that set something in the field.
func (s *spot) below() []diag.Path {
	var list []diag.Path
	for f, key := range s.keys {
		if rest, ok := strings.CutPrefix(f.Path, s.path); ok && f.Object == effects.ObjectOf(s.object) && rest != "" && (rest[0] == '.' || rest[0] == '[') {
			list = append(list, key)
		}
	}
	return list
}
