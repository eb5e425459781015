//go:build unix

package filetree_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/transship/transship/convert/filetree"
)

// version returns the files of one of two runs; half of them belong to both.
func version(letter string) []filetree.File {
	var out []filetree.File
	first := map[string]int{"a": 0, "b": 30}[letter]
	for i := range 60 {
		out = append(out, file(fmt.Sprintf("base/f%d.yaml", first+i), strings.Repeat(letter, 3000)+"\n"))
	}
	return out
}

// TestWritesForever is no test: it is what [TestKilledRunsShowThemselves] kills.
func TestWritesForever(t *testing.T) {
	root := os.Getenv("TRANSSHIP_TEST_WRITES")
	if root == "" {
		t.Skip("it is run by another test")
	}
	for {
		for _, letter := range []string{"a", "b"} {
			if _, err := filetree.Write(t.Context(), root, mark, version(letter), "base"); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestKilledRunsShowThemselves kills writers at any moment: every file is whole, files of two runs stand beside each other only where
// the stage of the killed run does, too, and the next run leaves its own files alone.
func TestKilledRunsShowThemselves(t *testing.T) {
	t.Parallel()
	stages, mixed := 0, 0
	for range 25 {
		root := filepath.Join(t.TempDir(), "out")
		child := exec.Command(os.Args[0], "-test.run=^TestWritesForever$")
		child.Env = append(os.Environ(), "TRANSSHIP_TEST_WRITES="+root)
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		for { // until it is at work
			if _, err := os.Stat(filepath.Join(root, "base")); err == nil {
				break
			}
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Duration(10_000+rand.IntN(40_000)) * time.Microsecond)
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = child.Wait()
		stage, letters := look(t, root)
		if stage {
			stages++
		}
		if len(letters) > 1 {
			mixed++
			if !stage {
				t.Errorf("files of two runs, and nothing shows it: %v", letters)
			}
		}
		if _, err := filetree.Write(t.Context(), root, mark, version("a"), "base"); err != nil {
			t.Fatal(err)
		}
		if stage, letters := look(t, root); stage || len(letters) != 1 || letters["a"] != 60 {
			t.Errorf("after the next run: a stage: %v, files %v", stage, letters)
		}
	}
	t.Logf("%d stages were left, %d times with files of two runs", stages, mixed)
	if stages == 0 {
		t.Error("no writer was killed at its work")
	}
}

// look returns whether a stage is there, and the number of files of each run. A file that only one of the runs has counts for that
// run, as does its text.
func look(t *testing.T, root string) (stage bool, letters map[string]int) {
	t.Helper()
	letters = map[string]int{}
	for name, text := range tree(t, root) {
		switch {
		case strings.HasPrefix(name, ".transship-"):
			stage = true
		case strings.HasSuffix(name, ".yaml"):
			letter := strings.TrimSpace(strings.TrimPrefix(text, mark+"\n"))
			if len(letter) != 3000 || strings.Trim(letter, letter[:1]) != "" {
				t.Errorf("%s is not whole", name)
				continue
			}
			letters[letter[:1]]++
		}
	}
	return stage, letters
}
