package httpserver

import (
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestClientOf(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, c := range []struct {
		name, connection string
		forwarded        []string
		trusted          []netip.Prefix
		want             string
	}{
		{"a client", "192.0.2.1:1234", nil, nil, "192.0.2.1"},
		{"one that makes itself another", "192.0.2.1:1234", []string{"198.51.100.7"}, proxies, "192.0.2.1"},
		{"nobody is trusted", "10.0.0.1:1234", []string{"198.51.100.7"}, nil, "10.0.0.1"},
		{"behind a proxy", "10.0.0.1:1234", []string{"198.51.100.7"}, proxies, "198.51.100.7"},
		{"behind two", "10.0.0.1:1234", []string{"198.51.100.7, 10.0.0.2"}, proxies, "198.51.100.7"},
		{"what it says itself comes first", "10.0.0.1:1234", []string{"203.0.113.9, 198.51.100.7"}, proxies, "198.51.100.7"},
		{"in two headers", "10.0.0.1:1234", []string{"203.0.113.9", "198.51.100.7"}, proxies, "198.51.100.7"},
		{"a proxy that says nothing", "10.0.0.1:1234", nil, proxies, "10.0.0.1"},
		{"a proxy that says nonsense", "10.0.0.1:1234", []string{"unknown"}, proxies, "10.0.0.1"},
		{"IPv6 counts by network", "[2001:db8:1:2:3:4:5:6]:1234", nil, nil, "2001:db8:1:2::/64"},
		{"IPv6 behind a proxy", "[fd00::1]:1234", []string{"2001:db8:1:2:aaaa::1"}, proxies, "2001:db8:1:2::/64"},
		{"IPv4 as IPv6", "[::ffff:192.0.2.1]:1234", nil, nil, "192.0.2.1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			r.RemoteAddr = c.connection
			for _, value := range c.forwarded {
				r.Header.Add("X-Forwarded-For", value)
			}
			if got := clientOf(r, c.trusted); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}
