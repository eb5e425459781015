package workload

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/storage/databases"
)

// oneShot returns why the service is work with an end, or "".
func (d *kinds) oneShot(s *input.Service) string {
	for _, x := range d.dependents[s.Name] {
		if x.Condition == types.ServiceConditionCompletedSuccessfully {
			return x.By.Name + " waits for it to complete"
		}
	}
	wish := RestartOf(s)
	switch wish.Condition {
	case restartNo:
		if d.daemonSign(s) == "" {
			return "the file says that it is not started again"
		}
	case RestartOnFailure:
		if d.daemonSign(s) == "" {
			if word := shotWord(s); word != "" {
				return fmt.Sprintf("it is started again only on failure, and %q tells of work with an end", word)
			}
			if hasEnd(s) {
				return "it is started again only on failure, and its script ends with exit"
			}
		}
	case "": // Docker does not start it again either
		if d.daemonSign(s) == "" {
			if word := shotWord(s); word != "" {
				return fmt.Sprintf("no restart policy is written, and %q tells of work with an end", word)
			}
			if hasEnd(s) {
				return "no restart policy is written, and its script ends with exit"
			}
			if user := d.volumeUser(s); user != "" && isShellImage(s) {
				return "no restart policy is written, and it is there for its volumes, which " + user + " takes"
			}
		}
	}
	return ""
}

// volumeUser returns a service that takes volumes from this one, or "".
func (d *kinds) volumeUser(s *input.Service) string {
	for _, peer := range d.project.Services {
		for _, from := range peer.Config.VolumesFrom {
			if name, _, _ := strings.Cut(from, ":"); name == s.Name && peer != s {
				return peer.Name
			}
		}
	}
	return ""
}

// shellImages are names of images whose own command is a shell, whoever publishes them.
var shellImages = []string{"alpine", "bash", "busybox", "centos", "debian", "fedora", "rockylinux", "ubuntu", "true", "hello-world"}

// isShellImage reports whether a service runs the shell of an image that, by its name, has nothing else to run.
func isShellImage(s *input.Service) bool {
	entrypoint, command := program(s)
	if s.Config.Build != nil || len(entrypoint)+len(command) > 0 || s.Config.Tty || s.Config.StdinOpen {
		return false
	}
	return slices.Contains(shellImages, imageName(s))
}

// interpreterImages are names of images whose own command is the shell of a language, which ends at once where it has no terminal.
var interpreterImages = []string{"node", "python", "ruby", "golang", "openjdk", "eclipse-temurin", "amazoncorretto", "perl", "julia", "php"}

// serverTag matches the tags of those images whose command is a server.
var serverTag = pattern.New(`(?i)apache|fpm|zts-server`)

// idleShell returns the image whose shell, of the system or of a language, a service runs without a terminal because nothing gives it a command;
// "" if it runs another program, or that is not known.
func idleShell(s *input.Service) string {
	entrypoint, command := program(s)
	if len(entrypoint)+len(command) > 0 || s.Config.Tty || s.Config.StdinOpen {
		return ""
	}
	image := s.Config.Image
	if s.Build() != nil {
		image = s.Facts.BaseImage
	}
	name, _, _ := strings.Cut(path.Base(image), ":")
	if serverTag.MatchString(image) || image != name && !strings.HasPrefix(image, name+":") || s.Facts.Locked {
		return "" // of an official image it is certain
	}
	if slices.Contains(interpreterImages, name) || s.Build() != nil && slices.Contains(shellImages, name) {
		return image
	}
	return ""
}

// imageName returns the last part of the name of an image, without tag and digest.
func imageName(s *input.Service) string {
	name, _, _ := strings.Cut(path.Base(s.Config.Image), ":")
	name, _, _ = strings.Cut(name, "@")
	return name
}

// program returns the words of the entrypoint and of the command that run: what the file says, else what the image is known to
// have. An entrypoint in the file drops the command of the image, unless it is empty.
func program(s *input.Service) (entrypoint, command []string) {
	entrypoint, command = s.Config.Entrypoint, s.Config.Command
	if len(command) == 0 && len(entrypoint) == 0 {
		command = s.Facts.Cmd
	}
	if s.Config.Entrypoint == nil {
		entrypoint = s.Facts.Entrypoint
	}
	return entrypoint, command
}

