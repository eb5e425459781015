package kustomize

import (
	"strings"

	"github.com/transship/transship/internal/imageref"
)

// image is an entry of `images`: it replaces the image of that name in every container.
type image struct {
	Name    string `json:"name"`
	NewName string `json:"newName,omitempty"`
	NewTag  string `json:"newTag,omitempty"`
	Digest  string `json:"digest,omitempty"`
}

// use is a container of the base and of the overlay.
type use struct{ from, to map[string]any }

// images moves changed images into `images`, where one entry can say it: all containers with one image name get one
// image, and no container that the overlay adds has the old name with another tag. The containers of the base are changed to match, so that the
// patches leave them alone.
func (b *builder) images(pairs []pairOf, to []object) {
	uses := map[string][]use{} // by the name of the base's image
	var order []string
	for _, p := range pairs {
		if p.from == nil || p.to == nil {
			continue
		}
		for _, u := range matchingContainers(p) {
			name := nameOf(text(u.from, "image"))
			if name == "" {
				continue
			}
			if uses[name] == nil {
				order = append(order, name)
			}
			uses[name] = append(uses[name], u)
		}
	}
	total := map[string]int{} // by the overlay's whole reference
	for i := range to {
		for _, c := range containersOf(&to[i]) {
			total[text(c, "image")]++
		}
	}
	for _, name := range order {
		entry, ok := oneImage(name, uses[name])
		if !ok || otherUse(name, text(uses[name][0].to, "image"), total) {
			continue
		}
		b.k.Images = append(b.k.Images, entry)
		for _, u := range uses[name] {
			u.from["image"] = u.to["image"]
		}
	}
}

// oneImage returns the entry that changes all uses of a name, when they all become one image that an entry can name.
func oneImage(name string, uses []use) (image, bool) {
	want, changed := text(uses[0].to, "image"), false
	for _, u := range uses {
		if text(u.to, "image") != want {
			return image{}, false
		}
		changed = changed || text(u.from, "image") != want
	}
	ref, isReference := imageref.Parse(want)
	if !changed || !isReference || (ref.Tag == "") == (ref.Digest == "") {
		return image{}, false
	}
	entry := image{Name: name, NewTag: ref.Tag, Digest: ref.Digest}
	if ref.Name != name {
		entry.NewName = ref.Name
	}
	return entry, true
}

// otherUse reports whether the overlay has an image of the name that is not to become the wanted one.
func otherUse(name, want string, total map[string]int) bool {
	for ref := range total {
		if nameOf(ref) == name && ref != want {
			return true
		}
	}
	return false
}

// nameOf returns the name in a reference as it is written, and nothing for what is no reference.
func nameOf(ref string) string {
	if parts, ok := imageref.Parse(ref); ok {
		return parts.Name
	}
	return ""
}

// matchingContainers returns the containers that both objects have.
func matchingContainers(p pairOf) []use {
	var uses []use
	for _, list := range []string{"initContainers", "containers"} {
		for _, from := range containerList(p.from, list) {
			for _, to := range containerList(p.to, list) {
				if text(from, "name") == text(to, "name") {
					uses = append(uses, use{from, to})
				}
			}
		}
	}
	return uses
}

func containersOf(o *object) []map[string]any {
	return append(containerList(o, "initContainers"), containerList(o, "containers")...)
}

func containerList(o *object, list string) []map[string]any {
	spec, ok := podSpecs[o.kind]
	if !ok {
		return nil
	}
	value := any(o.content)
	for key := range strings.SplitSeq(spec+"."+list, ".") {
		fields, _ := value.(map[string]any)
		value = fields[key]
	}
	items, _ := value.([]any)
	containers := make([]map[string]any, 0, len(items))
	for _, item := range items {
		if c, ok := item.(map[string]any); ok {
			containers = append(containers, c)
		}
	}
	return containers
}

func text(fields map[string]any, key string) string {
	value, _ := fields[key].(string)
	return value
}
