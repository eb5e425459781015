package transform

func (u *unit) gpuVariables() map[string]string { return nil }
