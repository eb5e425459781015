package effects

import (
	"strings"
	"unicode"

	"github.com/transship/transship/loader"
)

// collectWords notes every word of the keys and values of a service. A name with a dot counts as one word as well.
func collectWords(value any, words map[string]bool) {
	switch value := value.(type) {
	case map[string]any:
		for key, child := range value {
			addWords(key, words)
			collectWords(child, words)
		}
	case []any:
		for _, item := range value {
			collectWords(item, words)
		}
	case string:
		addWords(value, words)
	}
}

// collectFileWords notes the words of the files, configs and secrets that a service mounts or that are built into its image: they name other
// services, too.
func collectFileWords(l *loader.Loaded, service string, words map[string]bool) {
	add := func(path string) {
		file := l.Files[path]
		if file == nil {
			return
		}
		addWords(string(file.Data), words)
		for _, e := range file.Entries {
			addWords(string(e.Data), words)
		}
	}
	s := l.Project.Services[service]
	for _, v := range s.Volumes {
		add(v.Source)
	}
	for _, ref := range s.Configs {
		addWords(l.Project.Configs[ref.Source].Content, words)
		add(l.Project.Configs[ref.Source].File)
	}
	for _, ref := range s.Secrets {
		add(l.Project.Secrets[ref.Source].File)
	}
	addWords(l.Images[service].BaseImage, words) // what it is built on may be a proxy
	for _, t := range l.Images[service].Texts {
		addWords(t.Text, words)
	}
}

func addWords(text string, words map[string]bool) {
	for _, breaks := range []string{"_-", "_-."} {
		for _, word := range strings.FieldsFunc(text, func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(breaks, r)
		}) {
			words[word] = true
		}
	}
}
