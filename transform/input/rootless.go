package input

import (
	"slices"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/source"
)

// rootlessImage matches references of images that are published to run as another user than root: the names that their
// publishers give such variants, and publishers whose images never start as root.
// Sources: https://github.com/GoogleContainerTools/distroless (nonroot), https://images.chainguard.dev, https://github.com/bitnami/containers
var rootlessImage = pattern.New(`(?i)(rootless|non-?root|unprivileged)|^cgr\.dev/chainguard/|(^|/)bitnami(legacy|secure)?/`).
	Holding("root", "unprivileged", "chainguard", "bitnami")

// neverRoot matches the images of programs whose publishers start them as another user. Sources of USER, besides those of the
// directories below: https://github.com/grafana/loki/blob/main/cmd/loki/Dockerfile, https://github.com/grafana/tempo/blob/main/cmd/tempo/Dockerfile,
// https://github.com/prometheus/alertmanager/blob/main/Dockerfile, https://github.com/node-red/node-red-docker, https://github.com/jupyter/docker-stacks,
// https://github.com/apache/airflow/blob/main/Dockerfile, https://github.com/trinodb/trino/tree/master/core/docker,
// https://github.com/n8n-io/n8n/tree/master/docker, https://github.com/confluentinc/kafka-images
var neverRoot = pattern.New(`(?i)(^|docker\.io/|quay\.io/|docker\.n8n\.io/)(library/)?(solr|sonarqube|jenkins/jenkins|nodered/node-red|grafana/(loki|tempo|mimir)|prom/\w+|prometheus/\w+|sonatype/nexus3|apache/airflow|`+
	`jupyter/[\w-]+-notebook|trinodb/trino|n8nio/n8n|emqx|emqx/emqx|confluentinc/cp-[\w-]+|opensearchproject/[\w-]+|elastic/\w+|directus/directus)(:|@|$)`).
	Holding("solr", "sonarqube", "jenkins", "node-red", "grafana", "prom", "nexus3", "airflow", "notebook", "trino", "n8n", "emqx", "cp-", "opensearch", "elastic", "directus")

// rootlessDirectories are directories of programs whose images never start as root, whoever builds on them. Sources of USER:
// https://github.com/apache/solr-docker, https://github.com/elastic/elasticsearch/blob/main/distribution/docker, https://github.com/jenkinsci/docker,
// https://github.com/grafana/grafana/blob/main/Dockerfile, https://github.com/SonarSource/docker-sonarqube, https://github.com/sonatype/docker-nexus3,
// https://github.com/keycloak/keycloak/tree/main/quarkus/container, https://github.com/emqx/emqx/tree/master/deploy/docker.
var rootlessDirectories = []string{
	"/var/solr", "/usr/share/elasticsearch", "/usr/share/opensearch", "/usr/share/kibana", "/usr/share/logstash", "/var/jenkins_home",
	"/var/lib/grafana", "/opt/sonarqube", "/nexus-data", "/opt/keycloak", "/opt/emqx", "/bitnami", "/var/opt/mssql",
}

// RootlessSign returns what tells that the program of a container of which the user is not known is not root, or "".
func (c *Container) RootlessSign(target string) string {
	if rootlessImage.MatchAny(c.ImageNames()) {
		return "the name of its image"
	}
	if home := HomeOf(target); home != "" && home != "/home/git" { // servers for git start as root, whose sshd they run
		return "the home directory " + home
	}
	if i := slices.IndexFunc(rootlessDirectories, func(dir string) bool { return source.Within(target, dir) }); i >= 0 {
		return "the directory " + rootlessDirectories[i]
	}
	if neverRoot.MatchAny(c.ImageNames()) {
		return "the name of its image"
	}
	if peer := c.Service.rootPeer; peer != "" && peer != c.Service.Name && !c.IsHook {
		return "the user of " + peer + ", which has the same image and asks for root,"
	}
	return ""
}

// noUser matches what is kept in a directory below /home, and no user is called.
var noUser = pattern.New(`(?i)^(.*[-_])?(settings|configs?|cache|data|db|uploads?|downloads?|imports?|exports?|done|queue|files|logs?|te?mp|backups?|shared?|media|storage|output|input|results?|scripts)([-_].*)?$`)

// IsTemporary reports whether a directory is one that every image lets all users write to, with the mode 1777.
// Source: https://refspecs.linuxfoundation.org/FHS_3.0/fhs/ch03s18.html
func IsTemporary(target string) bool { return target == "/tmp" || target == "/var/tmp" }

// HomeOf returns the home directory of a user that a path is or lies in, or "".
func HomeOf(target string) string {
	rest, found := strings.CutPrefix(target, "/home/")
	user, _, _ := strings.Cut(rest, "/")
	if !found || user == "" || noUser.MatchString(user) {
		return ""
	}
	return "/home/" + user
}

// StartsAsNamed reports whether the image of a container starts as a user that is not root and that it names.
func (c *Container) StartsAsNamed() bool {
	name, _, _ := strings.Cut(c.Service.Facts.User, ":")
	return c.Spec.User == "" && name != "" && name != "root" && name != "0"
}
