package texts

import (
	"slices"
	"strconv"
	"strings"

	"github.com/transship/transship/internal/pattern"
)

// The settings of servers that have one port for nothing but to send everybody to HTTPS. Sources:
// https://nginx.org/en/docs/http/ngx_http_rewrite_module.html#return, https://httpd.apache.org/docs/2.4/mod/mod_alias.html#redirect
var (
	remark      = pattern.New(`(?m)(^|\s)#.*$`).Holding("#")
	serverBlock = pattern.New(`(?:^|[\s;{}])server\s*\{`).Holding("server")
	listenOn    = pattern.New(`(?:^|[\s;{])listen\s+["']?(?:\S*:)?(\d+)[^;{}]*;`).Holding("listen")
	toTLS       = pattern.New(`(?:return\s+30[1278]|rewrite\s+\S+)\s+["']?https://`).Holding("https://")
	serves      = pattern.New(`_pass\s|try_files\s|x_forwarded_proto`).Holding("_pass", "try_files", "x_forwarded_proto")
	challenge   = pattern.New(`location\s[^{}]*well-known[^{}]*\{[^{}]*\}`).Holding("well-known")
	virtualHost = pattern.New(`(?is)<VirtualHost\s[^>]*:(\d+)["']?\s*>(.*?)</VirtualHost>`).Holding("virtualhost")
	hostToTLS   = pattern.New(`(?im)^\s*(Redirect\s+(permanent\s+|temp\s+|30[1278]\s+)?(?:"?/"?)?\s*"?https://|RewriteRule\s+\S+\s+"?https://)`).Holding("https://")
	hostServes  = pattern.New(`(?im)^\s*(ProxyPass|DocumentRoot|WSGIScriptAlias)\b|X-Forwarded-Proto`).Holding("proxypass", "documentroot", "wsgi", "x-forwarded")
)

// OnlyRedirects reports whether the settings of nginx or Apache make a port send everybody to HTTPS and serve nothing: a block for the port
// says so, and no other one serves there.
func OnlyRedirects(settings string, port int32) bool {
	if !strings.Contains(settings, "https://") {
		return false
	}
	settings = remark.ReplaceAllString(settings, "")
	redirects := false
	for _, at := range virtualHost.FindAllStringSubmatch(settings, -1) {
		if at[1] != strconv.Itoa(int(port)) {
			continue
		}
		if !hostToTLS.MatchString(at[2]) || hostServes.MatchString(at[2]) {
			return false
		}
		redirects = true
	}
	for _, at := range serverBlock.FindAllStringSubmatchIndex(settings, maxBlocks) {
		block := upToBrace(settings[at[1]:])
		ports := listenOn.FindAllStringSubmatch(block, -1)
		if len(ports) == 0 && port != 80 || len(ports) > 0 && !slices.ContainsFunc(ports, func(p []string) bool { return p[1] == strconv.Itoa(int(port)) }) {
			continue
		}
		block = challenge.ReplaceAllString(block, "")
		if !toTLS.MatchString(block) || serves.MatchString(block) {
			return false
		}
		redirects = true
	}
	return redirects
}

// Bounds of what is read of settings: nobody writes more blocks, or longer ones.
const (
	maxBlocks = 500
	maxBlock  = 64 << 10
)

// upToBrace returns a text up to the brace that closes the block which it is in.
func upToBrace(text string) string {
	text = text[:min(len(text), maxBlock)]
	depth := 1
	for i := range len(text) {
		switch text[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return text[:i]
			}
		}
	}
	return text
}
