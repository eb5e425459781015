package streams

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/resource"
	"github.com/transship/transship/cluster/status"
	"github.com/transship/transship/internal/archive"
)

// CopyOptions say how files are copied.
type CopyOptions struct {
	Namespace      string
	Pod, Container string
	FollowLink     bool   // copy what symbolic links point to
	Archive        bool   // keep numeric owners
	Image          string // of the helper that is used in containers without tar or a shell
	// Help is told that a helper is started, and with which image; nil if nobody is to be told.
	Help func(image string)
}

// CopyFrom copies a file or directory of a container to a spot on this machine, by the rules of docker cp.
func CopyFrom(ctx context.Context, c *api.Conn, o CopyOptions, source, destination string) error {
	p := parse(source)
	reader, writer := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := archive.Unpack(reader, destination, p.base, p.contents, o.Archive)
		reader.CloseWithError(errors.Join(err, io.ErrClosedPipe)) // nobody reads any more
		done <- err
	}()
	err := tarFrom(ctx, c, o, p, writer)
	writer.CloseWithError(err)
	unpacked := <-done
	if err != nil && !errors.Is(err, io.ErrClosedPipe) {
		return err
	}
	return unpacked
}

// StreamFrom writes a file or directory of a container as a tar stream.
func StreamFrom(ctx context.Context, c *api.Conn, o CopyOptions, source string, out io.Writer) error {
	return tarFrom(ctx, c, o, parse(source), out)
}

func tarFrom(ctx context.Context, c *api.Conn, o CopyOptions, p spot, out io.Writer) error {
	return withTools(ctx, c, o, func(container, root string) error {
		flags := "-cf"
		if o.FollowLink {
			flags = "-chf"
		}
		err := tool(ctx, c, o, container, []string{"tar", flags, "-", "-C", root + p.dir, p.entry()}, nil, out)
		if err != nil && isMissing(ctx, c, o, container, root+p.whole) {
			return fmt.Errorf("there is no %s in container %s", p.whole, o.Container)
		}
		return err
	})
}

// CopyTo copies a file or directory of this machine into a container, by the rules of docker cp.
func CopyTo(ctx context.Context, c *api.Conn, o CopyOptions, source string, isDir bool, destination string) error {
	from := parse(source)
	return into(ctx, c, o, destination, func(kind string, to spot) (dir, top string, err error) {
		switch {
		case kind == "directory" && isDir && from.contents:
			return to.whole, "", nil
		case kind == "directory":
			return to.whole, from.base, nil
		case kind == "file" && isDir:
			return "", "", fmt.Errorf("%s is a file in the container: a directory cannot be copied onto it", destination)
		case kind == "missing" && !isDir && strings.HasSuffix(destination, "/"):
			return "", "", fmt.Errorf("there is no directory %s in the container", destination)
		}
		return to.dir, to.base, nil
	}, func(top string, out io.Writer) error {
		return archive.Pack(out, source, top, archive.PackOptions{FollowLink: o.FollowLink, KeepOwner: o.Archive})
	})
}

// StreamTo unpacks a tar stream in a directory of a container.
func StreamTo(ctx context.Context, c *api.Conn, o CopyOptions, in io.Reader, destination string) error {
	return into(ctx, c, o, destination, func(kind string, to spot) (dir, top string, err error) {
		if kind != "directory" {
			return "", "", fmt.Errorf("there is no directory %s in the container", destination)
		}
		return to.whole, "", nil
	}, func(_ string, out io.Writer) error {
		_, err := io.Copy(out, in)
		return err
	})
}

