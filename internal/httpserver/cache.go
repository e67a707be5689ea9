package httpserver

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"net/http"
	"strings"
)

// etag returns the entity tag of an answer from everything that determines it: the
// versions of the binary and the dataset, the day, the route and the request. It is
// weak, since an answer may be sent with different encodings.
func etag(parts ...string) string {
	sum := digest(nil, parts...)
	return `W/"` + base64.RawURLEncoding.EncodeToString(sum[:15]) + `"`
}

// digest hashes texts and their boundaries.
func digest(last []byte, parts ...string) [sha256.Size]byte {
	// This is usually enough to avoid an allocation.
	var short [1024]byte
	all := short[:0]
	for _, part := range parts {
		all = binary.AppendUvarint(all, uint64(len(part)))
		all = append(all, part...)
	}
	return sha256.Sum256(append(all, last...))
}

// notModified sets the ETag and, unless empty, the Cache-Control of an answer. If the
// client already has that answer it sends 304 and returns true.
func notModified(w http.ResponseWriter, r *http.Request, tag, cacheControl string) bool {
	w.Header().Set("ETag", tag)
	if cacheControl != "" {
		w.Header().Set("Cache-Control", cacheControl)
	}
	if !hasTag(r, tag) && !hasTag(r, "*") {
		return false
	}
	w.WriteHeader(http.StatusNotModified)
	return true
}

// hasTag reports whether the client of a GET or HEAD has the answer with a tag.
func hasTag(r *http.Request, tag string) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	for _, given := range r.Header["If-None-Match"] {
		for one := range strings.SplitSeq(given, ",") {
			if strings.TrimPrefix(strings.TrimSpace(one), "W/") == strings.TrimPrefix(tag, "W/") {
				return true
			}
		}
	}
	return false
}
