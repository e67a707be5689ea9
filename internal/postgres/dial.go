package postgres

import (
	"context"
	"database/sql/driver"
	"net"
	"sync"
	"time"

	"github.com/lib/pq"
)

// connector opens connections whose queries end with their context even if the
// database stops responding. By itself pq sends a cancel request over a second
// connection, and then waits forever for the answer on the first.
type connector struct{ config pq.Config }

// silence is how long to wait for a connection after its query was cancelled.
const silence = time.Second

// Connect opens a connection. The error is that of pq or ctx.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	opener, err := pq.NewConnectorConfig(c.config)
	if err != nil {
		return nil, err
	}
	d := &dialer{}
	opener.Dialer(d)
	// pq ignores the context while it waits for the first response.
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

func (c connector) Driver() driver.Driver { return &pq.Driver{} }

// pqConnection is the interface of pq's connections.
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

// connection is a pq connection whose transactions begin within their context.
type connection struct {
	pqConnection
	dialer *dialer
}

// BeginTx begins a transaction. pq checks the context only after the server has
// answered, so the connection is closed if the context ends first.
func (c *connection) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	stop := context.AfterFunc(ctx, c.dialer.close)
	tx, err := c.pqConnection.BeginTx(ctx, options)
	if !stop() && ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return tx, err
}

// dialer dials for one database connection: first for itself, and once it is open to
// cancel its query.
type dialer struct {
	mu         sync.Mutex
	connection net.Conn
	opened     bool
}

// DialContext dials. After dialing to cancel, it closes the original connection
// shortly afterwards.
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

// Dial and DialTimeout implement pq's interface; it uses DialContext.
func (d *dialer) Dial(network, address string) (net.Conn, error) {
	return d.DialContext(context.Background(), network, address)
}

func (d *dialer) DialTimeout(network, address string, timeout time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return d.DialContext(ctx, network, address)
}

// close unblocks whatever waits for the database.
func (d *dialer) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.connection != nil {
		d.connection.Close()
	}
}
