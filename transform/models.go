package transform

func (u *unit) modelVariables() map[string]string { return nil }
