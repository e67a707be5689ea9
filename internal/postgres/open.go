package postgres

import (
	"cmp"
	"context"
	"crypto/x509"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Addresses are those of one database (postgres://…).
type Addresses struct {
	URL string
	// Direct is the address of the primary server if URL is that of a connection pooler
	// or a standby: it is used for notifications and migrations. Empty if URL works for
	// both.
	Direct string
}

// Open opens the database at a URL.
func Open(ctx context.Context, url string) (*Store, error) {
	return OpenAt(ctx, Addresses{URL: url})
}

// openTimeout is the maximum time to wait for a response when opening a database
// whose address has no connect_timeout.
const openTimeout = 10 * time.Second

// OpenAt connects to a database and waits until it responds. The error is a
// BAD_USER_INPUT for an invalid address, else UNAVAILABLE; neither contains a
// password.
func OpenAt(ctx context.Context, addresses Addresses) (*Store, error) {
	if addresses.Direct != "" {
		if _, err := parseAddress("listen-url", addresses.Direct); err != nil {
			return nil, err
		}
	} else {
		addresses.Direct = addresses.URL
	}
	db, err := connect(ctx, "database-url", addresses.URL)
	if err != nil {
		return nil, err
	}
	return &Store{db: db, addresses: addresses}, nil
}

func connect(ctx context.Context, field, url string) (*sqlx.DB, error) {
	config, err := parseAddress(field, url)
	if err != nil {
		return nil, err
	}
	// A ping ignores its context while it waits for the first response.
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = openTimeout
	}
	if _, err := pq.NewConnectorConfig(config); err != nil {
		return nil, sentra.Wrap(sentra.CodeBadUserInput, err, "%s: the database's address cannot be used", field)
	}
	db := sqlx.NewDb(sql.OpenDB(connector{config}), "postgres")
	db.SetMaxOpenConns(16)
	db.SetConnMaxIdleTime(5 * time.Minute)
	waiting, cancel := context.WithTimeout(ctx, config.ConnectTimeout)
	defer cancel()
	if err := db.PingContext(waiting); err != nil {
		db.Close()
		return nil, connectError(config, err)
	}
	return db, nil
}

// parseAddress parses an address. Its errors do not quote it, because it may contain
// a password.
func parseAddress(field, url string) (pq.Config, error) {
	fault := func(format string, args ...any) (pq.Config, error) {
		return pq.Config{}, sentra.BadInput(field, format, args...)
	}
	if url == "" {
		return fault("the address is empty; write postgres://ROLE:PASSWORD@HOST:PORT/DATABASE")
	}
	scheme, _, isURL := strings.Cut(url, "://")
	if isURL && scheme != "postgres" && scheme != "postgresql" && !strings.Contains(scheme, "=") {
		return fault("%.20q is no kind of address for PostgreSQL; write postgres://ROLE:PASSWORD@HOST:PORT/DATABASE", scheme)
	}
	config, err := pq.NewConfig(url)
	if err == nil {
		return config, nil
	}
	for _, known := range []string{"sslmode", "sslnegotiation", "sslrootcert", "target_session_attrs", "connect_timeout"} {
		if text := err.Error(); strings.Contains(text, known) && !strings.Contains(text, "@") {
			return fault("%s", strings.TrimPrefix(text, "pq: "))
		}
	}
	return fault("the address cannot be read; write postgres://ROLE:PASSWORD@HOST:PORT/DATABASE, with %% and two digits for signs such as @ in a password")
}

// connectError explains why a database cannot be reached, and what would help.
func connectError(config pq.Config, err error) error {
	where := net.JoinHostPort(config.Host, fmt.Sprint(config.Port))
	if strings.HasPrefix(config.Host, "/") {
		where = config.Host
	}
	unavailable := func(format string, args ...any) error {
		return sentra.Wrap(sentra.CodeUnavailable, err, format, args...)
	}
	var name *net.DNSError
	var certificate x509.UnknownAuthorityError
	var hostname x509.HostnameError
	switch fault := pq.As(err); {
	case errors.Is(err, pq.ErrSSLNotSupported):
		return unavailable("the database server at %s has no TLS; give an address with sslmode=disable if the way to it is safe", where)
	case errors.As(err, &certificate), errors.As(err, &hostname):
		return unavailable("the certificate of the database server at %s is not trusted; see sslmode and sslrootcert", where)
	case errors.As(err, &name):
		return unavailable("there is no host %s for the database", config.Host)
	case errors.Is(err, context.DeadlineExceeded), os.IsTimeout(err):
		return unavailable("the database server at %s does not answer within %s", where, cmp.Or(config.ConnectTimeout, openTimeout))
	case fault == nil:
		return unavailable("no database server answers at %s", where)
	case fault.Code == "3D000":
		return unavailable("the server at %s has no database %q; make it with createdb", where, config.Database)
	case fault.Code.Class() == "28":
		return unavailable("the database server at %s refuses the role %q", where, config.User)
	case fault.Code == "08P01" && strings.Contains(fault.Message, "startup parameter"):
		return unavailable("the pool of connections at %s refuses a setting; PgBouncer takes it with ignore_startup_parameters", where)
	case fault.Code == "42501":
		return unavailable("the role %q may not connect to the database %q", config.User, config.Database)
	case fault.Code == "57P03":
		return unavailable("the database server at %s is starting or stopping", where)
	case fault.Code.Class() == "53":
		return unavailable("the database server at %s has no place for another connection", where)
	}
	return unavailable("the database at %s cannot be opened", where)
}
