//go:build race

// Package racetest reports whether tests run under the race detector, where limits
// on time and memory do not hold.
package racetest

// Enabled reports whether the race detector is on.
const Enabled = true
