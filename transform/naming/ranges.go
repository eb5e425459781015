package naming

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/transform/input"
)

// rangeMention is a range of addresses, or an address of one, that holds on Docker only.
type rangeMention struct {
	at          diag.Path
	written     string
	publishedBy *input.Service // that publishes the port of this address on the Docker host
	network     string         // of the project to which it belongs, "" for the ranges of Docker itself
	isHost      bool           // it is the Docker host on one of its networks
	isApart     bool           // the port does not follow the address
	beside      int32          // the port that stands beside the address, 0 if there is none
	variable    string         // that says so, "" if none does
	isDNS       bool           // it is the name server that Docker puts into containers
	port        uint32         // of the container, where publishedBy is set
	listensAt   bool           // publishedBy is told to listen on it
	isPublic    bool           // it is an address of the Internet
	isAlone     bool           // nothing beside it stands for the addresses that most clusters give to Pods
}

// dockerRange is where Docker makes networks unless it is told otherwise, before 192.168.0.0/16.
// Source: https://docs.docker.com/engine/network/ (default address pools)
var dockerRange = netip.MustParsePrefix("172.16.0.0/12")

// dockerDNS is where containers find the DNS of Docker. Source: https://docs.docker.com/engine/network/#dns-services
var dockerDNS = netip.MustParseAddr("127.0.0.11")

// desktopHosts are the fixed addresses of the machine that runs Docker on a desktop, and of Docker Machine.
// Source: https://docs.docker.com/desktop/features/networking/ (192.168.65.0/24), https://docs.docker.com/desktop/setup/install/windows-install/ (10.0.75.0/24)
var desktopHosts = []netip.Addr{
	netip.AddrFrom4([4]byte{192, 168, 65, 1}), netip.AddrFrom4([4]byte{192, 168, 65, 2}), netip.AddrFrom4([4]byte{192, 168, 65, 254}),
	netip.AddrFrom4([4]byte{10, 0, 75, 1}), netip.AddrFrom4([4]byte{192, 168, 99, 100}), netip.AddrFrom4([4]byte{192, 168, 59, 103}),
}

// ofDocker are the beginnings of the addresses that mean something on Docker.
var ofDocker = []string{"172.", "127.0.0.11", "192.168.65.", "10.0.75.1", "192.168.99.100", "192.168.59.103"}

// IsDockerHost reports whether an address is the machine that runs Docker, as a container has it: the first address of a network, which no
// container gets. Docker gives its networks 172.17.0.0/16 to 172.31.0.0/16.
// Source: https://docs.docker.com/engine/network/ (default address pools)
func IsDockerHost(address netip.Addr) bool {
	if !address.Is4() {
		return false
	}
	b := address.As4()
	if slices.Contains(desktopHosts, address) {
		return true
	}
	return b[0] == 172 && b[1] >= 17 && b[1] <= 31 && b[2] == 0 && b[3] == 1
}

// podRanges hold the addresses that most clusters give to Pods.
var podRanges = []string{"10.0.0.0/8", "0.0.0.0/0"}

// pool is a subnet that the project fixes.
type pool struct {
	subnet  netip.Prefix
	network string
}

// pools returns the subnets of the project's networks.
func (d *namer) pools() []pool {
	var list []pool
	for _, key := range d.project.Compose.NetworkNames() {
		for _, p := range d.project.Compose.Networks[key].Ipam.Config {
			if p == nil {
				continue
			}
			if subnet, err := netip.ParsePrefix(p.Subnet); err == nil && subnet.Addr().Is4() {
				list = append(list, pool{subnet.Masked(), key})
			}
		}
	}
	return list
}

// addressesIn returns the addresses and ranges in a text that hold on Docker only.
func addressesIn(t place, by *input.Service, h machine) []rangeMention {
	var list []rangeMention
	if len(h.pools) > 0 || slices.ContainsFunc(ofDocker, func(beginning string) bool { return strings.Contains(t.text, beginning) }) {
		list = rangesIn(t, h.pools, h.fixed)
		for i := range list {
			list[i].listensAt = listensItself(t.variable, "") && IsAddress(list[i].written)
			if list[i].isHost && list[i].beside == 0 {
				list[i].beside, list[i].variable = portVariable(environmentOf(by), t.variable)
			}
		}
	}
	if len(h.ports) > 0 {
		list = append(list, hostPortsIn(t, by, h)...)
	}
	return list
}

