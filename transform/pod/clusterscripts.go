package pod

import (
	"bytes"
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/workload"
)

// Every container of a cluster has the variables of the Service of its API server, also without service links, unless it sets them itself. The files of an account are there only
// where a Pod has its token. Sources: https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables,
// https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/kubelet_pods.go (makeEnvironmentVariables),
// https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
var (
	clusterVariable = pattern.New(`\b(KUBERNETES_SERVICE_(?:HOST|PORT)|KUBERNETES_PORT)(?:_\w+)?\b`).Holding("kubernetes_")
	accountFiles    = pattern.New(`/run/secrets/kubernetes\.io\b`).Holding("kubernetes.io")
	// isAnyText matches lines that ask whether the variable is there, whatever its text is, and dropsVariable those that drop it.
	isAnyText     = pattern.New(`KUBERNETES_\w+:?\+|-v\s+KUBERNETES_|["']KUBERNETES_\w+["']\s+in\s`).Holding("kubernetes_")
	dropsVariable = pattern.New(`(?:^|[\s;&|])(?:unset\s|env\s+-u\s|export\s+-n\s)`).Holding("unset", "env", "export")
	// scriptName matches the names of scripts; what begins with #! is one under any name.
	scriptName = pattern.New(`(?i)\.(sh|bash|ash|ksh|zsh|envsh|py|rb|pl|php|lua|js|mjs|cjs|ts)$`)
)

// fieldsOfPod are what Kubernetes gives a container of its Pod by the names that variables for it mostly have.
// Source: https://kubernetes.io/docs/concepts/workloads/pods/downward-api/
var fieldsOfPod = []struct {
	variable *pattern.Pattern
	field    string
}{
	{pattern.New(`\b((?:MY_|K8S_|KUBE_|KUBERNETES_)?(?:POD_)?NAMESPACE)\b`).Holding("namespace"), "metadata.namespace"},
	{pattern.New(`\b((?:MY_|K8S_|KUBE_|KUBERNETES_)?POD_NAME)\b`).Holding("pod_name"), "metadata.name"},
	{pattern.New(`\b((?:MY_|K8S_|KUBE_|KUBERNETES_)?POD_IP)\b`).Holding("pod_ip"), "status.podIP"},
	{pattern.New(`\b((?:MY_|K8S_|KUBE_|KUBERNETES_)?NODE_NAME)\b`).Holding("node_name"), "spec.nodeName"},
}

// readsVariable matches how a script reads the variable in front of which it ends.
var readsVariable = pattern.New(`(?:\$\{?|environ(?:\.get\(|\[)\s*["']|getenv\(\s*["']|ENV(?:\.fetch\(|\[)\s*["']|process\.env\.?\[?["']?)$`)

// script is a script that a service runs, or may run.
type script struct {
	at   diag.Path
	file string // as the project has it; "" for one in the Compose file
	text string
}

// reportScripts reports the scripts of a project that see that they run in a cluster: they were written for other manifests than these.
func reportScripts(p *input.Project, b *workload.Pod, findings *report.Findings) {
	for _, s := range b.Members {
		if s.Scale() == 0 {
			continue
		}
		told := map[string]bool{}
		for _, x := range scriptsOf(p, s) {
			variable, line, hasRemedy := seesCluster(s, x.text)
			if line == 0 || told[x.file] {
				continue
			}
			told[x.file] = true
			reportScript(s, x, variable, line, hasRemedy, findings)
		}
	}
}

// reportScript reports a script that sees the cluster, with what it reads there and nobody sets.
func reportScript(s *input.Service, x script, variable string, line int, hasRemedy bool, findings *report.Findings) {
	name, field := missingField(s, x.text)
	help := "see that what the script does there works with these manifests"
	switch {
	case variable == "":
		help = "the files of an account are there for the token that x-kubernetes.serviceAccountName mounts: see what the script asks for with them"
	case name != "" && hasRemedy:
		help = "give it " + name + " by x-kubernetes.patches with fieldRef " + field + "; or set the variable " + variable + " to an empty text, which means nothing on Docker: the script then does what it does there"
	case name != "":
		help = "give it " + name + " by x-kubernetes.patches with fieldRef " + field
	case hasRemedy:
		help = "set the variable " + variable + " to an empty text, which means nothing on Docker: the script then does what it does there"
	}
	where := cmp.Or(x.file, "its command")
	if name != "" {
		findings.Addf("cluster-seen", x.at, help,
			"%s, line %d, sees that it runs in Kubernetes, and does something else there than on Docker; %s, which it reads, is not set", where, line, name)
		return
	}
	findings.Addf("cluster-seen", x.at, help, "%s, line %d, sees that it runs in Kubernetes, and does something else there than on Docker", where, line)
}

