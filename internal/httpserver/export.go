package httpserver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/export"
	"github.com/sentra-ikm/sentra/internal/panics"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// exportHeaders describe an export for formats that have no header of their own.
const (
	headerTotalCount      = "Sentra-Total-Count"
	headerNotCoveredCount = "Sentra-Not-Covered-Count"
	headerAsOf            = "Sentra-As-Of"
	headerDatasetVersion  = "Sentra-Dataset-Version"
)

// exportRoutes serves /regions.geojson, /clusters.csv, /supports.xlsx and so on.
type exportRoutes struct {
	config  Config
	filters export.Filters
	work    *work
	kept    *keptBodies
	log     *slog.Logger
}

func routeExports(router chi.Router, config Config, work *work, kept *keptBodies, log *slog.Logger) {
	e := &exportRoutes{config: config, filters: export.Filters{Regions: config.Data.ParseRegionFilter, Clusters: config.Data.ParseClusterFilter, Supports: config.Data.ParseSupportFilter}, work: work, kept: kept, log: log}
	for _, layer := range export.Layers() {
		for _, format := range export.Formats(layer) {
			router.Get(fmt.Sprintf("/%s.%s", layer, format), func(w http.ResponseWriter, r *http.Request) { e.serve(w, r, layer, format) })
		}
	}
	router.Get("/datapackage.json", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), config.Timeout)
		defer cancel()
		if err := e.dataPackage(ctx, w, r); err != nil {
			refuseError(w, r, err, log)
		}
	})
}

// dataPackage describes the CSV exports of a day.
func (e *exportRoutes) dataPackage(ctx context.Context, w http.ResponseWriter, r *http.Request) error {
	parameters, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return sentra.BadInput("", "the parameters are not correctly encoded in the URL")
	}
	for name := range parameters {
		if name != "asOf" && name != "delimiter" && name != "lang" {
			return sentra.BadInput("", "there is no parameter %.40q of datapackage.json; the parameters are asOf, delimiter, lang", name)
		}
	}
	present := e.config.Data.Atlas()
	requests := make([]*export.Request, len(export.Layers()))
	for i, layer := range export.Layers() {
		if requests[i], err = export.Parse(layer, export.CSV, parameters, e.filters, e.config.Data.Today()); err != nil {
			return err
		}
	}
	if e.config.PublicURL == "" {
		vary(w.Header(), headerScheme)
	}
	base := e.config.baseURL(r)
	tag := etag("datapackage", e.config.Data.Version, present.Data.Version, requests[0].Day.String(), base, parameters.Encode())
	if notModified(w, r, tag, "public, no-cache") {
		return nil
	}
	w.Header().Del("ETag")
	ticket, err := e.work.enter(ctx, r, tileWeight)
	if err != nil {
		refuseBusy(w, err)
		return nil
	}
	defer ticket.Leave()
	exports := make([]*export.Export, len(requests))
	for i, request := range requests {
		if exports[i], err = export.New(ctx, present, request); err != nil {
			return err
		}
	}
	body, err := export.DataPackage(ctx, exports, func(request *export.Request) string {
		address := fmt.Sprintf("%s/%s.csv", base, request.Layer)
		if len(parameters) > 0 {
			address += "?" + parameters.Encode()
		}
		return address
	})
	if err != nil {
		return err
	}
	w.Header().Set("ETag", tag)
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	sendWhole(w, r, append(body, '\n'))
	return nil
}

