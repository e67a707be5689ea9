package main

import (
	"runtime"
	"slices"
	"time"
)

// timing is the times of many calls of one kind.
type timing struct {
	p50, p99, mean time.Duration
	// Allocations per call.
	allocations float64
}

// timeCalls measures calls one by one. The time of the clock itself is included.
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

// side is one of those compared; its calls are timed one by one.
type side struct {
	calls int
	call  func(i int) error
}

// inTurns measures the sides alternately in rounds, after a warm-up round. It returns
// the medians of each side over the rounds.
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

// median returns the element with the median value of of, the lower one for an even
// number.
func median[T any, N int | float64 | time.Duration](list []T, of func(T) N) N {
	values := make([]N, len(list))
	for i, item := range list {
		values[i] = of(item)
	}
	slices.Sort(values)
	return values[(len(values)-1)/2]
}
