package container

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/report"
)

// PreStopBudget is how many seconds pre_stop hooks add to the grace period: their time counts in it on Kubernetes and does not
// on Docker.
const PreStopBudget = 10

// lifecycle returns the container's hooks.
//
// docker compose runs hooks with exec, from the client: post_start once after the start, pre_stop when it stops the
// service. The kubelet runs them at every start and stop of the container, beside the entrypoint, and kills the container
// when post_start fails. Several hooks become one shell command. $(NAME) is not expanded in them, so nothing is escaped.
// Spec: https://docs.docker.com/compose/how-tos/lifecycle/,
// https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/
func lifecycle(p *input.Project, rewriter *naming.Rewriter, u *input.Container, findsItself bool, findings *report.Findings) *corev1.Lifecycle {
	reportStopSignal(u, findings)
	var l corev1.Lifecycle
	if command := hookCommand(p, rewriter, u, "post_start", u.Service.Config.PostStart, findings); command != nil {
		l.PostStart = &corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: command}}
		if !findsItself {
			reportSelfWait(u, command, findings)
		}
		findings.Add("hook-repeated", u.At.Key("post_start"), "it runs whenever the container starts, and the container is stopped when it fails; docker compose runs it once, at up",
			"write it so that it may run again")
	}
	if command := hookCommand(p, rewriter, u, "pre_stop", u.Service.Config.PreStop, findings); command != nil {
		l.PreStop = &corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: command}}
		findings.Addf("hook-repeated", u.At.Key("pre_stop"), "", "it runs at updates and evictions as well, and in the time for the stop, which is %d s longer for it", PreStopBudget)
	}
	if l == (corev1.Lifecycle{}) {
		return nil
	}
	return &l
}

// hookCommand chains hooks into one command; a single one that needs no shell stays as it is.
func hookCommand(p *input.Project, rewriter *naming.Rewriter, u *input.Container, key string, hooks []types.ServiceHook, findings *report.Findings) []string {
	var parts []string
	for i, hook := range hooks {
		at := u.At.Key(key).Index(i)
		checkHookUser(u, at, hook, findings)
		words := rewriter.RewriteWords(at.Key("command"), hook.Command)
		reportShellSyntax(p, at.Key("command"), words, findings)
		if len(words) == 0 {
			continue
		}
		if len(hooks) == 1 && len(hook.Environment) == 0 && hook.WorkingDir == "" {
			return words
		}
		parts = append(parts, shellHook(p, rewriter, at, hook, words, findings))
	}
	if len(parts) == 0 {
		return nil
	}
	reportHookShell(u, key, hooks, findings)
	return []string{"sh", "-c", strings.Join(parts, " && ")}
}

// reportHookShell reports hooks that need a shell where the image has none, or where nothing tells of one: neither what is known of the
// image nor a hook, a healthcheck or a command that uses one already.
func reportHookShell(u *input.Container, key string, hooks []types.ServiceHook, findings *report.Findings) {
	effect := "the container is stopped whenever it has started"
	if key == "pre_stop" {
		effect = "none of them runs"
	}
	switch {
	case u.Facts.ShellKnown && !u.Facts.Shell, u.IsWindows():
		findings.Addf("hook-shell", u.At.Key(key), "write one hook without environment and working_dir, or build the image on one that has /bin/sh",
			"a shell of the image runs the hooks one after the other, with their environment and directory, and the image has none: %s", effect)
	case !u.Facts.ShellKnown && !usesShell(u, hooks):
		findings.Addf("hook-shell", u.At.Key(key), "if the image has no shell, write one hook without environment and working_dir; `transship lock` reads it from the image",
			"sh of the image runs the hooks one after the other, with their environment and directory, and nothing tells whether the image has it; without it %s", effect)
	}
}

// usesShell reports whether the file runs a shell in the container anyway.
func usesShell(u *input.Container, hooks []types.ServiceHook) bool {
	isShell := func(words []string) bool { return len(words) > 0 && input.IsShell(words[0]) }
	if h := u.Service.Config.HealthCheck; h != nil && len(h.Test) > 1 && (h.Test[0] == "CMD-SHELL" || isShell(h.Test[1:])) {
		return true
	}
	return isShell(u.Spec.Entrypoint) || len(u.Spec.Entrypoint) == 0 && isShell(u.Spec.Command) ||
		slices.ContainsFunc(hooks, func(h types.ServiceHook) bool { return isShell(h.Command) })
}

