package texts

import (
	"slices"
	"strconv"
	"strings"

	"github.com/transship/transship/internal/pattern"
)

// The sites of a Caddyfile. Sources: https://caddyserver.com/docs/automatic-https#activation, https://caddyserver.com/docs/caddyfile/concepts#addresses
var (
	siteVariable = pattern.New(`\{\$(\w+)(?::([^}]*))?\}`)
	siteName     = pattern.New(`^(https://)?[\w*-]+(\.[\w*-]+)*(:443)?$|^:443$|^https://`)
	sitePort     = pattern.New(`^(https?://)?([\w.*-]*):(\d{2,5})(?:/\S*)?$`)
)

// sitesOf returns the addresses of the sites of a Caddyfile. variable returns the value of a variable of the environment, "" for one that is not
// known.
func sitesOf(caddyfile string, variable func(name string) string) []string {
	var sites []string
	depth := 0
	for line := range strings.Lines(remark.ReplaceAllString(caddyfile, "")) {
		line = siteVariable.ReplaceAllStringFunc(strings.TrimSpace(line), func(written string) string {
			at := siteVariable.FindStringSubmatch(written)
			if value := variable(at[1]); value != "" {
				return value
			}
			return at[2]
		})
		if head, opens := strings.CutSuffix(line, "{"); opens && depth == 0 {
			head = strings.TrimSpace(head)
			if head != "" && !strings.HasPrefix(head, "(") && !strings.HasPrefix(head, "&") {
				sites = append(sites, strings.FieldsFunc(head, func(r rune) bool { return strings.ContainsRune(", \"`", r) })...)
			}
		}
		depth += strings.Count(line, "{") - strings.Count(line, "}")
	}
	return sites
}

// CaddyOnlyRedirects reports whether all sites of a Caddyfile are served over HTTPS only, so that port 80 sends everybody there.
func CaddyOnlyRedirects(caddyfile string, variable func(name string) string) bool {
	if strings.Contains(caddyfile, "auto_https") {
		return false
	}
	sites := sitesOf(caddyfile, variable)
	return len(sites) > 0 && !slices.ContainsFunc(sites, func(site string) bool { return !siteName.MatchString(site) })
}

// CaddyServers returns the ports other than those of HTTP and HTTPS that the sites of a Caddyfile name. The value is whether Caddy speaks HTTP
// without TLS there: a site with a host has TLS on any port.
func CaddyServers(caddyfile string, variable func(name string) string) map[int32]bool {
	ports := map[int32]bool{}
	for _, site := range sitesOf(caddyfile, variable) {
		m := sitePort.FindStringSubmatch(site)
		if m == nil {
			continue
		}
		port, err := strconv.ParseUint(m[3], 10, 16)
		if err != nil || port == 0 || port == 80 || port == 443 {
			continue
		}
		isPlain := m[1] == "http://" || m[1] == "" && m[2] == "" || strings.Contains(caddyfile, "auto_https off")
		ports[int32(port)] = ports[int32(port)] || isPlain
	}
	return ports
}
