package transform

var storageCodes = []Code{}
