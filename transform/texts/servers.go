package texts

import (
	"strconv"
	"strings"

	"github.com/transship/transship/internal/pattern"
)

// The settings of servers that say on which ports they speak HTTP, and where TLS comes first. Sources:
// https://nginx.org/en/docs/http/ngx_http_core_module.html#listen, https://nginx.org/en/docs/stream/ngx_stream_core_module.html,
// https://httpd.apache.org/docs/2.4/mod/mod_ssl.html#sslengine, https://docs.haproxy.org/3.2/configuration.html#5.1-ssl
var (
	streamBlock    = pattern.New(`(?:^|[\s;{}])stream\s*\{`).Holding("stream")
	listenWith     = pattern.New(`(?:^|[\s;{])listen\s+["']?(?:\S*:)?(\d+)\b([^;{}]*);`).Holding("listen")
	tlsOn          = pattern.New(`(?:^|[\s;{])ssl\s+on\s*;`).Holding("ssl")
	tlsWord        = pattern.New(`\bssl\b`)
	hostTLS        = pattern.New(`(?i)\bSSLEngine\s+on\b`).Holding("sslengine")
	sectionOfProxy = pattern.New(`^(global|defaults|frontend|backend|listen|userlist|resolvers|peers|cache|program)\b`)
	modeOfProxy    = pattern.New(`^\s+mode\s+["']?(\w+)`).Holding("mode")
	bindOfProxy    = pattern.New(`^\s+bind\s+(?:\S*:)(\d+)\b(.*)`).Holding("bind")
)

// HTTPServers returns the ports on which settings of nginx, Apache or HAProxy make a server speak HTTP. The value is whether it does so
// without TLS.
func HTTPServers(settings string) map[int32]bool {
	ports := map[int32]bool{}
	add := func(number string, isPlain bool) {
		if n, err := strconv.ParseUint(number, 10, 16); err == nil && n > 0 {
			ports[int32(n)] = ports[int32(n)] || isPlain
		}
	}
	settings = remark.ReplaceAllString(settings, "")
	serversOfNginx(settings, add)
	for _, host := range virtualHost.FindAllStringSubmatch(settings, -1) {
		add(host[1], !hostTLS.MatchString(host[2]))
	}
	serversOfProxy(settings, add)
	return ports
}

func serversOfNginx(settings string, add func(number string, isPlain bool)) {
	var b strings.Builder
	for at := streamBlock.FindStringSubmatchIndex(settings); at != nil; at = streamBlock.FindStringSubmatchIndex(settings) {
		b.WriteString(settings[:at[0]])
		settings = settings[at[1]+len(upToBrace(settings[at[1]:])):]
	}
	settings = b.String() + settings
	for _, at := range serverBlock.FindAllStringSubmatchIndex(settings, maxBlocks) {
		block := upToBrace(settings[at[1]:])
		listens := listenWith.FindAllStringSubmatch(block, -1)
		for _, l := range listens {
			add(l[1], !tlsWord.MatchString(l[2]) && !tlsOn.MatchString(block))
		}
		if len(listens) == 0 {
			add("80", true)
		}
	}
}

func serversOfProxy(settings string, add func(number string, isPlain bool)) {
	var section, byDefault, mode string
	var binds [][]string
	end := func() {
		if section == "defaults" {
			byDefault = mode
		}
		for _, b := range binds {
			if mode == "http" || mode == "" && byDefault == "http" {
				add(b[1], !tlsWord.MatchString(b[2]))
			}
		}
		binds, mode = nil, ""
	}
	for line := range strings.Lines(settings) {
		if m := sectionOfProxy.FindStringSubmatch(line); m != nil {
			end()
			section = m[1]
		} else if m := modeOfProxy.FindStringSubmatch(line); m != nil {
			mode = m[1]
		} else if m := bindOfProxy.FindStringSubmatch(line); m != nil {
			binds = append(binds, m)
		}
	}
	end()
}
