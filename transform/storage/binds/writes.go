package binds

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/internal/envfile"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/input"
)

// changers are programs that change the files they are given; of copiers it is the last one, and downloaders name theirs in an
// option.
var (
	modeChangers = []string{"chown", "chmod", "chgrp"}
	changers     = []string{"tee", "touch", "rm", "truncate", "mv"}
	copiers      = []string{"cp", "install", "rsync", "ln"}
	downloaders  = []string{"curl", "wget", "openssl"}
	outputs      = []string{"-o", "-O", "--output", "--output-document", "-out", "-keyout"}
	// before a program stand words of the shell, and programs that start others.
	beforePrograms = []string{"exec", "sudo", "then", "do", "else", "if", "while", "until", "!", "{", "time", "eval"}
)

// writer returns the program, or the sign of the shell, by which the container's command or a script that it runs writes to the files
// of a mount, or "". onlyModes tells that it changes their owners or modes and nothing else.
func (b Bind) writer() (by string, onlyModes bool) {
	words := b.program()
	target := path.Clean(b.Target)
	for _, word := range words {
		if input.IsSentinel(word) && slices.ContainsFunc(words, func(file string) bool { return source.Within(file, target) }) { // it writes its file anew
			return path.Base(word), false
		}
	}
	scripts := append(slices.Clone(words), strings.Join(words, " "))
	for _, argument := range input.Programs(words) {
		scripts = append(scripts, input.ScriptAt(b.project, b.Container, argument))
	}
	for _, t := range b.Container.Facts.Texts { // which a shell finds by its name
		if slices.Contains(words, path.Base(t.Place)) {
			scripts = append(scripts, t.Text)
		}
	}
	for _, script := range scripts {
		found := changes(script, target)
		for _, name := range b.relatives(script) {
			if found != "" {
				break
			}
			found = changes(script, name)
		}
		switch {
		case found == "":
		case !slices.Contains(modeChangers, found):
			return found, false
		default:
			by = found
		}
	}
	return by, by != ""
}

// envWriter returns the file of source code by which the program writes to its .env file, where the mount is that file: of those that are built in, or
// mounted in a directory. "" is none that is known.
func (b Bind) envWriter() string {
	if path.Base(b.Target) != ".env" || !b.IsFile() {
		return ""
	}
	if found := b.Container.Facts.EnvWriter; found != "" {
		return found
	}
	for _, v := range b.Container.Spec.Volumes {
		dir := b.project.Files[path.Clean(v.Source)]
		if v.Type != types.VolumeTypeBind || dir == nil {
			continue
		}
		for _, e := range dir.Entries {
			if e.Kind == source.Regular && envfile.IsSource(e.Path) && envfile.IsWritten(string(e.Data)) {
				return b.project.Relative(path.Join(v.Source, e.Path))
			}
		}
	}
	return ""
}

// changesDirectory matches the command that changes the working directory.
var changesDirectory = pattern.New(`(?m)(?:^|[;&|(\s])cd\s+["']?(/[\w./-]+)`).Holding("cd")

// makesKey matches the command of Laravel that writes a key into .env. Source: https://laravel.com/docs/encryption#configuration
var makesKey = pattern.New(`\bartisan\s+key:generate\b`).Holding("artisan")

// relatives returns how a script may name the file of a mount from its working directory, or from one that it changes to.
func (b Bind) relatives(script string) []string {
	if !b.IsFile() || !strings.Contains(path.Base(b.Target), ".") {
		return nil
	}
	dirs := []string{cmp.Or(b.Container.Spec.WorkingDir, b.Container.Facts.WorkingDir)}
	for _, at := range changesDirectory.FindAllStringSubmatch(script, -1) {
		dirs = append(dirs, path.Clean(at[1]))
	}
	var names []string
	for _, dir := range dirs {
		if rest, below := strings.CutPrefix(path.Clean(b.Target), strings.TrimSuffix(dir, "/")+"/"); below && dir != "" {
			names = append(names, "./"+rest, rest)
		}
	}
	return names
}

