//go:build !unix

package loader

// nonBlocking has no meaning where no file blocks while it is opened.
const nonBlocking = 0
