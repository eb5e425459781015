package pod

import (
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/workload"
)

// In a Pod whose containers share their processes the pause process is process 1, where on Docker the program is whose processes the others see.
// Source: https://kubernetes.io/docs/tasks/configure-pod-container/share-process-namespace/#understanding-process-namespace-sharing
var (
	// ofOverlay matches images that start with s6-overlay, which ends at once as another process: "s6-overlay-suexec: fatal: can only run as pid 1".
	// Sources: https://github.com/linuxserver/docker-openssh-server/issues/76, https://developers.home-assistant.io/blog/2022/05/12/s6-overlay-base-images/,
	// https://github.com/NginxProxyManager/nginx-proxy-manager/blob/develop/docker/Dockerfile, https://github.com/blakeblackshear/frigate/blob/dev/docker/main/Dockerfile
	ofOverlay = pattern.New(`(?i)(^|/)(linuxserver/|home-?assistant/|jc21/nginx-proxy-manager|blakeblackshear/frigate|hotio/)`).
			Holding("linuxserver", "assistant", "nginx-proxy-manager", "frigate", "hotio")
	// isInit matches programs that are made to be process 1 of a system.
	isInit = pattern.New(`^(/usr)?(/s?bin/init|/lib/systemd/systemd)$`).Holding("init", "systemd")
	// processOne finds what means process 1 by its number.
	processOne = pattern.New(`\bkill\s+(?:-{1,2}\S+\s+|[A-Z]{3,6}\s+)*1(?:\s|[;&|)"']|$)|/proc/1/\w+|\bnsenter\s[^;&|\n]*(?:-t|--target)[ =]?1\b`).Holding("kill", "/proc/1/", "nsenter")
)

// reportProcessOne tells what of a Pod whose containers share their processes depends on being process 1, or on what that is.
func reportProcessOne(b *workload.Pod, p *input.Project, findings *report.Findings) {
	for _, s := range b.Members {
		if said, at := namedOne(p, s); said != "" {
			findings.Addf("namespace-missing", at, "find it by its name: pkill NAME, or pidof NAME for its number",
				"%q of %s means the program that is process 1 on Docker; in a Pod whose containers share their processes the pause process is", said, s.Name)
		}
	}
	joins := slices.IndexFunc(b.Members, func(s *input.Service) bool { return s.Joined("pid") != nil })
	if joins < 0 {
		return // by init: true alone, with which the program is not process 1 on Docker either
	}
	guest := b.Members[joins]
	for _, s := range b.Members {
		if s.Joined("pid") != nil {
			continue // not process 1 on Docker either
		}
		help := "remove pid of " + guest.Name + "; kubectl debug --target=" + s.Name + " sees the processes of a container without it"
		switch program := startsWith(s); {
		case len(s.Config.Entrypoint) == 0 && ofOverlay.MatchAny(s.ImageNames()), program == "/init":
			findings.Addf("namespace-missing", guest.Key("pid"), help, "%s starts with s6-overlay, which ends at once unless it is process 1; in a Pod whose containers share their processes the pause process is", s.Name)
		case isInit.MatchString(program):
			findings.Addf("namespace-missing", guest.Key("pid"), help, "%s starts with %s, which has to be process 1; in a Pod whose containers share their processes the pause process is", s.Name, program)
		default:
			findings.Addf("pod-merged", guest.Key("pid"), "nothing to do unless it must be process 1, as systemd and s6-overlay must, or is called by that number",
				"%s is not process 1, which is the pause process of the Pod", s.Name)
		}
	}
}

// startsWith returns the program that is the first process of a container as far as it is known, or "".
func startsWith(s *input.Service) string {
	words := s.Config.Entrypoint
	if s.Config.Entrypoint == nil {
		words = slices.Concat(s.Facts.Entrypoint, s.Config.Command)
		if len(s.Config.Command) == 0 {
			words = slices.Concat(s.Facts.Entrypoint, s.Facts.Cmd)
		}
	} else if len(words) == 0 {
		words = s.Config.Command
	}
	if len(words) == 0 {
		return ""
	}
	return path.Clean(words[0])
}

// namedOne returns what a service runs that means process 1 by its number, and the key that says it; "" if there is none.
func namedOne(p *input.Project, s *input.Service) (said string, at diag.Path) {
	texts := map[string][]string{"entrypoint": s.Config.Entrypoint, "command": s.Config.Command}
	if s.Config.HealthCheck != nil {
		texts["healthcheck"] = s.Config.HealthCheck.Test
	}
	for key, hooks := range map[string][]types.ServiceHook{"post_start": s.Config.PostStart, "pre_stop": s.Config.PreStop} {
		for _, hook := range hooks {
			texts[key] = append(texts[key], hook.Command...)
		}
	}
	for _, key := range []string{"entrypoint", "command", "healthcheck", "post_start", "pre_stop"} {
		if said = processOne.FindString(strings.Join(texts[key], " ")); said != "" {
			return trimmed(said), s.Key(key)
		}
	}
	return trimmed(processOne.FindString(p.MountedText(s))), s.Path
}

// trimmed returns a command without what separates it from the next one.
func trimmed(command string) string { return strings.TrimRight(command, " \t\n;&|)\"'") }
