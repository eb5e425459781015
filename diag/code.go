package diag

// Code is one kind of finding: its stable name, its severity, and what it is about in one line. A code that is given
// with two severities, because the value decides, has the higher one.
type Code struct {
	Name     string
	Severity Severity
	Title    string
	Shown    bool // an info that people see without asking for infos: what they have to know to use the result
}
