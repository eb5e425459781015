package input

import "strings"

// Join is a key by which a service shares a namespace of another one.
type Join struct {
	Key    string // network_mode, pid or ipc
	Target *Service
}

// NamespaceKey is a key that may name the container of another service, and its value.
type NamespaceKey struct{ Key, Value string }

// NamespaceKeys returns the keys of a service that may name another one's container, in the order that decides.
func (s *Service) NamespaceKeys() []NamespaceKey {
	return []NamespaceKey{{"network_mode", s.Config.NetworkMode}, {"pid", s.Config.Pid}, {"ipc", s.Config.Ipc}}
}

// joins returns the services of the project that the keys of a service name.
func (p *Project) joins(s *Service) []Join {
	var list []Join
	for _, k := range s.NamespaceKeys() {
		kind, name, _ := strings.Cut(k.Value, ":")
		target := p.ByName[name]
		if kind == "container" {
			target = p.ContainerNamed(name)
		} else if kind != "service" {
			continue
		}
		if target != nil {
			list = append(list, Join{k.Key, target})
		}
	}
	return list
}

// Joined returns the service that a key joins, or nil.
func (s *Service) Joined(key string) *Service {
	for _, j := range s.Joins {
		if j.Key == key {
			return j.Target
		}
	}
	return nil
}
