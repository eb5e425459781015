package status

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"github.com/transship/transship/cluster/resource"
)

// kindStore holds the objects of one kind; it is where a reflector puts them.
type kindStore struct {
	state   *LiveState
	objects map[string]*unstructured.Unstructured
	owners  map[types.UID]map[string]bool // names of objects by the uid of who controls them, or whom they are about
	version uint64                        // resource version up to which everything that happened is known here
	old     map[string]string             // resource versions of what was there when the watch began
	synced  bool
	refused error // why this kind cannot be seen; nil if it can
}

func (s *kindStore) put(o *unstructured.Unstructured) {
	s.drop(o.GetName())
	s.knows(o.GetResourceVersion())
	if o.GetKind() == inventoryKind {
		s.state.noteRuns(o)
	}
	s.objects[o.GetName()] = o
	if uid := aboutWhom(o); uid != "" {
		if s.owners == nil {
			s.owners = map[types.UID]map[string]bool{}
		}
		if s.owners[uid] == nil {
			s.owners[uid] = map[string]bool{}
		}
		s.owners[uid][o.GetName()] = true
	}
}

func (s *kindStore) drop(name string) {
	if o, there := s.objects[name]; there {
		delete(s.owners[aboutWhom(o)], name)
		delete(s.objects, name)
	}
}

// aboutWhom returns the uid of the controller of an object; of an event, that of the object it is about.
func aboutWhom(o *unstructured.Unstructured) types.UID {
	if o.GetKind() == "Event" {
		return types.UID(resource.Text(o, "involvedObject", "uid"))
	}
	if owner := metav1.GetControllerOf(o); owner != nil {
		return owner.UID
	}
	return ""
}

// Add implements cache.ReflectorStore.
func (s *kindStore) Add(obj any) error { return s.Update(obj) }

// Update implements cache.ReflectorStore.
func (s *kindStore) Update(obj any) error {
	if o, ok := obj.(*unstructured.Unstructured); ok {
		s.state.mu.Lock()
		defer s.state.mu.Unlock()
		s.put(o)
		s.state.touch()
	}
	return nil
}

// Delete implements cache.ReflectorStore.
func (s *kindStore) Delete(obj any) error {
	if o, ok := obj.(*unstructured.Unstructured); ok {
		s.state.mu.Lock()
		defer s.state.mu.Unlock()
		s.drop(o.GetName())
		s.knows(o.GetResourceVersion())
		s.state.touch()
	}
	return nil
}

// Replace implements cache.ReflectorStore.
func (s *kindStore) Replace(list []any, version string) error {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	s.objects, s.owners = map[string]*unstructured.Unstructured{}, nil
	for _, item := range list {
		if o, ok := item.(*unstructured.Unstructured); ok {
			s.put(o)
			if !s.synced {
				s.old[o.GetName()] = o.GetResourceVersion()
			}
		}
	}
	s.synced = true
	s.knows(version)
	s.state.touch()
	return nil
}

// Resync implements cache.ReflectorStore.
func (s *kindStore) Resync() error { return nil }
