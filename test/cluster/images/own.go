package images

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// Names of the images that every node has.
const (
	// Pause holds the namespaces of a Pod.
	Pause = "transship.test/pause:1"
	// Probe reports what a container sees.
	Probe = "transship.test/probe:1"
	// Busybox is Debian's static busybox with all its applets.
	Busybox = "busybox:1.37"
)

// kubectlVersions are the tags under which kubectl is found; it is always the one of the control plane's version.
var kubectlVersions = []string{"v1.33.0", "v1.34.0", "v1.35.0", "v1.36.0", "v1.36.3"}

const busyboxPath = "/bin/busybox"

// Own builds the images that every node has from the programs in bin and Debian's busybox.
func Own(bin string) ([]Image, error) {
	pause, err := program(filepath.Join(bin, "pause"), "/pause")
	if err != nil {
		return nil, err
	}
	probe, err := ProbeSpec(bin, Probe)
	if err != nil {
		return nil, err
	}
	pause.Names = []string{Pause}
	specs := []Spec{pause, probe}
	busybox, err := busyboxSpec(busyboxPath)
	if err != nil {
		return nil, err
	}
	specs = append(specs, busybox)
	kubectl, err := program(filepath.Join(bin, "kubectl"), "/bin/kubectl")
	if err != nil {
		return nil, err
	}
	for _, version := range kubectlVersions {
		kubectl.Names = append(kubectl.Names, "registry.k8s.io/kubectl:"+version)
	}
	specs = append(specs, kubectl)
	var out []Image
	for _, spec := range specs {
		image, err := Build(spec)
		if err != nil {
			return nil, fmt.Errorf("build image %s: %w", spec.Names[0], err)
		}
		out = append(out, image)
	}
	return out, nil
}

// ProbeSpec is an image of the probe under the given names. Its files are those of a small system: users, a
// temporary directory, the program as /probe.
func ProbeSpec(bin string, names ...string) (Spec, error) {
	spec, err := program(filepath.Join(bin, "probe"), "/probe")
	if err != nil {
		return Spec{}, err
	}
	spec.Names = names
	for name, file := range smallSystem() {
		spec.Files[name] = file
	}
	return spec, nil
}

// program is an image with one program, which it runs.
func program(from, to string) (Spec, error) {
	data, err := os.ReadFile(from)
	if err != nil {
		return Spec{}, fmt.Errorf("read program of image: %w", err)
	}
	return Spec{
		Files:  map[string]File{to: {Mode: 0o755, Data: data}},
		Config: v1.Config{Entrypoint: []string{to}, Env: []string{"PATH=/bin:/usr/bin:/"}},
	}, nil
}

// busyboxSpec has a link for each applet. Without Debian's program it is an error that says where it comes from.
func busyboxSpec(path string) (Spec, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return Spec{}, fmt.Errorf("read busybox (Debian package busybox-static): %w", err)
	}
	if err != nil {
		return Spec{}, fmt.Errorf("read busybox: %w", err)
	}
	files := smallSystem()
	files["/bin/busybox"] = File{Mode: 0o755, Data: data}
	applets, err := appletsOf(path)
	if err != nil {
		return Spec{}, err
	}
	for _, applet := range applets {
		if applet != "busybox" {
			files["/bin/"+applet] = File{Link: "/bin/busybox"}
		}
	}
	if program, done := withoutNetcat(data); done {
		files["/bin/busybox"], files["/bin/nc"] = File{Mode: 0o755, Data: program}, File{Mode: 0o755, Data: []byte(netcat)}
	}
	return Spec{
		Names: []string{Busybox, "busybox:latest"}, Files: files,
		Config: v1.Config{Cmd: []string{"sh"}, Env: []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}},
	}, nil
}

// netcat is nc with the option -z, which the image of the Docker Library has and Debian's program has not.
const netcat = `#!/bin/sh
[ "$1" = -z ] || exec /bin/busybox nb "$@"
shift
exec /bin/busybox nb "$@" -e /bin/true
`

// withoutNetcat renames the command nc of busybox, whose shell prefers its own commands to those of the PATH. The new
// name has the same place in the sorted list of commands that is part of the program.
func withoutNetcat(program []byte) (renamed []byte, done bool) {
	old := []byte("\x00nc\x00")
	if bytes.Count(program, old) != 1 {
		return program, false
	}
	return bytes.Replace(program, old, []byte("\x00nb\x00"), 1), true
}

// smallSystem is what programs expect of any file system.
func smallSystem() map[string]File {
	return map[string]File{
		"/etc/passwd": {Mode: 0o644, Data: []byte("root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000:app:/home/app:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n")},
		"/etc/group":  {Mode: 0o644, Data: []byte("root:x:0:\napp:x:1000:\nextra:x:2000:app\nnogroup:x:65534:\n")},
		"/root":       {Mode: fs.ModeDir | 0o700},
		"/home/app":   {Mode: fs.ModeDir | 0o755, UID: 1000, GID: 1000},
		"/tmp":        {Mode: fs.ModeDir | fs.ModeSticky | 0o777},
	}
}
