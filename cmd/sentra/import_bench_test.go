package main

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/sentra-ikm/sentra/internal/boundarytest"
	"github.com/sentra-ikm/sentra/internal/pgtest"
	"github.com/sentra-ikm/sentra/internal/servertest"
)

// writeClusters writes a CSV file of clusters, all in regencies of Bali.
func writeClusters(tb testing.TB, path string, n, edition int) {
	tb.Helper()
	file, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	out := bufio.NewWriter(file)
	fmt.Fprintln(out, "key,name_en,name_id,product_en,product_id,phase,regions,lon,lat,precision,initial_target,region_note,province_named,source")
	random := rand.New(rand.NewPCG(3, 3))
	regencies := []string{"51.03", "51.04", "51.05", "51.06", "51.07"}
	for i := range n {
		fmt.Fprintf(out, "bench-%06d,Silver of Bali %d,Perak Bali %d-%d,silver,perak,2017,%s,,,REGENCY,,,Bali,a list of %d\n", i, i, i, edition, regencies[random.IntN(len(regencies))], i%20)
	}
	if err := out.Flush(); err != nil {
		tb.Fatal(err)
	}
	if err := file.Close(); err != nil {
		tb.Fatal(err)
	}
}

// BenchmarkImport100k imports 100,000 clusters from CSV with the command into a
// database with the boundaries, then a file that corrects each, then that file again;
// and starts a server on the result.
func BenchmarkImport100k(b *testing.B) {
	server, err := pgtest.Start()
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { server.Stop() })
	dir := tempDir(b)
	for b.Loop() {
		url, err := servertest.Database(b.Context(), server, boundarytest.Files(b)...)
		if err != nil {
			b.Fatal(err)
		}
		for i, name := range []string{"new", "corrected", "unchanged"} {
			file := filepath.Join(dir, name+".csv")
			writeClusters(b, file, 100_000, min(i, 1))
			command := exec.Command(binary, "import", "clusters", file, "--quiet", "--database-url", url)
			began := time.Now()
			if out, err := command.CombinedOutput(); err != nil {
				b.Fatalf("%v\n%s", err, out)
			}
			b.ReportMetric(time.Since(began).Seconds(), name+"-s")
			b.ReportMetric(command.ProcessState.UserTime().Seconds()+command.ProcessState.SystemTime().Seconds(), name+"-cpu-s")
			b.ReportMetric(float64(command.ProcessState.SysUsage().(*syscall.Rusage).Maxrss>>10), name+"-MiB")
		}
		r := start(b, dir, nil, "--database-url", url)
		b.ReportMetric(r.took.Seconds(), "start-s")
		b.ReportMetric(float64(r.residentMiB(b)), "start-MiB")
		r.stop(b)
		b.ReportMetric(r.command.ProcessState.UserTime().Seconds()+r.command.ProcessState.SystemTime().Seconds(), "start-cpu-s")
	}
}

// BenchmarkImportWorkbook imports an agency's workbook of 100,000 rows, with
// Indonesian headers and regencies by name, with the command: first a dry run, then
// the import. The target is 30 s and 1 GiB for both.
func BenchmarkImportWorkbook(b *testing.B) {
	server, err := pgtest.Start()
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { server.Stop() })
	file := filepath.Join(tempDir(b), "dinas.xlsx")
	writeWorkbook(b, file, 100_000)
	for b.Loop() {
		url, err := servertest.Database(b.Context(), server, boundarytest.Files(b)...)
		if err != nil {
			b.Fatal(err)
		}
		for _, step := range []struct {
			name      string
			arguments []string
		}{{"dry", []string{"--dry-run"}}, {"import", nil}} {
			command := exec.Command(binary, append([]string{"import", "clusters", file, "--quiet", "--set", "phase=2017", "--database-url", url}, step.arguments...)...)
			began := time.Now()
			if out, err := command.CombinedOutput(); err != nil {
				b.Fatalf("%v\n%.2000s", err, out)
			}
			b.ReportMetric(time.Since(began).Seconds(), step.name+"-s")
			b.ReportMetric(command.ProcessState.UserTime().Seconds()+command.ProcessState.SystemTime().Seconds(), step.name+"-cpu-s")
			b.ReportMetric(float64(command.ProcessState.SysUsage().(*syscall.Rusage).Maxrss>>10), step.name+"-MiB")
		}
	}
}

// writeWorkbook writes a workbook of clusters like those of agencies.
func writeWorkbook(tb testing.TB, path string, n int) {
	tb.Helper()
	book := excelize.NewFile()
	defer book.Close()
	sheet, err := book.NewStreamWriter("Sheet1")
	if err != nil {
		tb.Fatal(err)
	}
	regencies := []string{"Kab. Tegal", "Kota Tegal", "Kabupaten Jepara", "KAB. KLATEN", "Kota Surakarta"}
	for i := range n + 1 {
		row := []any{"No", "Nama Sentra", "Produk", "Kabupaten/Kota", "Provinsi", "Kecamatan", "Unit Usaha", "Tenaga Kerja", "Tahun", "Sumber"}
		if i > 0 {
			row = []any{i, fmt.Sprintf("Sentra Batik %d", i), "Batik", regencies[i%len(regencies)], "Jawa Tengah", fmt.Sprintf("Kecamatan %d", i%200), 10 + i%90, 20 + i%500, 2017, "Dinas Perindustrian Jawa Tengah, 2018"}
		}
		if err := sheet.SetRow(fmt.Sprintf("A%d", i+1), row); err != nil {
			tb.Fatal(err)
		}
	}
	if err := sheet.Flush(); err != nil {
		tb.Fatal(err)
	}
	if err := book.SaveAs(path); err != nil {
		tb.Fatal(err)
	}
}
