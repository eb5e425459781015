package proxies

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/input"
)

// The directories in which nginx-proxy looks for passwords and settings of hosts.
const (
	passwordDir = "/etc/nginx/htpasswd" //nolint:gosec // a directory
	hostDir     = "/etc/nginx/vhost.d"
	confDir     = "/etc/nginx/conf.d"
)

// nginxFiles are the files of nginx-proxy that say something of its hosts.
type nginxFiles struct {
	passwords map[string]bool   // by name
	hosts     map[string]string // what the files of hosts say, by name
	common    string            // what holds for all hosts
	isUnknown bool              // a directory of passwords is mounted whose files are not known
}

// readNginxFiles reads what is mounted into nginx-proxy. Its directories are those of no other program.
func (p *reading) readNginxFiles() nginxFiles {
	files := nginxFiles{passwords: map[string]bool{}, hosts: map[string]string{}}
	for _, s := range p.project.Services {
		for _, v := range s.Config.Volumes {
			files.addMount(s, path.Clean(v.Target), v.Type == types.VolumeTypeBind, p.project.Files[path.Clean(v.Source)])
		}
		for _, c := range s.Config.Configs {
			files.add(s, path.Clean(c.Target), &source.File{Kind: source.Regular, Data: []byte(p.project.ConfigText(c.Source))})
		}
		for _, c := range s.Config.Secrets {
			files.add(s, path.Clean(c.Target), &source.File{Kind: source.Unreadable})
		}
		files.addBuilt(s)
	}
	return files
}

// addMount adds the files of a mount. A directory of passwords that is not there, or not known, may have one for every host.
func (n *nginxFiles) addMount(s *input.Service, target string, isBind bool, f *source.File) {
	if !isBind || f == nil || f.Kind != source.Regular && f.Kind != source.Directory {
		n.isUnknown = n.isUnknown || target == passwordDir && servesHosts(s)
		return
	}
	if f.Kind == source.Regular {
		n.add(s, target, f)
	}
	for i := range f.Entries {
		if e := &f.Entries[i]; e.Kind != source.Directory {
			n.add(s, path.Join(target, e.Path), &e.File)
		}
	}
}

// addBuilt adds the files that the project builds into an image. Of directories only the settings among their files are known.
func (n *nginxFiles) addBuilt(s *input.Service) {
	for _, t := range s.Facts.Texts {
		n.add(s, path.Clean(t.Place), &source.File{Kind: source.Regular, Data: []byte(t.Text)})
	}
	for _, target := range s.Facts.CopyTargets {
		target = path.Clean(target)
		n.isUnknown = n.isUnknown || target == passwordDir
		if _, known := n.hosts[path.Base(target)]; !known {
			n.add(s, target, &source.File{Kind: source.Unreadable})
		}
	}
}

// servesHosts reports whether a service reads settings of hosts: nginx-proxy, or the nginx beside the part of it that writes them.
func servesHosts(s *input.Service) bool {
	return isNginxProxy(s) || slices.ContainsFunc(s.Config.Volumes, func(v types.ServiceVolumeConfig) bool { return path.Clean(v.Target) == hostDir })
}

// add adds a file by its path in the container.
func (n *nginxFiles) add(s *input.Service, at string, f *source.File) {
	text := "unreadable"
	if f.Kind == source.Regular && source.IsText(f.Data) {
		text = string(f.Data)
	}
	switch dir, name := path.Split(at); path.Clean(dir) {
	case passwordDir:
		n.passwords[name] = true
	case hostDir:
		n.hosts[name] = text
	case confDir:
		if strings.HasSuffix(name, ".conf") && isNginxProxy(s) {
			n.common += "\n" + text
		}
	}
}

// of returns the guards of a host and path, and what else is said of them.
// Source: https://github.com/nginx-proxy/nginx-proxy/blob/main/docs/README.md, "Basic Authentication Support", "Custom Nginx Configuration"
func (n nginxFiles) of(v virtual) (guards, lost []string) {
	if n.isUnknown {
		guards = append(guards, "what lies in "+passwordDir)
	}
	hash := hashed(cmp.Or(v.path, "/"))
	for _, host := range v.hosts {
		if isHostPattern(host) {
			host = hashed(host)
		}
		for _, name := range []string{host, host + "_" + hash} {
			if n.passwords[name] {
				guards = append(guards, "the passwords in htpasswd/"+name)
			}
		}
		server := n.first(host, "default")
		location := n.first(host+"_"+hash+"_location_override", host+"_location_override", host+"_"+hash+"_location", host+"_location", "default_location")
		for _, name := range []string{server, location} {
			if name == "" {
				continue
			}
			words, isGuard := turnsAway(n.hosts[name])
			if isGuard {
				guards = append(guards, "vhost.d/"+name+" ("+strings.Join(words, ", ")+")")
			} else if len(words) > 0 {
				lost = append(lost, "vhost.d/"+name+" ("+strings.Join(words, ", ")+")")
			}
		}
	}
	if words, isGuard := turnsAway(outerOf(n.common)); isGuard {
		guards = append(guards, "conf.d ("+strings.Join(words, ", ")+")")
	}
	return guards, lost
}

