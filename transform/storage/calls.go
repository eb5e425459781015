package storage

import (
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/storage/databases"
)

// startWords returns the words by which a container is started, as far as the project or its Dockerfile says them.
func startWords(u *input.Container) []string {
	switch {
	case len(u.Spec.Entrypoint) > 0 || u.Service.Build() == nil:
		return slices.Concat(u.Spec.Entrypoint, u.Spec.Command)
	case len(u.Spec.Command) > 0:
		return slices.Concat(u.Facts.Entrypoint, u.Spec.Command)
	}
	return slices.Concat(u.Facts.Entrypoint, u.Facts.Cmd)
}

var (
	// takesScript matches the option of a shell behind which a script stands.
	takesScript = pattern.New(`^-[a-z]*c$`).Starting("-")
	// starter matches programs that start another one, and startsAs those of them whose next word is a user.
	starter  = pattern.New(`^(exec|command|nohup|time|timeout|nice|env|sudo|tini|dumb-init|catatonit|gosu|su-exec|stdbuf|setsid)$`)
	startsAs = pattern.New(`^(gosu|su-exec)$`)
	// noProgram matches what stands between a starter and its program: options, numbers and variables.
	noProgram = pattern.New(`^-|^\d+(\.\d+)?[smhd]?$|^\w+=`)
)

// callsOf returns the simple commands, each as its words, of the script that a shell among the words of a container is given; nil where there is none,
// or one that no shell parser takes.
func callsOf(words []string) [][]string {
	words = started(words)
	if len(words) < 3 || !input.IsShell(path.Base(words[0])) {
		return nil
	}
	i := slices.IndexFunc(words, takesScript.MatchString)
	if i < 0 || i+1 >= len(words) {
		return nil
	}
	return callsIn(words[i+1])
}

// callsIn returns the simple commands of a script, without what only starts them.
func callsIn(script string) [][]string {
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(script), "")
	if err != nil {
		return nil
	}
	var calls [][]string
	syntax.Walk(file, func(node syntax.Node) bool {
		call, ok := node.(*syntax.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		var words []string
		for _, arg := range call.Args {
			words = append(words, wordOf(arg))
		}
		if inner := callsOf(words); inner != nil {
			calls = append(calls, inner...)
		} else if words = started(words); len(words) > 0 {
			calls = append(calls, words)
		}
		return true
	})
	return calls
}

// started returns the words of the program that others start, as in exec gosu redis redis-server.
func started(words []string) []string {
	for len(words) > 0 && starter.MatchString(path.Base(words[0])) {
		isAs := startsAs.MatchString(path.Base(words[0]))
		words = words[1:]
		for len(words) > 0 && noProgram.MatchString(words[0]) {
			words = words[1:]
		}
		if isAs && len(words) > 0 {
			words = words[1:]
		}
	}
	return words
}

// wordOf returns a word of a script without its quotes. What the shell puts in is left as it is written.
func wordOf(word *syntax.Word) string {
	var b strings.Builder
	var write func(parts []syntax.WordPart)
	write = func(parts []syntax.WordPart) {
		for _, part := range parts {
			switch p := part.(type) {
			case *syntax.Lit:
				b.WriteString(p.Value)
			case *syntax.SglQuoted:
				b.WriteString(p.Value)
			case *syntax.DblQuoted:
				write(p.Parts)
			case *syntax.ParamExp:
				if p.Param != nil {
					b.WriteString("$" + p.Param.Value)
				}
			}
		}
	}
	write(word.Parts)
	return b.String()
}

var (
	// otherTask matches the words behind a program that make it do something and end, or talk to a server.
	otherTask = pattern.New(`^(--?(version|help|validate|check|init|h|v)|version|help|cli|client|local|admin|create|delete|user|users|import|export|dump|restore|backup|migrate|migration|upgrade|status|health|healthcheck|check|validate|verify|generate\S*|hash-password|config|format|build|show-config|init|initialize|bootstrap-admin|list|get|set|put|import:\S+|export:\S+|zk|tools|operator|login|token|secrets?|kv|auth)$`)
	// beginner matches the programs with which the images of servers begin.
	beginner = pattern.New(`^(docker-)?entrypoint(\.sh)?$|^docker_entrypoint\.sh$`).Holding("entrypoint")
	// beginnerPath matches such programs whose names alone say nothing. Sources:
	// https://github.com/confluentinc/kafka-images, https://github.com/apache/kafka/blob/trunk/docker/jvm/Dockerfile
	beginnerPath = pattern.New(`^/etc/(confluent|kafka)/docker/run$|^/(run|start|init)(\.sh)?$`).Starting("/")
)