// shellHook returns one hook as shell text: (cd DIR && env NAME=VALUE COMMAND).
func shellHook(p *input.Project, rewriter *naming.Rewriter, at diag.Path, hook types.ServiceHook, words []string, findings *report.Findings) string {
	var b strings.Builder
	for _, name := range sorted.Keys(hook.Environment) {
		value := hook.Environment[name]
		if value == nil {
			findings.Addf("env-null", at.Key("environment", name), "give it a value", "%s has no value here and is left out", name)
			continue
		}
		if p.Options.EnvSecrets != "none" && isSecret(p, at.Key("environment", name), name, *value) {
			findings.Addf("hook-secret", at.Key("environment", name), "set it in the environment of the service, which goes to a Secret",
				"the value of %s stands in the Pod spec for everyone to read who may read Pods", name)
		}
		if b.Len() == 0 {
			b.WriteString("env ")
		}
		b.WriteString(shellWord(name) + "=" + shellWord(rewriter.Rewrite(at.Key("environment", name), name, *value)) + " ")
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
var shellSafe = pattern.New(`^[A-Za-z0-9_./:@%+,-]+$`)

// shellWord quotes a word for a POSIX shell where it needs quotes.
func shellWord(word string) string {
	if shellSafe.MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// checkHookUser reports hooks that run as somebody else than the container, which a lifecycle hook cannot.
func checkHookUser(u *input.Container, at diag.Path, hook types.ServiceHook, findings *report.Findings) {
	help := "run it as a pre_start hook, which is a container of its own"
	if at[len(at)-2] == "pre_stop" {
		help = "let the program clean up when it gets the stop signal"
	}
	if hook.User != "" && hook.User != u.Spec.User {
		findings.Addf("hook-user", at.Key("user"), help,
			"the hook runs as the user of the container, not as %s", hook.User)
	}
	if hook.Privileged && !u.Spec.Privileged {
		findings.Add("hook-user", at.Key("privileged"), "the hook runs with the privileges of the container, not with all", help)
	}
}

// reportSelfWait reports a post_start hook that names its own service: the Pod is not ready before the hook has ended, so
// a hook that waits for its own Service waits for ever. A single Pod finds itself under its name without the Service.
func reportSelfWait(u *input.Container, command []string, findings *report.Findings) {
	own := regexp.MustCompile(`(^|[/@\s'"])` + regexp.QuoteMeta(u.Service.Name) + `:[0-9]`)
	if own.MatchString(strings.Join(command, " ")) {
		findings.Addf("hook-self", u.At.Key("post_start"), "use localhost",
			"the hook talks to %s, its own service, which has no ready Pod before the hook has ended", u.Service.Name)
	}
}

// signalName matches the name of a signal, with or without SIG.
var signalName = pattern.New(`^(SIG)?([A-Z][A-Z0-9]*([+-][0-9]+)?)$`)

// signalNumbers names the signals that programs are stopped with (Linux).
var signalNumbers = map[int]string{1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 9: "SIGKILL", 10: "SIGUSR1", 12: "SIGUSR2", 15: "SIGTERM", 28: "SIGWINCH", 37: "SIGRTMIN+3"}

// reportStopSignal reports a stop signal that differs from the one the image brings. containers[].lifecycle.stopSignal
// would carry it, but it is an alpha field in every Kubernetes version so far (feature gate ContainerStopSignals, alpha since 1.33),
// and the API server drops alpha fields in silence. The runtime honours the STOPSIGNAL of the image.
func reportStopSignal(u *input.Container, findings *report.Findings) {
	if u.Spec.StopSignal == "" {
		return
	}
	want, have := signal(u.Spec.StopSignal), "SIGTERM"
	if u.Service.Facts.StopSignal != "" {
		have = signal(u.Service.Facts.StopSignal)
	}
	if want == have {
		findings.Addf("stop-signal-same", u.At.Key("stop_signal"), "", "%s is the signal that Kubernetes sends anyway", want)
		return
	}
	findings.Addf("stop-signal", u.At.Key("stop_signal"), "set STOPSIGNAL "+want+" in the Dockerfile of the image, which Kubernetes honours",
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
