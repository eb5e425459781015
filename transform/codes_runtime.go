package transform

var runtimeCodes = []Code{}
