package pgtest

import (
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
)

// Proxy forwards bytes to a database until it is silent. Then it keeps its
// connections open, accepts new ones and forwards nothing, like a host that is gone.
type Proxy struct {
	net.Listener
	silent atomic.Bool

	mu   sync.Mutex
	open []net.Conn
}

// StartProxy starts a proxy on 127.0.0.1 for the database at an address, host:port.
func StartProxy(database string) (*Proxy, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen as a proxy: %w", err)
	}
	p := &Proxy{Listener: listener}
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			p.keep(client)
			server, err := net.Dial("tcp", database)
			if err != nil {
				client.Close()
				continue
			}
			p.keep(server)
			go p.pass(client, server)
			go p.pass(server, client)
		}
	}()
	return p, nil
}

// Silence stops or resumes forwarding.
func (p *Proxy) Silence(silent bool) { p.silent.Store(silent) }

// Close ends the proxy and its connections.
func (p *Proxy) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, connection := range p.open {
		connection.Close()
	}
	return p.Listener.Close()
}

func (p *Proxy) keep(connection net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open = append(p.open, connection)
}

func (p *Proxy) pass(from io.ReadCloser, to io.WriteCloser) {
	defer from.Close()
	defer to.Close()
	piece := make([]byte, 4<<10)
	for {
		n, err := from.Read(piece)
		if err != nil {
			return
		}
		if p.silent.Load() {
			continue
		}
		if _, err := to.Write(piece[:n]); err != nil {
			return
		}
	}
}
