package storage

import (
	"path"
	"slices"
	"strings"
	"unicode"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/storage/databases"
)

// imageVolumes returns the mounts of the volumes that the image itself declares and nothing else is mounted on.
//
// Docker makes an anonymous volume for each. The container runtime of a node makes a directory that dies with the container,
// so data that the image is known to keep there would be gone after a crash: it gets at least an emptyDir.
func (d *mounting) imageVolumes(u *input.Container, others []plan.Mount) []plan.Mount {
	if u.IsHook {
		return nil
	}
	var mounts []plan.Mount
	for _, target := range u.Service.Facts.Volumes {
		target = path.Clean(target)
		if m, ok := d.below(others, target); ok {
			mounts = append(mounts, m)
			continue
		}
		if slices.ContainsFunc(others, func(m plan.Mount) bool {
			return source.Within(target, m.Target) || source.Within(m.Target, target) && keepsBelow(u, target, m)
		}) {
			continue
		}
		m := plan.Mount{At: u.At.Key("image"), Target: target, Wish: path.Base(target), Inherited: true}
		switch {
		case d.outliving[u.Service.Name]:
			mounts = append(mounts, d.promoted(u, m.At, target, m))
		case d.runsImageDefault(u) && (slices.Contains(dataDirs(u), target) || len(dataDirs(u)) == 0 && databases.IsForData(target)) && !keepsElsewhere(u, target) && !d.isSetElsewhere(u):
			m.CopyUp = true
			if m = ephemeral(u, m.At, target, m, false, d.findings); !ownsItself(u, target) {
				mounts = append(mounts, m)
			}
		case !d.podOf[u].IsFinite() && len(dataDirs(u)) == 0 && u.Service.DeclaresVolume(target) && !passing.MatchString(target) &&
			!slices.ContainsFunc(u.Spec.Volumes, func(v types.ServiceVolumeConfig) bool {
				return source.Within(path.Clean(v.Target), target) || source.Within(target, path.Clean(v.Target))
			}):
			d.findings.Addf("ephemeral-data", m.At, "mount a named volume there",
				"the Dockerfile makes a volume of %s, which has no name: what is in it is lost whenever the Pod is replaced, where Docker keeps it until the container is removed with its volumes", target)
		default:
			d.findings.Addf("image-volume", m.At, "mount a named volume on it if what is in it must be kept", "the image declares a volume at %s, which lives as long as the container", target)
		}
	}
	mounts = append(mounts, d.undeclaredData(u, slices.Concat(others, mounts))...)
	if d.runsImageDefault(u) {
		mounts = append(mounts, streams(d.project, u, slices.Concat(others, mounts), d.findings)...)
	}
	return append(mounts, d.movedData(u, slices.Concat(others, mounts))...)
}

// below returns the mount of a volume that the image declares below a claim: a directory of the same claim. Docker makes a volume of its
// own for it, which it keeps, and so does the container runtime of a node, which throws it away with the container, so that the claim
// above would keep nothing. Source: https://github.com/containerd/containerd/blob/main/internal/cri/server/container_create.go (volumeMounts)
func (d *mounting) below(others []plan.Mount, target string) (plan.Mount, bool) {
	var above *plan.Mount
	for i, m := range others {
		switch {
		case source.Within(m.Target, target): // at the directory itself, or below it
			return plan.Mount{}, false
		case source.Within(target, m.Target) && (above == nil || source.Within(m.Target, above.Target)):
			above = &others[i]
		}
	}
	if above == nil || above.Claim == nil || above.ReadOnly {
		return plan.Mount{}, false
	}
	m := *above
	m.Target, m.Inherited, m.CopyUp = target, true, false
	m.SubPath = strings.TrimPrefix(path.Join(above.SubPath, strings.TrimPrefix(target, above.Target)), "/")
	d.findings.Addf("image-volume", above.At, "",
		"the image declares a volume at %s, below %s: here it is a directory of the same claim, so that it is kept; on Docker it is a volume of its own", target, above.Target)
	return m, true
}

// undeclaredData returns the mount of the directory in which a program keeps its data although its image declares no volume there and
// nothing is mounted. Docker keeps what is written there as long as the container, also when the program is started again; on a
// node a program that is started again finds the files of the image.
func (d *mounting) undeclaredData(u *input.Container, others []plan.Mount) []plan.Mount {
	facts := u.Service.Facts
	i := slices.IndexFunc(facts.DataDirs, func(dir string) bool { return !slices.Contains(facts.Volumes, dir) })
	if dirs, _ := movedDirs(u); i < 0 || len(dirs) > 0 || !d.runsImageDefault(u) || !keepsItself(u) || d.isSetElsewhere(u) ||
		slices.ContainsFunc(facts.DataDirs, func(dir string) bool { return isKept(u, others, dir) }) {
		return nil
	}
	if isOtherScript(u) && !d.startsByScript(u) || keepsObjects(u) {
		return nil
	}
	if content, _ := imageContent(u, facts.DataDirs[i]); content >= source.Likely { // which an emptyDir would hide
		d.findings.Addf("ephemeral-data", u.At.Key("image"), "mount a named volume there",
			"%s holds data and has no named volume: it is lost whenever the Pod is replaced, where Docker keeps it until the container is removed with its volumes", facts.DataDirs[i])
		return nil
	}
	m := plan.Mount{At: u.At.Key("image"), Target: facts.DataDirs[i], Wish: path.Base(facts.DataDirs[i]), Inherited: true}
	if d.outliving[u.Service.Name] {
		return []plan.Mount{d.promoted(u, m.At, m.Target, m)}
	}
	return []plan.Mount{ephemeral(u, m.At, m.Target, m, false, d.findings)}
}

