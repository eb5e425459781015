package storage

import (
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/storage/databases"
)

// addressed are the programs that call themselves by the address of their container where nobody gives them a name, and keep their data
// under that name. Sources: https://docs.emqx.com/en/emqx/latest/get-started/deploy/install-docker.html (Choose a Stable Node Name),
// https://github.com/vernemq/docker-vernemq (vernemq.sh)
var addressed = []struct {
	image     *pattern.Pattern
	program   string
	variables []string
	remedy    string
}{
	{
		pattern.New(`(?i)(^|/)([\w.]+-)*emqx(-(ee|enterprise|edge))?(:|@|$)`).Holding("emqx"), "EMQX",
		[]string{"EMQX_NODE_NAME", "EMQX_NODE__NAME", "EMQX_HOST"},
		"EMQX_NODE_NAME: emqx@127.0.0.1 is a name that stays, for a broker of one node",
	},
	{
		pattern.New(`(?i)(^|/)([\w.]+-)*vernemq(:|@|$)`).Holding("vernemq"), "VerneMQ",
		[]string{"DOCKER_VERNEMQ_NODENAME"},
		"DOCKER_VERNEMQ_NODENAME: 127.0.0.1 is a name that stays, for a broker of one node",
	},
}

// clusterEnabled matches the option that makes a Redis a member of a cluster, as argument and as line of a file.
var clusterEnabled = pattern.New(`(?im)(--cluster-enabled|^\s*cluster-enabled)\s+["']?yes`).Holding("cluster-enabled")

// reportAddressedData reports a program whose data belongs to the address of its container: Docker gives out the same ones again, as a rule,
// and a new Pod has a new one.
func (d *mounting) reportAddressedData(u *input.Container, mounts []plan.Mount) {
	kept := func(m plan.Mount) bool { return m.Claim != nil && !m.ReadOnly && !databases.IsBeside(m.Target) }
	i := slices.IndexFunc(mounts, kept)
	if u.IsHook || i < 0 {
		return
	}
	for _, a := range addressed {
		named := slices.ContainsFunc(a.variables, func(name string) bool { value := u.Spec.Environment[name]; return value != nil && *value != "" })
		if a.image.MatchAny(u.ImageNames()) && !named {
			d.findings.Addf("data-by-address", mounts[i].At, a.remedy,
				"%s keeps its data under its own address where it has no other name, and each Pod has another one: a new Pod finds nothing of what the last one kept", a.program)
			return
		}
	}
	if clusterEnabled.MatchString(strings.Join(u.Spec.Command, " ")) || d.isClusterByFile(u) {
		d.findings.Addf("data-by-address", mounts[i].At, "after Pods were replaced together, let the members meet again: `redis-cli cluster meet ADDRESS 6379`",
			"the members of a Redis Cluster keep the addresses of each other in their data, and each Pod has another one: those that are replaced at the same time do not find each other again")
	}
}

// isClusterByFile reports whether a file that a container mounts makes it a member of a Redis Cluster.
func (d *mounting) isClusterByFile(u *input.Container) bool {
	return slices.ContainsFunc(u.Spec.Volumes, func(v types.ServiceVolumeConfig) bool {
		f := d.project.Files[v.Source]
		return v.Type == types.VolumeTypeBind && f != nil && clusterEnabled.MatchString(string(f.Data))
	})
}
