package loader

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
)

// manyServices is a project of n services with an image, two ports, five variables, a healthcheck, a named volume, two
// networks and labels each.
func manyServices(n int) string {
	var b strings.Builder
	b.WriteString("name: many\nservices:\n")
	for i := range n {
		fmt.Fprintf(&b, `  s%d:
    image: registry.example.com/app%d:1.0
    ports: ["%d:80", "443"]
    environment:
      ONE: "1"
      TWO: two
      THREE: ${HOME}
      FOUR: http://s%d:80
      FIVE: "5"
    healthcheck:
      test: ["CMD", "curl", "-f", "http://localhost"]
      interval: 30s
      timeout: 3s
      retries: 3
    volumes:
      - data%d:/var/lib/data
    networks: [front, back]
    labels:
      com.example.team: a
      com.example.tier: "%d"
`, i, i, 10000+i, i/2, i, i)
	}
	b.WriteString("networks: {front: {}, back: {}}\nvolumes:\n")
	for i := range n {
		fmt.Fprintf(&b, "  data%d: {}\n", i)
	}
	return b.String()
}

func BenchmarkLoad(b *testing.B) {
	for _, n := range []int{1, 10, 100, 1000} {
		dir := project(b, map[string]string{"compose.yaml": manyServices(n)})
		o := options(dir)
		o.Environ = []string{"HOME=/home/me"}
		b.Run(fmt.Sprintf("services=%d", n), func(b *testing.B) {
			for b.Loop() {
				if _, err := Load(context.Background(), o); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("compose-go/services=%d", n), func(b *testing.B) {
			for b.Loop() {
				p, err := cli.NewProjectOptions([]string{dir + "/compose.yaml"}, cli.WithEnv(o.Environ))
				if err != nil {
					b.Fatal(err)
				}
				if _, err := p.LoadProject(context.Background()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
