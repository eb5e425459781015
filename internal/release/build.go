package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/transship/transship/cmd"
)

// release is what is built.
type release struct {
	out, version, commit, url string
	time                      time.Time
}

// archive is one file of a release.
type archive struct{ system, name, sum string }

func (r release) build(ctx context.Context, systems []string) error {
	if r.version == "" || r.commit == "" {
		return errors.New("-version and -commit are needed")
	}
	if err := os.MkdirAll(r.out, 0o755); err != nil {
		return err
	}
	shared, err := sharedFiles(ctx)
	if err != nil {
		return err
	}
	var archives []archive
	var sums strings.Builder
	for _, system := range systems {
		a, err := r.archive(ctx, system, shared)
		if err != nil {
			return fmt.Errorf("%s: %w", system, err)
		}
		archives = append(archives, a)
		fmt.Fprintf(&sums, "%s  %s\n", a.sum, a.name)
	}
	if err := r.write("checksums.txt", []byte(sums.String())); err != nil {
		return err
	}
	return r.write("transship.rb", []byte(r.formula(archives)))
}

// sharedFiles are those that every archive has beside the program.
func sharedFiles(ctx context.Context) ([]file, error) {
	var files []file
	for _, name := range []string{"LICENSE", "README.md"} {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		files = append(files, file{name, 0o644, text})
	}
	for shell, name := range map[string]string{"bash": "transship.bash", "zsh": "_transship", "fish": "transship.fish", "powershell": "transship.ps1"} {
		var out, said bytes.Buffer
		if code := cmd.Main(ctx, []string{"completion", shell}, cmd.Streams{In: strings.NewReader(""), Out: &out, Err: &said}); code != 0 {
			return nil, fmt.Errorf("completion %s: %s", shell, said.String())
		}
		files = append(files, file{"completions/" + name, 0o644, out.Bytes()})
	}
	return files, nil
}

// archive builds the program for a system and packs it.
func (r release) archive(ctx context.Context, system string, shared []file) (archive, error) {
	goos, goarch, ok := strings.Cut(system, "/")
	if !ok {
		return archive{}, errors.New("a system is OS/ARCH, such as linux/arm64")
	}
	dir, err := os.MkdirTemp("", "transship-release-")
	if err != nil {
		return archive{}, err
	}
	defer os.RemoveAll(dir)
	program := "transship"
	if goos == "windows" {
		program += ".exe"
	}
	path := filepath.Join(dir, program)
	flags := fmt.Sprintf("-s -w -X github.com/transship/transship/cmd.version=%s -X github.com/transship/transship/cmd.commit=%s", r.version, r.commit)
	// The state of the repository is no part of the program: it would differ between a clone and an archive of the source.
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags", flags, "-o", path, "./cmd/transship")
	build.Env = append(os.Environ(), "GOOS="+goos, "GOARCH="+goarch, "CGO_ENABLED=0", "GOAMD64=v1", "GOFLAGS=")
	if said, err := build.CombinedOutput(); err != nil {
		return archive{}, fmt.Errorf("%w\n%s", err, said)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return archive{}, err
	}
	name := fmt.Sprintf("transship_%s_%s_%s", strings.TrimPrefix(r.version, "v"), goos, goarch)
	files := append([]file{{program, 0o755, content}}, shared...)
	pack := packTar
	if name += ".tar.gz"; goos == "windows" {
		name, pack = strings.TrimSuffix(name, ".tar.gz")+".zip", packZip
	}
	packed, err := pack(files, r.time)
	if err != nil {
		return archive{}, err
	}
	sum := sha256.Sum256(packed)
	return archive{system, name, hex.EncodeToString(sum[:])}, r.write(name, packed)
}

func (r release) write(name string, content []byte) error {
	return os.WriteFile(filepath.Join(r.out, name), content, 0o644)
}
