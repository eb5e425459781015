package node

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"

	"github.com/vishvananda/netlink"

	"github.com/transship/transship/test/cluster/controlplane"
)

const (
	// Name is the node's name.
	Name = "node-1"
	// IP is the node's address and that of everything on it.
	IP = "10.89.0.1"
	// APIServerPort is where the API server listens, on IP.
	APIServerPort = 6443
	// podRange is the part of the cluster's range that the controller manager gives to the first node.
	podRange = "10.97.0.0/24"
	bridge   = "cni0"
)

// connect gives the node its address. There is no way out of it: what is not here is unreachable at once.
func connect() error {
	loopback, err := netlink.LinkByName("lo")
	if err != nil {
		return fmt.Errorf("find loopback: %w", err)
	}
	// A pair that leads nowhere; not every kernel has dummy interfaces.
	uplink := &netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: "node0"}, PeerName: "node0-end"}
	if err := netlink.LinkAdd(uplink); err != nil {
		return fmt.Errorf("add interface: %w", err)
	}
	end, err := netlink.LinkByName(uplink.PeerName)
	if err != nil {
		return fmt.Errorf("find interface: %w", err)
	}
	address, err := netlink.ParseAddr(IP + "/24")
	if err != nil {
		return fmt.Errorf("parse node address: %w", err)
	}
	if err := netlink.AddrAdd(uplink, address); err != nil {
		return fmt.Errorf("set node address: %w", err)
	}
	for _, link := range []netlink.Link{loopback, uplink, end} {
		if err := netlink.LinkSetUp(link); err != nil {
			return fmt.Errorf("set %s up: %w", link.Attrs().Name, err)
		}
	}
	// The kernel asks for a route before kube-proxy turns a service address into a Pod's.
	_, services, err := net.ParseCIDR(controlplane.ServiceRange)
	if err != nil {
		return fmt.Errorf("parse service range: %w", err)
	}
	if err := netlink.RouteAdd(&netlink.Route{LinkIndex: uplink.Index, Dst: services}); err != nil {
		return fmt.Errorf("add route to services: %w", err)
	}
	return errors.Join(
		setSysctl("net/ipv4/ip_forward", "1"),
		// Traffic between Pods of one bridge passes kube-proxy's and the policies' rules.
		setSysctl("net/bridge/bridge-nf-call-iptables", "1"),
		setSysctl("net/bridge/bridge-nf-call-ip6tables", "1"),
	)
}

func setSysctl(name, value string) error {
	if err := os.WriteFile(filepath.Join("/proc/sys", name), []byte(value), 0o644); err != nil {
		return fmt.Errorf("set sysctl: %w", err)
	}
	return nil
}

// forward passes on what arrives at the host's listener to the API server.
func forward(to string) error {
	listener, err := net.FileListener(os.NewFile(listenerFD, "listener"))
	if err != nil {
		return fmt.Errorf("take the host's listener: %w", err)
	}
	for {
		conn, err := listener.Accept()
		if err != nil {
			return fmt.Errorf("accept: %w", err)
		}
		go relay(conn.(*net.TCPConn), to)
	}
}

func relay(from *net.TCPConn, address string) {
	defer from.Close()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		// As if nobody listened: a client of a stopped API server must not wait.
		_ = from.SetLinger(0)
		return
	}
	to := conn.(*net.TCPConn)
	defer to.Close()
	done := make(chan struct{})
	go func() {
		_, _ = io.Copy(to, from)
		_ = to.CloseWrite()
		close(done)
	}()
	_, _ = io.Copy(from, to)
	_ = from.CloseWrite()
	<-done
}
