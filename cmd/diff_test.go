package cmd

import "testing"

func TestColoredDiff(t *testing.T) {
	const plain = "diff a b\n@@ -1 +1 @@\n same\n-old\n+new\n"
	const want = "\x1b[1mdiff a b\x1b[0m\n\x1b[36m@@ -1 +1 @@\x1b[0m\n same\n\x1b[31m-old\x1b[0m\n\x1b[32m+new\x1b[0m\n"
	if got := string(colored([]byte(plain))); got != want {
		t.Errorf("colored as %q", got)
	}
}
