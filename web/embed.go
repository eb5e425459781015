// Package web holds the page as it was built by `make web`: the part that needs no converter in the browser.
package web

import "embed"

// Dist is the page: dist/index.html, dist/app.css and dist/app.js.
//
//go:embed dist/index.html dist/app.css dist/app.js
var Dist embed.FS
