package httpserver

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"net/http"
	"strings"
)

// etag makes the entity tag of an answer out of all that decides on it: the
// binary's version, the dataset's, the day it is, the route and the question.
// It is weak, since an answer may be compressed in several ways.
func etag(parts ...string) string {
	sum := digest(nil, parts...)
	return `W/"` + base64.RawURLEncoding.EncodeToString(sum[:15]) + `"`
}

// digest is a digest of texts, and of a last one, that tells apart where one ends
// and the next begins.
func digest(last []byte, parts ...string) [sha256.Size]byte {
	// Most fit, and then nothing is allocated.
	var short [1024]byte
	all := short[:0]
	for _, part := range parts {
		all = binary.AppendUvarint(all, uint64(len(part)))
		all = append(all, part...)
	}
	return sha256.Sum256(append(all, last...))
}

// notModified sets the ETag and, unless empty, the Cache-Control of an answer.
// Where the client has that answer already it answers 304 and gives true.
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
