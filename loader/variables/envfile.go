package variables

import (
	"bytes"
	"fmt"
	"maps"
	"os"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/loader/disk"
)

// maxEnvFileSize bounds one env file, in bytes.
const maxEnvFileSize = 16 << 20

// ReadFiles parses env files in order; current wins over what they say when they refer to variables.
func ReadFiles(paths []string, current types.Mapping, display func(string) string) (types.Mapping, *diag.Finding) {
	values := types.Mapping{}
	for _, path := range paths {
		data, problem := ReadFile(path, func(k string) (string, bool) {
			v, ok := values[k]
			return v, ok
		})
		if problem != nil {
			return nil, &diag.Finding{
				Code: "env-file", Range: diag.Range{File: display(path), Line: LineOf(problem.Error())},
				Message: fmt.Sprintf("the env file %s cannot be read: %v", display(path), problem),
				Help:    "create the file, or correct the path",
			}
		}
		parsed, err := dotenv.ParseWithLookup(bytes.NewReader(data), func(k string) (string, bool) {
			if v, ok := current[k]; ok {
				return v, true
			}
			v, ok := values[k]
			return v, ok
		})
		if err != nil {
			finding := Problem(display(path), data, err)
			return nil, &finding
		}
		maps.Copy(values, parsed)
	}
	return values, nil
}

// ReadFile returns the bytes of an env file, unless it would grow beyond all bounds when its variables are filled in with
// those of the file and those of lookup. The null device stands for an empty one.
func ReadFile(path string, lookup func(string) (string, bool)) ([]byte, error) {
	if path == os.DevNull {
		return nil, nil
	}
	data, err := disk.Read(path, maxEnvFileSize)
	if err != nil {
		return nil, err
	}
	return data, checkGrowth(data, lookup)
}

// maxExpanded bounds a value with its variables filled in, in bytes: far more than any object of Kubernetes holds.
const maxExpanded = 8 << 20

// mention matches a variable in a value.
var mention = pattern.New(`\$\{?([A-Za-z_]\w*)`)

// checkGrowth measures the values of an env file without filling them in: lines that name the line before twice double at each
// step. It measures a literal in single quotes as if it were filled in, which only matters for values of megabytes.
func checkGrowth(data []byte, lookup func(string) (string, bool)) error {
	if bytes.IndexByte(data, '$') < 0 {
		return nil
	}
	sizes := map[string]int{}
	n := 0
	for line := range bytes.Lines(data) {
		n++
		name, value, _ := bytes.Cut(bytes.TrimSpace(line), []byte("="))
		size := len(value)
		for _, m := range mention.FindAllStringSubmatch(string(value), -1) {
			known, ok := sizes[m[1]]
			if v, found := lookup(m[1]); !ok && found {
				known = len(v)
			}
			size = min(size+known, maxExpanded+1)
		}
		if size > maxExpanded && bytes.IndexByte(value, '$') >= 0 {
			return fmt.Errorf("line %d grows to more than %d MiB when its variables are filled in", n, maxExpanded>>20)
		}
		sizes[string(bytes.TrimPrefix(bytes.TrimSpace(name), []byte("export ")))] = size
	}
	return nil
}