// seesCluster returns the variable by which a script sees the cluster, "" for the files of an account, and the line where it does, 0 if it does not.
// hasRemedy says that an empty text of the variable is as none to the script.
func seesCluster(s *input.Service, text string) (variable string, line int, hasRemedy bool) {
	if !strings.Contains(text, "KUBERNETES_") && !strings.Contains(text, "kubernetes.io") {
		return "", 0, false
	}
	for i, each := range strings.Split(text, "\n") {
		code := strings.TrimSpace(each)
		if strings.HasPrefix(code, "#") || strings.HasPrefix(code, "//") || strings.HasPrefix(code, "*") || dropsVariable.MatchString(each) {
			continue
		}
		if m := clusterVariable.FindStringSubmatch(each); m != nil && !isSet(s, m[0]) {
			return m[0], i + 1, !isAnyText.MatchString(text)
		}
		if accountFiles.MatchString(each) && s.Ext.ServiceAccountName != "" {
			return "", i + 1, false
		}
	}
	return "", 0, false
}

// isSet reports whether a service sets a variable, also to an empty text.
func isSet(s *input.Service, name string) bool {
	_, ofImage := s.Facts.Env[name]
	_, ofProject := s.Config.Environment[name]
	_, ofExtension := s.Ext.Env[name]
	return ofImage || ofProject || ofExtension
}

// missingField returns a variable that a script reads for something of its Pod and that the service does not set, and the field of the Pod.
func missingField(s *input.Service, text string) (name, field string) {
	for _, f := range fieldsOfPod {
		for _, m := range f.variable.FindAllStringSubmatchIndex(text, -1) {
			name := text[m[2]:m[3]]
			if !isSet(s, name) && readsVariable.MatchString(text[max(0, m[2]-32):m[2]]) && !assigns(text, name, m[2]) {
				return name, f.field
			}
		}
	}
	return "", ""
}

// assigns reports whether a script gives a variable a value before a place in it, without that variable in it.
func assigns(text, name string, before int) bool {
	for line := range strings.SplitSeq(text[:before], "\n") {
		line = strings.TrimPrefix(strings.TrimSpace(line), "export ")
		if value, is := strings.CutPrefix(line, name+"="); is && !strings.Contains(value, name) && value != `"` && value != "" {
			return true
		}
	}
	return false
}

// scriptsOf returns the scripts that a service mounts, that a Dockerfile builds into its image, and those in its command.
func scriptsOf(p *input.Project, s *input.Service) []script {
	var list []script
	add := func(at diag.Path, file, text string) {
		if scriptName.MatchString(file) || strings.HasPrefix(text, "#!") {
			list = append(list, script{at, file, text})
		}
	}
	for i, v := range s.Config.Volumes {
		f := p.Files[path.Clean(v.Source)]
		if v.Type != types.VolumeTypeBind || f == nil {
			continue
		}
		for _, e := range slices.Concat([]source.Entry{{File: *f}}, f.Entries) {
			if e.Kind == source.Regular && (bytes.Contains(e.Data, []byte("KUBERNETES_")) || bytes.Contains(e.Data, []byte("kubernetes.io"))) {
				add(s.Key("volumes").Index(i), p.Relative(path.Join(v.Source, e.Path)), string(e.Data))
			}
		}
	}
	for i, c := range s.Config.Configs {
		add(s.Key("configs").Index(i), cmp.Or(p.Relative(p.Compose.Configs[c.Source].File), c.Source), p.ConfigText(c.Source))
	}
	at := s.Key("image")
	if s.Config.Build != nil {
		at = s.Key("build")
	}
	for _, t := range s.Facts.Texts {
		if !slices.ContainsFunc(s.Config.Volumes, func(v types.ServiceVolumeConfig) bool { return source.Within(t.Place, path.Clean(v.Target)) }) {
			add(at, t.File, t.Text)
		}
	}
	for _, word := range s.Config.Entrypoint {
		list = append(list, script{s.Key("entrypoint"), "", word})
	}
	for _, word := range s.Config.Command {
		list = append(list, script{s.Key("command"), "", word})
	}
	return list
}
