package container

import (
	"strconv"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/transform/input"
)

// askedPong matches the tests of a healthcheck that fail where Redis demands a password, redisPassword how they give one.
var (
	askedPong     = pattern.New(`(?i)\b(redis|valkey|keydb)-cli\b.*\bping\b.*(\bgrep\b|=).*PONG|\b(redis|valkey)-cli\s+(?:\S+\s+)*-e\b`).Holding("redis-cli", "valkey-cli", "keydb-cli")
	redisPassword = pattern.New(`(?i)\s(-a|--pass|--askpass|-u)\b|CLI_AUTH|\bauth\b`)
)

const redisHelp = "give the test the password: REDISCLI_AUTH in environment"

// guards are programs that turn away who gives no password, where their settings say so, and the tests of a healthcheck that fail for that. Sources:
// https://www.elastic.co/docs/reference/elasticsearch/configuration-reference/security-settings (xpack.security.enabled),
// https://redis.io/docs/latest/operate/oss_and_stack/management/security/ (requirepass; redis-cli ends with 0 all the same),
// https://mlflow.org/docs/latest/self-hosting/security/basic-http-auth/ and mlflow/server/auth (paths without it: /static, /favicon.ico, /health),
// https://neo4j.com/docs/operations-manual/current/docker/introduction/#docker-auth
var guards = []struct {
	image, guarded, off *pattern.Pattern // nil for all images; what the settings say that turns callers away, and what says that nobody is turned away, nil for nothing
	test, credentials   *pattern.Pattern // what fails without a password, and how a test gives one
	help                string
}{
	{
		pattern.New(`(?i)(^|/)elasticsearch(:|@|$)`).Holding("elasticsearch"),
		pattern.New(`(?i)xpack[._]security[._]enabled["']?\s*[:=]\s*["']?true`), pattern.New(`(?i)xpack[._]security[._]authc[._]anonymous`),
		pattern.New(`(?s)\bcurl\b[^|;&]*\s(?:-[a-zA-Z]*f[a-zA-Z]*|--fail\S*)\s[^|;&]*:9200|\bcurl\b.*\s(?:-[a-zA-Z]*f[a-zA-Z]*|--fail)$|\bcurl\b[^|;&]*:9200[^|;&]*\|\s*e?grep\b[^|;&]*(?:green|yellow|status|cluster|number_of|timed_out)|\bwget\b[^|;&]*:9200`).Holding("curl", "wget"),
		pattern.New(`(?i)\s(-u|--user|--http-user)\b|authorization|://[^/\s]+@|\s-n\b|netrc`), "give the test a user and a password (curl -u)",
	},
	{
		pattern.New(`(?i)(^|/)(redis|valkey|redis-stack-server|redis-stack|keydb)(:|@|$)`).Holding("redis", "valkey", "keydb"),
		pattern.New(`(?i)requirepass["']?[\s=,]+["']?[^\s"'-]`), nil, askedPong, redisPassword, redisHelp,
	},
	{
		pattern.New(`(?i)(^|/)bitnami(legacy|secure)?/(redis|valkey)(:|@|$)`).Holding("redis", "valkey"),
		pattern.New(`(?m)^(REDIS|VALKEY)_PASSWORD=.`), nil, askedPong, redisPassword, redisHelp,
	},
	{
		nil, pattern.New(`\bmlflow\b(?s:.*)--app-name[\s=]+basic-auth`).Holding("mlflow"), pattern.New(`MLFLOW_SERVER_ALLOW_ANONYMOUS`),
		pattern.New(`(?i)\bcurl\b.*\s(?:-[a-z]*f[a-z]*|--fail)\b.*://[^/\s"']+(?:/(?:api\b\S*|version\b)?)?["']?(?:\s|$)|\bwget\b.*://[^/\s"']+(?:/(?:api\b\S*|version\b)?)?["']?(?:\s|$)`).Holding("curl", "wget"),
		pattern.New(`(?i)\s(-u|--user)\b|authorization|://[^/\s]+@`), "ask for /health, which needs no password",
	},
	{
		pattern.New(`(?i)(^|/)neo4j(:|@|$)`).Holding("neo4j"), pattern.New(`NEO4J_AUTH=\w`), pattern.New(`NEO4J_AUTH=none`),
		pattern.New(`\bcypher-shell\b`).Holding("cypher-shell"), pattern.New(`(?i)\s(-u|-p|--username|--password)\b|NEO4J_PASSWORD`), "give cypher-shell the user and the password (-u, -p)",
	},
}

// guardedCheck returns what to do about the test of a healthcheck that asks a program without the password that its settings demand, "" if it is none.
func guardedCheck(project *input.Project, u *input.Container, test []string) (help string) {
	text := strings.Join(test[1:], " ")
	for _, g := range guards {
		if !g.test.MatchString(text) || g.credentials.MatchString(" "+text) || g.image != nil && !g.image.MatchAny(u.ImageNames()) {
			continue
		}
		settings := settingsOf(project, u)
		if g.guarded.MatchString(settings) && (g.off == nil || !g.off.MatchString(settings)) && !givesPassword(u) {
			return g.help
		}
	}
	return ""
}

// givesPassword reports whether the environment of a container gives a client its password: the test has it as well.
func givesPassword(u *input.Container) bool {
	for _, name := range []string{"REDISCLI_AUTH", "VALKEYCLI_AUTH", "NEO4J_PASSWORD"} {
		if value := u.Spec.Environment[name]; value != nil && *value != "" {
			return true
		}
	}
	return false
}

// ownURL matches an address in the test of a healthcheck at the container itself.
var ownURL = pattern.New(`://(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\]):(\d{2,5})\b`).Holding("://")

// publishedCheck returns the port of the machine that a healthcheck asks for inside the container, and the port of the container that is published
// there; "" where nothing speaks for that.
func publishedCheck(project *input.Project, u *input.Container, test []string) (asked string, target uint32) {
	for _, m := range ownURL.FindAllStringSubmatch(strings.Join(test[1:], " "), -1) {
		if asked != "" && asked != m[1] {
			return "", 0
		}
		asked = m[1]
	}
	if asked == "" {
		return "", 0
	}
	for _, p := range u.Service.Config.Ports {
		if p.Published == asked {
			target = p.Target
		}
	}
	for _, p := range u.Service.Ports {
		if strconv.Itoa(int(p.Number)) == asked {
			return "", 0
		}
	}
	for _, p := range u.Facts.Ports {
		if number, _, _ := strings.Cut(p, "/"); number == asked {
			return "", 0
		}
	}
	if target == 0 || strings.Contains(settingsOf(project, u), asked) {
		return "", 0
	}
	return asked, target
}
