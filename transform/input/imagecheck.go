package input

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/source"
)

// interpreters are programs that run others: two commands that begin with one may be two programs.
var interpreters = []string{
	"sh", "bash", "ash", "env", "node", "npm", "npx", "yarn", "pnpm", "bun", "deno", "python", "python3", "uv", "poetry", "pipenv", "php", "java", "ruby", "bundle", "rails",
	"dotnet", "perl", "mix", "exec", "tini", "dumb-init", "gosu", "su-exec", "celery", "django-admin", "manage.py", "flask",
}

// askedPort matches the ports that a healthcheck asks on its own container, askedScheme a URL without one.
var (
	askedPort   = pattern.New(`(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\]|\$\{?HOSTNAME\}?)[: ](\d{2,5})\b`).Holding("localhost", "127.0.0.1", "0.0.0.0", "[::", "hostname")
	askedScheme = pattern.New(`(https?)://(?:localhost|127\.0\.0\.1)(?:/|["'\s]|$)`).Holding("http")
)

// ImageCheck returns the healthcheck of the image of a service, nil if it has none or if it is that of another program: the service runs a
// command of its own, and the check asks for a port of which nothing tells that this program has it. Docker calls such a container
// unhealthy and lets everybody reach it.
func (s *Service) ImageCheck() *source.ImageHealthcheck {
	check := s.Facts.Healthcheck
	if check == nil || s.HasHealthcheck() || !s.runsOther() {
		return check
	}
	text := strings.Join(check.Test, " ")
	var asked []string
	for _, m := range askedPort.FindAllStringSubmatch(text, -1) {
		asked = append(asked, m[1])
	}
	for _, m := range askedScheme.FindAllStringSubmatch(text, -1) {
		asked = append(asked, map[string]string{"http": "80", "https": "443"}[m[1]])
	}
	if len(asked) == 0 { // what the image opens tells whether it is the same program
		for _, port := range s.Facts.Ports {
			number, _, _ := strings.Cut(port, "/")
			asked = append(asked, number)
		}
	}
	for _, p := range s.Ports {
		if slices.Contains(asked, strconv.Itoa(int(p.Number))) {
			return check
		}
	}
	return nil
}

// runsOther reports whether a service runs another program than its image by itself.
func (s *Service) runsOther() bool {
	own, image := slices.Concat(s.Config.Entrypoint, s.Config.Command), slices.Concat(s.Facts.Entrypoint, s.Facts.Cmd)
	if len(s.Config.Entrypoint) == 0 {
		own, image = s.Config.Command, s.Facts.Cmd
	}
	switch {
	case len(own) == 0 || slices.Equal(own, image):
		return false
	case len(s.Config.Entrypoint) == 0 && !slices.Contains(interpreters, path.Base(own[0])) && !strings.Contains(own[0], "/"): // arguments of the entrypoint
		return false
	case len(image) > 0 && path.Base(own[0]) == path.Base(image[0]) && !slices.Contains(interpreters, path.Base(own[0])):
		return false
	}
	return true
}
