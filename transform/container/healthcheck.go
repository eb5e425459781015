package container

import (
	"fmt"
	"math"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/transform/expansion"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/network"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/workload"
)

// Defaults of Docker Engine for what neither the file nor the image says
// (source: https://docs.docker.com/reference/dockerfile/#healthcheck).
const (
	defaultInterval      = 30 * time.Second
	defaultTimeout       = 30 * time.Second
	defaultRetries       = 3
	defaultStartInterval = 5 * time.Second
)

// check is a healthcheck with everything inherited and defaulted.
type check struct {
	command       []string // of an exec probe; nil: the container answers on port instead
	port          int32
	interval      time.Duration
	timeout       time.Duration
	retries       int32
	startPeriod   time.Duration
	startInterval time.Duration
}

// healthchecks turns the healthchecks of a Pod's containers into probes.
type healthchecks struct {
	project   *input.Project
	pod       *workload.Pod
	workloads *workload.Workloads
	network   *network.Network
	rewriter  *naming.Rewriter
	findings  *report.Findings
}

// probes returns the probes of the container.
//
// Compose's healthcheck gates dependents and never restarts a container; Kubernetes' readiness gates traffic and
// dependents, liveness restarts. So a healthcheck is a readinessProbe, and a livenessProbe only where x-kubernetes.liveness
// asks for it. Failures in start_period do not count on Docker and a success ends it: that is a startupProbe, not
// initialDelaySeconds, which would hold back success as well. All times are written out: a probe's default timeout is 1 s, a
// healthcheck's 30 s.
// Spec: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#healthcheck,
// https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
func (d *healthchecks) probes(u *input.Container) (startup, readiness, liveness *corev1.Probe) {
	c := d.healthcheck(u)
	switch wish := u.Service.Ext.Readiness; {
	case wish != nil && wish.Probe != nil:
		readiness = wishedProbe(d.network, u, "readiness", wish.Probe, c, d.findings)
	case c != nil && (wish == nil || wish.Enabled):
		readiness = d.readiness(u, c)
	}
	wish := u.Service.Ext.Liveness
	if wish != nil && wish.Probe != nil {
		liveness = wishedProbe(d.network, u, "liveness", wish.Probe, c, d.findings)
	}
	if c == nil {
		return nil, readiness, liveness
	}
	if wish != nil && wish.Enabled && wish.Probe == nil {
		liveness = c.probe(Seconds(c.interval), c.retries)
	}
	switch wanted := (c.startPeriod > 0 || liveness != nil) && (readiness != nil || liveness != nil); {
	case wanted && d.pod.IsFinite():
		d.findings.Add("start-period", u.At.Key("healthcheck"), "there is no startupProbe in a Job: it would kill what is meant to end; the interval counts from the start", "")
	case wanted && liveness == nil && !asksCadence(u) && len(d.workloads.Dependents(u.Service)) == 0 && d.network.Ports.FirstKnown(u.Service) == 0:
		d.findings.Addf("start-period", u.At.Key("healthcheck"), "",
			"there is no startupProbe, which would end a container that is not healthy in time: nobody depends on %s, so that a check every %d s does as well as one every %d s at first", u.Service.Name, Seconds(c.interval), Seconds(c.startInterval))
	case wanted:
		startup = startupProbe(u, c, liveness != nil, d.findings)
	}
	if startup == nil && isSidecar(d.pod, u) {
		startup = sidecarStartup(c)
	}
	return startup, readiness, liveness
}

// slowest is the longest time between two checks of a container that nobody has found ready yet. The first one comes right after the start, mostly
// before the program listens, and the Service leaves the Pod out until the next. Docker publishes its ports in the meantime.
// Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/prober/worker.go (probeLoop)
const slowest = 30 * time.Second

// readiness returns the readinessProbe of a check. One with a longer interval asks more often, and gives up after the same time.
func (d *healthchecks) readiness(u *input.Container, c *check) *corev1.Probe {
	if c.interval <= slowest {
		return c.probe(Seconds(c.interval), c.retries)
	}
	failures := clampInt32(math.Ceil(float64(c.retries) * float64(c.interval) / float64(slowest)))
	d.findings.Addf("healthcheck-interval", u.At.Key("healthcheck"), "x-kubernetes: {readiness: {…}} sets a probe of your own",
		"the readinessProbe asks every %d s, not every %d s: the Service leaves the Pod out until the first answer; it gives up after the same time", Seconds(slowest), Seconds(c.interval))
	return c.probe(Seconds(slowest), failures)
}

// asksCadence reports whether the file says how often a container is checked until it has started.
func asksCadence(u *input.Container) bool {
	h := u.Service.Config.HealthCheck
	return h != nil && h.StartInterval != nil
}

