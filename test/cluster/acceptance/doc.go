// Package acceptance asks a real API server what it thinks of everything the converter emits: each object is applied as a
// server-side dry run with strict field validation.
package acceptance
