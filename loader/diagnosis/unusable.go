package diagnosis

import (
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/loader/document"
)

// ZeroBytes reports the values that hold a zero byte. No variable, argument or name can hold one on Linux; the content of
// a file may.
func ZeroBytes(files *document.Bundle) diag.List {
	var found diag.List
	files.Scan(func(d *document.Document, p diag.Path, n *yaml.Node) {
		if !strings.Contains(n.Value, "\x00") || len(p) == 0 || strings.HasPrefix(p[0], "x-") || slices.Contains(p, "content") {
			return
		}
		found.Add(diag.Finding{
			Severity: diag.Error, Code: "invalid-value", Path: p, Range: d.NodeRange(n),
			Message: p.String() + " holds a zero byte, which ends a text for every program", Help: "remove \\0 from the value",
		})
	})
	return found
}

// portNumber is a port or a range of them.
var portNumber = pattern.New(`^\d+(-\d+)?$`)

// unusable reports files that compose-go takes in the place of the root of the file system, where no engine can put any.
func (c *consistency) unusable(at diag.Path, s types.ContainerSpec) {
	for i, ref := range s.Secrets {
		c.notRoot(at.Key("secrets").Index(i), ref.Target)
	}
	for i, ref := range s.Configs {
		c.notRoot(at.Key("configs").Index(i), ref.Target)
	}
}

func (c *consistency) notRoot(at diag.Path, target string) {
	if target != "" && slices.Contains([]string{"/", ".", ".."}, path.Clean(target)) {
		c.add("invalid-value", at, "name a path below /", "%s cannot be mounted on %s, which every container has already", at, target)
	}
}

func (c *consistency) ports(at diag.Path, s types.ServiceConfig) {
	for i, p := range s.Ports {
		if p.Published != "" && !portNumber.MatchString(p.Published) {
			here := at.Key("ports").Index(i)
			c.add("invalid-value", here, "write a port, or a range such as 8000-8010", "%s publishes %q, which is no port", here, p.Published)
		}
	}
	for i, p := range s.Expose {
		number, _, _ := strings.Cut(p, "/")
		if _, own, isPair := strings.Cut(number, ":"); isPair { // Docker has ignored the first one
			number = own
		}
		if strings.Count(number, "-") > 1 {
			here := at.Key("expose").Index(i)
			c.add("invalid-value", here, "write a port, or a range such as 8000-8010", "%s is %q, which is no port", here, p)
		}
	}
}