// startupProbe gives the faster cadence of start_period. The kubelet kills a container whose startupProbe fails, which Docker
// never does, so without liveness its threshold is ten times what Docker would wait for and never below 60 tries.
func startupProbe(u *input.Container, c *check, liveness bool, findings *report.Findings) *corev1.Probe {
	period := Seconds(c.startInterval)
	budget := float64(c.startPeriod+time.Duration(c.retries)*c.interval) / float64(time.Second)
	if liveness {
		return c.probe(period, clampInt32(math.Ceil(budget/float64(period))))
	}
	threshold := max(60, clampInt32(math.Ceil(10*budget/float64(period))))
	findings.Addf("start-period", u.At.Key("healthcheck", "start_period"), "nothing to do unless it starts that slowly; x-kubernetes: {readiness: {…}} sets a probe of your own",
		"start_period becomes a startupProbe: a container that is not healthy after %d min is restarted, Docker would leave it unhealthy",
		(int64(threshold)*int64(period)+59)/60)
	return c.probe(period, threshold)
}

// probe returns the check as a probe.
func (c *check) probe(period, failures int32) *corev1.Probe {
	p := &corev1.Probe{PeriodSeconds: period, TimeoutSeconds: Seconds(c.timeout), FailureThreshold: failures}
	if c.command != nil {
		p.Exec = &corev1.ExecAction{Command: c.command}
	} else {
		p.TCPSocket = &corev1.TCPSocketAction{Port: intstr.FromInt32(c.port)}
	}
	return p
}

// healthcheck returns the healthcheck of the container, nil if there is none. Each field that the file leaves out comes from the
// image's HEALTHCHECK, which Kubernetes itself ignores, then from the Engine's defaults (source: moby daemon, merge).
func (d *healthchecks) healthcheck(u *input.Container) *check {
	h := u.Service.Config.HealthCheck
	if h == nil {
		h = &types.HealthCheckConfig{}
	}
	c := &check{interval: defaultInterval, timeout: defaultTimeout, retries: defaultRetries, startInterval: defaultStartInterval}
	test := []string(h.Test)
	if u.Service.Facts.Healthcheck != nil && u.Service.ImageCheck() == nil && !d.isAwaited(u.Service) && len(test) == 0 && !h.Disable {
		d.findings.Addf("image-healthcheck", u.At, "write a healthcheck for the program that runs here",
			"the HEALTHCHECK of the image is no readinessProbe here: the command runs another program, of which nothing tells that it answers (%s)", u.Service.Facts.Source)
		return d.standIn(u, c, "that of its image is for another program")
	}
	if image := u.Service.Facts.Healthcheck; image != nil {
		if len(test) == 0 {
			test = image.Test
			if len(test) > 0 && test[0] != "NONE" && !h.Disable {
				d.findings.Addf("image-healthcheck", u.At, "", "the readinessProbe is the HEALTHCHECK of the image (%s)", u.Service.Facts.Source)
			}
		}
		c.take(time.Duration(image.Interval), time.Duration(image.Timeout), time.Duration(image.StartPeriod), time.Duration(image.StartEvery), image.Retries)
	}
	c.take(Duration(h.Interval), Duration(h.Timeout), Duration(h.StartPeriod), Duration(h.StartInterval), int(retries(h.Retries)))
	if h.Disable || len(test) > 0 && test[0] == "NONE" {
		return d.standIn(u, c, "its healthcheck is turned off")
	}
	if len(test) == 0 {
		if u.Service.Config.HealthCheck != nil {
			d.findings.Add("healthcheck-unknown", u.At.Key("healthcheck"),
				"the test to run is the one of the image, which is not known here; there is no probe",
				"write healthcheck.test out")
		}
		if u.Service.Build() == nil && !u.IsImageKnown && !u.Facts.Locked {
			return d.standIn(u, c, "whether its image has a healthcheck is not known here")
		}
		return d.standIn(u, c, "it has no healthcheck")
	}
	if reportHopeless(d.project, u, test, d.isAwaited(u.Service), d.findings) {
		return d.standIn(u, c, cannotSucceed)
	}
	if len(h.Test) > 0 && !d.isAwaited(u.Service) && u.Service.Ext.Readiness == nil {
		reportUnreadCheck(u, test, d.findings)
	}
	c.command = testCommand(d.rewriter, u, test)
	if c.command == nil {
		d.findings.Add("healthcheck-unknown", u.At.Key("healthcheck", "test"), "the test names no command; there is no probe", "write the command after CMD or CMD-SHELL")
		return d.standIn(u, c, "its healthcheck is empty")
	}
	if len(test) == 2 && test[0] == "CMD-SHELL" && strings.EqualFold(strings.TrimSpace(test[1]), "none") {
		d.findings.Addf("healthcheck-unknown", u.At.Key("healthcheck", "test"), "write disable: true, or test: [NONE] as a list",
			"%q as a text is a command of that name, which fails: Docker calls the container unhealthy, here its Service leads nowhere", test[1])
	}
	if h.StartInterval != nil && c.startPeriod == 0 {
		d.findings.Add("start-interval", u.At.Key("healthcheck", "start_interval"), "start_interval has no effect without start_period", "set start_period")
	}
	return c
}