// program returns the words of what the container runs: those of the file, else those of its Dockerfile.
func (b Bind) program() []string {
	entrypoint, command := b.Container.Spec.Entrypoint, b.Container.Spec.Command
	if b.Container.Service.Build() != nil && entrypoint == nil {
		entrypoint = b.Container.Facts.Entrypoint
		if len(command) == 0 {
			command = b.Container.Facts.Cmd
		}
	}
	return slices.Concat(entrypoint, command)
}

// changes returns the program, or the sign of the shell, by which a script writes to a path or below it, or "". Programs that change
// owners or modes come last, and count as well where they go through a directory above the path.
func changes(script, target string) string {
	modes := ""
	if path.Base(target) == ".env" && makesKey.MatchString(script) {
		return "artisan"
	}
	for dir := target; dir != "/" && dir != "."; dir = path.Dir(dir) {
		for _, m := range mentionsOf(script, dir) {
			by, words := changedBy(m.before, m.after)
			switch isMode := slices.Contains(modeChangers, by); {
			case by == "":
			case dir == target && !isMode:
				return by
			case dir == target, isMode && slices.ContainsFunc(words, isRecursive) && strings.Trim(m.after, "/\"' ") == "":
				modes = by
			}
		}
	}
	return modes
}

// mention is what stands around a path in a command.
type mention struct{ before, after string }

// mentionsOf returns where a script names a path, or one below it.
func mentionsOf(script, target string) []mention {
	var list []mention
	script = strings.ReplaceAll(script, "\\\n", " ")
	for at := 0; ; {
		i := strings.Index(script[at:], target)
		if i < 0 {
			return list
		}
		start := at + i
		at = start + len(target)
		if start > 0 && !strings.ContainsRune(" \t\n\"'=>", rune(script[start-1])) || at < len(script) && !strings.ContainsRune(" \t\n\"');&|>/", rune(script[at])) {
			continue
		}
		first := strings.LastIndexAny(script[:start], ";|&\n(") + 1
		after, _, _ := strings.Cut(script[at:], "\n")
		if cut := strings.IndexAny(after, ";|&)<>#"); cut >= 0 {
			after = after[:cut]
		}
		list = append(list, mention{script[first:start], after})
	}
}

// changedBy returns what writes to a path that stands between two parts of one command, or "", and the words before the path.
func changedBy(before, after string) (program string, words []string) {
	before = strings.TrimRight(before, " \t\"'")
	if strings.HasSuffix(before, ">") {
		return before[max(strings.LastIndexFunc(before, func(r rune) bool { return r != '>' })+1, len(before)-2):], nil
	}
	words = strings.Fields(before)
	for len(words) > 0 && (slices.Contains(beforePrograms, words[0]) || strings.Contains(words[0], "=") && !strings.HasPrefix(words[0], "-")) {
		words = words[1:]
	}
	if len(words) == 0 {
		return "", nil
	}
	program = path.Base(words[0])
	below, more, _ := strings.Cut(strings.TrimLeft(after, "\"'"), " ")
	switch {
	case slices.Contains(modeChangers, program), slices.Contains(changers, program),
		program == "mkdir" && strings.HasPrefix(below, "/"),
		slices.Contains(copiers, program) && len(words) > 1 && strings.Trim(more, " \t\"'") == "",
		slices.Contains(downloaders, program) && slices.Contains(outputs, words[len(words)-1]),
		(program == "sed" || program == "perl") && slices.ContainsFunc(words[1:], isInPlace):
		return program, words
	}
	return "", nil
}

// isRecursive reports whether an option lets a program go through directories.
func isRecursive(option string) bool {
	return option == "--recursive" || strings.HasPrefix(option, "-") && !strings.HasPrefix(option, "--") && strings.Contains(option, "R")
}

// isInPlace reports whether an option of sed or perl is, or has among its letters, the one that changes files in their place.
func isInPlace(option string) bool {
	letters, isShort := strings.CutPrefix(option, "-")
	return option == "--in-place" || strings.HasPrefix(option, "--in-place=") || isShort && strings.HasPrefix(strings.TrimLeft(letters, "rEnszup0"), "i")
}
