// Package openfiles ends a program that may open too few files, in plain words. A program asks for that by importing it.
package openfiles

import "os"

// Enough says that the files were counted. Too few end the program.
//
// They are counted while packages are initialized, not by main: some that come later open files, and where that fails, Go's runtime ends
// the program with a dump.
var Enough = enough()

func enough() bool {
	if problem := shortage(); problem != "" {
		_, _ = os.Stderr.WriteString("transship: " + problem + "\n") // there is nobody else to tell
		os.Exit(1)                                                   //nolint:forbidigo // main comes too late: see Enough
	}
	return true
}
