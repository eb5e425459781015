package texts

import (
	"slices"
	"strconv"
	"strings"

	"github.com/transship/transship/internal/pattern"
)

// The settings of nginx by which a server turns away the hosts that no other one names. Sources:
// https://nginx.org/en/docs/http/server_names.html, https://nginx.org/en/docs/http/request_processing.html,
// https://nginx.org/en/docs/http/ngx_http_rewrite_module.html#return (444 closes the connection)
var (
	serverNames    = pattern.New(`(?:^|[\s;{}])server_name\s+([^;]+);`).Holding("server_name")
	isDefault      = pattern.New(`(?:^|\s)default(?:_server)?(?:\s|$)`).Holding("default")
	refusal        = pattern.New(`(?:^|[\s;}])return\s+([45]\d\d)\b`).Holding("return")
	refusalOfRoot  = pattern.New(`(?:^|[\s;}])location\s+/\s*\{\s*return\s+([45]\d\d)\b`).Holding("location")
	otherLocation  = pattern.New(`(?:^|[\s;}])location\s+([^{]+)\{`).Holding("location")
	servesSome     = pattern.New(`(?:^|[\s;{}])(?:\w+_pass|root|alias|try_files)\s`)
	nestedSettings = pattern.New(`\{[^{}]*\}`)
)

// RefusedHost reports whether the settings of nginx turn away the requests for a host on a port, and with which status: no server there has a name that
// may mean the host, the default one does nothing but refuse, and another one is there that is meant. A name that a regular expression or a variable gives may mean every host.
func RefusedHost(settings string, port int32, host string) (status string, refused bool) {
	settings = remark.ReplaceAllString(settings, "")
	isFirst, isMeant := true, false
	for _, at := range serverBlock.FindAllStringSubmatchIndex(settings, maxBlocks) {
		block := upToBrace(settings[at[1]:])
		listens := slices.DeleteFunc(listenWith.FindAllStringSubmatch(block, -1), func(l []string) bool { return l[1] != strconv.Itoa(int(port)) })
		isMeant = isMeant || refusalOf(block) == ""
		if len(listens) == 0 && (port != 80 || listenWith.MatchString(block)) {
			continue
		}
		var names []string
		for _, m := range serverNames.FindAllStringSubmatch(block, -1) {
			names = append(names, strings.Fields(m[1])...)
		}
		byOption := slices.ContainsFunc(listens, func(l []string) bool { return isDefault.MatchString(l[2]) })
		switch {
		case slices.ContainsFunc(names, func(name string) bool { return mayName(strings.ToLower(name), host) }):
			return "", false
		case byOption || status == "" && isFirst && slices.Equal(names, []string{"_"}):
			if status = refusalOf(block); status == "" {
				return "", false
			}
		}
		isFirst = false
	}
	if !isMeant {
		return "", false
	}
	return status, status != ""
}

// mayName reports whether a name of a server may mean a host.
func mayName(name, host string) bool {
	name = strings.Trim(name, `"'`)
	switch {
	case strings.HasPrefix(name, "~"), strings.Contains(name, "$"), strings.Contains(name, "{{"):
		return true
	case strings.HasPrefix(name, "*."):
		return strings.HasSuffix(host, name[1:])
	case strings.HasPrefix(name, "."):
		return strings.HasSuffix(host, name) || host == name[1:]
	case strings.HasSuffix(name, ".*"):
		return strings.HasPrefix(host, name[:len(name)-1])
	}
	return name == host
}

// refusalOf returns the status with which a server answers every request, "" for one that serves something at its root.
func refusalOf(block string) string {
	if m := refusalOfRoot.FindStringSubmatch(block); m != nil && !servesBelow(block) {
		return m[1]
	}
	for nested := ""; nested != block; {
		nested = block
		block = nestedSettings.ReplaceAllString(block, ";")
	}
	if m := refusal.FindStringSubmatch(block); m != nil {
		return m[1]
	}
	return ""
}

// servesBelow reports whether a server has a path at which it serves something else than the answers to challenges for certificates, as an API does that
// refuses what it does not know.
func servesBelow(block string) bool {
	for _, at := range otherLocation.FindAllStringSubmatchIndex(block, maxBlocks) {
		if place := block[at[2]:at[3]]; !strings.Contains(place, "acme-challenge") && servesSome.MatchString(upToBrace(block[at[1]:])) {
			return true
		}
	}
	return false
}
