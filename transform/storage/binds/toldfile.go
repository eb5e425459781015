package binds

import (
	"path"
	"slices"
	"strings"

	"github.com/transship/transship/internal/pattern"
)

var (
	// fileOption matches options, settings and variables whose value is a file, and the words of scripts behind which one stands.
	fileOption = pattern.New(`(?i)(file|cert|certificate|cacert|[-._]key|[-._]crl|keytab|pem|licen[cs]e)$|^(cat|-f|-s)$`)
	// configOption matches those whose value is a file or a directory.
	configOption = pattern.New(`(?i)^(-c|--?config(uration)?|--?conf)$`).Starting("-")
	// valueOf matches what stands between an option and its value.
	valueOf = pattern.New(`([\w.-]+)(?:\s*[:=]\s*|\s+)["']?(?:file://)?$`)
)

// isToldAsFile reports whether the command, the healthcheck, a variable or the settings of a container name the target of a mount as a file. An option
// for settings may name a directory: it counts where nobody may write to it.
func (b Bind) isToldAsFile() bool {
	target := path.Clean(b.Target)
	texts := []string{strings.Join(slices.Concat(b.Container.Spec.Entrypoint, b.Container.Spec.Command), " "), b.project.MountedText(b.Container.Service)}
	if check := b.Container.Service.Config.HealthCheck; check != nil {
		texts = append(texts, strings.Join(check.Test, " "))
	}
	for name, value := range b.Container.Spec.Environment {
		if value != nil && strings.Contains(*value, target) {
			texts = append(texts, name+"="+*value)
		}
	}
	isFile := false
	for _, text := range texts {
		for at, from := strings.Index(text, target), 0; at >= 0; {
			from += at
			after := text[from+len(target):]
			if strings.HasPrefix(after, "/") && len(after) > 1 && !strings.ContainsAny(after[1:2], " \n\"'") { // something below it
				return false
			}
			if after == "" || strings.ContainsAny(after[:1], " \t\r\n\"',;:)}]&|") {
				if m := valueOf.FindStringSubmatch(text[:from]); m != nil && (fileOption.MatchString(m[1]) || b.ReadOnly && configOption.MatchString(m[1])) {
					isFile = true
				}
			}
			from += len(target)
			at = strings.Index(text[from:], target)
		}
	}
	return isFile
}
