package loader

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/consts"
	"golang.org/x/text/encoding/unicode"

	"github.com/transship/transship/diag"
)

// maxComposeFileSize is far above any file people write; it bounds what a wrong path can cost.
const maxComposeFileSize = 16 << 20

// findComposeFiles decides which files are merged: those named by the options, those of COMPOSE_FILE, or the first
// default name found in the working directory or one of its parents, with its override file.
// Source: docker compose, cli.WithConfigFileEnv and cli.WithDefaultConfigPath of compose-go.
func (r *run) findComposeFiles(context.Context) error {
	named := r.options.Files
	origin := ""
	if len(named) == 0 {
		if value, ok := r.env[consts.ComposeFilePath]; ok && value != "" {
			separator := r.env[consts.ComposePathSeparator]
			if separator == "" {
				separator = string(os.PathListSeparator)
			}
			named, origin = strings.Split(value, separator), " (named by COMPOSE_FILE)"
		}
	}
	for _, f := range named {
		r.addComposeFile(f, origin)
	}
	if len(named) == 0 {
		r.discover()
	}
	if len(r.failures) > 0 {
		return nil
	}
	if r.dir == "" {
		r.dir = r.projectDir()
	}
	if info, err := os.Stat(r.dir); err != nil || !info.IsDir() {
		r.fail(diag.Finding{
			Code: "project-directory", Message: fmt.Sprintf("the project directory %s is not a directory", r.displayName(r.dir)),
			Help: "correct --project-directory",
		})
	}
	r.readDotEnv()
	return nil
}

func (r *run) addComposeFile(name, origin string) {
	if name == "-" {
		r.files = append(r.files, name)
		return
	}
	if isRemote(name) {
		r.fail(remoteFinding(name, "compose file", diag.Range{}))
		return
	}
	path := r.abs(name)
	info, err := os.Stat(path)
	switch {
	case err != nil:
		r.fail(diag.Finding{
			Code: "compose-file", Message: fmt.Sprintf("the compose file %s%s cannot be read: %v", name, origin, cause(err)),
			Help: "correct the path; relative paths start in the working directory",
		})
	case info.IsDir():
		r.fail(diag.Finding{
			Code: "compose-file", Message: fmt.Sprintf("the compose file %s%s is a directory", name, origin),
			Help: "name a file in it, or run in that directory without -f",
		})
	default:
		r.files = append(r.files, path)
	}
}

func (r *run) discover() {
	start := r.projectDir()
	for dir := start; ; dir = filepath.Dir(dir) {
		if found := r.firstFile(cli.DefaultFileNames, dir); found != "" {
			r.files = append(r.files, found)
			if extra := r.firstFile(cli.DefaultOverrideFileNames, dir); extra != "" {
				if r.override = extra; !r.options.NoOverride {
					r.files = append(r.files, extra)
				}
			}
			return
		}
		if filepath.Dir(dir) == dir {
			break
		}
	}
	r.fail(diag.Finding{
		Code:    "no-compose-file",
		Message: fmt.Sprintf("no compose file in %s or a directory above it (looked for %s)", start, strings.Join(cli.DefaultFileNames, ", ")),
		Help:    "run in the project's directory, or name the file with -f",
	})
}

// firstFile returns the first of the names that is a file in a directory. Those that come after it are noted: Docker
// Compose warns of them.
func (r *run) firstFile(names []string, dir string) string {
	first := ""
	for _, name := range names {
		path := filepath.Join(dir, name)
		info, err := os.Stat(path)
		switch {
		case err != nil || info.IsDir():
		case first == "":
			first = path
		default:
			r.passedOver = append(r.passedOver, passedOver{path, first})
		}
	}
	return first
}

// passedOver is a compose file that is not read, because one with a name of higher rank stands beside it.
type passedOver struct{ file, used string }

// readText returns the bytes of a compose file; "-" is standard input.
func (r *run) readText(path string) ([]byte, error) {
	var data []byte
	var err error
	if path == "-" {
		if r.options.Stdin == nil {
			return nil, errors.New("no standard input is given")
		}
		data, err = readAtMost(r.options.Stdin, maxComposeFileSize)
	} else {
		data, err = readRegular(path, maxComposeFileSize)
	}
	if err != nil {
		return nil, err
	}
	return plainText(data)
}

// plainText returns UTF-8 without a byte order mark, which editors do not count as a column. Text in UTF-16 says so in
// its mark; YAML allows it, and some shells of Windows write it.
func plainText(data []byte) ([]byte, error) {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		decoded, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(data)
		if err != nil {
			return nil, fmt.Errorf("it is no valid UTF-16: %w", err)
		}
		data = decoded
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if zero := bytes.IndexByte(data, 0); zero >= 0 {
		return nil, &binaryError{markOfByte(data, zero)}
	}
	return data, nil
}

// binaryError is a file with a zero byte, which no text has.
type binaryError struct{ at mark }

func (e *binaryError) Error() string {
	return fmt.Sprintf("it is a binary file, with a zero byte in line %d", e.at.line)
}

// readRegular reads a regular file of at most limit bytes. Devices, sockets and FIFOs are refused before they are
// opened, and opened without blocking should one appear in between.
func readRegular(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, cause(err)
	}
	if err := checkRegular(info, limit); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, cause(err)
	}
	defer f.Close()
	if info, err = f.Stat(); err != nil {
		return nil, cause(err)
	}
	if err := checkRegular(info, limit); err != nil {
		return nil, err
	}
	return readAtMost(f, limit)
}

func checkRegular(info os.FileInfo, limit int64) error {
	switch {
	case info.IsDir():
		return errors.New("it is a directory")
	case !info.Mode().IsRegular():
		return errors.New("it is a " + specialName(info.Mode()))
	case info.Size() > limit:
		return fmt.Errorf("it has %d bytes, more than %d MiB", info.Size(), limit>>20)
	}
	return nil
}

func readAtMost(in io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(in, limit+1))
	if err != nil {
		return nil, cause(err)
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("it has more than %d MiB", limit>>20)
	}
	return data, nil
}

// specialName names what is neither a file nor a directory.
func specialName(mode os.FileMode) string {
	switch {
	case mode&os.ModeSocket != 0:
		return "socket"
	case mode&os.ModeNamedPipe != 0:
		return "named pipe"
	case mode&os.ModeDevice != 0:
		return "device"
	default:
		return "special file"
	}
}
