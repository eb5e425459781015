// Package users decides which numeric user and group each container runs as.
package users

import (
	"math"
	"strconv"
	"strings"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/workload"
)

// IDs are a numeric user and group; nil is not known, or left to the image.
type IDs struct{ User, Group *int64 }

// Users is what this room decides about a project.
type Users struct {
	runAs map[*input.Container]IDs
}

// Decide resolves the users of all containers that the workloads run.
func Decide(w *workload.Workloads, findings *report.Findings) *Users {
	d := &resolver{findings: findings}
	u := &Users{runAs: map[*input.Container]IDs{}}
	for _, b := range w.Pods {
		for _, c := range b.Containers() {
			user, group := d.runAs(c)
			u.runAs[c] = IDs{user, group}
		}
	}
	return u
}

// RunAs returns the user and group that the Compose file asks for; nil leaves them to the image.
func (u *Users) RunAs(c *input.Container) IDs { return u.runAs[c] }

// Process returns the user and group that the container's process starts as, as far as they are known.
func (u *Users) Process(c *input.Container) IDs {
	if c.Spec.User == "" {
		return IDs{c.Facts.UID, c.Facts.GID}
	}
	return u.runAs[c]
}

// resolver resolves names of users.
type resolver struct{ findings *report.Findings }

// runAs returns the numeric user and group of the container; nil leaves them to the image.
//
// Docker looks names up in the image's /etc/passwd and /etc/group; Kubernetes takes numbers only, and running as
// whoever the image says instead is not the same user, often root. So a name is resolved from what is known about the
// image, or refused. A user without a group gets its primary group from the image in both.
// Spec: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#user,
// https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
func (d *resolver) runAs(c *input.Container) (user, group *int64) {
	if c.Spec.User == "" || c.IsWindows() { // a user of Windows has no number: see securityContext.windowsOptions
		return nil, nil
	}
	at := c.At.Key("user")
	name, groupName, _ := strings.Cut(c.Spec.User, ":")
	imageUser, _, _ := strings.Cut(c.Facts.User, ":")
	id, known := ParseID(name)
	switch {
	case known:
		user = &id
	case IsNumber(name):
		d.findings.Addf("user-name", at, "write a number up to 2147483647, or the name of a user", "%s is not a user id: Docker and Kubernetes take 0 to 2147483647", name)
		return nil, nil
	case name == "root" || name == "": // Docker reads ":1000" as root in that group, whatever the image says
		user = new(int64(0))
	case name == imageUser && c.Facts.UID != nil:
		user, group = c.Facts.UID, c.Facts.GID
		d.findings.Addf("user-resolved", at, "", "%s is user %d (%s)", c.Spec.User, *user, c.Facts.Source)
	case c.ImageUser(name) != nil:
		owner := c.ImageUser(name)
		user, group = &owner.UID, &owner.GID
		d.findings.Addf("user-resolved", at, "", "%s is user %d (%s)", c.Spec.User, *user, c.Facts.Source)
	case name == imageUser && groupName == "":
		return nil, nil // the image says the same, and the runtime looks the name up in it
	default:
		d.findings.Addf("user-name", at, "write the numbers that `id "+name+"` prints in the image",
			"Kubernetes takes numbers only, and which user %q is in the image is not known here; left out, the container would run as the user of the image, maybe root", c.Spec.User)
		return nil, nil
	}
	if groupName == "" {
		return user, group
	}
	if owner := c.ImageUser(name); owner != nil && groupName == name && owner.GID != 0 {
		return user, &owner.GID // the images of the table make a group of the same name for each user whose group is not root
	}
	return user, d.groupID(c, at, groupName, group)
}

// groupID resolves the group of `user`.
func (d *resolver) groupID(c *input.Container, at diag.Path, name string, primary *int64) *int64 {
	if id, known := ParseID(name); known {
		return &id
	}
	_, imageGroup, _ := strings.Cut(c.Facts.User, ":")
	switch {
	case IsNumber(name):
		ReportNoGroup(d.findings, at, name)
		return primary
	case name == "root":
		return new(int64(0))
	case name == imageGroup && c.Facts.GID != nil:
		return c.Facts.GID
	}
	if id, known := c.Facts.GroupIDs[name]; known {
		return &id
	}
	d.findings.Addf("group-name", at, "write the number that `getent group "+name+"` prints in the image",
		"Kubernetes takes numbers only, and which group %q is in the image is not known here", name)
	return primary
}

// IsNumber reports whether a user or group is written as a number, and so cannot be a name.
func IsNumber(text string) bool {
	digits := strings.TrimLeft(text, "+-")
	return digits != "" && strings.Trim(digits, "0123456789") == ""
}

// ReportNoGroup reports a number that is no group id.
func ReportNoGroup(findings *report.Findings, at diag.Path, written string) {
	findings.Addf("group-name", at, "write a number up to 2147483647, or the name of a group", "%s is not a group id: Docker and Kubernetes take 0 to 2147483647", written)
}

// ParseID reads a user or group id. The kernel's ids are unsigned, those of the API end at 2^31-1.
func ParseID(text string) (int64, bool) {
	id, err := strconv.ParseInt(text, 10, 64)
	return id, err == nil && id >= 0 && id <= math.MaxInt32
}
