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

// The commands of docs/http.md answer as that page says.
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
