package main

import (
	"runtime"
	"slices"
	"time"
)

// timing is what many calls of one kind took.
type timing struct {
	p50, p99, mean time.Duration
	// allocations a call.
	allocations float64
}

// timeCalls runs calls one by one and takes the time of each. What the clock itself
// takes is counted against the call.
func timeCalls(calls int, call func(i int) error) (timing, error) {
	took := make([]time.Duration, calls)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i := range calls {
		start := time.Now()
		err := call(i)
		took[i] = time.Since(start)
		if err != nil {
			return timing{}, err
		}
	}
	runtime.ReadMemStats(&after)
	var sum time.Duration
	for _, t := range took {
		sum += t
	}
	slices.Sort(took)
	return timing{mean: sum / time.Duration(calls), p50: took[calls/2], p99: took[calls*99/100], allocations: float64(after.Mallocs-before.Mallocs) / float64(calls)}, nil
}

// side is one of those compared: calls are timed one by one.
type side struct {
	calls int
	call  func(i int) error
}

// inTurns measures the sides one after the other, round by round, after a round
// that only warms them. It gives the medians of each side over the rounds.
func inTurns(rounds int, sides ...side) ([]timing, error) {
	all := make([][]timing, len(sides))
	for round := range rounds + 1 {
		for i, s := range sides {
			t, err := timeCalls(s.calls, s.call)
			if err != nil {
				return nil, err
			}
			if round > 0 {
				all[i] = append(all[i], t)
			}
		}
	}
	medians := make([]timing, len(sides))
	for i, rounds := range all {
		medians[i] = timing{
			p50:         median(rounds, func(t timing) time.Duration { return t.p50 }),
			p99:         median(rounds, func(t timing) time.Duration { return t.p99 }),
			mean:        median(rounds, func(t timing) time.Duration { return t.mean }),
			allocations: median(rounds, func(t timing) float64 { return t.allocations }),
		}
	}
	return medians, nil
}

// median returns the middle of what of gives, the lower one of an even number.
func median[T any, N int | float64 | time.Duration](list []T, of func(T) N) N {
	values := make([]N, len(list))
	for i, item := range list {
		values[i] = of(item)
	}
	slices.Sort(values)
	return values[(len(values)-1)/2]
}
