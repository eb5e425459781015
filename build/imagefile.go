package build

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/internal/strictjson"
)

// File is what `build` and `push` write down for `convert`, so that the steps can run on different machines.
type File struct {
	// Version of the form: 1.
	Version int `json:"version"`
	// Project is the name of the Compose project.
	Project string `json:"project"`
	// Images by service or job. Services that run the image of another one are listed as well.
	Images map[string]Image `json:"images"`

	text []byte // that it was read from, for Line
}

// Line returns the line of the value at some keys of the text that the file was read from; 0 if there is none.
func (f *File) Line(path ...any) int { return strictjson.LineOf(f.text, path...) }

// fileVersion is the form of File that this program writes and reads.
const fileVersion = 1

// largestFile is more than a file of references can have, in bytes.
const largestFile = 4 << 20

// Write writes the images of a project as JSON. The same images give the same bytes.
func (r *Result) Write(w io.Writer, project string) error {
	file := File{Version: fileVersion, Project: project, Images: map[string]Image{}}
	for _, image := range r.Images {
		for _, user := range image.Users {
			file.Images[user] = image
		}
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(file); err != nil {
		return fmt.Errorf("write the images: %w", err)
	}
	return nil
}

// ReadFile reads what [Result.Write] wrote.
func ReadFile(from io.Reader) (*File, error) {
	text, err := io.ReadAll(io.LimitReader(from, largestFile+1))
	if err != nil {
		return nil, err
	}
	if len(text) > largestFile {
		return nil, fmt.Errorf("it is larger than %d bytes", largestFile)
	}
	file := File{text: text}
	if err := strictjson.Decode(text, &file); err != nil {
		return nil, err
	}
	if file.Version != fileVersion {
		return nil, fmt.Errorf("line %d: its version is %d, and this program reads version %d", max(1, file.Line("version")), file.Version, fileVersion)
	}
	for _, service := range sorted.Keys(file.Images) {
		if reference := file.Images[service].Reference; !isReference(reference) {
			return nil, fmt.Errorf("line %d: the reference of %s, %q, is not the name of an image with a tag or a digest", file.Line("images", service), service, reference)
		}
	}
	return &file, nil
}

// References returns the reference of each service and job.
func (f *File) References() map[string]string {
	out := make(map[string]string, len(f.Images))
	for service, image := range f.Images {
		out[service] = image.Reference
	}
	return out
}

// Strangers returns the services of the file that are not among the given ones, sorted.
func (f *File) Strangers(known []string) []string {
	var out []string
	for service := range f.Images {
		if !slices.Contains(known, service) {
			out = append(out, service)
		}
	}
	slices.Sort(out)
	return out
}