// into unpacks in a container what pack writes, where choose says, which is told what the destination is.
func into(ctx context.Context, c *api.Conn, o CopyOptions, destination string, choose func(kind string, to spot) (dir, top string, err error), pack func(top string, out io.Writer) error) error {
	const look = `if [ -d "$1" ]; then echo directory; elif [ -e "$1" ]; then echo file; elif [ -d "$2" ]; then echo missing; else echo nowhere; fi`
	to := parse(destination)
	return withTools(ctx, c, o, func(container, root string) error {
		var answer bytes.Buffer
		if err := tool(ctx, c, o, container, []string{"sh", "-c", look, "sh", root + to.whole, root + to.dir}, nil, &answer); err != nil {
			return err
		}
		kind := strings.TrimSpace(answer.String())
		if kind == "nowhere" {
			return fmt.Errorf("there is no directory %s in the container", to.dir)
		}
		dir, top, err := choose(kind, to)
		if err != nil {
			return err
		}
		reader, writer := io.Pipe()
		packed := make(chan error, 1)
		go func() {
			err := pack(top, writer)
			writer.CloseWithError(err)
			packed <- err
		}()
		err = tool(ctx, c, o, container, []string{"tar", "-xf", "-", "-C", root + dir}, reader, io.Discard)
		reader.CloseWithError(io.ErrClosedPipe)
		if packErr := <-packed; packErr != nil && !errors.Is(packErr, io.ErrClosedPipe) {
			return packErr
		}
		return err
	})
}

// spot is a path in a container.
type spot struct {
	whole     string // cleaned, absolute
	dir, base string
	contents  bool // it ends in /.: the contents of a directory are meant
}

func parse(name string) spot {
	contents := name == "." || strings.HasSuffix(name, "/.")
	whole := path.Join("/", name)
	if contents || whole == "/" {
		return spot{whole: whole, dir: path.Dir(whole), base: path.Base(whole), contents: true}
	}
	return spot{whole: whole, dir: path.Dir(whole), base: path.Base(whole)}
}

// entry is what tar is told to pack. A name that looks like a flag is none.
func (p *spot) entry() string {
	switch {
	case p.contents:
		return "."
	case strings.HasPrefix(p.base, "-"):
		return "./" + p.base
	}
	return p.base
}

// tool runs a program in a container. What it says on standard error is the error of one that fails.
func tool(ctx context.Context, c *api.Conn, o CopyOptions, container string, command []string, in io.Reader, out io.Writer) error {
	var complaint bytes.Buffer
	err := Exec(ctx, c, o.Namespace, o.Pod, container, command, Session{Stdin: in, Stdout: out, Stderr: &complaint})
	exit := (*ExitError)(nil)
	if !errors.As(err, &exit) {
		return err
	}
	said := strings.TrimSpace(complaint.String())
	if exit.Code == 127 || exit.Code == 126 {
		return &status.NotStartedError{Program: command[0], Missing: true, Reason: said}
	}
	if said == "" {
		said = exit.Error()
	}
	return fmt.Errorf("%s in container %s: %s", command[0], container, said)
}

// isMissing reports whether a container is known to have nothing at a path.
func isMissing(ctx context.Context, c *api.Conn, o CopyOptions, container, path string) bool {
	var answer bytes.Buffer
	err := tool(ctx, c, o, container, []string{"sh", "-c", `[ -e "$1" ] || [ -h "$1" ] || echo missing`, "sh", path}, nil, &answer)
	return err == nil && strings.TrimSpace(answer.String()) == "missing"
}

// withTools does something in a container that needs a shell and tar: in the container itself, or in a helper beside it
// that sees its files, if its image has none of these. Root is where the helper sees them.
func withTools(ctx context.Context, c *api.Conn, o CopyOptions, do func(container, root string) error) error {
	err := do(o.Container, "")
	if missing := (*status.NotStartedError)(nil); !errors.As(err, &missing) {
		return err
	}
	helper, root, err := helper(ctx, c, o)
	if err != nil {
		return err
	}
	return do(helper, root)
}

// isHelperOf reports whether an ephemeral container is one that was started beside another.
func isHelperOf(spec map[string]any, container string) bool {
	name, _ := spec["name"].(string)
	return spec["targetContainerName"] == container && strings.HasPrefix(name, helperPrefix)
}

const helperPrefix = "transship-helper-"

func statusOfHelper(pod *unstructured.Unstructured, name string) map[string]any {
	list := resource.Items(pod.Object, "status", "ephemeralContainerStatuses")
	i := slices.IndexFunc(list, func(s map[string]any) bool { return s["name"] == name })
	if i < 0 {
		return nil
	}
	return list[i]
}
