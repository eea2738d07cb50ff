// Package openapi holds the OpenAPI document that is generated from the contracts.
package openapi

import (
	_ "embed"
	"slices"
)

//go:embed hushlog.swagger.json
var document []byte

// Document is the OpenAPI 2.0 document of the REST interface, as JSON. The slice is the caller's.
func Document() []byte { return slices.Clone(document) }
