package postgres

import (
	"context"
	"database/sql/driver"
	"net"
	"sync"
	"time"

	"github.com/lib/pq"
)

// connector opens connections whose questions end with their context, though the
// database has fallen silent: pq asks it to cancel, over a second connection, and
// then waits for the answer on the first for ever.
type connector struct{ config pq.Config }

// silence is how long a connection is waited for whose question was cancelled.
const silence = time.Second

// Connect opens a connection. The error is that of pq, or ctx's.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	opener, err := pq.NewConnectorConfig(c.config)
	if err != nil {
		return nil, err
	}
	d := &dialer{}
	opener.Dialer(d)
	// pq waits for the server's first word whatever becomes of the context.
	stop := context.AfterFunc(ctx, d.close)
	made, err := opener.Connect(ctx)
	if !stop() && ctx.Err() != nil {
		if err == nil {
			made.Close()
		}
		return nil, ctx.Err()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.opened = true
	if err != nil {
		return nil, err
	}
	return &connection{pqConnection: made.(pqConnection), dialer: d}, nil
}

// Driver returns pq's.
func (c connector) Driver() driver.Driver { return &pq.Driver{} }

// pqConnection is what pq's connections can do.
type pqConnection interface {
	driver.ConnBeginTx
	driver.Conn
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.NamedValueChecker
	driver.Pinger
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
}

// connection is one of pq's whose transactions begin within their context.
type connection struct {
	pqConnection
	dialer *dialer
}

// BeginTx begins a transaction. pq looks at the context only after the server has
// answered; here the connection is closed when the context ends first.
func (c *connection) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	stop := context.AfterFunc(ctx, c.dialer.close)
	tx, err := c.pqConnection.BeginTx(ctx, options)
	if !stop() && ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return tx, err
}

// dialer dials for one connection of the database: for itself, and once it is open
// to cancel what it was asked.
type dialer struct {
	mu         sync.Mutex
	connection net.Conn
	opened     bool
}

// DialContext dials. After a dial to cancel, the connection itself is closed shortly.
func (d *dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	d.mu.Lock()
	cancelling := d.opened
	d.mu.Unlock()
	if cancelling {
		time.AfterFunc(silence, d.close)
	}
	made, err := (&net.Dialer{KeepAlive: 5 * time.Second}).DialContext(ctx, network, address)
	if err == nil && !cancelling {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.connection = made
	}
	return made, err
}

// Dial and DialTimeout are there for pq's interface; it uses DialContext.
func (d *dialer) Dial(network, address string) (net.Conn, error) {
	return d.DialContext(context.Background(), network, address)
}

// DialTimeout dials within a time.
func (d *dialer) DialTimeout(network, address string, timeout time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return d.DialContext(ctx, network, address)
}

// close ends what waits for the database's next word.
func (d *dialer) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.connection != nil {
		d.connection.Close()
	}
}