// rangesIn returns the ranges of Docker in a text, and the addresses of the project's networks that nothing in the project has.
func rangesIn(t place, pools []pool, fixed map[string]string) []rangeMention {
	var list []rangeMention
	text := t.text
	for i := 0; i < len(text); {
		if text[i] < '0' || text[i] > '9' || i > 0 && isWordByte(text[i-1]) {
			i++
			continue
		}
		end := i
		for end < len(text) && (text[end] >= '0' && text[end] <= '9' || text[end] == '.') {
			end++
		}
		m, ok := rangeAt(t, i, end, pools, fixed)
		ok = ok && (t.variable != "" || !isComment(text[:i]))
		i = end
		if ok && !isVersion(t.variable) {
			m.at = t.at
			list = append(list, m)
		}
	}
	alone := true
	for _, r := range podRanges {
		alone = alone && !strings.Contains(t.before+text+t.after, r)
	}
	for i := range list {
		list[i].isAlone = alone
	}
	return list
}

// commentStart matches the beginning of a line of a file that is a comment.
var commentStart = pattern.New(`^\s*(#|;|//|--\s|<!--|REM\s)`)

// isComment reports whether a text of several lines ends within a line that is a comment.
func isComment(before string) bool {
	line := before[strings.LastIndexByte(before, '\n')+1:]
	return commentStart.MatchString(line)
}

// trusts finds the names of variables that say from which addresses a program lets itself be called.
var trusts = pattern.New(`(?i)trusted|allowed?_?(ips?|from|hosts)|(white|allow)_?list|real_?ip_?from|forwarded_allow`)

// rangeAt judges the digits and dots between start and end, and what follows them.
func rangeAt(t place, start, end int, pools []pool, fixed map[string]string) (rangeMention, bool) {
	text := t.text
	word := strings.TrimRight(text[start:end], ".")
	isOpen := len(word) < end-start && (end == len(text) || !isWordByte(text[end])) // 172.18. and 172.18.*
	octets := strings.Count(word, ".") + 1
	if octets > 4 || end < len(text) && isWordByte(text[end]) && !isOpen {
		return rangeMention{}, false
	}
	address, err := netip.ParseAddr(word + strings.Repeat(".0", 4-octets))
	if err != nil {
		return rangeMention{}, false
	}
	written, bits := word, octets*8
	if n, suffix := maskBehind(text[end:]); octets == 4 && n > 0 {
		written, bits = word+suffix, n
	}
	mentioned := netip.PrefixFrom(address, bits).Masked()
	for _, p := range pools {
		if p.subnet.Contains(address) && bits >= p.subnet.Bits() && fixed[word] == "" && (octets == 4 || octets == 3 || isOpen) {
			return rangeMention{written: written, network: p.network}, true
		}
	}
	switch {
	case octets == 4 && bits == 32 && address == dockerDNS:
		return rangeMention{written: written, isDNS: true}, true
	case octets == 4 && bits == 32 && IsDockerHost(address) && fixed[word] == "":
		return rangeMention{written: written, isHost: true, beside: portAfter(text[end:])}, true
	case fixed[word] == "" && bits >= 8 && (octets > 1 || !isOpen) && bits <= 24 && (octets == 4 || isOpen) && mentioned.Overlaps(dockerRange):
		return rangeMention{written: written}, true
	case octets == 4 && bits == 32 && fixed[word] == "" && dockerRange.Contains(address) && trusts.MatchString(t.variable):
		return rangeMention{written: written}, true
	}
	return rangeMention{}, false
}

// portAfter reads the port directly behind an address, 0 if there is none.
func portAfter(after string) int32 {
	rest, found := strings.CutPrefix(after, ":")
	digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
	if n, err := strconv.ParseUint(rest[:digits], 10, 16); found && err == nil {
		return int32(n)
	}
	return 0
}

// maskBehind reads the size of a range: /12, or /255.240.0.0; 0 if there is none.
func maskBehind(after string) (bits int, written string) {
	if !strings.HasPrefix(after, "/") {
		return 0, ""
	}
	end := 1
	for end < len(after) && (after[end] >= '0' && after[end] <= '9' || after[end] == '.') {
		end++
	}
	written = strings.TrimRight(after[:end], ".")
	if n, err := strconv.Atoi(written[1:]); err == nil && n <= 32 {
		return n, written
	}
	mask, err := netip.ParseAddr(written[1:])
	if err != nil || !mask.Is4() {
		return 0, ""
	}
	for _, b := range mask.As4() {
		for ; b&0x80 != 0; b <<= 1 {
			bits++
		}
	}
	return bits, written
}

// isVersion reports whether a variable holds a version or an image, whose numbers are no address.
func isVersion(variable string) bool {
	upper := strings.ToUpper(variable)
	return strings.Contains(upper, "VERSION") || strings.Contains(upper, "IMAGE") || strings.HasSuffix(upper, "TAG")
}