// isOtherScript reports whether a container runs a script in which nothing tells of a server: it may make certificates or ask another one.
func isOtherScript(u *input.Container) bool {
	if len(u.Spec.Command) == 0 || !input.IsShell(path.Base(u.Spec.Command[0])) || startsProgram(u) {
		return false
	}
	return !slices.ContainsFunc(strings.FieldsFunc(strings.Join(u.Spec.Command[1:], " "), func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("/;&|'\"", r) }), serverProgram.MatchString)
}

// keepsObjects reports whether InfluxDB 3 is told to keep its data elsewhere than in files.
// Source: https://docs.influxdata.com/influxdb3/core/reference/cli/influxdb3/serve/
func keepsObjects(u *input.Container) bool {
	words := startWords(u)
	for name, value := range u.Spec.Environment {
		if value != nil {
			words = append(words, name+"="+*value)
		}
	}
	return slices.ContainsFunc(append(words, strings.Join(u.Spec.Command, " ")), otherObjects.MatchString)
}

// otherObjects matches what says so.
var otherObjects = pattern.New(`(--object-store[= ]|^INFLUXDB(3|_IOX)_OBJECT_STORE=)(s3|google|azure|memory)`).Holding("object-store", "object_store")

// otherStore are the variables that tell programs with a small database of their own to use another one.
var otherStore = pattern.New(`^(GF_DATABASE_(TYPE|URL|HOST)|KC_DB(_URL.*)?|DB_(VENDOR|ADDR)|DATABASE_URL|MB_DB_(TYPE|HOST|CONNECTION_URI))$`).Starting("GKDM")

// isN8N matches n8n, which makes a key of its own for the passwords in its database unless it is told one: without that key they are lost,
// wherever the database is. Source: https://docs.n8n.io/hosting/configuration/configuration-examples/encryption-key/
var isN8N = pattern.New(`(^|/)n8n[^/]*$`).Holding("n8n")

// makesAgain match the images of programs that make again, or only buffer, what they keep.
var makesAgain = pattern.New(`(?i)(^|/)(kibana|opensearch-dashboards|caddy|traefik|dozzle|promtail|fluentd?|fluent-bit|logstash|vector|alloy|otel\S*|opentelemetry\S*|selenium\S*|browserless\S*|tika|gotenberg|cloudflared|tailscale|memcached|varnish|nginx\S*|haproxy|libretranslate|immich-machine-learning)[^/]*$`).
	Holding("kibana", "dashboards", "caddy", "traefik", "dozzle", "promtail", "fluent", "logstash", "vector", "alloy", "otel", "opentelemetry", "selenium", "browserless", "tika", "gotenberg", "cloudflared", "tailscale", "memcached", "varnish", "nginx", "haproxy", "libretranslate", "immich-machine-learning")

// keepsItself reports whether a program of a known image is there to keep data, or keeps what people enter into it and uses no other
// database for that. Certificates and the like are made again.
func keepsItself(u *input.Container) bool {
	if databases.IsStore(u) {
		return true
	}
	if isN8N.MatchAny(u.ImageNames()) && u.Spec.Environment["DB_TYPE"] != nil && u.Spec.Environment["N8N_ENCRYPTION_KEY"] != nil {
		return false
	}
	for variable, value := range u.Spec.Environment {
		if otherStore.MatchString(variable) && value != nil && (!strings.HasPrefix(*value, "dev-") || *value == "dev-mem") && *value != "sqlite3" && !strings.EqualFold(*value, "h2") {
			return false
		}
	}
	return !databases.IsPart(u) && !makesAgain.MatchAny(u.ImageNames()) && !otherStoreTold.MatchString(strings.Join(startWords(u), " "))
}

// otherStoreTold matches the words that tell such programs so: an option of Keycloak, or a variable that a script sets.
var otherStoreTold = pattern.New(`(?:^|\s)--db(?:[\s=]|$)|\b(?:GF_DATABASE_(?:TYPE|URL|HOST)|KC_DB(?:_URL\w*)?|DB_VENDOR|DATABASE_URL|MB_DB_(?:TYPE|HOST|CONNECTION_URI))=`).
	Holding("--db", "gf_database", "kc_db", "db_vendor", "database_url", "mb_db")

// isSetElsewhere reports whether the settings that a container mounts tell where its data is, or name the directory of one of its volumes: its data is there
// then.
func (d *mounting) isSetElsewhere(u *input.Container) bool {
	if settledDirectory(d.project, u) != "" {
		return true
	}
	settings := ""
	for _, v := range u.Spec.Volumes {
		if v.Type != types.VolumeTypeVolume || v.Source == "" || v.ReadOnly {
			continue
		}
		if settings == "" {
			settings = d.project.SettingsText(u.Service)
		}
		if target := path.Clean(v.Target); databases.IsForData(target) && !strings.Contains(target, "log") && strings.Count(target, "/") > 1 && strings.Contains(settings, target) {
			return true
		}
	}
	return false
}
