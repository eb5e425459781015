// Package suggest finds the word somebody meant.
package suggest

import (
	"fmt"
	"slices"
)

// Closest returns the candidate that is the fewest typing errors away from word, or "" if none is close enough to be
// worth a question. Ties go to the first in alphabetical order.
func Closest(word string, candidates []string) string {
	letters := []rune(word)
	best, limit := "", len(letters)/3+1
	if len(letters) <= 3 {
		limit = 1 // two errors of three letters make another word
	}
	for _, c := range slices.Sorted(slices.Values(candidates)) {
		other := []rune(c)
		if c == word || max(len(letters)-len(other), len(other)-len(letters)) > limit {
			continue // each letter more or less is an error: words of megabytes are not compared
		}
		if d := distance(letters, other); d <= limit {
			best, limit = c, d-1
		}
	}
	return best
}

// distance is the number of insertions, deletions, substitutions and swaps of neighbours between two words
// (Damerau-Levenshtein in its optimal string alignment form).
func distance(a, b []rune) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

// DidYouMean puts the known word that is closest to a wrong one in front of a help text, if there is one.
func DidYouMean(word string, known []string, help string) string {
	if closest := Closest(word, known); closest != "" {
		return fmt.Sprintf("did you mean %s? otherwise %s", closest, help)
	}
	return help
}
