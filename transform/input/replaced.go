package input

import (
	"path"
	"slices"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/transform/images"
)

var (
	// goesOnWith matches entrypoints that go on with the command which they are given, whatever that is.
	goesOnWith = pattern.New(`(?i)^(tini|dumb-init|docker-init|catatonit|env|gosu|su-exec)$|entry-?point|\.sh$`)
	// startsAsWell matches words of package managers and frameworks that start a server as the command of the image does, in another mode.
	startsAsWell = pattern.New(`(?i)\b(?:npm|pnpm|yarn|bun|next|nuxt|vite|gatsby|rails)\s+(?:run\s+)?(?:start|dev|develop|serve|preview|s)\b`)
)

// frames are words that commands of one framework have in common, whatever they do.
var frames = []string{"run", "artisan", "console", "bin/console", "bin/rails", "exec", "--"}

// ReplacesProgram reports whether the file gives a service another program than the one of its image, as far as both are known: what the image
// exposes and keeps is of its own program. What is given to the entrypoint of an image is not another program, unless the entrypoint goes on
// with whatever it is given, as those of the official images do.
func (s *Service) ReplacesProgram() bool {
	own := s.Config.Command
	switch {
	case len(s.Config.Entrypoint) > 0:
		return true
	case len(own) == 0 || strings.HasPrefix(own[0], "-"):
		return false
	case len(s.Facts.Entrypoint) > 0 && !goesOnWith.MatchString(path.Base(s.Facts.Entrypoint[0])):
		return false
	case len(s.Facts.Cmd) > 0:
		return !runsSame(own, s.Facts.Cmd)
	case s.build == nil && strings.HasPrefix(images.Repository(s.Config.Image), "docker.io/library/"):
		return startsAnother(s.Config.Image, own)
	}
	return false
}

// runsSame reports whether a command has a word of another one that names its program, or the file that its interpreter runs.
func runsSame(own, other []string) bool {
	words := strings.Fields(strings.Join(own, " "))
	if startsAsWell.MatchString(strings.Join(words, " ")) {
		return true
	}
	for i, word := range strings.Fields(strings.Join(other, " ")) {
		isOfAll := slices.Contains(interpreters, path.Base(word)) || slices.Contains(frames, word) || strings.HasPrefix(word, "-") || strings.HasPrefix(word, "$")
		if !isOfAll && (slices.Contains(words, word) || i == 0 && path.Base(words[0]) == path.Base(word)) {
			return true
		}
	}
	return false
}
