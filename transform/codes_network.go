package transform

var networkCodes = []Code{}
