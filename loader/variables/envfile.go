package variables

import (
	"bytes"
	"fmt"
	"maps"
	"os"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/loader/disk"
)

// MaxEnvFileSize bounds one env file, in bytes.
const MaxEnvFileSize = 16 << 20

// ReadFiles parses env files in order; current wins over what they say when they refer to variables.
func ReadFiles(paths []string, current types.Mapping, display func(string) string) (types.Mapping, *diag.Finding) {
	values := types.Mapping{}
	for _, path := range paths {
		data, problem := ReadFile(path)
		if problem != nil {
			return nil, &diag.Finding{
				Code: "env-file", Range: diag.Range{File: display(path)},
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

// ReadFile returns the bytes of an env file. The null device stands for an empty one.
func ReadFile(path string) ([]byte, error) {
	if path == os.DevNull {
		return nil, nil
	}
	return disk.Read(path, MaxEnvFileSize)
}