// startsProgram reports whether the script that a shell is given starts the program that the image of a container is made for.
func startsProgram(u *input.Container) bool { return len(programCall(u)) > 0 }

// programCall returns the words by which the script of a container starts the program that its image is made for; nil if it does not, or if there is no
// script.
func programCall(u *input.Container) []string {
	for _, call := range callsOf(startWords(u)) {
		if isProgram(u, call) {
			return call
		}
	}
	return nil
}

// isProgram reports whether a command starts the program that the image of a container is made for: a known server, or one that has the name of the image.
func isProgram(u *input.Container, call []string) bool {
	name := path.Base(call[0])
	switch {
	case beginner.MatchString(name) || beginnerPath.MatchString(call[0]) || isFirstOfImage(u, call[0]):
		return len(call) == 1 || !isClient(path.Base(call[1]))
	case isClient(name):
		return false
	case serverCall.MatchString(strings.Join(call, " ")):
		return true
	case subcommanded.MatchString(name) || len(call) > 1 && otherTask.MatchString(call[1]):
		return false
	case serverProgram.MatchString(name):
		return true
	}
	return isNamedAsImage(u, name) || !databases.IsStore(u) && runsFile(call)
}

// interpreter matches programs that run the file or module that is told next: of an image that is no database, that is its program.
var interpreter = pattern.New(`^(node|python[\d.]*|uvicorn|gunicorn|hypercorn|java|bash|sh|npm|pnpm|yarn)$`)

// runsFile reports whether a command is an interpreter that runs a file of the image, not a line of its own, and installs nothing.
func runsFile(call []string) bool {
	return interpreter.MatchString(path.Base(call[0])) && len(call) > 1 && (!strings.HasPrefix(call[1], "-") || call[1] == "-jar") &&
		!slices.Contains([]string{"install", "ci", "add", "config"}, call[1])
}

// isFirstOfImage reports whether a program is the one that an image itself starts.
func isFirstOfImage(u *input.Container, program string) bool {
	words := slices.Concat(u.Service.Facts.Entrypoint, u.Service.Facts.Cmd)
	return len(words) > 0 && !input.IsShell(path.Base(words[0])) && path.Base(started(words)[0]) == path.Base(program)
}

// isNamedAsImage reports whether a program has the name of the image of its container, or one that begins as it does: loki in grafana/loki,
// mosquitto in eclipse-mosquitto, qdrant in qdrant/qdrant.
func isNamedAsImage(u *input.Container, program string) bool {
	program = strings.ToLower(strings.TrimSuffix(program, ".sh"))
	if len(program) < 3 {
		return false
	}
	for _, image := range u.ImageNames() {
		name, _, _ := strings.Cut(image, "@")
		name, _, _ = strings.Cut(path.Base(strings.ToLower(name)), ":")
		for part := range strings.SplitSeq(name, "-") {
			if part == program {
				return true
			}
		}
		if strings.HasPrefix(program, name) {
			return true
		}
	}
	return false
}

// isClient reports whether a program in the image of a server is none itself.
func isClient(name string) bool {
	return !serverProgram.MatchString(name) && (clientProgram.MatchString(name) || clientScript.MatchString(name))
}

// clientScript matches more programs beside servers that make or change something and end, and subcommanded those that are servers by their next word
// alone, as serverCall has them.
var (
	clientScript = pattern.New(`^(influx|cqlsh|kcadm|kcreg|zkCli|redis-benchmark|kafka-[a-z-]+|zookeeper-shell|connect-[a-z-]+|[a-z]+_(passwd|pub|sub|rr|ctrl)|.*-(plugins?|client|tools?|tool|upgrade|precreate|status|shell|migrate|setup|keygen|verify|diagnostics|queues|streams|repair|compressor|extract-column-from-backup))(\.sh)?$`)
	subcommanded = pattern.New(`^(minio|weed|cockroach|consul|vault|gitea|registry)$`)
)
