// Package federation tests with real gateways that Sentra is a subgraph: it runs the
// commands in docs/federation.md unchanged, and then further cases.
package federation

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

const root = "../.."

// block is a fenced code block of the page.
type block struct{ kind, text string }

var fences = regexp.MustCompile("(?ms)^```([a-z ]+)\n(.*?)^```$")

func page(t *testing.T) []block {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, "docs/federation.md"))
	if err != nil {
		t.Fatal(err)
	}
	var blocks []block
	for _, found := range fences.FindAllSubmatch(data, -1) {
		blocks = append(blocks, block{string(found[1]), strings.TrimSpace(string(found[2]))})
	}
	return blocks
}

// terminal runs commands of the page in an environment with ephemeral ports.
type terminal struct {
	t           *testing.T
	environment []string
	running     map[string]*exec.Cmd
}

func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func (c *terminal) command(ctx context.Context, text string) *exec.Cmd {
	command := exec.CommandContext(ctx, "bash", "-euc", text)
	command.Dir = root
	command.Env = append(os.Environ(), c.environment...)
	// A server of the page may be a shell with children, which must end together.
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
	command.WaitDelay = time.Second
	return command
}

// run runs a command to its end and returns its output.
func (c *terminal) run(text string) string {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 8*time.Minute)
	defer cancel()
	out, err := c.command(ctx, text).Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			c.t.Fatalf("%s: %v\n%s%s", text, err, out, exit.Stderr)
		}
		c.t.Fatalf("%s: %v", text, err)
	}
	return string(out)
}

// start starts a server and waits until its address answers.
func (c *terminal) start(text, url string) {
	c.t.Helper()
	command := c.command(context.Background(), text)
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	if err := command.Start(); err != nil {
		c.t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = command.Wait()
		close(ended)
	}()
	c.running[text] = command
	c.t.Cleanup(func() {
		c.stop(text)
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
			c.t.Errorf("%s did not stop:\n%s", text, output.String())
		}
	})
	for began := time.Now(); time.Since(began) < time.Minute; time.Sleep(50 * time.Millisecond) {
		select {
		case <-ended:
			c.t.Fatalf("%s ended:\n%s", text, output.String())
		default:
		}
		response, err := http.Get(url)
		if err != nil {
			continue
		}
		response.Body.Close()
		if response.StatusCode < http.StatusInternalServerError {
			return
		}
	}
	c.stop(text)
	<-ended
	c.t.Fatalf("%s does not answer at %s:\n%s", text, url, output.String())
}

// stop ends a server with all its children.
func (c *terminal) stop(text string) {
	if command := c.running[text]; command != nil {
		delete(c.running, text)
		_ = syscall.Kill(-command.Process.Pid, syscall.SIGTERM)
	}
}

type answer struct {
	Data   json.RawMessage
	Errors []struct {
		Message    string
		Path       []any
		Extensions struct{ Code string }
	}
}

