package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

// attacks are all attacks, single documents first.
func attacks() []attack {
	var all []attack
	for _, d := range documents() {
		all = append(all, attack{d.name, func(ctx context.Context, t *target) string { return t.post(ctx, body(d.text)) }})
	}
	return append(all,
		attack{"10 x 10 aliases of all boundaries", atOnce(10, func(ctx context.Context, t *target, i int) string {
			return t.post(ctx, body(repeat(10, "{", fmt.Sprintf("a%%d:regions(first:1000){nodes{boundary(toleranceMetres:%d.%%[1]d)}} ", i), "}")))
		})},
		attack{"400 bodies of 4 MiB that stop before their end", atOnce(400, halfBody)},
		attack{"200 GET with a body that never comes", atOnce(200, func(ctx context.Context, t *target, _ int) string {
			return t.raw(ctx, []byte("GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"))
		})},
		attack{"100 exports that nobody reads", atOnce(100, unreadExport)},
		attack{"300 queries on a WebSocket that is not read", unreadSocket},
		attack{"1,000 subscriptions on one WebSocket", subscriptions},
		attack{"clients that leave after the first deferred part", atOnce(8, leavingEarly)},
	)
}

type document struct{ name, text string }

// documents take long to validate, or to execute, for their size.
func documents() []document {
	chain := func(n, spreads int) string {
		var text strings.Builder
		text.WriteString("{...F0}")
		for i := range n {
			fmt.Fprintf(&text, "fragment F%d on Query{%s}", i, strings.Repeat(fmt.Sprintf("...F%d ", i+1), spreads))
		}
		fmt.Fprintf(&text, "fragment F%d on Query{__typename}", n)
		return text.String()
	}
	circle := func(n int) string {
		positions := make([]string, n+1)
		for i := range positions {
			turn := 2 * math.Pi * float64(i%n) / float64(n)
			positions[i] = fmt.Sprintf("[%.6f,%.6f]", 118+15*math.Cos(turn), -2+7*math.Sin(turn))
		}
		return `{type:"Polygon",coordinates:[[` + strings.Join(positions, ",") + `]]}`
	}
	comb := func(n int) string {
		positions := make([]string, n)
		for i := range positions {
			positions[i] = fmt.Sprintf("[%.5f,%d]", 95+46*float64(i)/float64(n), -10+15*(i%2))
		}
		return `{type:"Polygon",coordinates:[[` + strings.Join(positions, ",") + `,[141.5,5],[141.5,-11],[94.9,-11],[95,-10]]]}`
	}
	near := make([]string, 200)
	for i := range near {
		near[i] = fmt.Sprintf("{near:{point:{lon:%d,lat:-2},radius:3000000}}", 95+i%40)
	}
	types := strings.Repeat("fields{type{", 3) + "name" + strings.Repeat("}}", 3)
	return []document{
		{"fragments that spread the next twice, 40", chain(40, 2)},
		{"fragments that spread the next twice, 400", chain(400, 2)},
		{"a chain of 5,000 fragments", chain(5000, 1)},
		{"__typename 12,000 times", repeat(12000, "{", "__typename ", "}")},
		{"a:__typename 12,000 times", repeat(12000, "{", "a:__typename ", "}")},
		{"one field 5,500 times with other arguments", repeat(5500, "{", `region(code:"%d"){name} `, "}")},
		{"unknown fields, 19,000", repeat(19000, "{", "f%d ", "}")},
		{"directives, 4,900", repeat(4900, "{__typename", " @include(if:true)", "}")},
		{"operations, 5,000", repeat(5000, "", "query Q%d{__typename}", "")},
		{"inline fragments in each other, 40,000", "{" + strings.Repeat("...{", 40000) + "__typename" + strings.Repeat("}", 40001)},
		{"introspection under 1,000 aliases", "{__schema{" + repeat(1000, "", "a%d:types{name} ", "") + "}}"},
		{"introspection, 20 aliases of 20", "{__schema{" + repeat(20, "", "a%d:types{"+repeat(20, "", "b%[1]d:name "+types+" ", "")+"}", "") + "}}"},
		{"a polygon of 9,000 positions", "{regions(filter:{within:" + circle(9000) + "}){totalCount}}"},
		{"a comb of 5,000 teeth", "{regions(filter:{within:" + comb(5000) + "}){totalCount}}"},
		{"a comb of 9,000 teeth, for clusters", "{clusters(filter:{within:" + comb(9000) + "}){totalCount}}"},
		{"a polygon under 100 aliases", repeat(100, "{", "a%d:regions(filter:{intersects:"+circle(60)+"}){totalCount} ", "}")},
		{"or of 200 polygons", "{regions(filter:{or:[" + strings.Repeat("{intersects:"+circle(40)+"},", 200) + "]}){totalCount}}"},
		{"or of 200 circles", "{regions(filter:{or:[" + strings.Join(near, ",") + "]}){totalCount}}"},
		{"search under 1,000 aliases", repeat(999, "{", `a%d:search(text:"Dogiyaj %[1]d",first:100){score} `, "}")},
		{"choropleths under 300 aliases", repeat(300, "{", `a%d:choropleth(by:REGION,measure:AFFIRMATIVE_CLUSTER_SHARE){rows{value}} `, "}")},
		{"what is not covered, with boundaries, 100 times", repeat(100, "{", `a%d:regions(first:1,filter:{affirmative:true}){notCovered{boundary}} `, "}")},
		{"clusters of products, nested", "{products{clusters{products{clusters{products{clusters{name}}}}}}}"},
	}
}

// repeat repeats a text n times between two others; %d in it is replaced by the
// number.
func repeat(n int, before, each, after string) string {
	var text strings.Builder
	text.WriteString(before)
	for i := range n {
		if strings.Contains(each, "%") {
			fmt.Fprintf(&text, each, i)
		} else {
			text.WriteString(each)
		}
	}
	return text.String() + after
}

