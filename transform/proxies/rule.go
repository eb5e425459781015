package proxies

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// rule is what a rule of a router says: which requests it takes, and what it asks of them beside host and path.
type rule struct {
	matches []match
	guards  []string // by which it takes only some of the requests for its hosts and paths
	denied  []denied // those of the guards that deny paths
}

// denied is a guard of a rule that leaves paths out, as !PathPrefix(`/api`) does.
type denied struct {
	guard string
	paths []match
}

// maxMatches is how many alternatives are read of a rule.
const maxMatches = 32

// NoRule is why nothing is known of the hosts of a router that labels give other options only.
const NoRule = "the router has no rule, so that the rule which Traefik gives to all such routers says the host"

// Why hosts and path are not all that a rule says.
const (
	noExpression = "its rule is no expression that Traefik knows"
	hostPattern  = "its rule has a pattern in place of a host"
	noHost       = "its rule names no host"
)

// parseRule reads a rule of Traefik since its version 2, which is an expression of Go. What narrows a rule beside host and path is a guard: an
// Ingress without it would let in whom the router does not take. A matcher that is not known is taken for one.
// Source: https://doc.traefik.io/traefik/reference/routing-configuration/http/routing/rules-and-priority/,
// https://github.com/vulcand/predicate (the parser that Traefik uses)
func parseRule(text string) rule {
	if strings.TrimSpace(text) == "" {
		return rule{matches: []match{{unread: NoRule}}}
	}
	expression, err := parser.ParseExpr(text)
	if err != nil {
		return rule{matches: []match{{unread: noExpression}}}
	}
	var r rule
	r.matches = r.read(expression)
	slices.Sort(r.guards)
	r.guards = slices.Compact(r.guards)
	return r
}

// read returns the alternatives of an expression.
func (r *rule) read(expression ast.Expr) []match {
	switch e := expression.(type) {
	case *ast.ParenExpr:
		return r.read(e.X)
	case *ast.BinaryExpr:
		return r.readPair(e)
	case *ast.UnaryExpr:
		if e.Op == token.NOT { // it says which host or path is not meant
			r.guard("!" + matcherText(e.X))
			r.deny(e.X)
			return []match{{}}
		}
	case *ast.CallExpr:
		return r.readMatcher(e)
	}
	return []match{{unread: noExpression}}
}

func (r *rule) guard(what string) { r.guards = append(r.guards, what+" in its rule") }

// deny notes the paths of an expression that is denied, where it has nothing else.
func (r *rule) deny(expression ast.Expr) {
	var inner rule
	paths := inner.read(expression)
	if len(inner.guards) == 0 && !slices.ContainsFunc(paths, func(m match) bool { return m.unread != "" || len(m.hosts) > 0 || m.path == "" }) {
		r.denied = append(r.denied, denied{r.guards[len(r.guards)-1], paths})
	}
}

// readPair returns the alternatives of two expressions with an operator between them.
func (r *rule) readPair(e *ast.BinaryExpr) []match {
	a, b := r.read(e.X), r.read(e.Y)
	if len(a)+len(b) > maxMatches || len(a)*len(b) > maxMatches {
		r.guard("the number of alternatives")
		return []match{{}}
	}
	switch e.Op {
	case token.LOR:
		return unique(slices.Concat(a, b))
	case token.LAND:
		return r.both(a, b)
	}
	return []match{{unread: noExpression}}
}

// both returns what takes the requests that two lists of alternatives take.
func (r *rule) both(a, b []match) []match {
	var list []match
	for _, x := range a {
		for _, y := range b {
			if m, ok := x.and(y); ok {
				list = append(list, m)
			}
		}
	}
	if len(list) == 0 {
		r.guard("two hosts or paths at once")
		return []match{{}}
	}
	return unique(list)
}

