// SPDX-License-Identifier: Apache-2.0

//go:build race

package wirestamp

// The race detector makes calls some ten times slower.
const raceDetector = true
