package cmd

import (
	"slices"
	"testing"

	"github.com/transship/transship/cluster"
)

func TestPublishedPortsAreSaidHowToReach(t *testing.T) {
	ports := []cluster.PublishedPort{
		{Service: "web", Published: "8080", Target: 80, Protocol: "tcp"},
		{Service: "web", Published: "53", Target: 53, Protocol: "udp"},
		{Service: "db", HostIP: "127.0.0.2", Published: "5432", Target: 5432},
		{Service: "cache", Target: 6379},
		{Service: "shop", Published: "443", Target: 443},
	}
	entrances := []cluster.Entrance{{Service: "shop", Address: "https://shop.example/"}, {Service: "mail", Hint: "port 30025 of every node"}}
	want := []string{
		"shop: https://shop.example/", "mail: port 30025 of every node",
		"`transship forward` lets published ports answer on this machine: web 80 at 127.0.0.1:8080, db 5432 at 127.0.0.2:5432, cache 6379 at a free port",
	}
	if got := howToReach(ports, entrances, "transship forward"); !slices.Equal(got, want) {
		t.Errorf("said is\n%q\nwant\n%q", got, want)
	}
	if got := howToReach(nil, nil, "x"); got != nil {
		t.Errorf("said of nothing is %q", got)
	}
}
