//go:build !unix

package disk

// nonBlocking has no meaning where no file blocks while it is opened.
const nonBlocking = 0
