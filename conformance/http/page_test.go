package http_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/sentra-ikm/sentra/internal/httpserver"
)

// The commands in docs/http.md have the results that the page shows.
func TestPage(t *testing.T) {
	page := string(must(os.ReadFile("../../docs/http.md")))
	blocks := regexp.MustCompile("(?s)```(sh|text|json)\n(.*?)```").FindAllStringSubmatch(page, -1)
	config := httpserver.DefaultConfig()
	for _, block := range blocks {
		if block[1] == "json" {
			if err := json.Unmarshal([]byte(block[2]), &config.TrustedDocuments); err != nil {
				t.Fatalf("the page's trusted documents: %v", err)
			}
		}
	}
	url, _ := newWorld(t, false).serve(config, "127.0.0.1:0")
	folder := t.TempDir()
	ran := 0
	for i, block := range blocks {
		if block[1] != "sh" {
			continue
		}
		if i+1 == len(blocks) || blocks[i+1][1] != "text" {
			t.Fatalf("no answer stands behind %s", block[2])
		}
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		command := exec.CommandContext(ctx, "bash", "-c", block[2])
		command.Dir, command.Env = folder, append(os.Environ(), "SENTRA_URL="+url)
		out, err := command.CombinedOutput()
		cancel()
		if got, want := strings.TrimSpace(strings.ReplaceAll(string(out), "\r", "")), strings.TrimSpace(blocks[i+1][2]); got != want {
			t.Errorf("%s\nanswers %v\n%s\nthe page says\n%s", block[2], err, got, want)
		}
		ran++
	}
	if ran < 8 {
		t.Errorf("only %d commands were found on the page", ran)
	}
}

// The commands for newcomers in the README have the results that it shows.
func TestReadme(t *testing.T) {
	w := newWorld(t, false)
	url, _ := w.serve(httpserver.DefaultConfig(), "127.0.0.1:0")
	// A command is indented by four spaces, its continuation lines by more.
	commands := regexp.MustCompile(`(?m)^    curl .*(\n      .*)*`).FindAllString(string(must(os.ReadFile("../../README.md"))), -1)
	answers := []*regexp.Regexp{
		regexp.MustCompile(`^` + regexp.QuoteMeta(`{"data":{"regions":{"totalCount":1,"notCoveredCount":5,"nodes":[{"code":"94.06","name":"Kabupaten Dogiyai","parent":{"name":"Papua"}}]}}}`) + `$`),
		regexp.MustCompile(`^code,.*\r?\n94\.06,.*Kabupaten Dogiyai,.*$`),
	}
	if len(commands) != len(answers) {
		t.Fatalf("the README has %d commands that ask, want %d: %q", len(commands), len(answers), commands)
	}
	for i, command := range commands {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		run := exec.CommandContext(ctx, "bash", "-c", strings.NewReplacer("curl ", "curl -sS ", "localhost:8080", strings.TrimPrefix(url, "http://")).Replace(command))
		out, err := run.CombinedOutput()
		cancel()
		if err != nil || !answers[i].MatchString(strings.TrimSpace(string(out))) {
			t.Errorf("%s\nanswers %v\n%s", command, err, out)
		}
	}
}