// isAwaited reports whether another service starts only when this one is healthy.
func (d *healthchecks) isAwaited(s *input.Service) bool {
	return slices.ContainsFunc(d.workloads.Dependents(s), func(x workload.Dependent) bool { return x.Condition == types.ServiceConditionHealthy })
}

// take sets what is given; zero means "not given" to Docker.
func (c *check) take(interval, timeout, startPeriod, startInterval time.Duration, retries int) {
	for _, f := range []struct {
		field *time.Duration
		value time.Duration
	}{{&c.interval, interval}, {&c.timeout, timeout}, {&c.startPeriod, startPeriod}, {&c.startInterval, startInterval}} {
		if f.value > 0 {
			*f.field = f.value
		}
	}
	if retries > 0 {
		c.retries = int32(min(retries, math.MaxInt32))
	}
}

// standIn returns what is checked in place of a healthcheck, as the function of that name says, nil for nothing.
func (d *healthchecks) standIn(u *input.Container, c *check, why string) *check {
	if u.Service.Ext.Readiness != nil || d.pod.Kind == workload.CronJob { // which nobody waits for
		return nil
	}
	if c.command, c.port = standIn(u, d.workloads, d.network.Ports, why, d.findings); c.command == nil && c.port == 0 {
		return nil
	}
	return c
}

// testCommand returns the command of an exec probe. It runs as the container's user with the container's variables, and
// $(NAME) in it is expanded, which Docker does not do.
func testCommand(rewriter *naming.Rewriter, u *input.Container, test []string) []string {
	words := rewriter.RewriteWords(u.At.Key("healthcheck", "test"), test)[1:]
	if len(words) == 0 || strings.TrimSpace(words[0]) == "" {
		return nil
	}
	dir := u.Spec.WorkingDir
	if dir == "" {
		dir = u.Service.Facts.WorkingDir
	}
	if test[0] == "CMD-SHELL" {
		return expansion.EscapeAll(append(shellTest(u, dir, words[0]), words[1:]...)) // further words are arguments of the script, from $0 on
	}
	if dir != "" && strings.Contains(words[0], "/") && !path.IsAbs(words[0]) {
		words[0] = path.Join(dir, words[0])
	}
	return expansion.EscapeAll(words)
}

// relativePath finds programs and files that are named relative to the working directory.
var relativePath = pattern.New(`(^|[\s;&|(="'])\.{1,2}/|^\s*[\w.-]+/`)

// shellTest wraps a shell test. Docker runs it with the SHELL of the image in the container's working directory; the API documents / for exec probes,
// so a test with a relative path changes there first.
func shellTest(u *input.Container, dir, script string) []string {
	if u.IsWindows() {
		return []string{"cmd", "/S", "/C", script}
	}
	shell := u.Service.Facts.ShellForm
	if len(shell) == 0 {
		shell = []string{"/bin/sh", "-c"}
	}
	if dir != "" && strings.HasSuffix(shell[0], "sh") && relativePath.MatchString(script) {
		script = fmt.Sprintf("cd %s || exit 1; %s", shellWord(dir), script)
	}
	return append(slices.Clone(shell), script)
}

// Seconds rounds up to whole seconds, at least one: the kubelet knows nothing finer.
func Seconds(d time.Duration) int32 {
	return max(1, clampInt32(math.Ceil(d.Seconds())))
}

func clampInt32(f float64) int32 { return int32(min(max(f, 0), math.MaxInt32)) }

// Duration returns a duration of a Compose file, 0 for none.
func Duration(d *types.Duration) time.Duration {
	if d == nil {
		return 0
	}
	return time.Duration(*d)
}

func retries(n *uint64) uint64 {
	if n == nil {
		return 0
	}
	return min(*n, math.MaxInt32)
}

// sidecarStartup returns the startupProbe that holds back the other containers of the Pod until a sidecar is healthy;
// readiness alone holds back nobody inside the Pod. The kubelet kills a container whose startupProbe fails, which Docker
// does not, so it is given at least ten times as long as the healthcheck would take to call it unhealthy.
func sidecarStartup(c *check) *corev1.Probe {
	period := Seconds(min(c.interval, c.startInterval))
	budget := c.startPeriod.Seconds() + float64(c.retries)*c.interval.Seconds()
	return c.probe(period, max(60, clampInt32(math.Ceil(10*budget/float64(period)))))
}