// isServer reports whether the image of a service is known to run a program that keeps running: it exposes a port or keeps data,
// and no other program is asked for.
func isServer(s *input.Service) bool {
	if s.ReplacesProgram() {
		return false
	}
	row, known := s.ImageRow()
	return len(s.Facts.Ports) > 0 || s.Facts.Healthcheck != nil || known && len(row.DataDirs) > 0
}

// isUnclear reports whether nothing tells if a service is meant to end or to keep running: no restart policy is written, and
// there is no sign of either. That others start after it is none.
func (d *kinds) isUnclear(s *input.Service) bool {
	return s.Scale() > 0 && RestartOf(s).Condition == "" && s.Ext.Kind == "" && s.Job == nil && (d.daemonSign(s) == "" || d.isOnlyFirst(s) && routeKey(s) == "" && !d.isNamed(s)) && !isServer(s) && !keepsRunning(s) && (!keepsDatabase(s) || isShellImage(s)) && !databases.IsStore(s.Container())
}

// isCheckedWork reports whether a service has a healthcheck although its words tell of work with an end, as one has whose peers
// wait for a step of it. Docker does not start it again.
func isCheckedWork(s *input.Service) bool {
	return s.HasHealthcheck() && len(s.Config.Ports)+len(s.Config.Expose) == 0 && shotWord(s) != "" && (!keepsRunning(s) || nameWord(s) != "" && !isEndless(s))
}

// daemonSign returns what tells that the service is meant to keep running, or "".
func (d *kinds) daemonSign(s *input.Service) string {
	switch {
	case len(s.Config.Ports) > 0:
		return "it publishes ports"
	case len(s.Config.Expose) > 0:
		return "it exposes ports"
	case s.HasHealthcheck():
		return "it has a healthcheck"
	}
	// service_started is the default and often says no more than that the work is to begin first.
	ends := nameWord(s) != "" || endingProgram(s) != ""
	for _, x := range d.dependents[s.Name] {
		if x.Condition == types.ServiceConditionStarted && !d.project.Wrote(x.At) && !d.isLinked(x.By, s) {
			continue // the loader adds it for volumes_from and shared namespaces
		}
		if x.Condition != types.ServiceConditionCompletedSuccessfully && (x.Condition != types.ServiceConditionStarted || !ends) {
			return x.By.Name + " depends on it"
		}
	}
	if peer := d.calledBy(s); peer != "" {
		return peer + " uses its name as a host"
	}
	if key := routeKey(s); key != "" {
		return key + " asks a proxy to send requests to it"
	}
	return ""
}

// routeLabel matches the labels that ask a proxy to send requests to a container.
var routeLabel = pattern.New(`(?i)^(traefik\.(http|tcp|udp)\.(routers|services)\.|traefik\.(frontend|port|backend)|caddy(_\d+)?$|caddy(_\d+)?\.reverse_proxy)`)

// routeKey returns the label or variable by which a service asks a proxy to send requests to it, or "".
func routeKey(s *input.Service) string {
	sets := []types.Labels{s.Config.Labels}
	if s.Config.Deploy != nil {
		sets = append(sets, s.Config.Deploy.Labels)
	}
	for _, labels := range sets {
		for _, key := range sorted.Keys(labels) {
			if routeLabel.MatchString(key) {
				return "the label " + key
			}
		}
	}
	if v := s.Config.Environment["VIRTUAL_HOST"]; v != nil && *v != "" {
		return "VIRTUAL_HOST"
	}
	return ""
}

// isOnlyFirst reports whether all that tells of a daemon is that others start after the service, which work that prepares something does
// as well.
func (d *kinds) isOnlyFirst(s *input.Service) bool {
	if len(s.Config.Ports)+len(s.Config.Expose) > 0 || s.HasHealthcheck() || d.calledBy(s) != "" {
		return false
	}
	return !slices.ContainsFunc(d.dependents[s.Name], func(x Dependent) bool { return x.Condition == types.ServiceConditionHealthy })
}

// isLinked reports whether a service links another one.
func (d *kinds) isLinked(by, s *input.Service) bool {
	return slices.ContainsFunc(by.Config.Links, func(link string) bool {
		name, _, _ := strings.Cut(link, ":")
		return name == s.Name
	})
}
