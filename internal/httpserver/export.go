package httpserver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/sentra-ikm/sentra/internal/export"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// exportHeaders tell of an export what formats without a head of their own cannot.
const (
	headerTotalCount      = "Sentra-Total-Count"
	headerNotCoveredCount = "Sentra-Not-Covered-Count"
	headerAsOf            = "Sentra-As-Of"
	headerDatasetVersion  = "Sentra-Dataset-Version"
)

// routeExports adds /regions.geojson, /clusters.csv and their like.
func routeExports(router chi.Router, data Data, timeout time.Duration, log *slog.Logger) {
	for _, layer := range []export.Layer{export.Regions, export.Clusters} {
		for _, format := range export.Formats(layer) {
			serve := serveExport(layer, format, data, timeout, log)
			path := fmt.Sprintf("/%s.%s", layer, format)
			router.Get(path, serve)
			router.Head(path, serve)
		}
	}
}

// serveExport answers with the whole of a layer in a format. The answer is
// streamed; should it fail on its way, the connection is cut, so that no reader
// takes a part for the whole.
func serveExport(layer export.Layer, format export.Format, data Data, timeout time.Duration, log *slog.Logger) http.HandlerFunc {
	filters := export.Filters{Regions: data.ParseRegionFilter, Clusters: data.ParseClusterFilter}
	return func(w http.ResponseWriter, r *http.Request) {
		parameters, err := url.ParseQuery(r.URL.RawQuery)
		if err != nil {
			refuse(w, http.StatusBadRequest, sentra.CodeBadUserInput, "the parameters are not well encoded in the URL")
			return
		}
		request, err := export.Parse(layer, format, parameters, filters, data.Today())
		if err != nil {
			refuseError(w, r, err, log)
			return
		}
		present := data.Atlas()
		ctx, cancel := context.WithTimeout(r.Context(), timeout)
		defer cancel()
		answer, err := export.New(ctx, present, request)
		if err != nil {
			refuseError(w, r, err, log)
			return
		}
		header := w.Header()
		header.Set("Content-Type", format.ContentType())
		header.Set("Content-Disposition", `attachment; filename="`+request.FileName()+`"`)
		header.Set(headerTotalCount, strconv.Itoa(answer.Count))
		header.Set(headerNotCoveredCount, strconv.Itoa(answer.NotCovered))
		header.Set(headerAsOf, request.Day.String())
		header.Set(headerDatasetVersion, present.Data.Version)
		tag := etag("export", data.Version, present.Data.Version, request.Day.String(), r.URL.Path, parameters.Encode())
		// A new dataset or day must show at once: every use asks for a 304.
		if notModified(w, r, tag, "public, no-cache") || r.Method == http.MethodHead {
			return
		}
		// How long a reader takes is the reader's affair; the time allowed was for
		// finding the rows.
		if err := answer.Write(r.Context(), flushing{w, http.NewResponseController(w)}, nil); err != nil {
			log.InfoContext(r.Context(), "export cut short", "path", r.URL.Path, "error", err, "request", requestID(r.Context()))
			panic(http.ErrAbortHandler)
		}
	}
}

// flushing sends on whatever is written to it.
type flushing struct {
	http.ResponseWriter
	controller *http.ResponseController
}

// Write sends the bytes to the client at once.
func (f flushing) Write(data []byte) (int, error) {
	n, err := f.ResponseWriter.Write(data)
	if err == nil {
		if flushed := f.controller.Flush(); !errors.Is(flushed, http.ErrNotSupported) {
			err = flushed
		}
	}
	return n, err
}