// serve sends all of a layer in a format, or a range of it. A short export is cached,
// so that it is made once and its length is known.
func (e *exportRoutes) serve(w http.ResponseWriter, r *http.Request, layer export.Layer, format export.Format) {
	parameters, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		refuse(w, http.StatusBadRequest, sentra.CodeBadUserInput, "the parameters are not correctly encoded in the URL")
		return
	}
	request, err := export.Parse(layer, format, parameters, e.filters, e.config.Data.Today())
	if err != nil {
		refuseError(w, r, err, e.log)
		return
	}
	present := e.config.Data.Atlas()
	tag := etag("export", e.config.Data.Version, present.Data.Version, request.Day.String(), r.URL.Path, parameters.Encode())
	key := digest(nil, "export", tag)
	// A new dataset or day must show immediately: every use is revalidated.
	const cacheControl = "public, no-cache"
	if hasTag(r, tag) {
		notModified(w, r, tag, cacheControl)
		return
	}
	if e.sendKept(w, r, key, e.kept.get(key)) {
		return
	}
	if e.kept != nil {
		flight, first := e.kept.flights.join(key)
		if first {
			defer func() { e.kept.flights.land(key, flight) }()
		} else if e.sendKept(w, r, key, flight.await(r.Context(), exportAwaited)) {
			return
		}
		e.make(w, r, present, request, tag, cacheControl, func(made *keptBody) {
			e.kept.add(key, made)
			if first {
				flight.body = made
			}
		})
		return
	}
	e.make(w, r, present, request, tag, cacheControl, func(*keptBody) {})
}

// exportAwaited is how long a request waits for an export that another one is making,
// whose client may be slow.
const exportAwaited = 2 * time.Second

// sendKept sends a cached export, and reports whether there was one.
func (e *exportRoutes) sendKept(w http.ResponseWriter, r *http.Request, key bodyKey, kept *keptBody) bool {
	if kept == nil {
		return false
	}
	for name, values := range kept.header {
		w.Header()[name] = values
	}
	if notModified(w, r, kept.tag, w.Header().Get("Cache-Control")) {
		return true
	}
	if r.Header.Get("Range") != "" {
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(kept.body))
		return true
	}
	e.kept.send(w, r, key, kept.body)
	return true
}

// make makes an export and caches it if it is short. The answer is streamed. If it
// fails halfway, the connection is cut, so that no client takes it for complete.
func (e *exportRoutes) make(w http.ResponseWriter, r *http.Request, present *atlas.Atlas, request *export.Request, tag, cacheControl string, keep func(*keptBody)) {
	ctx, cancel := context.WithTimeout(r.Context(), e.config.Timeout)
	defer cancel()
	// The weight makes it large work, of which a client gets only some places.
	ticket, err := e.work.exports.Enter(ctx, e.work.client(r), 2)
	if err != nil {
		refuseBusy(w, err)
		return
	}
	defer ticket.Leave()
	answer, err := export.New(ctx, present, request)
	if err != nil {
		refuseError(w, r, err, e.log)
		return
	}
	header := w.Header()
	for name, value := range map[string]string{"Content-Type": request.Format.ContentType(), "Content-Disposition": `attachment; filename="` + request.FileName() + `"`,
		headerTotalCount: strconv.Itoa(answer.Count), headerNotCoveredCount: strconv.Itoa(answer.NotCovered),
		headerAsOf: request.Day.String(), headerDatasetVersion: present.Data.Version, "Accept-Ranges": "bytes"} {
		header.Set(name, value)
	}
	if notModified(w, r, tag, cacheControl) {
		return
	}
	copied := &limitedCopy{work: e.work, kept: e.kept}
	defer copied.release()
	kept := func() *keptBody {
		body := &keptBody{answer: answerOf(copied.take(), tag), header: http.Header{}}
		for _, name := range []string{"Accept-Ranges", "Cache-Control", "Content-Disposition", "Content-Type", headerTotalCount, headerNotCoveredCount, headerAsOf, headerDatasetVersion} {
			body.header[name] = header[name]
		}
		return body
	}
	ranged := r.Header.Get("Range") != ""
	if ranged || r.Method == http.MethodHead {
		// The length must be known before anything is sent.
		if err := answer.Write(ctx, copied, nil); err != nil {
			header.Del("ETag")
			header.Del("Content-Disposition")
			refuseError(w, r, err, e.log)
			return
		}
		switch {
		case copied.whole():
			made := kept()
			keep(made)
			e.sendKept(w, r, digest(nil, "export", tag), made)
		case ranged:
			content := &madeAnew{length: copied.length, write: func(w io.Writer) error { return answer.Write(r.Context(), w, nil) }}
			defer content.close()
			http.ServeContent(w, r, "", time.Time{}, content)
		default:
			header.Set("Content-Length", strconv.FormatInt(copied.length, 10))
			w.WriteHeader(http.StatusOK)
		}
		return
	}
	if encodingFor(r.Header) != "" {
		// Ranges are of the uncompressed answer.
		header.Del("Accept-Ranges")
	}
	// The deadline was for finding the rows. Sending them may take as long as the client
	// needs at the minimum pace.
	if err := answer.Write(r.Context(), both{copied, flushing{w, http.NewResponseController(w)}}, nil); err != nil {
		e.log.InfoContext(r.Context(), "export cut short", "path", r.URL.Path, "error", err, "request", requestID(r.Context()))
		panic(http.ErrAbortHandler)
	}
	if copied.whole() {
		keep(kept())
	}
}

