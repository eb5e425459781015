package transform

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
)

// Seconds of the stop: Docker's default, and what pre_stop hooks get on top, since their time counts in the grace period
// on Kubernetes and does not on Docker.
const (
	defaultGracePeriod = 10
	preStopBudget      = 10
)

// terminationGracePeriod returns the time between the stop signal and SIGKILL, always written out: Kubernetes' default
// is 30 s, Docker's 10 s. The containers of one Pod share it, so the longest counts.
func (b *pod) terminationGracePeriod() *int64 {
	var grace int64
	for _, m := range b.members {
		own := int64(defaultGracePeriod)
		if d := m.config.StopGracePeriod; d != nil {
			own = int64(seconds(duration(d)))
		}
		for _, hook := range m.config.PreStart {
			if d := hook.StopGracePeriod; d != nil {
				own = max(own, int64(seconds(duration(d))))
			}
		}
		if len(m.config.PreStop) > 0 {
			own += preStopBudget
		}
		grace = max(grace, own)
	}
	return &grace
}

// lifecycle returns the container's hooks.
//
// docker compose runs hooks with exec, from the client: post_start once after the start, pre_stop when it stops the
// service. The kubelet runs them at every start and stop of the container, beside the entrypoint, and kills the container
// when post_start fails. Several hooks become one shell command. $(NAME) is not expanded in them, so nothing is escaped.
// Spec: https://docs.docker.com/compose/how-tos/lifecycle/,
// https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/
func (u *unit) lifecycle() *corev1.Lifecycle {
	u.reportStopSignal()
	var l corev1.Lifecycle
	if command := u.hookCommand("post_start", u.config.PostStart); command != nil {
		l.PostStart = &corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: command}}
		u.reportSelfWait(command)
		u.report("hook-repeated", u.at.Key("post_start"), "it runs whenever the container starts, and the container is stopped when it fails; docker compose runs it once, at up",
			"write it so that it may run again")
	}
	if command := u.hookCommand("pre_stop", u.config.PreStop); command != nil {
		l.PreStop = &corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: command}}
		u.reportf("hook-repeated", u.at.Key("pre_stop"), "", "it runs at updates and evictions as well, and in the time for the stop, which is %d s longer for it", preStopBudget)
	}
	if l == (corev1.Lifecycle{}) {
		return nil
	}
	return &l
}

// hookCommand chains hooks into one command; a single one that needs no shell stays as it is.
func (u *unit) hookCommand(key string, hooks []types.ServiceHook) []string {
	var parts []string
	for i, hook := range hooks {
		at := u.at.Key(key).Index(i)
		u.checkHookUser(at, hook)
		words := u.rewriteWords(at.Key("command"), hook.Command)
		u.reportShellSyntax(at.Key("command"), words)
		if len(words) == 0 {
			continue
		}
		if len(hooks) == 1 && len(hook.Environment) == 0 && hook.WorkingDir == "" {
			return words
		}
		parts = append(parts, u.shellHook(at, hook, words))
	}
	if len(parts) == 0 {
		return nil
	}
	return []string{"sh", "-c", strings.Join(parts, " && ")}
}

// shellHook returns one hook as shell text: (cd DIR && env NAME=VALUE COMMAND).
func (u *unit) shellHook(at diag.Path, hook types.ServiceHook, words []string) string {
	var b strings.Builder
	for _, name := range sortedKeys(hook.Environment) {
		value := hook.Environment[name]
		if value == nil {
			u.reportf("env-null", at.Key("environment", name), "give it a value", "%s has no value here and is left out", name)
			continue
		}
		if u.options.EnvSecrets != "none" && looksSecret(name, *value) {
			u.reportf("hook-secret", at.Key("environment", name), "set it in the environment of the service, which goes to a Secret",
				"the value of %s stands in the Pod spec for everyone to read who may read Pods", name)
		}
		if b.Len() == 0 {
			b.WriteString("env ")
		}
		b.WriteString(shellWord(name) + "=" + shellWord(u.rewriteNames(at.Key("environment", name), name, *value)) + " ")
	}
	for i, word := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(shellWord(word))
	}
	if hook.WorkingDir == "" {
		return b.String()
	}
	return "(cd " + shellWord(hook.WorkingDir) + " && " + b.String() + ")"
}

