package streams

import (
	"slices"
	"testing"
	"time"
)

// line is one of a log: when it was written, in nanoseconds, and what it says.
type line struct {
	at   int64
	text string
}

func TestNoLineIsLostOrToldTwiceOverConnections(t *testing.T) {
	whole := []line{
		{10, "a"}, {10, "b"}, {10, "c"}, // one write, one time
		{12, "out"}, {11, "err"}, // two streams, out of order
		{12, "more"}, {13, "d"}, {13, "e"}, {20, "f"},
	}
	for first := range len(whole) + 1 {
		for second := first; second <= len(whole); second++ {
			var p position
			var told []string
			for _, until := range []int{first, second, len(whole)} {
				since := p.last
				p.reconnect()
				for _, l := range whole[:until] {
					at := time.Unix(0, l.at)
					if !at.Before(since) && p.isNews(at) { // the server leaves out what is older
						told = append(told, l.text)
					}
				}
			}
			want := []string{"a", "b", "c", "out", "err", "more", "d", "e", "f"}
			// A line that is older than the one before it cannot be told apart from one that was told, if the connection broke
			// exactly between the two.
			if first == 4 || second == 4 {
				want = slices.DeleteFunc(want, func(text string) bool { return text == "err" })
			}
			if !slices.Equal(told, want) {
				t.Errorf("connections that broke after %d and %d lines told %v", first, second, told)
			}
		}
	}
}
