package storage

import (
	"strconv"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/report"
)

// reportDecimalMode tells of a mode that was written without the leading zero, which YAML reads as a decimal number: 440
// is 0670. Docker takes it as it is, and so it is carried.
func reportDecimalMode(at diag.Path, mode int64, findings *report.Findings) {
	switch mode {
	case 400, 440, 444, 500, 550, 555, 600, 640, 644, 660, 664, 666, 700, 750, 755, 770, 775, 777, 1777:
		findings.Addf("mode-decimal", at, "write 0"+strconv.FormatInt(mode, 10), "%d is a decimal number, which is mode %#o; 0%d is probably meant", mode, mode, mode)
	}
}
