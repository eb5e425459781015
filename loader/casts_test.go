package loader

import (
	"strings"
	"testing"
)

func TestStringsAreCastWhereANumberOrBooleanBelongs(t *testing.T) {
	o := options(project(t, map[string]string{
		"compose.yaml": `
x-yes: &yes "yes"
x-deploy: &deploy {replicas: "${N}"}
services:
  a:
    image: x
    privileged: "true"
    read_only: *yes
    deploy: *deploy
    ulimits: {nofile: "5", nproc: {soft: "${N}", hard: 7}}
    ports: [{target: "${N}", published: 80}]
  b: {extends: {file: base.yaml, service: base}}
  c: {image: x, tty: off, stdin_open: "no"}
`,
		"base.yaml": "services: {base: {image: x, init: \"${UNSET:-true}\", scale: \"2\"}}\n",
	}))
	o.Environ = []string{"N=3"}
	p := mustLoad(t, o).Project
	a, b, c := p.Services["a"], p.Services["b"], p.Services["c"]
	if !a.Privileged || !a.ReadOnly || *a.Deploy.Replicas != 3 || a.Ulimits["nofile"].Single != 5 || a.Ulimits["nproc"].Soft != 3 || a.Ports[0].Target != 3 {
		t.Errorf("a is %+v", a)
	}
	if b.Init == nil || !*b.Init || *b.Scale != 2 || c.Tty || c.StdinOpen {
		t.Errorf("b is %+v, c is %+v", b, c)
	}
}

func TestErrorsOfInterpolationHideValues(t *testing.T) {
	list := loadFails(t, options(project(t, map[string]string{"compose.yaml": "services:\n  web:\n    image: x\n    environment: {PASSWORD: \"hunter2${\"}\n"})))
	if strings.Contains(describe(list), "hunter2") {
		t.Errorf("the value is shown: %s", describe(list))
	}
}
