package reasons

import (
	"slices"
	"strings"
	"sync"
)

// row is one reason.
type row struct {
	kind string
	// at is the place below it: [] stands for any item, [x*] for one whose name begins so, and no place for the thing itself.
	at      string
	keyed   keyed
	when    func(*spot) bool // nil is always
	because string
}

// keyed says whether a reason is for fields that a key sets.
type keyed uint8

const (
	byNoKey keyed = iota
	byKey
	byAny
)

// table returns the rows by kind. The first one that fits counts.
var table = sync.OnceValue(func() map[string][]compiled {
	rows := map[string][]compiled{}
	for _, r := range slices.Concat(metaRows, podRows, containerRows, probeRows, addedRows, jobRows, workloadRows, serviceRows, routeRows, policyRows, storageRows, secretRows) {
		rows[r.kind] = append(rows[r.kind], compiled{row: r, steps: stepsOf(r.at)})
	}
	return rows
})

// compiled is a row with its place in steps.
type compiled struct {
	row
	steps []string
}

func (r compiled) fits(s *spot) bool {
	switch r.keyed {
	case byNoKey:
		if s.key != nil {
			return false
		}
	case byKey:
		if s.key == nil {
			return false
		}
	case byAny:
	}
	return len(s.steps) == len(r.steps) && r.isAt(s.steps) && (r.when == nil || r.when(s))
}

func (r compiled) isAt(steps []string) bool {
	for i, step := range r.steps {
		prefix, isPattern := strings.CutSuffix(step, "*]")
		switch {
		case step == "[]" && strings.HasPrefix(steps[i], "["):
		case isPattern && strings.HasPrefix(steps[i], prefix):
		case step != steps[i]:
			return false
		}
	}
	return true
}
