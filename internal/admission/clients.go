package admission

import (
	"context"
	"sync"

	"golang.org/x/sync/semaphore"
)

// Clients limits each client to the same number of places. The zero value with Places
// set is ready to use.
type Clients struct {
	Places int64

	mu      sync.Mutex
	clients map[string]*client
}

// client exists while it has places or waits for them.
type client struct {
	places *semaphore.Weighted
	users  int
}

// TryAcquire takes a place for a client if one is free.
func (c *Clients) TryAcquire(name string) bool {
	if c.join(name).places.TryAcquire(1) {
		return true
	}
	c.part(name)
	return false
}

// Acquire takes a place for a client; the error is ctx's.
func (c *Clients) Acquire(ctx context.Context, name string) error {
	if err := c.join(name).places.Acquire(ctx, 1); err != nil {
		c.part(name)
		return err
	}
	return nil
}

// Release releases a place of a client.
func (c *Clients) Release(name string) {
	c.mu.Lock()
	c.clients[name].places.Release(1)
	c.mu.Unlock()
	c.part(name)
}

func (c *Clients) join(name string) *client {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.clients == nil {
		c.clients = make(map[string]*client)
	}
	found := c.clients[name]
	if found == nil {
		found = &client{places: semaphore.NewWeighted(c.Places)}
		c.clients[name] = found
	}
	found.users++
	return found
}

func (c *Clients) part(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if found := c.clients[name]; found.users == 1 {
		delete(c.clients, name)
	} else {
		found.users--
	}
}
