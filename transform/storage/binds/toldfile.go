package binds

import (
	"path"
	"slices"
	"strings"

	"github.com/transship/transship/internal/pattern"
)

var (
	// fileOption matches options, settings and variables whose value is a file, and the words of scripts behind which one stands.
	fileOption = pattern.New(`(?i)(file|cert|certificate|cacert|[-._]key|[-._]crl|keytab|pem|licen[cs]e)$|^(cat|-f)$`)
	// configOption matches those whose value is a file or a directory.
	configOption = pattern.New(`(?i)^(-c|--?config(uration)?|--?conf)$`).Starting("-")
	// runsFile matches what stands before a path that is run: nothing, the end of another command, or a program that runs a file.
	runsFile = pattern.New(`(?:^|[;&|(\n]|(?:^|\s)(?:CMD|CMD-SHELL|exec|sh|bash|ash|source|\.)(?:\s+-\w+)*)\s*["']?$`)
	// valueOf matches what stands between an option and its value.
	valueOf = pattern.New(`([\w.-]+)(?:\s*[:=]\s*|\s+)["']?(?:file://)?$`)
)

// near is how many bytes before a path are looked at.
const near = 128

// isToldAsFile reports whether the command, the healthcheck, a variable or the settings of a container run the target of a mount or name it as a file. An option
// for settings may name a directory: it counts where nobody may write to it.
func (b Bind) isToldAsFile() bool {
	target := path.Clean(b.Target)
	texts, runs := b.toldTexts()
	isFile := false
	for i, text := range texts {
		for at, from := strings.Index(text, target), 0; at >= 0; {
			from += at
			after := text[from+len(target):]
			if strings.HasPrefix(after, "/") && len(after) > 1 && !strings.ContainsAny(after[1:2], " \n\"'") { // something below it
				return false
			}
			if after == "" || strings.ContainsAny(after[:1], " \t\r\n\"',;:)}]&|") {
				before := text[max(0, from-near):from]
				isFile = isFile || i < runs && runsFile.MatchString(before)
				if m := valueOf.FindStringSubmatch(before); m != nil && (fileOption.MatchString(m[1]) || b.ReadOnly && configOption.MatchString(m[1])) {
					isFile = true
				}
			}
			from += len(target)
			at = strings.Index(text[from:], target)
		}
	}
	return isFile
}

// toldTexts returns what a container is told: its command, the test of its healthcheck, its settings, and the variables that name the target of the mount.
// Of them the first, as many as runs says, are run.
func (b Bind) toldTexts() (texts []string, runs int) {
	words := strings.Join(slices.Concat(b.Container.Spec.Entrypoint, b.Container.Spec.Command), " ")
	if len(b.Container.Spec.Entrypoint) == 0 && !b.ReadOnly { // the first word may be an argument of the program of the image
		words = "program " + words
	}
	texts = append(texts, words)
	if check := b.Container.Service.Config.HealthCheck; check != nil {
		texts = append(texts, strings.Join(check.Test, " "))
	}
	runs = len(texts)
	texts = append(texts, b.project.MountedText(b.Container.Service))
	for name, value := range b.Container.Spec.Environment {
		if value != nil && strings.Contains(*value, path.Clean(b.Target)) {
			texts = append(texts, name+"="+*value)
		}
	}
	return texts, runs
}

// isToldOfFileBelow reports whether a container is told of a file in the directory that is mounted.
func (b Bind) isToldOfFileBelow() bool {
	texts, _ := b.toldTexts()
	below := path.Clean(b.Target) + "/"
	for _, text := range texts {
		for at := strings.Index(text, below); at >= 0; {
			if after := text[at+len(below):]; after != "" && !strings.ContainsAny(after[:1], " \t\r\n\"',;:)}]&|*?") && (at == 0 || !isPathByte(text[at-1])) {
				return true
			}
			next := strings.Index(text[at+1:], below)
			if next < 0 {
				break
			}
			at += 1 + next
		}
	}
	return false
}

// isPathByte reports whether a byte before a slash makes that a part of a longer path.
func isPathByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '.' || c == '-'
}
