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
	sum := digest(parts...)
	return `W/"` + base64.RawURLEncoding.EncodeToString(sum[:15]) + `"`
}

// digest is a digest of texts that tells apart where one ends and the next begins.
func digest(parts ...string) [sha256.Size]byte {
	var all []byte
	for _, part := range parts {
		all = appendPart(all, part)
	}
	return sha256.Sum256(all)
}

// appendPart appends a text after its length.
func appendPart(all []byte, part string) []byte {
	return append(binary.AppendUvarint(all, uint64(len(part))), part...)
}

// notModified sets the ETag and, unless empty, the Cache-Control of an answer.
// Where the client has that answer already it answers 304 and gives true.
func notModified(w http.ResponseWriter, r *http.Request, tag, cacheControl string) bool {
	w.Header().Set("ETag", tag)
	if cacheControl != "" {
		w.Header().Set("Cache-Control", cacheControl)
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	for _, given := range r.Header.Values("If-None-Match") {
		for _, one := range strings.Split(given, ",") {
			one = strings.TrimSpace(one)
			if one == "*" || strings.TrimPrefix(one, "W/") == strings.TrimPrefix(tag, "W/") {
				w.WriteHeader(http.StatusNotModified)
				return true
			}
		}
	}
	return false
}
