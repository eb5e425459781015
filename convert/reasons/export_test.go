package reasons

// OnlySometimes returns the rows whose differences are never shown beside a field.
func OnlySometimes() (below, atTop []string) { return onlySometimes, onlySometimesAtTop }

// Texts returns every reason of the table.
func Texts() map[string]bool {
	texts := map[string]bool{}
	for _, rows := range table() {
		for _, r := range rows {
			texts[r.because] = true
		}
	}
	return texts
}
