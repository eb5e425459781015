package workload

import (
	"path"
	"slices"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/transform/input"
)

// endingPrograms are programs that do one thing and end.
var endingPrograms = []string{
	"true", "false", "certbot", "chown", "chmod", "chgrp", "mkdir", "cp", "mv", "rm", "ln", "touch", "tar", "unzip", "install",
	"alembic", "flyway", "liquibase", "ansible-playbook", "openssl", "keytool", "curl", "wget", "aws",
	"vacuumdb", "reindexdb", "psql", "pg_dump", "pg_dumpall", "pg_restore", "createdb", "mysql", "mysqldump", "mariadb", "mariadb-dump", "mongosh", "mongodump", "mongorestore", "redis-cli",
	"mc", "mcli", "cqlsh", "clickhouse-client", "influx", "rabbitmqadmin", "rabbitmqctl", "rabbitmq-plugins", "promtool", "amtool", "elasticsearch-certutil", "elasticsearch-certgen", "elasticsearch-keystore",
	"elasticsearch-reset-password", "kibana-encryption-keys", "kafka-configs", "kafka-configs.sh", "kafka-topics", "kafka-topics.sh", "etcdctl", "ldapadd",
}

var (
	// endingCall finds what programs that keep running, or tools with many tasks, are asked for that ends: a check of settings, a build.
	// Sources: https://nginx.org/en/docs/switches.html, https://docs.haproxy.org/3.0/management.html#3, https://caddyserver.com/docs/command-line
	endingCall = pattern.New(`^(?:\S*/)?(?:nginx\s(?:.*\s)?-[tTvV]\b|(?:httpd|apachectl|apache2ctl)\s(?:.*\s)?-t\b|haproxy\s(?:.*\s)?-c\b|caddy\s+(?:validate|fmt|adapt|hash-password|version)\b|`+
		`(?:npm|pnpm|yarn|bun)\s+(?:run\s+)?(?:build|install|ci|lint|compile)(?::[\w-]+)*(?:\s|$)|(?:composer|bundle|pip3?)\s+install\b|(?:(?:npx|yarn|pnpm)\s+)?(?:next|nuxt|vite|ng|webpack|mkdocs|jekyll|gatsby|hexo)\s+(?:build|generate)\b)|`+
		`^\S+\s+--(?:version|help)$`).Holding("nginx", "httpd", "apachectl", "apache2ctl", "haproxy", "caddy", "npm", "pnpm", "yarn", "bun", "composer", "bundle", "pip", "next", "nuxt", "vite", "ng", "webpack", "mkdocs", "jekyll", "gatsby", "hexo", "--version", "--help")
	// goesOnWatching finds what tells that a build begins anew whenever a file changes.
	goesOnWatching = pattern.New(`(?i)watch|\bdev\b|\bserve\b|\s-w\b`)
)

// endingImages are names of images whose entrypoint is a program of endingPrograms, whoever publishes them.
var endingImages = []string{"certbot", "curl", "openssl", "flyway", "liquibase", "awscli", "aws-cli"}

// endingProgram returns the program of a command that is known to end, or "". The words of the command are one script where a
// shell reads them. The command counts also where an entrypoint starts it.
func endingProgram(s *input.Service) string {
	entrypoint, command := program(s)
	if name := imageName(s); len(entrypoint) == 0 && len(command) > 0 && !input.IsShell(path.Base(command[0])) && s.Config.Build == nil && slices.Contains(endingImages, name) {
		return name
	}
	for _, words := range [][]string{slices.Concat(entrypoint, command), command} {
		if len(words) == 0 {
			continue
		}
		name, call, isAlone := words[0], strings.Join(words, " "), true
		if input.IsShell(name) {
			name, call = "", ""
			if script := strings.Fields(lastOf(words[len(words)-1])); len(words) > 2 && len(script) > 0 {
				name, call, isAlone = script[0], strings.Join(script, " "), lastCommand(words[len(words)-1]) == ""
			}
		}
		name = path.Base(name)
		if slices.Contains(endingPrograms, name) || isAlone && (name == "echo" || name == "printf") { // a script may end with them that starts a daemon
			return name
		}
		if m := endingCall.FindString(call); m != "" && !goesOnWatching.MatchString(call) {
			return strings.TrimSpace(m)
		}
	}
	return ""
}

// lastOf returns the last command of a script.
func lastOf(script string) string {
	commands := strings.FieldsFunc(script, func(r rune) bool { return strings.ContainsRune(";&|\n", r) })
	for _, c := range slices.Backward(commands) {
		if strings.TrimSpace(c) != "" {
			return c
		}
	}
	return ""
}
