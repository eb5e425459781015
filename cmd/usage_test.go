package cmd

import (
	"strings"
	"testing"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/internal/table"
)

func TestStatsHaveTheColumnsOfDockerCompose(t *testing.T) {
	usage := []cluster.Usage{{Pod: "web-1", Container: "web", CPU: 0.125, Memory: 64 << 20}}
	rows := []statsRow{
		statsRowOf(&cluster.Container{Pod: "web-1", Name: "web", ID: "0123456789abcdef", MemoryLimit: 256 << 20}, usage, false),
		statsRowOf(&cluster.Container{Pod: "db-1", Name: "db"}, usage, false),
	}
	f, err := table.Parse("{{.ID}} {{.Name}} {{.CPUPerc}} {{.MemUsage}} {{.MemPerc}} {{.NetIO}} {{.PIDs}}", "", statsHeaders)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := table.Print(&out, f, rows); err != nil {
		t.Fatal(err)
	}
	if want := "0123456789ab web-1 12.50% 64MiB / 256MiB 25.00% -- --\n db-1 -- -- / -- -- -- --\n"; out.String() != want {
		t.Errorf("printed is\n%q\nwant\n%q", out.String(), want)
	}
}

// TestProcessesOfUnlikePsAreOneTable: images have ps of different kinds.
func TestProcessesOfUnlikePsAreOneTable(t *testing.T) {
	p := &processTable{show: Streams{}.shown}
	p.parse(&cluster.Container{Service: "web", Pod: "web-1"}, "PID   USER     TIME  COMMAND\n    1 root      0:00 nginx: master process\n   31 root      0:00 ps\n")
	p.parse(&cluster.Container{Service: "db", Pod: "db-1"}, "    PID TTY          TIME CMD\n      1 ?        00:00:01 postgres\n     99 ?        00:00:00 ps\n")
	var out strings.Builder
	if err := p.print(&out); err != nil {
		t.Fatal(err)
	}
	want := "SERVICE  POD    PID  USER  TIME      TTY  CMD\n" +
		"web      web-1  1    root  0:00      -    nginx: master process\n" +
		"db       db-1   1    -     00:00:01  ?    postgres\n"
	if out.String() != want {
		t.Errorf("printed is\n%s\nwant\n%s", out.String(), want)
	}
}