// first returns the first of some names for which there is a file, or "".
func (n nginxFiles) first(names ...string) string {
	for _, name := range names {
		if _, is := n.hosts[name]; is {
			return name
		}
	}
	return ""
}

var (
	nginxComment   = pattern.New(`(?m)(^|\s)#.*$`)
	nginxDirective = pattern.New(`(?:^|[;{}])\s*([a-z_0-9]+)(\s+30[12378]\b)?`)
)

// harmlessDirectives are directives of nginx, or how they begin, that change requests and answers, but turn nobody away. Any other one, also one that is
// not known, is taken for a guard; `return` is one unless it sends to another place.
// Source: https://nginx.org/en/docs/dirindex.html
var harmlessDirectives = []string{
	"absolute_redirect", "access_log", "add_header", "add_trailer", "aio", "alias", "break", "brotli", "brotli_", "charset", "client_body_", "client_header_",
	"client_max_body_size", "default_type", "directio", "error_log", "error_page", "etag", "expires", "fastcgi_", "geo", "geoip2", "geoip_", "gunzip", "gzip",
	"gzip_", "http2", "http2_", "http3", "http3_", "if", "if_modified_since", "index", "keepalive_", "large_client_header_buffers", "limit_conn_log_level",
	"limit_conn_status", "limit_conn_zone", "limit_req_log_level", "limit_req_status", "limit_req_zone", "lingering_", "listen", "location", "log_format",
	"log_not_found", "map", "map_hash_", "more_clear_headers", "more_set_headers", "open_file_cache", "open_file_cache_", "output_buffers", "port_in_redirect",
	"postpone_output", "proxy_", "real_ip_", "reset_timedout_connection", "resolver", "resolver_timeout", "rewrite", "rewrite_log", "root", "send_timeout",
	"sendfile", "sendfile_", "server", "server_name", "server_name_", "server_names_hash_", "server_tokens", "set", "set_real_ip_from", "ssl_buffer_size",
	"ssl_certificate", "ssl_certificate_key", "ssl_ciphers", "ssl_dhparam", "ssl_ecdh_curve", "ssl_prefer_server_ciphers", "ssl_protocols", "ssl_session_",
	"ssl_stapling", "ssl_stapling_", "ssl_trusted_certificate", "sub_filter", "sub_filter_", "tcp_", "try_files", "types", "types_hash_",
	"underscores_in_headers", "upstream", "uwsgi_", "variables_hash_",
}

// turnsAway returns the directives of settings of nginx that may keep callers out, and whether there are any; else all that they have.
func turnsAway(text string) (words []string, isGuard bool) {
	var guards, all []string
	for _, m := range nginxDirective.FindAllStringSubmatch(nginxComment.ReplaceAllString(text, ""), -1) {
		all = append(all, m[1])
		isRedirect := m[1] == "return" && m[2] != ""
		if !isRedirect && !slices.ContainsFunc(harmlessDirectives, func(known string) bool {
			return m[1] == known || strings.HasSuffix(known, "_") && strings.HasPrefix(m[1], known)
		}) {
			guards = append(guards, m[1])
		}
	}
	if len(guards) > 0 {
		all, isGuard = guards, true
	}
	slices.Sort(all)
	return slices.Compact(all), isGuard
}

// outerOf returns settings without what stands in blocks, which holds for other hosts, or for nothing by itself.
func outerOf(text string) string {
	var b strings.Builder
	depth := 0
	for _, c := range nginxComment.ReplaceAllString(text, "") {
		switch {
		case c == '{':
			depth++
		case c == '}' && depth > 0:
			if depth--; depth == 0 {
				b.WriteByte(';')
			}
		case depth == 0:
			b.WriteRune(c)
		}
	}
	return b.String()
}
