// Package expansion protects texts from the $(NAME) expansion of the kubelet.
package expansion

import "strings"

// Escape protects text from the $(NAME) expansion that the kubelet does in env values, command, args and exec
// probes and that Docker does not: expanding the result gives the text back, whatever variables are set.
//
// The expander turns $$ into $ and $(X) into the value of X where X is known; every other $ stays (source: the API
// documentation of EnvVar.Value, and k8s.io/kubernetes/third_party/forked/golang/expansion). So a run of dollars must be
// doubled when it is followed by a parenthesis or when it is longer than one. Hooks (lifecycle.*.exec) are not expanded
// and must not be escaped.
func Escape(text string) string {
	if !strings.Contains(text, "$") {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		if text[i] != '$' {
			b.WriteByte(text[i])
			i++
			continue
		}
		end := i
		for end < len(text) && text[end] == '$' {
			end++
		}
		run := text[i:end]
		b.WriteString(run)
		if len(run) > 1 || end < len(text) && text[end] == '(' {
			b.WriteString(run)
		}
		i = end
	}
	return b.String()
}

// EscapeAll is Escape for a list; nil stays nil.
func EscapeAll(texts []string) []string {
	if texts == nil {
		return nil
	}
	out := make([]string, len(texts))
	for i, t := range texts {
		out[i] = Escape(t)
	}
	return out
}
