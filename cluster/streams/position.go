package streams

import (
	"time"
)

// position is how far the log of a container has been told, so that a connection that is made again goes on there. The
// time of the last line alone does not say it: runtimes give all lines of one write the same time, and lines of standard
// output and standard error may stand in the log out of the order of their times.
type position struct {
	last  time.Time // the latest time of a line that was told
	equal int       // how many lines of that time were told

	isBehind bool // the current connection repeats what was told
	repeated int  // how many lines of that time it is still going to repeat
}

// reconnect says that a connection begins, which has everything again from the last position on.
func (p *position) reconnect() {
	p.isBehind, p.repeated = !p.last.IsZero(), p.equal
}

// isNews reports whether a line has not been told before, and notes that it is told now.
func (p *position) isNews(at time.Time) bool {
	if p.isBehind {
		switch {
		case at.Before(p.last):
			return false
		case at.Equal(p.last) && p.repeated > 0:
			p.repeated--
			return false
		}
		p.isBehind = false
	}
	switch {
	case at.After(p.last):
		p.last, p.equal = at, 1
	case at.Equal(p.last):
		p.equal++
	}
	return true
}
