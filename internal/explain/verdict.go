package explain

// VerdictOf says in one line what becomes of a key.
func VerdictOf(t Topic) string {
	if len(t.rows) == 0 {
		return ""
	}
	return Verdict(t.rows[0].Class)
}
