package lockfile

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const entryText = `{
  "lockfileVersion": 1,
  "generatedBy": "transship lock",
  "images": [
    {
      "reference": "db:1",
      "platform": "linux/amd64",
      "source": "registry",
      "imageID": "sha256:0",
      "services": ["db"],
      "uid": 70
    }
  ]
}
`

// What somebody has done to the file by hand, or Git, is said with its line, what is wrong and what to do.
func TestParseOfDamagedFiles(t *testing.T) {
	change := func(old, replacement string) string {
		out := strings.Replace(entryText, old, replacement, 1)
		if out == entryText {
			t.Fatalf("%q is not in the text", old)
		}
		return out
	}
	for name, c := range map[string]struct {
		text       string
		line       int
		says, help string
	}{
		"nothing":                  {"", 1, "it ends in the middle", ""},
		"cut off":                  {entryText[:150], 8, "it ends in the middle", ""},
		"a merge":                  {change("      \"uid\": 70", "<<<<<<< HEAD\n      \"uid\": 70\n=======\n      \"uid\": 71\n>>>>>>> other"), 11, "a merge has left its marks", "reads the images of the merged project"},
		"a merge of both files":    {"<<<<<<< HEAD\n" + entryText + "=======\n" + entryText + ">>>>>>> other\n", 1, "a merge has left its marks", "reads the images"},
		"a newer version":          {change(`Version": 1`, `Version": 2`), 2, "it has the version 2", "update transship"},
		"a version before all":     {change(`Version": 1`, `Version": 0`), 2, "it has the version 0", ""},
		"no version":               {"{}", 1, "it has no lockfileVersion", ""},
		"a list":                   {"[]", 1, "the value is a list where a mapping belongs", ""},
		"a text for a number":      {change("70", `"seventy"`), 11, "images.uid is a string where a whole number belongs", ""},
		"half a number":            {change("70", "70.5"), 11, "images.uid is a number where a whole number belongs", ""},
		"a text for a list":        {change(`["db"]`, `"db"`), 10, "images.services is a string where a list belongs", ""},
		"a field nobody knows":     {change(`"uid"`, `"color": 3, "uid"`), 11, `there is no key "color"`, ""},
		"a user below nobody":      {change("70", "-1"), 11, "db:1: -1 is no number of a user or group", ""},
		"a user beyond everybody":  {change("70", "4294967295"), 11, "4294967295 is no number", ""},
		"an owner":                 {change(`"uid": 70`, `"paths": {"/x": {"exists": true, "uid": -2}}`), 11, "-2 is no number", ""},
		"a member":                 {change(`"uid": 70`, `"users": {"x": {"uid": 1, "gid": -2}, "y": null}`), 11, "-2 is no number", ""},
		"a mode":                   {change(`"uid": 70`, `"paths": {"/x": {"exists": true, "mode": "rwx"}}`), 11, `"rwx" is no mode`, ""},
		"a digest":                 {change(`"uid": 70`, `"digest": "sha256:../../x"`), 11, "digest", ""},
		"a duration":               {change(`"uid": 70`, `"healthcheck": {"test": ["CMD", "x"], "interval": "1x"}`), 11, `interval "1x" is no duration`, ""},
		"retries":                  {change(`"uid": 70`, `"healthcheck": {"test": ["CMD", "x"], "retries": -1}`), 11, "-1 retries", ""},
		"another digest":           {change(`"db:1"`, `"db@sha256:`+strings.Repeat("a", 64)+`", "digest": "sha256:`+strings.Repeat("b", 64)+`"`), 6, "the reference names another", ""},
		"a port":                   {change(`"uid": 70`, "\"ports\": [\"80/tcp\",\n\"0/tcp\"]"), 12, `"0/tcp" is no port`, ""},
		"no list":                  {`{"lockfileVersion": 1,` + "\n" + `"images": null}`, 2, "images is null where a list belongs", ""},
		"null for a number":        {change("1,", "null,"), 2, "lockfileVersion is null", ""},
		"null for a text":          {change(`"db:1"`, "null"), 6, "images.reference is null where a text belongs", ""},
		"a key twice":              {change(`"uid": 70`, "\"uid\": 70,\n\"uid\": 71"), 12, `the key "uid" is there twice`, ""},
		"a key in other letters":   {change(`"uid"`, `"UID"`), 11, `there is no key "UID"`, ""},
		"two versions":             {change(`"lockfileVersion": 1`, "\"lockfileVersion\": 1,\n\"lockfileVersion\": 1"), 3, "twice", ""},
		"a text as version":        {change(`Version": 1`, `Version": "1"`), 2, "lockfileVersion is a string where a whole number belongs", ""},
		"another version at large": {`{"lockfileVersion": 3, "pictures": {}}`, 1, "it has the version 3", "update transship"},
		"twice in it":              {change("    }", "    },\n    {\"reference\": \"db:1\", \"platform\": \"linux/amd64\", \"source\": \"registry\", \"imageID\": \"\", \"services\": []}"), 13, "is in it twice", ""},
		"the first of several":     {change(`"uid": 70`, `"users": {"z": {"uid": -3, "gid": 1}, "a": {"uid": -2, "gid": 1}}`), 11, "-2 is no number", ""},
		"an image without a name":  {change("db:1", ""), 5, "image 1 of the list has no reference", ""},
		"no image at all":          {`{"lockfileVersion": 1, "images": [null]}`, 1, "images is null where a mapping belongs", ""},
		"more behind the end":      {entryText + "more", 15, "there is something behind the end", ""},
		"depth":                    {strings.Repeat("[", 1<<20), 1, "max depth", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parse([]byte(c.text))
			wrong := (*SyntaxError)(nil)
			if !errors.As(err, &wrong) {
				t.Fatalf("got %v", err)
			}
			if wrong.Line != c.line || !strings.Contains(wrong.Message, c.says) || !strings.Contains(wrong.Help, c.help) || c.help == "" && wrong.Help != "" {
				t.Errorf("line %d: %s (%s)", wrong.Line, wrong.Message, wrong.Help)
			}
		})
	}
	for name, text := range map[string]string{"BOM": "\xef\xbb\xbf" + entryText, "line ends of Windows": strings.ReplaceAll(entryText, "\n", "\r\n")} {
		if _, err := parse([]byte(text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A newer version is never replaced; what a merge has broken is.
func TestReplaceable(t *testing.T) {
	for text, replaceable := range map[string]bool{
		entryText: true, "\xef\xbb\xbf" + entryText: true, "<<<<<<< HEAD\n" + entryText: true, "": false, "mine": false,
		strings.Replace(entryText, "1", "2", 1): false, strings.Replace(entryText, "1", "0", 1): true,
	} {
		path := filepath.Join(t.TempDir(), Name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		err := Replaceable(path)
		if (err == nil) != replaceable {
			t.Errorf("%.40q: %v", text, err)
		}
		_, written := sample().Write(path)
		if after, _ := os.ReadFile(path); (written == nil) != replaceable || !replaceable && string(after) != text {
			t.Errorf("%.40q: written with %v", text, written)
		}
	}
	if err := Replaceable(filepath.Join(t.TempDir(), Name)); err != nil {
		t.Errorf("nothing there: %v", err)
	}
}

// Where no lock can be written, the error names the directory, not a file that nobody asked for.
func TestWriteErrorNamesTheDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "none")
	if _, err := sample().Write(filepath.Join(dir, Name)); err == nil || !strings.Contains(err.Error(), "write to "+dir+": no such file") {
		t.Error(err)
	}
}

// FuzzParse: no text panics, and what is accepted can be written and read again.
func FuzzParse(f *testing.F) {
	f.Add([]byte(entryText))
	f.Add([]byte(`{"lockfileVersion": 1, "images": [{"reference": "a", "platform": "b", "healthcheck": {"test": null}, "users": {"x": null}}]}`))
	f.Add([]byte(`{"lockfileVersion": 1, "images": [{"reference": "a", "platform": "b", "healthcheck": {"test": []}, "users": {"x": null}}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		file, err := parse(text)
		if err != nil {
			return
		}
		for _, image := range file.Images {
			image.Facts()
		}
		again, err := file.marshal()
		if err != nil {
			t.Fatal(err)
		}
		if second, err := parse(again); err != nil {
			t.Fatalf("%v\n%s", err, again)
		} else if a, _ := json.Marshal(second); len(a) == 0 {
			t.Fatal("nothing is left")
		}
	})
}
