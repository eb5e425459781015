package registry

import (
	"context"
	"fmt"
	"slices"

	"github.com/transship/transship/lockfile"
)

// questionOf returns what the layers of an image are asked: what the project wants to know and what decides about the
// user. main is what has to be answered; the rest is where links of many images lead, so that one reading is enough.
func questionOf(request Request, volumes []string) (main, all question) {
	const passwd, group, shell = "/etc/passwd", "/etc/group", "/bin/sh"
	main = question{texts: []string{group, passwd}}.with(append(slices.Concat(request.Paths, volumes), passwd, group, shell)...)
	all = main.with("/usr/bin/sh", "/bin/dash", "/usr/bin/dash", "/bin/bash", "/usr/bin/bash", "/bin/busybox", "/usr/bin/busybox")
	for _, p := range main.paths {
		for _, link := range [][2]string{{"/var/run/", "/run/"}, {"/bin/", "/usr/bin/"}, {"/lib/", "/usr/lib/"}, {"/sbin/", "/usr/sbin/"}} {
			if rest, ok := cutPrefix(p, link[0]); ok {
				all = all.with(link[1] + rest)
			}
		}
	}
	return main, all
}

// layerReader returns the answer of one layer, counted from the top.
type layerReader func(ctx context.Context, n int, q question) (*layer, error)

// maxRounds bounds how often layers are read again because links lead to where nobody has looked.
const maxRounds = 6

// files reads the layers of an image, top first, until nothing can change any more.
func files(ctx context.Context, layers int, main, all question, read layerReader) (*tree, error) {
	for round := 0; ; round++ {
		t := newTree(all)
		var more question
		undecided := true
		for n := 0; n < layers && undecided; n++ {
			l, err := read(ctx, n, all)
			if err != nil {
				return nil, err
			}
			t.layers = append(t.layers, l)
			t.complete = n == layers-1
			more, undecided = t.wanting(main)
		}
		if layers == 0 {
			t.complete = true
		}
		if len(more.paths) == 0 {
			return t, nil
		}
		if round == maxRounds {
			return nil, fmt.Errorf("its symbolic links lead on and on: %w", errUnsafe)
		}
		all = all.with(more.paths...)
		all.texts = sorted(append(all.texts, more.texts...))
	}
}

// describe writes what the layers say into an entry of the lock.
func describe(image *lockfile.Image, t *tree, request Request) {
	_, shell, s := t.resolve("/bin/sh")
	image.Shell = new(s == present && !shell.isDir())
	image.Paths = map[string]lockfile.Path{}
	for _, p := range sorted(append(slices.Clone(request.Paths), image.Volumes...)) {
		image.Paths[p] = t.at(p)
	}
	passwd, known1 := t.text("/etc/passwd")
	group, known2 := t.text("/etc/group")
	if !known1 || !known2 { // too large, or no regular file
		return
	}
	a := accounts{passwd, group}
	image.UID, image.GID, image.Groups = a.process(image.User)
	for _, name := range request.Users {
		if image.Users == nil {
			image.Users = map[string]*lockfile.User{}
		}
		image.Users[name] = a.user(name)
	}
	for _, name := range request.Groups {
		if image.GroupIDs == nil {
			image.GroupIDs = map[string]*int64{}
		}
		image.GroupIDs[name] = a.groupID(name)
	}
}

// at returns what is at a path of the image.
func (t *tree) at(p string) lockfile.Path {
	at, e, s := t.resolve(p)
	if s != present {
		return lockfile.Path{}
	}
	out := lockfile.Path{
		Exists: true, Directory: e.isDir(), Content: e.isDir() && t.hasContent(at) == present, Mode: fmt.Sprintf("%04o", e.Mode),
	}
	if lockfile.IsID(e.UID) && lockfile.IsID(e.GID) { // a layer may claim anything
		out.UID, out.GID = &e.UID, &e.GID
	}
	return out
}
