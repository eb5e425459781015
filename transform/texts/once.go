package texts

import (
	"strings"

	"github.com/transship/transship/internal/pattern"
)

// What stands before a host in the settings of proxies that look up its address when they start, and not again. Where a variable stands in the
// place of the host or behind it, nginx asks for the address with each request.
// Sources: https://nginx.org/en/docs/http/ngx_http_upstream_module.html#server (resolve), https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_pass,
// https://docs.haproxy.org/3.2/configuration.html#5.3 (resolvers), https://docs.haproxy.org/3.2/configuration.html#2.2 (quotes), https://varnish-cache.org/docs/trunk/users-guide/vcl-backends.html
var (
	passesTo       = pattern.New(`(^|[{;\s])(proxy|fastcgi|uwsgi|scgi|grpc|memcached)_pass\s+["']?(\w+://)?$`).Holding("_pass")
	serverOfNginx  = pattern.New(`(^|[{;])\s*server\s+["']?$`).Holding("server")
	serverOfProxy  = pattern.New(`^\s*server(-template\s+\S+)?\s+\S+\s+["']?(ipv[46]@)?$`).Holding("server")
	backendOfCache = pattern.New(`\.host\s*=\s*"$`).Holding(".host")

	// variableOfNginx matches a variable of nginx in a statement, as scripts and Compose files write it as well: \$uri, $$uri. Those in capital
	// letters, and others in braces, are of the environment, which is put in before nginx reads the settings.
	// Source: https://nginx.org/en/docs/varindex.html
	variableOfNginx = pattern.New(`\$(?:[a-z0-9]|\{(?:request_uri|uri|document_uri|args|is_args|query_string|host|http_\w+|arg_\w+|cookie_\w+|scheme)\})`).Holding("$")
)

// isAskedOnce reports whether the host between two parts of a text stands where a proxy asks for its address only when it starts.
func isAskedOnce(before, after string) bool {
	before = before[strings.LastIndexByte(before, '\n')+1:]
	after, _, _ = strings.Cut(after, "\n")
	statement, _, ends := strings.Cut(after, ";")
	switch {
	case passesTo.MatchString(before):
		return ends && !variableOfNginx.MatchString(statement)
	case backendOfCache.MatchString(before):
		return ends
	case serverOfNginx.MatchString(before):
		return ends && !strings.Contains(statement, " resolve")
	case serverOfProxy.MatchString(before):
		return !ends && !strings.Contains(after, " resolvers ")
	}
	return false
}

// isServerOfProxy reports whether the directive of HAProxy stands before a name that makes it a server, whose port need not be said.
func isServerOfProxy(before string) bool {
	return serverOfProxy.MatchString(before[strings.LastIndexByte(before, '\n')+1:])
}

// AsksOnceFor reports whether settings have a variable of the environment in such a place: envsubst, which the image of nginx runs over its
// templates, and HAProxy put its value in before anybody looks it up.
func AsksOnceFor(settings, variable string) bool {
	for i := 0; ; {
		at := strings.Index(settings[i:], "$")
		if at < 0 {
			return false
		}
		i += at + 1
		for _, written := range []string{"{" + variable + "}", variable} {
			if rest, found := strings.CutPrefix(settings[i:], written); found && (written[0] == '{' || rest == "" || !isNameByte(rest[0])) && isAskedOnce(settings[:i-1], rest) {
				return true
			}
		}
	}
}
