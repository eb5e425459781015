package binds

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/source"
)

// asFiles is the decision on files that objects carry: keys tells that their names are those of secrets, holds names a secret whose
// value stands in them.
func (b Bind) asFiles(keys bool, holds string) Decision {
	v := Decision{Fate: AsConfigMap}
	object := "ConfigMap"
	if keys || holds != "" {
		v.Fate, object = AsSecret, "Secret"
	}
	if !keys && holds != "" {
		v.Code, v.Message = "content-secret", fmt.Sprintf("the value of %s stands in %s, so a Secret carries it", holds, b.Shown())
		object += " (the value of " + holds + " stands there)"
	}
	by, onlyModes, code := "", false, ""
	if b.writable() && !b.Own.Writable {
		by, onlyModes = b.writer()
		code = b.envWriter()
	}
	switch {
	case b.writable() && b.followsLinks():
		v.Code = "bind-config"
		if by != "" || !b.isConfiguration() && !b.isWalked() {
			v.Code = copied
			v.Help = "mount it with :ro if nothing writes to it; mount a named volume for what must stay"
		}
		v.Message = fmt.Sprintf("%s becomes a %s, of which the program gets a copy without links: what it writes to %s is lost with the Pod", b.Shown(), object, b.Target)
	case !b.writable() || b.Own.Writable:
	case onlyModes:
		v.Code = copiedForModes
		v.Message = fmt.Sprintf("%s becomes a %s, whose files keep their owners and modes, and %s in what it runs would fail: the program gets a copy of %s", b.Shown(), object, by, b.Target)
	case by != "":
		v.Code = copied
		v.Message = fmt.Sprintf("%s becomes a %s, and %s in what it runs writes to %s: the program gets a copy, and what is written is lost with the Pod", b.Shown(), object, by, b.Target)
		v.Help = "x-kubernetes: {writable: true} in the long form of the mount says that this is meant; mount a named volume for what must stay"
	case code != "":
		v.Code = "bind-read-only"
		v.Message = fmt.Sprintf("%s becomes a %s, which nobody can write to: %s writes to %s, and that fails", b.Shown(), object, code, b.Target)
		v.Help = "x-kubernetes: {writable: true} in the long form of the mount gives the program a copy to change that is gone with the Pod; for what must stay, let the program keep it in a directory of its own with a named volume, or in its database"
	case b.isConfiguration():
		v.Code, v.Message = "bind-config", fmt.Sprintf("%s becomes a %s, which is read-only: a program that changes it fails", b.Shown(), object)
		v.Help = "mount it with :ro, which says the same on Docker; x-kubernetes: {writable: true} in the long form of the mount gives the program a copy to change"
	default:
		v.Code = "bind-read-only"
		v.Message = fmt.Sprintf("%s becomes a %s, which nobody can write to: a program that changes %s fails", b.Shown(), object, b.Target)
		v.Help = "mount it with :ro if nothing writes to it; x-kubernetes: {writable: true} in the long form of the mount gives the program a copy to change that is gone with the Pod"
		if !b.IsFile() {
			v.Help = "mount it with :ro if nothing writes to it; x-kubernetes: {seed: true} in the long form of the mount makes it a volume that begins with the files and stays; {writable: true} gives the program a copy that is gone with the Pod"
		}
	}
	return b.tellingLoss(v)
}

// isConfiguration reports whether files are such that people write and programs only read: a single file that is named as
// configuration, or a directory of such files at a place for configuration.
func (b Bind) isConfiguration() bool {
	if slices.ContainsFunc(readOnlyDirectories[1:], func(dir string) bool { return source.Within(b.Target, dir) }) && b.IsFile() {
		return true
	}
	if b.IsFile() {
		return (configName.MatchString(path.Base(b.Path)) || path.Ext(b.Path) == ".json" || IsReadOnce(path.Dir(b.Target))) && !b.isAmongData()
	}
	if !strings.HasSuffix(b.Target, ".d") && !slices.ContainsFunc(readOnlyDirectories, func(dir string) bool { return source.Within(b.Target, dir) }) {
		return false
	}
	if slices.ContainsFunc(b.Container.Service.Facts.Volumes, func(dir string) bool { return source.Within(b.Target, dir) }) { // VOLUME: the program writes there
		return false
	}
	return !slices.ContainsFunc(b.File.Entries, func(e source.Entry) bool {
		return e.Kind == source.Regular && isKept(e) && !configName.MatchString(path.Base(e.Path)) && path.Ext(e.Path) != ".json"
	})
}

// readOnlyDirectories are where programs look for their settings and keep nothing else.
var readOnlyDirectories = []string{
	"/etc", "/usr/local/etc", "/mosquitto/config", "/usr/share/logstash/pipeline", "/usr/share/jenkins/ref", "/docker-entrypoint.d", "/docker-entrypoint-initdb.d", "/container-entrypoint-initdb.d",
}

// writtenDirectories are directories of settings into which programs write what must stay: keys, certificates, accounts, a database. Sources:
// https://eff-certbot.readthedocs.io/en/stable/using.html#where-are-my-certificates, https://github.com/pi-hole/docker-pi-hole, https://github.com/kylemanna/docker-openvpn,
// https://docs.linuxserver.io/images/docker-wireguard/, https://github.com/crowdsecurity/crowdsec/blob/master/build/docker/docker_start.sh,
// https://docs.gitlab.com/install/docker/installation/ (gitlab-secrets.json), https://github.com/osixia/docker-openldap
var writtenDirectories = []string{
	"/etc/letsencrypt", "/etc/pihole", "/etc/openvpn", "/etc/wireguard", "/etc/crowdsec", "/etc/gitlab", "/etc/gitlab-runner", "/etc/ldap/slapd.d", "/etc/amnezia", "/etc/x-ui",
}

// rewritten are the endings of files of settings that programs change themselves where they keep their data.
var rewritten = []string{".json", ".properties", ".ini", ".xml"}

// isAmongData reports whether a file lies in a directory in which the program keeps its data, and may be of those that it writes anew:
// the players of a game server, what somebody has set in a page.
func (b Bind) isAmongData() bool {
	return slices.Contains(rewritten, path.Ext(b.Target)) && !source.Within(b.Target, "/etc") && slices.ContainsFunc(b.Container.Spec.Volumes, func(v types.ServiceVolumeConfig) bool {
		above := path.Clean(v.Target)
		isKept := v.Type == types.VolumeTypeVolume && v.Source != ""
		if f := b.project.Files[v.Source]; v.Type == types.VolumeTypeBind && f != nil {
			isKept = f.Kind == source.Missing || f.Kind == source.Directory
		}
		return isKept && !v.ReadOnly && above != b.Target && source.Within(b.Target, above)
	})
}
