// SPDX-License-Identifier: Apache-2.0

// Package native is what SWIG made of the C interface, for the layer above alone.
package native

// #cgo pkg-config: wirestamp
// #cgo CFLAGS: -fno-strict-aliasing
import "C"