// atOnce sends the same request n times concurrently, and counts the results.
func atOnce(n int, send func(context.Context, *target, int) string) func(context.Context, *target) string {
	return func(ctx context.Context, t *target) string {
		outcomes := make([]string, n)
		var all sync.WaitGroup
		for i := range n {
			all.Go(func() { outcomes[i] = send(ctx, t, i) })
		}
		all.Wait()
		slices.Sort(outcomes)
		var told []string
		for i := 0; i < n; {
			j := i
			for j < n && outcomes[j] == outcomes[i] {
				j++
			}
			told = append(told, fmt.Sprintf("%d x %s", j-i, outcomes[i]))
			i = j
		}
		return strings.Join(told, ", ")
	}
}

// post describes the result of a POST by status and length of the answer.
func (t *target) post(ctx context.Context, text []byte) string {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, t.url+"/graphql", bytes.NewReader(text))
	if err != nil {
		return err.Error()
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "no answer"
	}
	defer response.Body.Close()
	size, err := io.Copy(io.Discard, response.Body)
	if err != nil {
		return fmt.Sprintf("%d, cut", response.StatusCode)
	}
	if size > 1<<20 {
		return fmt.Sprintf("%d, %d MB", response.StatusCode, size>>20)
	}
	return fmt.Sprint(response.StatusCode)
}

// raw sends bytes and returns the first line of the answer.
func (t *target) raw(ctx context.Context, text []byte) string {
	connection, err := net.Dial("tcp", t.address)
	if err != nil {
		return "no connection"
	}
	defer connection.Close()
	defer context.AfterFunc(ctx, func() { connection.Close() })()
	go func() { _, _ = connection.Write(text) }()
	answer, _ := io.ReadAll(io.LimitReader(connection, 1<<20))
	if status, _, ok := strings.Cut(string(answer), "\r\n"); ok {
		return strings.TrimPrefix(status, "HTTP/1.1 ")
	}
	return "closed"
}

func halfBody(ctx context.Context, t *target, _ int) string {
	const size = 4<<20 - 100
	head := fmt.Sprintf("POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n{\"query\":\"", size)
	return t.raw(ctx, append([]byte(head), bytes.Repeat([]byte(" "), size-20)...))
}

// unreadExport requests a long file and reads nothing, until the server closes.
func unreadExport(ctx context.Context, t *target, _ int) string {
	connection, err := net.Dial("tcp", t.address)
	if err != nil {
		return "no connection"
	}
	defer connection.Close()
	_ = connection.(*net.TCPConn).SetReadBuffer(4096)
	if _, err := io.WriteString(connection, "GET /regions.geojson?geometry=boundary&precision=7 HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		return "no connection"
	}
	<-ctx.Done()
	return "not read"
}

func (t *target) socket(ctx context.Context) (*websocket.Conn, error) {
	connection, _, err := websocket.Dial(ctx, "ws://"+t.address+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
	if err != nil {
		return nil, err
	}
	if err := wsjson.Write(ctx, connection, map[string]string{"type": "connection_init"}); err != nil {
		return nil, err
	}
	var ack any
	return connection, wsjson.Read(ctx, connection, &ack)
}

func subscribeTo(ctx context.Context, connection *websocket.Conn, i int, query string) error {
	return wsjson.Write(ctx, connection, map[string]any{"id": fmt.Sprint(i), "type": "subscribe", "payload": map[string]string{"query": query}})
}

func unreadSocket(ctx context.Context, t *target) string {
	connection, err := t.socket(ctx)
	if err != nil {
		return "no connection"
	}
	defer connection.CloseNow()
	for i := range 300 {
		if err := subscribeTo(ctx, connection, i, fmt.Sprintf("{regions(first:1000){nodes{boundary(toleranceMetres:%d.5)}}}", i)); err != nil {
			return fmt.Sprintf("closed after %d", i)
		}
	}
	<-ctx.Done()
	return "took all"
}

// subscriptions takes as many places as it gets, and reports whether another client
// still gets one.
func subscriptions(ctx context.Context, t *target) string {
	connection, err := t.socket(ctx)
	if err != nil {
		return "no connection"
	}
	defer connection.CloseNow()
	for i := range 1000 {
		if err := subscribeTo(ctx, connection, i, "subscription{datasetChanged{version}}"); err != nil {
			break
		}
	}
	other, err := t.socket(ctx)
	if err != nil {
		return "another client: no connection"
	}
	defer other.CloseNow()
	if err := subscribeTo(ctx, other, 1, "subscription{datasetChanged{version}}"); err != nil {
		return "another client: closed"
	}
	var first struct{ Type string }
	if err := wsjson.Read(ctx, other, &first); err != nil {
		return "another client: closed"
	}
	return "another client: " + first.Type
}

// leavingEarly requests deferred boundaries and disconnects after the first bytes;
// the CPU time of two more seconds shows the work that continues.
func leavingEarly(ctx context.Context, t *target, i int) string {
	short, leave := context.WithCancel(ctx)
	query := fmt.Sprintf("{regions(first:1000){nodes{name ...@defer{boundary(toleranceMetres:%d.25)}}}}", i)
	request, err := http.NewRequestWithContext(short, http.MethodPost, t.url+"/graphql", bytes.NewReader(body(query)))
	if err != nil {
		leave()
		return err.Error()
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "multipart/mixed")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		leave()
		return "no answer"
	}
	_, _ = io.ReadFull(response.Body, make([]byte, 100))
	leave()
	response.Body.Close()
	select {
	case <-ctx.Done():
	case <-time.After(2 * time.Second):
	}
	return fmt.Sprint(response.StatusCode)
}