// isWordByte reports whether a byte before or behind digits makes them part of a word.
func isWordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '.' || c == '-' || c >= 0x80
}

// toldName finds the names of variables whose value a program gives to those who call it.
var toldName = pattern.New(`(?i)advert|public|external|issuer|redirect|callback|cors|origin|(?:site|root|base|app|front_?end|auth|server|web|home)_?(?:url|uri|address)|^url$`)

// TellsOthers reports whether a program gives the value of a variable to those who call it, judged by its name.
func TellsOthers(variable string) bool { return toldName.MatchString(variable) }

// reportRanges reports the ranges of addresses from which no Pod comes.
func (d *namer) reportRanges(dns map[*input.Service]string, ports map[string]published) {
	const help = "name the range of the Pods, which the cluster chooses: kubectl get nodes -o jsonpath='{.items[*].spec.podCIDR}' shows it on many clusters"
	seen := map[string]bool{}
	for _, m := range d.mentions.ranges {
		key := m.at.String() + " " + m.written
		if seen[key] {
			continue
		}
		seen[key] = true
		switch {
		case m.network != "":
			advice := "use the name of the service, or the address range of the cluster"
			if m.listensAt {
				advice = listenAnywhere
			}
			d.findings.Addf("static-address-used", m.at, advice, "%s %s; the cluster gives out other addresses", m.written, "belongs to the subnet of network "+m.network)
		case m.isDNS:
			d.findings.Addf("docker-dns", m.at, "ask the DNS of the cluster, kube-dns.kube-system.svc.cluster.local on most, for whole names, such as web.NAMESPACE.svc.cluster.local; or name the service where no name server has to be told",
				"%s is the name server of Docker, which no Pod has: a program that asks it finds no name at all", m.written)
		case m.publishedBy != nil:
			advice := m.instead(dns[m.publishedBy])
			d.pointed[m.publishedBy] = true
			switch {
			case m.listensAt:
				advice = listenAnywhere
			case slices.Contains(m.at, "environment") && TellsOthers(m.at[len(m.at)-1]):
				advice = "write the address there under which " + m.publishedBy.Name + " is reachable from outside the cluster"
			case slices.Contains(m.at, "environment") && LetsIn(m.at[len(m.at)-1]):
				advice = "add the host under which " + m.publishedBy.Name + " is reachable"
			case m.isPublic:
				advice = fmt.Sprintf("write the address there under which %s is reachable from outside the cluster, or %s:%d if nobody but services of the project calls it", m.publishedBy.Name, dns[m.publishedBy], m.port)
			}
			if m.publishedBy.NetworkMode == "host" {
				d.findings.Addf("host-gateway", m.at, advice,
					"%s may be the Docker host, on which %s listens on that port: in a cluster nothing of the project answers there", m.written, m.publishedBy.Name)
				continue
			}
			d.findings.Addf("host-gateway", m.at, advice,
				"%s may be the Docker host, on which %s publishes that port: in a cluster nothing of the project answers there", m.written, m.publishedBy.Name)
		case m.isHost:
			advice := machineMeant
			if target, found := atHost(ports, m.beside); found {
				advice = d.instead(target, dns, m.beside, m.variable)
			}
			d.findings.Addf("host-gateway", m.at, advice,
				"%s is the Docker host, which does not exist in a cluster: nothing answers there, and nobody comes from there", m.written)
		case m.isAlone:
			d.findings.Addf("docker-range", m.at, help, "%s is where Docker gives containers their addresses; Pods mostly have others, so that what is trusted or allowed from there is not when it comes from a Pod", m.written)
		default:
			d.findings.Addf("private-range", m.at, help, "%s is where Docker gives containers their addresses; of Pods, only those with an address in the other ranges beside it are meant", m.written)
		}
	}
}

// letsIn matches the variables that list the hosts and origins by which a program lets itself be called.
// Sources: https://docs.djangoproject.com/en/stable/ref/settings/#allowed-hosts, https://docs.nextcloud.com/server/stable/admin_manual/configuration_server/
var letsIn = pattern.New(`(^|_)(ALLOWED_HOST(NAME)?S?|TRUSTED_(DOMAINS|HOSTS|ORIGINS)|ALLOWED_ORIGINS|CSRF_TRUSTED_ORIGINS)$`).Holding("allowed", "trusted")

// LetsIn reports whether a program lets itself be called by the hosts and origins in a variable alone, judged by its name.
func LetsIn(variable string) bool { return letsIn.MatchString(variable) }
