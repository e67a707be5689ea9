package httpserver

import (
	"fmt"
	"testing"
)

func TestAnswerCacheIsBounded(t *testing.T) {
	const limit = 80_000
	cache := newKeptBodies(limit)
	cache.add(digest(nil, "large"), &keptBody{answer: answer{body: make([]byte, limit/8+1)}})
	if cache.get(digest(nil, "large")) != nil {
		t.Error("an answer of more than an eighth is kept")
	}
	for i := range 100 {
		cache.add(digest(nil, fmt.Sprint(i)), &keptBody{answer: answer{body: make([]byte, limit/8)}})
	}
	cache.entries.CleanUp()
	kept := 0
	for i := range 100 {
		if cache.get(digest(nil, fmt.Sprint(i))) != nil {
			kept++
		}
	}
	// Each takes 10,000 bytes plus some hundreds.
	if kept == 0 || kept > 7 {
		t.Errorf("%d answers of a tenth each kept", kept)
	}
}
