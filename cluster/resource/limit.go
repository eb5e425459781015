package resource

import "slices"

// Limit is which kubeconfig contexts a project allows, as its file says: one, or several that may have a star for any
// text. Both are empty where it allows all.
type Limit struct {
	Context         string
	AllowedContexts []string
}

// IsSame reports whether two limits are the same.
func (l Limit) IsSame(other Limit) bool {
	return l.Context == other.Context && slices.Equal(l.AllowedContexts, other.AllowedContexts)
}