// shellSafe matches words that mean themselves to a POSIX shell.
var shellSafe = regexp.MustCompile(`^[A-Za-z0-9_./:@%+,-]+$`)

// shellWord quotes a word for a POSIX shell where it needs quotes.
func shellWord(word string) string {
	if shellSafe.MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// checkHookUser reports hooks that run as somebody else than the container, which a lifecycle hook cannot.
func (u *unit) checkHookUser(at diag.Path, hook types.ServiceHook) {
	help := "run it as a pre_start hook, which is a container of its own"
	if at[len(at)-2] == "pre_stop" {
		help = "let the program clean up when it gets the stop signal"
	}
	if hook.User != "" && hook.User != u.spec.User {
		u.reportf("hook-user", at.Key("user"), help,
			"the hook runs as the user of the container, not as %s", hook.User)
	}
	if hook.Privileged && !u.spec.Privileged {
		u.report("hook-user", at.Key("privileged"), "the hook runs with the privileges of the container, not with all", help)
	}
}

// reportSelfWait reports a post_start hook that names its own service: the Pod is not ready before the hook has ended, so
// a hook that waits for its own Service waits for ever. A single Pod finds itself under its name without the Service.
func (u *unit) reportSelfWait(command []string) {
	own := regexp.MustCompile(`(^|[/@\s'"])` + regexp.QuoteMeta(u.name) + `:[0-9]`)
	if own.MatchString(strings.Join(command, " ")) && !u.pod.findsItself() {
		u.reportf("hook-self", u.at.Key("post_start"), "use localhost",
			"the hook talks to %s, its own service, which has no ready Pod before the hook has ended", u.name)
	}
}

// signalName matches the name of a signal, with or without SIG.
var signalName = regexp.MustCompile(`^(SIG)?([A-Z][A-Z0-9]*([+-][0-9]+)?)$`)

// signalNumbers names the signals that programs are stopped with (Linux).
var signalNumbers = map[int]string{1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 9: "SIGKILL", 10: "SIGUSR1", 12: "SIGUSR2", 15: "SIGTERM", 28: "SIGWINCH", 37: "SIGRTMIN+3"}

// reportStopSignal reports a stop signal that differs from the one the image brings. containers[].lifecycle.stopSignal
// would carry it, but it is an alpha field in every Kubernetes version so far (feature gate ContainerStopSignals, alpha since 1.33),
// and the API server drops alpha fields in silence. The runtime honours the STOPSIGNAL of the image.
func (u *unit) reportStopSignal() {
	if u.spec.StopSignal == "" {
		return
	}
	want, have := signal(u.spec.StopSignal), "SIGTERM"
	if u.facts.StopSignal != "" {
		have = signal(u.facts.StopSignal)
	}
	if want == have {
		u.reportf("stop-signal-same", u.at.Key("stop_signal"), "", "%s is the signal that Kubernetes sends anyway", want)
		return
	}
	u.reportf("stop-signal", u.at.Key("stop_signal"), "set STOPSIGNAL "+want+" in the Dockerfile of the image, which Kubernetes honours",
		"the container is stopped with the STOPSIGNAL of its image (SIGTERM if it has none), not with %s", want)
}

// signal returns the full name of a signal given by name or number.
func signal(text string) string {
	text = strings.ToUpper(strings.TrimSpace(text))
	if n, err := strconv.Atoi(text); err == nil {
		if name, known := signalNumbers[n]; known {
			return name
		}
		return text
	}
	if m := signalName.FindStringSubmatch(text); m != nil {
		return "SIG" + m[2]
	}
	return text
}

// sharedProcesses makes the pause process of the Pod process 1 where Compose asks for an init (`init: true`): it reaps
// zombies, and the program is no longer process 1, so that signals do what they do by default. The containers of a Pod would
// see each other's processes, so only Pods with a single container get it.
func (b *pod) sharedProcesses() {
	for _, m := range b.members {
		if m.config.Init == nil || !*m.config.Init || b.spec.HostPID || b.spec.ShareProcessNamespace != nil {
			continue
		}
		if len(b.members) > 1 {
			m.reportf("init-shared-pod", m.key("init"), "put tini or dumb-init into the image", "%s runs without an init: its Pod has other containers, which would see its processes", m.name)
			continue
		}
		b.spec.ShareProcessNamespace = new(true)
	}
}
