// Package filetree writes generated files into a directory that others use as well. It knows its own files by a mark in their
// first line, replaces and removes no others, and changes nothing at all when one of the others is in the way.
package filetree

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/transship/transship/internal/outfile"
)

// File is a file to be.
type File struct {
	Name string // slash-separated path below the directory
	Data []byte // begins with the mark, where Write is to know the file again
	Mode fs.FileMode
}

// Changes tells what [Write] did, by file name, each list sorted.
type Changes struct{ Written, Unchanged, Removed []string }

// ForeignFileError is returned when a file that would have to be replaced is not ours. Nothing was changed.
type ForeignFileError struct {
	Path   string
	Reason string
}

// Error names the file and the reason.
func (e *ForeignFileError) Error() string { return e.Path + " " + e.Reason }

// Write writes the files below root, which is created if need be. A file whose bytes would not change is left alone. Of what
// is there already, Write replaces and removes only files with the given mark; it looks for those to remove in
// the folders it writes to and in the further folders of stale. All files are written beside their places before the first one is moved there.
func Write(ctx context.Context, root, mark string, files []File, stale ...string) (Changes, error) {
	return WritePart(ctx, root, mark, files, nil, stale...)
}

// WritePart is [Write] for a part of what was written before: of the files with the mark that are not written, it removes
// only those that belong to the part. Nil stands for all of them.
func WritePart(ctx context.Context, root, mark string, files []File, belongs func(name string, text []byte) bool, stale ...string) (Changes, error) {
	if info, err := os.Stat(root); err == nil && !info.IsDir() {
		return Changes{}, &ForeignFileError{root, "is not a directory"}
	}
	changes, write, err := compare(root, mark, files, stale)
	if err != nil {
		return Changes{}, err
	}
	if belongs != nil {
		changes.Removed = slices.DeleteFunc(changes.Removed, func(name string) bool {
			text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
			return err != nil || !belongs(name, text)
		})
	}
	if err := Apply(ctx, root, write, changes.Removed); err != nil {
		return Changes{}, err
	}
	return changes, nil
}

// Apply writes files and removes others, all below root, without looking at what is there. The files are written into a folder beside
// their places, and moved only when all are complete: a full disk or an interruption leaves the old files as they
// were, and so does a ctx that ends before the first is moved; what has begun to move is finished. A run that is killed while it moves
// or removes can leave files of two runs, each of them whole. Then that folder, .transship-
// and a number, stands there until the next run. Folders that become empty are removed.
// What leads out of root, a symbolic link in place of a folder, is a [ForeignFileError].
func Apply(ctx context.Context, root string, write []File, remove []string) error {
	if target, err := os.Readlink(root); err == nil {
		if _, err := os.Stat(root); errors.Is(err, fs.ErrNotExist) {
			return &ForeignFileError{root, "is a symbolic link to " + target + ", which is not there; nothing was written: make that directory, or name it"}
		}
	}
	if err := checkFolders(root, foldersOf(write, remove)); err != nil {
		return err
	}
	if err := os.MkdirAll(root, 0o755); err != nil {
		return fmt.Errorf("create the output directory: %w", err)
	}
	if len(write)+len(remove) == 0 {
		outfile.RemoveStale(root)
		return nil
	}
	stage, err := outfile.NewStage(root)
	if err != nil {
		return fmt.Errorf("prepare the output directory: %w", err)
	}
	defer stage.Close() // after everything, because it shows a run that has not ended
	if err := replace(ctx, root, stage, write); err != nil {
		return err
	}
	for _, name := range remove {
		if err := os.Remove(filepath.Join(root, filepath.FromSlash(name))); err != nil && !errors.Is(err, fs.ErrNotExist) { // another run may be as far
			return fmt.Errorf("remove a stale file: %w", err)
		}
		removeEmpty(root, name)
	}
	return nil
}

// removeEmpty removes the folders above a removed file that have nothing in them any more.
func removeEmpty(root, name string) {
	for dir := filepath.Dir(filepath.FromSlash(name)); dir != "."; dir = filepath.Dir(dir) {
		if os.Remove(filepath.Join(root, dir)) != nil { // it is in use
			return
		}
	}
}

func replace(ctx context.Context, root string, stage *outfile.Stage, files []File) error {
	for i, f := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := stage.Write(strconv.Itoa(i), f.Data, f.Mode); err != nil {
			return fmt.Errorf("write %s: %w", f.Name, err)
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, f := range files {
		path := filepath.Join(root, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return fmt.Errorf("create a folder for %s: %w", f.Name, err)
		}
	}
	for i, f := range files { // with nothing between, so that a killed run hardly ever leaves files of two runs
		if err := stage.Move(strconv.Itoa(i), filepath.FromSlash(f.Name)); err != nil {
			return fmt.Errorf("put %s in its place: %w", f.Name, err)
		}
	}
	return nil
}

// checkFolders returns an error when something else stands where a folder has to be. A symbolic link is something else: it may
// lead anywhere.
func checkFolders(root string, folders []string) error {
	for _, folder := range folders {
		for dir := filepath.FromSlash(folder); dir != "."; dir = filepath.Dir(dir) {
			info, err := os.Lstat(filepath.Join(root, dir))
			if err == nil && !info.IsDir() {
				return &ForeignFileError{filepath.Join(root, dir), "is not a directory; nothing was changed: move it away or choose another directory"}
			}
		}
	}
	return nil
}

// entriesOf lists a folder that need not exist.
func entriesOf(dir string) ([]fs.DirEntry, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read the output directory: %w", err)
	}
	return entries, nil
}

func sorted(c Changes) Changes {
	slices.Sort(c.Written)
	slices.Sort(c.Unchanged)
	slices.Sort(c.Removed)
	return c
}

// Folders returns the folders in a folder below root, as slash-separated paths below root; none where it is missing.
func Folders(root, folder string) ([]string, error) {
	entries, err := entriesOf(filepath.Join(root, filepath.FromSlash(folder)))
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		if e.IsDir() {
			out = append(out, folder+"/"+e.Name())
		}
	}
	return out, nil
}
