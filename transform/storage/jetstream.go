package storage

import (
	"path"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
)

// NATS keeps nothing unless JetStream is turned on, by an option or by its settings. It keeps streams in a directory that an option or the settings
// name, or in one for temporary files. Sources: https://docs.nats.io/reference/config/jetstream,
// https://github.com/nats-io/nats-server/blob/main/server/jetstream.go (dynJetStreamConfig)
const jetStreamDefault = "/tmp/nats/jetstream"

var (
	natsImage        = pattern.New(`(^|/)(nats|nats-server)(:|@|$)`).Holding("nats")
	jetStreamOption  = pattern.New(`(?:^|\s)--?(?:js|jetstream)(?:\s|=true|$)`).Holding("-js", "-jetstream")
	storeOption      = pattern.New(`(?:^|\s)(?:-sd|--?store_dir)(?:=|\s+)["']?([\w./$-]+)`).Holding("-sd", "store_dir")
	jetStreamSetting = pattern.New(`(?m)^\s*"?jetstream"?\s*[:=]?\s*(?:\{|"?(?i:true|enabled?|yes|on)\b)`).Holding("jetstream")
	storeSetting     = pattern.New(`(?m)(?:^|[{,;])\s*"?store_?(?:dir)?"?\s*[:=]?\s*["']?([\w./$-]+)`).Holding("store")
)

// jetStream returns the directory in which a server of NATS keeps streams, and the key that says so; "" where JetStream is off.
func jetStream(p *input.Project, u *input.Container) (dir string, at diag.Path) {
	isServer := func(call []string) bool { return path.Base(call[0]) == "nats-server" }
	words := startWords(u)
	if !natsImage.MatchAny(u.ImageNames()) && !slices.ContainsFunc(callsOf(words), isServer) {
		return "", nil
	}
	text, settings, at := strings.Join(words, " "), p.SettingsText(u.Service), u.At.Key("image")
	switch {
	case jetStreamOption.MatchString(strings.Join(u.Spec.Command, " ")):
		at = u.At.Key("command")
	case jetStreamOption.MatchString(strings.Join(u.Spec.Entrypoint, " ")):
		at = u.At.Key("entrypoint")
	case jetStreamSetting.MatchString(settings):
		at = u.At
	case !jetStreamOption.MatchString(text):
		return "", nil
	}
	found := storeOption.FindStringSubmatch(text)
	if found == nil {
		found = storeSetting.FindStringSubmatch(settings)
	}
	if found == nil {
		return jetStreamDefault, at
	}
	return inWorkingDir(u, found[1]), at
}

// inWorkingDir returns a directory as an absolute path. A variable is looked up; of an image of which nothing else is known the working directory is
// the root.
func inWorkingDir(u *input.Container, dir string) string {
	if name, isVariable := strings.CutPrefix(dir, "$"); isVariable {
		value := u.Spec.Environment[name]
		if value == nil {
			return jetStreamDefault
		}
		dir = *value
	}
	if path.IsAbs(dir) {
		return path.Clean(dir)
	}
	from := u.Spec.WorkingDir
	if from == "" {
		from = u.Facts.WorkingDir
	}
	return path.Join("/", from, dir)
}

// streams returns the mount of the directory in which a server of NATS keeps streams and on which nothing is mounted. What a settings file with an absolute
// path tells is reported with those of other programs.
func streams(p *input.Project, u *input.Container, others []plan.Mount, findings *report.Findings) []plan.Mount {
	if len(u.Service.Facts.DataDirs) > 0 || settledDirectory(p, u) != "" {
		return nil
	}
	dir, at := jetStream(p, u)
	if dir == "" || dir == "/" || isKept(u, others, dir) {
		return nil
	}
	findings.Addf("ephemeral-data", at, "mount a named volume there",
		"%s holds data and has no named volume: it is lost whenever the Pod is replaced, where Docker keeps it until the container is removed with its volumes", dir)
	return []plan.Mount{{
		At: at, Target: dir, Wish: path.Base(dir), Inherited: true,
		Own: "anonymous " + u.Service.Path.String() + " " + dir, Volumes: []corev1.VolumeSource{{EmptyDir: &corev1.EmptyDirVolumeSource{}}},
	}}
}