// readMatcher reads one matcher. Braces stood for regular expressions in version 2.
func (r *rule) readMatcher(call *ast.CallExpr) []match {
	name, values := matcherName(call), matcherValues(call)
	hasPattern := slices.ContainsFunc(values, func(value string) bool { return strings.ContainsAny(value, "{}") })
	switch strings.ToLower(name) {
	case "host", "hostheader":
		if hosts := slices.DeleteFunc(values, func(host string) bool { return host == "" }); len(hosts) > 0 && !hasPattern {
			return []match{{hosts: hosts}}
		}
		return []match{{unread: noHost}}
	case "hostregexp":
		return []match{{unread: hostPattern}}
	case "path", "pathprefix", "pathregexp":
		var list []match
		for _, value := range values[:min(len(values), maxMatches)] {
			if m, isRead := pathMatch(strings.ToLower(name), value); isRead {
				list = append(list, m)
			}
		}
		if len(list) > 0 && len(list) == min(len(values), maxMatches) {
			return list
		}
	}
	r.guard(name)
	return []match{{}}
}

// matcherName returns the name of a matcher, "a matcher" for what is none.
func matcherName(call *ast.CallExpr) string {
	if name, ok := call.Fun.(*ast.Ident); ok {
		return name.Name
	}
	return "a matcher"
}

func matcherValues(call *ast.CallExpr) []string {
	var values []string
	for _, argument := range call.Args {
		if text, ok := argument.(*ast.BasicLit); ok && text.Kind == token.STRING {
			if value, err := strconv.Unquote(text.Value); err == nil {
				values = append(values, value)
			}
		}
	}
	return values
}

// matcherText returns what an expression that is denied is called in findings: with its values where they are hosts or paths, as others may be
// secrets.
func matcherText(expression ast.Expr) string {
	for {
		inner, ok := expression.(*ast.ParenExpr)
		if !ok {
			break
		}
		expression = inner.X
	}
	call, ok := expression.(*ast.CallExpr)
	if !ok {
		return "(…)"
	}
	name := matcherName(call)
	if lower := strings.ToLower(name); !strings.HasPrefix(lower, "path") && lower != "host" && lower != "hostregexp" {
		return name
	}
	return name + "(" + strings.Join(matcherValues(call), ", ") + ")"
}

// router is a router with its rule: what the labels say of it, and which requests it takes.
type router struct {
	route Route
	rule  rule
}

// routesOf returns the routes of the routers of one service: one for each alternative of a rule. A rule guards nothing if another router of the
// service lets all that it takes in, whoever asks.
func routesOf(routers []router) []Route {
	var list []Route
	for _, r := range routers {
		if len(r.rule.guards) > 0 && slices.ContainsFunc(routers, r.isOpenBy) {
			r.route.Lost = slices.Concat(r.route.Lost, r.rule.guards)
		} else {
			r.route.Guards = slices.Concat(r.route.Guards, r.rule.guards)
		}
		r.route.denied = r.rule.denied
		list = append(list, r.route.alternatives(r.rule.matches)...)
	}
	return list
}

// isOpenBy reports whether another router, which asks nothing, takes all that a router takes, and sends it to the same port.
func (r router) isOpenBy(other router) bool {
	if len(other.route.Guards)+len(other.rule.guards) > 0 || other.route.Closed != "" || other.route.Port != r.route.Port || other.route.TLS != r.route.TLS {
		return false
	}
	return !slices.ContainsFunc(r.rule.matches, func(m match) bool {
		return m.unread != "" || len(m.hosts) == 0 || !slices.ContainsFunc(other.rule.matches, func(o match) bool {
			return o.unread == "" && o.takes(m) && !slices.ContainsFunc(m.hosts, func(host string) bool { return !slices.Contains(o.hosts, host) })
		})
	})
}

// alternatives returns the routes that a route becomes by the alternatives of its rule.
func (r Route) alternatives(matches []match) []Route {
	var list []Route
	for _, m := range matches {
		own := r
		own.Hosts, own.Path, own.Whole, own.Unread = m.hosts, m.path, m.isWhole, m.unread
		if len(m.hosts) == 0 {
			own.miss(noHost)
		}
		list = append(list, own)
	}
	return list
}

// miss notes why hosts and path are not all that a rule says.
func (r *Route) miss(why string) {
	if r.Unread == "" {
		r.Unread = why
	}
}
