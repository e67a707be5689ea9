package atlas

import (
	"time"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Freshness describes how up to date the present atlas is.
type Freshness struct {
	// Checked is when the atlas was last known to match the record, and Loaded when it
	// was built.
	Checked, Loaded time.Time
	// Failures counts the refreshes that failed.
	Failures int
	// Err is the error of the last refresh, nil when it succeeded.
	Err error
}

// Code is the error code of the last refresh; empty when it succeeded.
func (f Freshness) Code() sentra.Code { return sentra.ErrorCode(f.Err) }

// Freshness returns how fresh the present atlas is.
func (h *Holder) Freshness() Freshness {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.freshness
}

// noteRefresh records how a refresh ended.
func (h *Holder) noteRefresh(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.freshness.Err = err
	if err != nil {
		h.freshness.Failures++
		return
	}
	h.freshness.Checked = time.Now()
}
