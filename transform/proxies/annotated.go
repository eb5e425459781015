package proxies

import (
	"slices"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/transform/input"
)

// unguarding matches the annotations that say nothing of who may call: of certificates, names and how requests are passed on.
var unguarding = pattern.New(`(?i)^([\w-]+\.)*(cert-manager\.io|external-dns\.alpha\.kubernetes\.io|gethomepage\.dev)/|^kubernetes\.io/(ingress\.class|tls-acme)$|` +
	`/(.*(ssl-redirect|ssl-passthrough|body-size|timeout|rewrite|backend-protocol|buffer|affinity|session-cookie|cors|hsts|use-regex|app-root|load-balance|upstream|websocket|router\.(tls|entrypoints|priority)))`)

// annotated are words of the annotations by which controllers of clusters guard a route, and words of the guards whose place they take: "" for any.
var annotated = []struct{ annotations, guards []string }{
	{[]string{"auth-type", "auth-secret", "basic-auth"}, []string{"basicauth", "basic_auth", "digestauth", "passwords"}},
	{[]string{"auth-url", "auth-signin", "forward-auth", "auth-service", "oauth"}, []string{"forwardauth", "forward_auth", "authenticate", "authorize", "jwt"}},
	{[]string{"source-range", "allow-list", "allowlist", "whitelist", "inbound-cidrs"}, []string{"ipallowlist", "ipwhitelist", "whitelist", "clientip", "remote_ip", "client_ip", "network_access"}},
	{[]string{"limit-rps", "limit-rpm", "limit-connections", "rate-limit"}, []string{"ratelimit", "rate_limit", "inflightreq"}},
	{[]string{"auth-tls"}, []string{"tls", "client_auth", "passtls"}},
	{[]string{"router.middlewares", "snippet", "/plugins"}, []string{""}},
}

// mayGuard reports whether annotations of a published object may say who is let in.
func mayGuard(s *input.Service) bool {
	for key := range s.PublishWishes().Annotations {
		if !unguarding.MatchString(key) {
			return true
		}
	}
	return false
}

// Unannotated returns those of some guards in whose place no annotation of the published object is known to stand.
func Unannotated(s *input.Service, guards []string) []string {
	return slices.DeleteFunc(slices.Clone(guards), func(guard string) bool {
		for key := range s.PublishWishes().Annotations {
			for _, a := range annotated {
				if holds(key, a.annotations) && holds(strings.ToLower(guard), a.guards) {
					return true
				}
			}
		}
		return false
	})
}

func holds(text string, words []string) bool {
	return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(text, word) })
}
