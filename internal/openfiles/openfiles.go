// Package openfiles ends a program that may open too few files, in plain words. A program asks for that by importing it.
package openfiles

import "os"

// The files are counted while packages are initialized, not by main: some that come later open files, and where that fails, Go's
// runtime ends the program with a dump.
var _ = enough()

// enough ends the program if too few files may be open.
func enough() bool {
	if problem := shortage(); problem != "" {
		_, _ = os.Stderr.WriteString("transship: " + problem + "\n") // there is nobody else to tell
		os.Exit(1)                                                   //nolint:forbidigo // main comes too late
	}
	return true
}
