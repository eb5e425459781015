package proxies

import (
	"slices"
	"strconv"
	"strings"

	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
)

// oldGuards are the options of version 1 that keep callers out, behind traefik.frontend. or traefik.SEGMENT.frontend.
var oldGuards = []string{"auth.", "whitelist", "ratelimit", "passtls"}

// oldTraefikRoutes returns the routes that labels of Traefik's version 1 ask for, sorted by segment.
// Source: https://doc.traefik.io/traefik/v1.7/configuration/backends/docker/
func oldTraefikRoutes(s *input.Service, own map[string]string) []Route {
	segments := map[string]map[string]string{}
	for key, value := range own {
		rest, ok := strings.CutPrefix(key, "traefik.")
		before, option, found := strings.Cut(rest, "frontend.")
		if !ok || !found || strings.Count(before, ".") > 1 || strings.HasPrefix(rest, "http.") || strings.HasPrefix(rest, "tcp.") {
			continue
		}
		if segments[before] == nil {
			segments[before] = map[string]string{}
		}
		segments[before][option] = value
	}
	var asked []router
	for _, segment := range sorted.Keys(segments) {
		options := segments[segment]
		r := Route{Proxy: "Traefik", At: labelPath(s, "traefik."+segment+"frontend.rule"), Rule: options["rule"]}
		rule, lost := parseOldRule(r.Rule)
		r.Lost = lost
		port, hasPort := own["traefik."+segment+"port"]
		if !hasPort {
			port = own["traefik.port"]
		}
		if n, err := strconv.Atoi(port); err == nil && n > 0 && n <= 65535 {
			r.Port = int32(n)
		}
		r.TLS = own["traefik."+segment+"protocol"] == "https"
		for _, option := range sorted.Keys(options) {
			isGuard := slices.ContainsFunc(oldGuards, func(g string) bool { return strings.HasPrefix(option, g) })
			kind, _, _ := strings.Cut(option, ".")
			switch {
			case option == "rule" || option == "priority" || option == "passhostheader":
			case option == "entrypoints":
				r.HTTPS = strings.Contains(options[option], "https") || strings.Contains(options[option], "secure")
			case isGuard && !slices.Contains(r.Guards, kind):
				r.Guards = append(r.Guards, kind)
			case isGuard:
			default:
				r.Lost = append(r.Lost, option)
			}
		}
		asked = append(asked, router{r, rule})
	}
	return routesOf(asked)
}

// oldModifiers are what a rule of version 1 may say beside its matchers: they change requests, and choose none.
var oldModifiers = []string{"addprefix", "replacepath", "replacepathregex"}

// parseOldRule reads Host:a.example.com,b.example.com;PathPrefix:/x.
// Source: https://doc.traefik.io/traefik/v1.7/basics/#matchers
func parseOldRule(text string) (r rule, lost []string) {
	r.matches = []match{{}}
	if strings.TrimSpace(text) == "" {
		r.matches[0].unread = NoRule
	}
	for part := range strings.SplitSeq(text, ";") {
		matcher, values, _ := strings.Cut(strings.TrimSpace(part), ":")
		list := strings.FieldsFunc(values, func(c rune) bool { return c == ',' || c == ' ' })
		if matcher == "" {
			continue
		}
		var own []match
		switch name := strings.ToLower(matcher); name {
		case "host":
			own = []match{{hosts: list}}
		case "hostregexp":
			own = []match{{unread: hostPattern}}
		case "path", "pathstrip", "pathprefix", "pathprefixstrip":
			for _, value := range list[:min(len(list), maxMatches)] {
				own = append(own, match{path: "/" + strings.TrimPrefix(value, "/"), isWhole: !strings.HasPrefix(name, "pathprefix")})
			}
			if strings.HasSuffix(name, "strip") {
				lost = append(lost, matcher)
			}
		default:
			if slices.Contains(oldModifiers, name) {
				lost = append(lost, matcher)
				continue
			}
		}
		hasPattern := own != nil && own[0].path != "" && strings.ContainsAny(values, "{}")
		if len(own) == 0 || hasPattern || len(own)*len(r.matches) > maxMatches {
			r.guard(matcher)
			continue
		}
		r.matches = r.both(r.matches, own)
	}
	return r, lost
}
