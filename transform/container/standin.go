package container

import (
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/images"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/workload"
)

// standIn returns what is checked where there is no healthcheck but someone waits for the service to be healthy: that it
// accepts connections on its first TCP port. Docker refuses to start such a project; without a probe Kubernetes would
// call the container ready at once.
func (d *healthchecks) standIn(u *input.Container, c *check, why string) *check {
	var waiting []string
	var at diag.Path
	for _, x := range d.workloads.Dependents(u.Service) {
		if x.Condition == types.ServiceConditionHealthy {
			waiting, at = append(waiting, x.By.Name), x.At
		}
	}
	if len(waiting) == 0 || u.Service.Ext.Readiness != nil || d.pod.Kind == workload.CronJob { // which nobody waits for
		return nil
	}
	who := report.Enumerate(waiting, 3)
	if test := images.OwnCheck(u.Spec.Image); test != nil && u.Service.Config.HealthCheck == nil && u.Service.Build() == nil {
		d.findings.Addf("image-healthcheck", u.At, "", "the HEALTHCHECK that the image is known to have tells %s when %s is healthy", who, u.Service.Name)
		c.command = test
		return c
	}
	c.port = d.ownPort(u)
	if c.port == 0 && d.network.Ports.FirstKnown(u.Service) != 0 {
		d.findings.Addf("no-healthcheck", at.Key("condition"), "give it a healthcheck",
			"%s should be healthy for %s, but %s, and its ports may be those of the services that share its network: started counts as healthy", u.Service.Name, who, why)
		return nil
	}
	if c.port == 0 {
		d.findings.Addf("no-healthcheck", at.Key("condition"), "give it a healthcheck, or name its port in `expose`",
			"%s should be healthy for %s, but %s and no port is known: started counts as healthy", u.Service.Name, who, why)
		return nil
	}
	d.findings.Addf("no-healthcheck", at.Key("condition"), "give it a healthcheck",
		"%s should be healthy for %s, but %s: accepting connections on port %d counts as healthy", u.Service.Name, who, why, c.port)
	return c
}

// ownPort returns the port on which a container itself accepts connections, or 0. The ports of a network that others share, who may start only when this one
// is healthy, stand in the file at its owner: only those that its image exposes are certain to be its own.
func (d *healthchecks) ownPort(u *input.Container) int32 {
	port := d.network.Ports.FirstKnown(u.Service)
	if len(d.workloads.NetworkMembers(u.Service)) < 2 {
		return port
	}
	for _, text := range u.Facts.Ports {
		number, protocol, _ := strings.Cut(text, "/")
		if n, err := strconv.ParseInt(number, 10, 32); err == nil && protocol != "udp" {
			return int32(n)
		}
	}
	return 0
}
