package httpserver

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// clientOf returns the address that a request is attributed to: that of the
// connection or, behind trusted proxies, the last one in X-Forwarded-For that is not
// such a proxy. An IPv6 address is reduced to its network, since one client may have
// all addresses in it.
func clientOf(r *http.Request, trusted []netip.Prefix) string {
	connection, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	at := connection.Addr().Unmap()
	if len(trusted) > 0 {
		hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		for _, hop := range slices.Backward(hops) {
			if !slices.ContainsFunc(trusted, func(p netip.Prefix) bool { return p.Contains(at) }) {
				break
			}
			before, err := netip.ParseAddr(strings.TrimSpace(hop))
			if err != nil {
				break
			}
			at = before.Unmap()
		}
	}
	if at.Is6() {
		network, _ := at.WithZone("").Prefix(64)
		return network.String()
	}
	return at.String()
}
