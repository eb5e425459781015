package pod

import (
	"path"
	"slices"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/workload"
)

// nodeSettings are programs that do not start where a kernel setting of the machine is too low, which most machines have lower: a
// Docker host was prepared for them, the nodes were not.
// Sources: https://www.elastic.co/guide/en/elasticsearch/reference/current/bootstrap-checks.html (MaxMapCountCheck, and that a single node
// only warns), https://github.com/bitnami/containers (elasticsearch_validate_kernel of libelasticsearch.sh), https://docs.opensearch.org/latest/install-and-configure/install-opensearch/docker/,
// https://docs.sonarsource.com/sonarqube-server/latest/setup-and-upgrade/pre-installation/linux/
var nodeSettings = []struct {
	image     *pattern.Pattern
	program   string
	sysctl    string
	value     string
	without   *pattern.Pattern // what a service says that does without it
	otherwise string           // how it does without it
}{
	{ // whose own script checks it before anything starts, also for a single node
		pattern.New(`(?i)(^|/)bitnami(legacy)?/elasticsearch(:|@|$)`).Holding("elasticsearch"), "Elasticsearch", "vm.max_map_count", "262144",
		pattern.New(`^$`), "use the image docker.io/library/elasticsearch with discovery.type: single-node where it is the only member",
	},
	{
		pattern.New(`(?i)(^|/)([\w.]+-)*elasticsearch(-oss|-wolfi|-ubi\d*)?(:|@|$)`).Holding("elasticsearch"), "Elasticsearch", "vm.max_map_count", "262144",
		pattern.New(`(?i)single-node|transport\.host\W+(127\.|localhost|_local_)|allow_mmap\W+false`), "set the variable node.store.allow_mmap to \"false\", or discovery.type to single-node where it is the only member",
	},
	{
		pattern.New(`(?i)(^|/)([\w.]+-)*(opensearch|wazuh-indexer)(:|@|$)`).Holding("opensearch", "wazuh"), "OpenSearch", "vm.max_map_count", "262144",
		pattern.New(`(?i)single-node|allow_mmap\W+false`), "set the variable node.store.allow_mmap to \"false\", or discovery.type to single-node where it is the only member",
	},
	{
		pattern.New(`(?i)(^|/)sonarqube(:|@|$)`).Holding("sonarqube"), "SonarQube", "vm.max_map_count", "262144",
		pattern.New(`(?i)SONAR_ES_BOOTSTRAP_CHECKS_DISABLE\W+true|datacenter-app`), "set the variable SONAR_ES_BOOTSTRAP_CHECKS_DISABLE to \"true\"",
	},
}

// beforeChecks matches the versions of Elasticsearch that only warn. Source: https://www.elastic.co/guide/en/elasticsearch/reference/5.0/bootstrap-checks.html
var beforeChecks = pattern.New(`(^|/)elasticsearch:[12]([.-]|$)`).Holding("elasticsearch")

// enforced finds the property by which Elasticsearch makes its checks for a single node as well.
var enforced = pattern.New(`es\.enforce\.bootstrap\.checks\W+true`).Holding("es.enforce")

// reportNodeSettings tells of programs that need a kernel setting of the nodes.
func reportNodeSettings(b *workload.Pod, project *input.Project, findings *report.Findings) {
	if b.IsFinite() { // it runs a tool of the image
		return
	}
	for _, m := range b.Members {
		for _, setting := range nodeSettings {
			if !setting.image.MatchAny(m.ImageNames()) || beforeChecks.MatchAny(m.ImageNames()) {
				continue
			}
			if _, said := m.Config.Sysctls[setting.sysctl]; said || m.Scale() == 0 || isTool(m) || setting.without.MatchString(saidBy(m, project)) && !enforced.MatchString(saidBy(m, project)) {
				break
			}
			findings.Addf("node-sysctl", m.Key("image"), "run sysctl -w "+setting.sysctl+"="+setting.value+" on the nodes, as it was run on the Docker host; or "+setting.otherwise,
				"%s does not start on a node whose %s is below %s, and many nodes have 65530", setting.program, setting.sysctl, setting.value)
			break
		}
	}
}

// searchProgram matches the programs that start the servers of nodeSettings.
var searchProgram = pattern.New(`^((es-|opensearch-)?docker-entrypoint(\.sh)?|entrypoint\.sh|elasticsearch|opensearch|run\.sh|sonar\.sh)$`)

// isTool reports whether a shell runs something else of an image than its server, such as a script that makes certificates.
func isTool(s *input.Service) bool {
	run := slices.Concat(s.Config.Entrypoint, s.Config.Command)
	return len(run) > 0 && input.IsShell(run[0]) && !slices.ContainsFunc(strings.FieldsFunc(strings.Join(run[1:], " "), isSeparator), func(word string) bool {
		return searchProgram.MatchString(path.Base(word))
	})
}

func isSeparator(r rune) bool { return strings.ContainsRune(" \t\n;&|'\"", r) }

// saidBy returns the image, the variables, the command and the mounted settings of a service as one text.
func saidBy(s *input.Service, project *input.Project) string {
	var b strings.Builder
	b.WriteString(strings.Join(s.ImageNames(), "\n") + "\n")
	for name, value := range s.Config.Environment {
		if value != nil {
			b.WriteString(name + "=" + *value + "\n")
		}
	}
	for _, words := range [][]string{s.Config.Entrypoint, s.Config.Command} {
		b.WriteString(strings.Join(words, " ") + "\n")
	}
	b.WriteString(project.SettingsText(s))
	return b.String()
}
