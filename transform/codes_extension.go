package transform

var extensionCodes = []Code{}
