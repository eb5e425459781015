// Package main measures whole conversions as processes: `make bench`.
package main

import (
	"fmt"
	"strings"
)

// project returns a compose file with n services; each has an image, two ports, five variables, a healthcheck, a
// named volume, two networks and labels.
func project(n int) string {
	var b strings.Builder
	b.WriteString("name: bench\nservices:\n")
	for i := range n {
		fmt.Fprintf(&b, `  service-%[1]d:
    image: registry.example.com/team/service-%[1]d:1.%[1]d
    ports: ["%[2]d:8080", "9090"]
    environment:
      LOG_LEVEL: info
      DATABASE_HOST: service-%[3]d
      DATABASE_PASSWORD: a-secret-of-%[1]d
      GREETING: "pid $$$$ of service %[1]d"
      WORKERS: 4
    healthcheck: {test: [CMD, wget, -q, -O, /dev/null, "http://localhost:8080/health"], interval: 10s, timeout: 3s, start_period: 20s}
    volumes: ["data-%[1]d:/var/lib/service"]
    networks: [front, back]
    labels: {team: team-%[4]d, tier: backend}
`, i, 10000+i%50000, (i+1)%n, i%7)
	}
	b.WriteString("networks: {front: {}, back: {}}\nvolumes:\n")
	for i := range n {
		fmt.Fprintf(&b, "  data-%d: {}\n", i)
	}
	return b.String()
}
