package cmd

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestConnectionEndsByItsKeys(t *testing.T) {
	keys, err := detachKeys("ctrl-p,ctrl-q")
	if err != nil || string(keys) != "\x10\x11" {
		t.Fatalf("the keys are %q, %v", keys, err)
	}
	for typed, want := range map[string]string{
		"ls\n\x10\x11more": "ls\n", "\x10\x11": "", "a\x10\x10\x11b": "a\x10", "\x10a\x11b": "\x10a\x11b", "plain": "plain",
	} {
		for name, reader := range map[string]io.Reader{"at once": strings.NewReader(typed), "key by key": iotest.OneByteReader(strings.NewReader(typed))} {
			got, err := io.ReadAll(&detachable{reader: reader, keys: keys})
			isDetached := errors.Is(err, errDetached)
			if string(got) != want || isDetached != strings.Contains(typed, "\x10\x11") {
				t.Errorf("%q %s hands on %q and ends with %v", typed, name, got, err)
			}
		}
	}
	if _, err := detachKeys("ctrl-,x"); err == nil {
		t.Error("half a key is taken")
	}
}
