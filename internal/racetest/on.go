//go:build race

// Package racetest tells tests whether they run under the race detector, where bars
// of time and memory do not hold.
package racetest

// Enabled tells whether the race detector is on.
const Enabled = true