// limitedCopy buffers what is written to it while it is short enough to be cached and
// memory can be reserved. After that it only counts.
type limitedCopy struct {
	work *work
	kept *keptBodies
	// pieces are concatenated at the end, since a growing slice would be copied again
	// and again.
	pieces []*piece
	// held is the number of bytes in pieces, length the number of bytes written.
	held, length int64
}

// piece is a buffer for a part of a body, reused for later bodies.
type piece [pieceLength]byte

const pieceLength = 32 << 10

func (c *limitedCopy) Write(data []byte) (int, error) {
	if c.whole() && (!c.kept.keeps(int(c.length)+len(data)) || !c.hold(data)) {
		c.release()
	}
	c.length += int64(len(data))
	return len(data), nil
}

// hold copies the bytes, and returns false if there is no memory for them.
func (c *limitedCopy) hold(data []byte) bool {
	for len(data) > 0 {
		used := c.held % pieceLength
		if used == 0 {
			if !c.work.bodies.TryAcquire(pieceLength) {
				return false
			}
			c.pieces = append(c.pieces, c.work.pieces.Get().(*piece))
		}
		n := copy(c.pieces[len(c.pieces)-1][used:], data)
		c.held += int64(n)
		data = data[n:]
	}
	return true
}

// whole reports whether everything written is held.
func (c *limitedCopy) whole() bool { return c.held == c.length }

// take returns the bytes in one slice.
func (c *limitedCopy) take() []byte {
	out := make([]byte, c.held)
	for i, p := range c.pieces {
		copy(out[i*pieceLength:], p[:])
	}
	return out
}

// release releases the reserved memory.
func (c *limitedCopy) release() {
	for _, p := range c.pieces {
		c.work.pieces.Put(p)
		c.work.bodies.Release(pieceLength)
	}
	c.pieces, c.held = nil, 0
}

// madeAnew is content that is produced again after every seek.
type madeAnew struct {
	length, at int64
	write      func(io.Writer) error
	from       *io.PipeReader
}

func (m *madeAnew) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += m.at
	case io.SeekEnd:
		offset += m.length
	}
	if offset != m.at {
		m.close()
		m.at = offset
	}
	return m.at, nil
}

func (m *madeAnew) Read(into []byte) (int, error) {
	if m.from == nil {
		from, to := io.Pipe()
		m.from = from
		skipped := &skipping{Writer: to, left: m.at}
		go func() { to.CloseWithError(panics.Catch(func() error { return m.write(skipped) })) }()
	}
	n, err := m.from.Read(into)
	m.at += int64(n)
	return n, err
}

// close stops production.
func (m *madeAnew) close() {
	if m.from != nil {
		m.from.Close()
		m.from = nil
	}
}

// skipping drops the first bytes written to it.
type skipping struct {
	io.Writer
	left int64
}

func (s *skipping) Write(data []byte) (int, error) {
	out := min(s.left, int64(len(data)))
	s.left -= out
	n, err := s.Writer.Write(data[out:])
	return int(out) + n, err
}

// both writes to a copy and to the client.
type both struct {
	copied *limitedCopy
	client flushing
}

func (b both) Write(data []byte) (int, error) {
	_, _ = b.copied.Write(data)
	return b.client.Write(data)
}

// flushing flushes after every write.
type flushing struct {
	http.ResponseWriter
	controller *http.ResponseController
}

func (f flushing) Write(data []byte) (int, error) {
	n, err := f.ResponseWriter.Write(data)
	if err == nil {
		if flushed := f.controller.Flush(); !errors.Is(flushed, http.ErrNotSupported) {
			err = flushed
		}
	}
	return n, err
}
