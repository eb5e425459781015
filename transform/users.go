package transform

import (
	"math"
	"strconv"
	"strings"

	"github.com/transship/transship/diag"
)

// runAs returns the numeric user and group of the container; nil leaves them to the image.
//
// Docker looks names up in the image's /etc/passwd and /etc/group; Kubernetes takes numbers only, and running as
// whoever the image says instead is not the same user, often root. So a name is resolved from what is known about the
// image, or refused. A user without a group gets its primary group from the image in both.
// Spec: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#user,
// https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
func (u *unit) runAs() (user, group *int64) {
	if u.spec.User == "" {
		return nil, nil
	}
	at := u.at.Key("user")
	name, groupName, _ := strings.Cut(u.spec.User, ":")
	imageUser, _, _ := strings.Cut(u.facts.User, ":")
	id, known := numericID(name)
	switch {
	case known:
		user = &id
	case isNumber(name):
		u.reportf("user-name", at, "write a number up to 2147483647, or the name of a user", "%s is not a user id: Docker and Kubernetes take 0 to 2147483647", name)
		return nil, nil
	case name == "root" || name == "": // Docker reads ":1000" as root in that group, whatever the image says
		user = new(int64(0))
	case name == imageUser && u.facts.UID != nil:
		user, group = u.facts.UID, u.facts.GID
		u.reportf("user-resolved", at, "", "%s is user %d (%s)", u.spec.User, *user, u.facts.Source)
	case u.imageUser(name) != nil:
		owner := u.imageUser(name)
		user, group = &owner.UID, &owner.GID
		u.reportf("user-resolved", at, "", "%s is user %d (%s)", u.spec.User, *user, u.facts.Source)
	case name == imageUser && groupName == "":
		return nil, nil // the image says the same, and the runtime looks the name up in it
	default:
		u.reportf("user-name", at, "write the numbers that `id "+name+"` prints in the image",
			"Kubernetes takes numbers only, and which user %q is in the image is not known here; left out, the container would run as the user of the image, maybe root", u.spec.User)
		return nil, nil
	}
	if groupName == "" {
		return user, group
	}
	if owner := u.imageUser(name); owner != nil && groupName == name && owner.GID != 0 {
		return user, &owner.GID // the images of the table make a group of the same name for each user whose group is not root
	}
	return user, u.groupID(at, groupName, group)
}

// groupID resolves the group of `user`.
func (u *unit) groupID(at diag.Path, name string, primary *int64) *int64 {
	if id, known := numericID(name); known {
		return &id
	}
	_, imageGroup, _ := strings.Cut(u.facts.User, ":")
	switch {
	case isNumber(name):
		u.reportNoGroup(at, name)
		return primary
	case name == "root":
		return new(int64(0))
	case name == imageGroup && u.facts.GID != nil:
		return u.facts.GID
	}
	u.reportf("group-name", at, "write the number that `getent group "+name+"` prints in the image",
		"Kubernetes takes numbers only, and which group %q is in the image is not known here", name)
	return primary
}

// isNumber reports whether a user or group is written as a number, and so cannot be a name.
func isNumber(text string) bool {
	digits := strings.TrimLeft(text, "+-")
	return digits != "" && strings.Trim(digits, "0123456789") == ""
}

func (s *service) reportNoGroup(at diag.Path, written string) {
	s.reportf("group-name", at, "write a number up to 2147483647, or the name of a group", "%s is not a group id: Docker and Kubernetes take 0 to 2147483647", written)
}

// numericID reads a user or group id. The kernel's ids are unsigned, those of the API end at 2^31-1.
func numericID(text string) (int64, bool) {
	id, err := strconv.ParseInt(text, 10, 64)
	return id, err == nil && id >= 0 && id <= math.MaxInt32
}

// supplementalGroups returns the union of group_add over the Pod's containers: Kubernetes knows it per Pod only.
func (b *pod) supplementalGroups() []int64 {
	seen := map[int64]bool{}
	for _, m := range b.members {
		for i, name := range m.config.GroupAdd {
			id, known := numericID(name)
			if name == "root" {
				id, known = 0, true
			}
			if !known && isNumber(name) {
				m.reportNoGroup(m.key("group_add").Index(i), name)
				continue
			}
			if !known {
				m.reportf("group-name", m.key("group_add").Index(i), "write the number of the group",
					"Kubernetes takes numbers only, and which group %q is in the image is not known here", name)
				continue
			}
			if len(b.members) > 1 && !seen[id] {
				m.reportf("pod-level", m.key("group_add").Index(i), "", "every container of the Pod gets group %d: %s", id, b.otherNames(m))
			}
			seen[id] = true
		}
	}
	if len(seen) == 0 {
		return nil
	}
	return sortedKeys(seen)
}