func ask(t *testing.T, url, query string) answer {
	t.Helper()
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{Timeout: 30 * time.Second}
	response, err := client.Post(url, "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var out answer
	if err := json.NewDecoder(response.Body).Decode(&out); err != nil {
		t.Fatalf("status %s: %v", response.Status, err)
	}
	return out
}

// same reports whether two JSON texts are equal.
func same(t *testing.T, got, want string) bool {
	t.Helper()
	var a, b any
	if err := json.Unmarshal([]byte(got), &a); err != nil {
		t.Fatalf("%v: %s", err, got)
	}
	if err := json.Unmarshal([]byte(want), &b); err != nil {
		t.Fatalf("%v: %s", err, want)
	}
	return reflect.DeepEqual(a, b)
}

var served = regexp.MustCompile(`(?m)^sentra_http_request_duration_seconds_count\{route="/graphql",status="200"\} (\d+)$`)

// requests returns the number of GraphQL requests that Sentra has answered.
func requests(t *testing.T, sentra string) int {
	t.Helper()
	response, err := http.Get(sentra + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	if found := served.FindSubmatch(text); found != nil {
		if _, err := fmt.Sscan(string(found[1]), &count); err != nil {
			t.Fatal(err)
		}
	}
	return count
}

func TestFederation(t *testing.T) {
	if _, err := os.Stat(filepath.Join(root, "examples/federation/node_modules/.installed")); err != nil {
		t.Fatal("the packages of examples/federation are not installed; run `make setup-test`")
	}
	// PostgreSQL's account needs access.
	dir, err := os.MkdirTemp("", "sentra-federation-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	address := "localhost:" + freePort(t)
	server := func() string { return "http://localhost:" + freePort(t) + "/graphql" }
	sentra, statistics, trade, apollo, hive := "http://"+address, server(), server(), server(), server()
	c := &terminal{t: t, running: make(map[string]*exec.Cmd), environment: []string{
		"SENTRA_LISTEN=" + address, "SENTRA_DATA_DIR=" + filepath.Join(dir, "pg"), "SENTRA_URL=" + sentra + "/graphql",
		"STATISTICS_URL=" + statistics, "TRADE_URL=" + trade, "GATEWAY_URL=" + apollo, "HIVE_URL=" + hive}}
	const probe = "?query=%7B__typename%7D"
	const tradeServer = "node examples/federation/trade/server.mjs"
	addresses := map[string]string{"bin/sentra serve": sentra + "/readyz", tradeServer: trade + probe,
		"node examples/federation/statistics/server.mjs": statistics + probe, "node examples/federation/gateway.mjs": apollo + probe, "node examples/federation/hive.mjs": hive + probe}

	began, last, answers, schemas := time.Now(), "", 0, 0
	for _, b := range page(t) {
		switch b.kind {
		case "sh server":
			url := ""
			for prefix, known := range addresses {
				if strings.HasPrefix(b.text, prefix) {
					url = known
				}
			}
			c.start(b.text, url)
		case "sh":
			last = c.run(b.text)
		case "text":
			if strings.TrimSpace(last) != b.text {
				t.Errorf("printed %q, the page says %q", last, b.text)
			}
		case "json":
			// Before the answer, the output has the query.
			at := strings.Index(last, "{\n  \"data\"")
			if at < 0 || !same(t, last[at:], b.text) {
				t.Errorf("answered %s\nthe page says %s", last, b.text)
			}
			answers++
		case "graphql":
			// The patterns of the page compose with Sentra.
			file := filepath.Join(dir, "pattern.graphql")
			if err := os.WriteFile(file, []byte(b.text), 0o600); err != nil {
				t.Fatal(err)
			}
			c.run("PATTERN=" + file + " node examples/federation/compose.mjs")
			schemas++
		}
	}
	if answers != 3 || schemas != 2 {
		t.Errorf("%d answers and %d schemas were compared, want 3 and 2", answers, schemas)
	}
	t.Logf("the page took %v", time.Since(began).Round(time.Millisecond))

	for name, gateway := range map[string]string{"Apollo": apollo, "Hive": hive} {
		for _, b := range []struct{ name, query, want string }{
			// The queries of the page, with the other gateway too.
			{"exports", "1-exports.graphql", `{"exportingClusters":[{"exportTonnes":355.5,"name":"Rattan furniture, Kota Palu","regions":[{"name":"Kota Palu","parent":{"name":"Sulawesi Tengah"},"smallEnterprises":1890}]},{"exportTonnes":40,"name":"Coffee processing, Kabupaten Dogiyai","regions":[{"name":"Kabupaten Dogiyai","parent":{"name":"Papua Tengah"},"smallEnterprises":252}]}]}`},
			{"each figure on its own day", "2-history.graphql", `{"figuresByDay":[{"date":"2022-07-24","smallEnterprises":204,"region":{"name":"Kabupaten Dogiyai","parent":{"name":"Papua"},"clusters":{"nodes":[{"name":"Coffee processing, Kabupaten Dogiyai","exportTonnes":40}]}}},{"date":"2022-07-25","smallEnterprises":204,"region":{"name":"Kabupaten Dogiyai","parent":{"name":"Papua Tengah"},"clusters":{"nodes":[{"name":"Coffee processing, Kabupaten Dogiyai","exportTonnes":40}]}}}]}`},
			{"from Sentra on a day", "3-title.graphql", `{"regions":{"nodes":[{"name":"Kabupaten Dogiyai","asOf":"2017-12-25","smallEnterprises":144,"clusters":{"nodes":[{"name":"Coffee processing, Kabupaten Dogiyai","exportTonnes":12.5}]}}]}}`},
			{"by ISO code, without a day", "4-provinces.graphql", `{"provincesOfExport":[{"code":"35","name":"Jawa Timur","clusterCount":75},{"code":"94","name":"Papua Tengah","clusterCount":1}]}`},
		} {
			t.Run(name+"/"+b.name, func(t *testing.T) {
				query, err := os.ReadFile(filepath.Join(root, "examples/federation/queries", b.query))
				if err != nil {
					t.Fatal(err)
				}
				if got := ask(t, gateway, string(query)); len(got.Errors) > 0 || !same(t, string(got.Data), b.want) {
					t.Errorf("got  %s %+v\nwant %s", got.Data, got.Errors, b.want)
				}
			})
		}

		t.Run(name+"/a cluster takes its day along", func(t *testing.T) {
			got := ask(t, gateway, `{ clusters(asOf: "2017-12-25", filter: {product: "kopi", programme: true}) { nodes { name exportTonnes(year: 2017) regions { name parent { name } smallEnterprises clusters { nodes { exportTonnes(year: 2017) regions { parent { name } } } } } } } }`)
			if want := `{"clusters":{"nodes":[{"name":"Coffee processing, Kabupaten Dogiyai","exportTonnes":12.5,"regions":[{"name":"Kabupaten Dogiyai","parent":{"name":"Papua"},"smallEnterprises":144,"clusters":{"nodes":[{"exportTonnes":12.5,"regions":[{"parent":{"name":"Papua"}}]}]}}]}]}}`; len(got.Errors) > 0 || !same(t, string(got.Data), want) {
				t.Errorf("got  %s %+v\nwant %s", got.Data, got.Errors, want)
			}
		})

		// The ids by which a gateway's clients cache include the day, whether Sentra was
		// queried by a root field or for an entity.
		t.Run(name+"/two days have two ids", func(t *testing.T) {
			got := ask(t, gateway, `{ now: region(code: "94.06") { id parent { name } clusters { nodes { id key exportTonnes(year: 2017) } } }
				then: region(code: "94.06", asOf: "2017-12-25") { id parent { name } clusters { nodes { id key exportTonnes(year: 2017) products { id key clusters { id } } } } }
				figures: figuresByDay(bpsCode: "9434", from: "2017-12-25", days: 1) { region { id parent { name } } }
				partner: exportingClusters(year: 2017) { id key regions { id } } }`)
			encode := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
			const coffee, rattan = "2017-94.06-coffee-processing", "2013-2016-72.71-rattan-furniture"
			want := fmt.Sprintf(`{"now":{"id":%q,"parent":{"name":"Papua Tengah"},"clusters":{"nodes":[{"id":%q,"key":%q,"exportTonnes":12.5}]}},
				"then":{"id":%q,"parent":{"name":"Papua"},"clusters":{"nodes":[{"id":%q,"key":%q,"exportTonnes":12.5,"products":[{"id":%q,"key":"coffee-processing","clusters":[{"id":%[5]q}]}]}]}},
				"figures":[{"region":{"id":%[4]q,"parent":{"name":"Papua"}}}],
				"partner":[{"id":%[8]q,"key":%[9]q,"regions":[{"id":%[10]q}]},{"id":%[2]q,"key":%[3]q,"regions":[{"id":%[1]q}]}]}`,
				encode("Region:94.06"), encode("Cluster:"+coffee), coffee, encode("Region@2017-12-25:94.06"), encode("Cluster@2017-12-25:"+coffee), coffee, encode("Product@2017-12-25:coffee-processing"),
				encode("Cluster:"+rattan), rattan, encode("Region:72.71"))
			if len(got.Errors) > 0 || !same(t, string(got.Data), want) {
				t.Errorf("got  %s %+v\nwant %s", got.Data, got.Errors, want)
			}
		})

		// All regencies and cities, of which the agency has figures for four.
		t.Run(name+"/a long list with few figures", func(t *testing.T) {
			got := ask(t, gateway, `{ regions(first: 514, filter: {level: REGENCY}, asOf: "2020-06-30") { nodes { code smallEnterprises clusters { nodes { exportTonnes(year: 2025) } } } } }`)
			var data struct {
				Regions struct {
					Nodes []struct {
						Code             string
						SmallEnterprises *int
						Clusters         struct {
							Nodes []struct{ ExportTonnes *float64 }
						}
					}
				}
			}
			if err := json.Unmarshal(got.Data, &data); err != nil {
				t.Fatal(err)
			}
			figures, tonnes := make(map[string]int), 0.0
			for _, region := range data.Regions.Nodes {
				if region.SmallEnterprises != nil {
					figures[region.Code] = *region.SmallEnterprises
				}
				for _, cluster := range region.Clusters.Nodes {
					if cluster.ExportTonnes != nil {
						tonnes += *cluster.ExportTonnes
					}
				}
			}
			// One and a half times the value at the end of 2015, when the figures begin.
			if want := map[string]int{"94.06": 180, "72.71": 1350, "12.17": 675, "35.76": 1050}; len(data.Regions.Nodes) != 514 || len(got.Errors) > 0 || !reflect.DeepEqual(figures, want) || tonnes != 395.5 {
				t.Errorf("%d regions, figures %v, %g tonnes, errors %.300v", len(data.Regions.Nodes), figures, tonnes, got.Errors)
			}
		})

		// The agency has a figure for the code 0999, which no region has; Dogiyai's code
		// changed between the two years.
		t.Run(name+"/an unknown key", func(t *testing.T) {
			got := ask(t, gateway, `{ a: figuresOfYear(year: 2017) { region { bpsCode name } } b: figuresOfYear(year: 2023) { region { bpsCode name } } }`)
			list := func(dogiyai string) string {
				return `[{"region":{"bpsCode":"` + dogiyai + `","name":"Kabupaten Dogiyai"}},{"region":{"bpsCode":"7271","name":"Kota Palu"}},{"region":{"bpsCode":"1217","name":"Kabupaten Samosir"}},{"region":{"bpsCode":"3576","name":"Kota Mojokerto"}},{"region":null}]`
			}
			if !same(t, string(got.Data), `{"a":`+list("9434")+`,"b":`+list("9602")+`}`) {
				t.Errorf("got %s", got.Data)
			}
			if len(got.Errors) != 2 {
				t.Fatalf("errors %+v, want one for each list", got.Errors)
			}
			for _, e := range got.Errors {
				if e.Extensions.Code != "NOT_FOUND" || !strings.Contains(e.Message, "0999") || len(e.Path) < 3 || e.Path[1] != 4.0 {
					t.Errorf("got %+v", e)
				}
			}
		})

		t.Run(name+"/a thousand representations", func(t *testing.T) {
			before := requests(t, sentra)
			got := ask(t, gateway, `{ figuresByDay(bpsCode: "9434", from: "2020-01-01", days: 1000) { date region { code parent { code } } } }`)
			var data struct {
				FiguresByDay []struct {
					Date   string
					Region *struct {
						Code   string
						Parent struct{ Code string }
					}
				}
			}
			if err := json.Unmarshal(got.Data, &data); err != nil {
				t.Fatal(err)
			}
			for _, figure := range data.FiguresByDay {
				province := "91"
				if figure.Date >= "2022-07-25" {
					province = "94"
				}
				if figure.Region == nil || figure.Region.Code != "94.06" || figure.Region.Parent.Code != province {
					t.Fatalf("%s: %+v", figure.Date, figure.Region)
				}
			}
			if len(data.FiguresByDay) != 1000 || len(got.Errors) > 0 {
				t.Errorf("%d figures, errors %+v", len(data.FiguresByDay), got.Errors)
			}
			if count := requests(t, sentra) - before; count != 1 {
				t.Errorf("the gateway asked Sentra %d times, want once", count)
			}
		})

		t.Run(name+"/too many representations", func(t *testing.T) {
			got := ask(t, gateway, `{ figuresByDay(bpsCode: "9434", from: "2019-12-31", days: 1001) { date region { code } } }`)
			if len(got.Errors) == 0 || !strings.Contains(got.Errors[0].Message, "1001 representations are too many; at most 1000") || got.Errors[0].Extensions.Code != "LIMIT_EXCEEDED" {
				t.Errorf("got %.200s %+v", got.Data, got.Errors)
			}
			if strings.Count(string(got.Data), `"date"`) != 1001 {
				t.Errorf("the agency's own figures are lost: %.200s", got.Data)
			}
		})

		t.Run(name+"/the schema of the supergraph", func(t *testing.T) {
			got := ask(t, gateway, `{ region: __type(name: "Region") { fields { name } } query: __type(name: "Query") { fields { name } } }`)
			for field, wanted := range map[string]bool{"smallEnterprises": true, "boundary": true, "figuresByDay": true, "exportingClusters": true, "officialCode": false, "node": false, "_entities": false} {
				if strings.Contains(string(got.Data), `"name":"`+field+`"`) != wanted {
					t.Errorf("%s in the supergraph: want %v", field, wanted)
				}
			}
		})
	}

	// If an agency's subgraph is down, only its own fields are missing.
	c.stop(tradeServer)
	for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		response, err := http.Get(trade + probe)
		if err != nil {
			break
		}
		response.Body.Close()
		if time.Since(began) > 20*time.Second {
			t.Fatal("the trade agency does not stop")
		}
	}
	for name, gateway := range map[string]string{"Apollo": apollo, "Hive": hive} {
		t.Run(name+"/an agency is down", func(t *testing.T) {
			got := ask(t, gateway, `{ regions(filter: {affirmative: true, clusters: {programme: true}}, asOf: "2017-12-25") { nodes { name smallEnterprises clusters { nodes { name exportTonnes(year: 2017) } } } } }`)
			if want := `{"regions":{"nodes":[{"name":"Kabupaten Dogiyai","smallEnterprises":144,"clusters":{"nodes":[{"name":"Coffee processing, Kabupaten Dogiyai","exportTonnes":null}]}}]}}`; !same(t, string(got.Data), want) {
				t.Errorf("got  %s\nwant %s", got.Data, want)
			}
			if len(got.Errors) == 0 {
				t.Error("no error tells that an agency is down")
			}
		})
	}
}
