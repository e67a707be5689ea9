package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/spf13/pflag"

	"github.com/sentra-ikm/sentra/internal/httpserver"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// front has the flags for limits on work and on clients, for proxies, and for how the
// server stops.
type front struct {
	metrics                       string
	trustedProxies                []string
	maxWork, maxAnswer, maxBodies int64
}

func (f *front) flags(flags *pflag.FlagSet, config *httpserver.Config) {
	flags.IntVar(&config.MaxClientStreams, "max-client-streams", config.MaxClientStreams, "maximum number of WebSockets and event streams, and of subscriptions, per client address")
	flags.IntVar(&config.MaxSocketOperations, "max-socket-operations", config.MaxSocketOperations, "maximum number of concurrent operations on a WebSocket")
	flags.IntVar(&config.Work.Places, "max-small-operations", config.Work.Places, "maximum number of concurrent small operations; others wait")
	flags.IntVar(&config.Work.LargePlaces, "max-large-operations", config.Work.LargePlaces, "maximum number of concurrent large operations; others wait")
	flags.IntVar(&config.Work.PerClient, "max-client-large-operations", config.Work.PerClient, "maximum number of concurrent large operations per client address")
	flags.Int64Var(&f.maxWork, "max-work", config.Work.Bytes>>20, "memory for large operations in progress, in MiB")
	flags.IntVar(&config.Work.Queue, "queue", config.Work.Queue, "maximum number of waiting operations; beyond it 503")
	flags.DurationVar(&config.Work.Wait, "queue-wait", config.Work.Wait, "maximum time that an operation waits; beyond it 503")
	flags.Int64Var(&f.maxAnswer, "max-answer", config.MaxAnswer>>20, "maximum length of an answer in MiB")
	flags.Int64Var(&f.maxBodies, "max-bodies", config.MaxBodies>>20, "memory for long request bodies being received, in MiB")
	flags.DurationVar(&config.Stall, "stall", config.Stall, "maximum time that a client may stall while it sends or receives")
	flags.Int64Var(&config.MinRate, "min-rate", config.MinRate, "bytes per second that a client must send or receive beyond that")
	flags.StringVar(&config.Contact, "contact", "", "address or mailbox where readers report mistakes, for the page /about")
	flags.StringVar(&config.PublicURL, "public-url", "", "public address of the server, for links in answers; default the address of each request")
	flags.StringSliceVar(&f.trustedProxies, "trusted-proxy", nil, "address or network (10.0.0.0/8) of a proxy whose X-Forwarded-For is trusted")
	flags.StringVar(&f.metrics, "metrics-addr", "", "address to serve /metrics on instead of the API's")
	flags.DurationVar(&config.DrainDelay, "drain-delay", 0, "time that a stopping server still answers while /readyz reports it as draining")
	flags.DurationVar(&config.DrainTimeout, "drain-timeout", config.DrainTimeout, "maximum time to finish requests in progress when the server stops")
}

// apply sets the config from flags that need parsing.
func (f *front) apply(config *httpserver.Config) error {
	config.Work.Bytes, config.MaxAnswer, config.MaxBodies = f.maxWork<<20, f.maxAnswer<<20, f.maxBodies<<20
	config.MetricsElsewhere = f.metrics != ""
	for _, text := range f.trustedProxies {
		network, err := netip.ParsePrefix(text)
		if err != nil {
			address, err := netip.ParseAddr(text)
			if err != nil {
				return sentra.BadInput("trusted-proxy", "%q is neither an address nor a network such as 10.0.0.0/8", text)
			}
			network = netip.PrefixFrom(address, address.BitLen())
		}
		config.TrustedProxies = append(config.TrustedProxies, network)
	}
	return nil
}

// serveMetrics serves the metrics on their own address, until stop is called.
func serveMetrics(listener net.Listener, handler http.Handler, log *slog.Logger) (stop func()) {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", handler)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute}
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			log.Error("metrics are no longer served", "error", err)
		}
	}()
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = server.Shutdown(ctx)
	}
}
