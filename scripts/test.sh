#!/usr/bin/env bash
# What `make test` and CI run: format, generated code, vet, staticcheck, known
# vulnerabilities, tests, the race detector, fuzzing. What had to be left out stands
# in its last lines.
#
#   test.sh        all of it
#   test.sh race   the race detector alone
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p bin
# One PostgreSQL for the whole run, unless the environment names one.
if [ -z "${SENTRA_TEST_DATABASE_URL:-}" ]; then
  go build -o bin/withpg ./internal/pgtest/withpg
  exec bin/withpg "$0" "$@"
fi

# The real boundaries: those of ../shared, else downloaded ones. Each test without
# them adds its name to a file.
export SENTRA_TEST_LEFT_OUT=$PWD/bin/left-out SENTRA_TEST_BOUNDARIES
: > "$SENTRA_TEST_LEFT_OUT"
flags=(-vet=off) # static runs its analyzers
if ! SENTRA_TEST_BOUNDARIES=$(go run ./internal/boundarytest/fetch 2> bin/fetch.log); then
  SENTRA_TEST_BOUNDARIES=none
  # A cached result of go test would not write the name.
  flags+=(-count=1)
fi

# QGIS, which one test needs, is large: install it during the static checks.
qgis=
install_qgis() {
  scripts/setup.sh qgis > bin/qgis.log 2>&1 &
  qgis=$!
  # Do not leave packages half installed.
  trap 'wait "$qgis" || true' EXIT
}

await_qgis() { wait "$qgis" || { cat bin/qgis.log >&2; exit 1; }; }

static() {
  local unformatted before
  unformatted=$(gofmt -l bench cmd conformance examples graph internal migrations web/*.go)
  if [ -n "$unformatted" ]; then
    echo "not formatted: $unformatted" >&2
    exit 1
  fi
  state() { cat graph/*generated.go graph/model/generated.go go.mod | sha256sum; }
  before=$(state)
  go tool gqlgen generate 2>/dev/null
  if [ "$before" != "$(state)" ]; then
    echo "the generated code was not that of schema.graphql; it is now: look at it, and run the tests again" >&2
    exit 1
  fi
  go tool lint ./...
  vulnerabilities=$(scripts/govulncheck.sh)
}

# The packages with concurrency: their tests run under the race detector, and not
# again without it. Those that take longest come first here and below, so that the last
# one is not left alone with one core.
raced() { go list ./internal/httpserver ./conformance/http ./graph/... ./internal/{embeddedpg,atlas,tile,postgres,register,geo/coverage,admission,app,boundarytest,export,pgtest}; }

# Tests in these packages that run without it: tests with one goroutine and many
# cases, and limits on time and memory, which do not hold under the detector.
unraced='^(TestFiltersAgainstOracle|TestAtAgainstAllBoundaries|TestClustersAgainstBruteForce|TestChoroplethOfSpreadClusters|TestAtOnSharedBorders|TestHistory'
unraced+='|TestNextAgainstNew|TestEncodedBoundary|TestClusterFilterErrors|TestClustersOfEach|TestSnappingMovesLittle|TestUnionOfFormerProvinces|TestStoredBoundariesStand|TestShapesComeFromTheCoverage|TestFacetsAgainstOracle|TestRealLevels|TestRandomCoverages|TestOrderOfFaces'
unraced+='|TestOneIDOneView|TestIDsOfTwoDatabases|TestChangeOfManyDocuments|TestTrustedDocuments|TestForgeableRequests'
unraced+='|TestDeadlineReachesEverything|TestClientLeaves|TestDeadlineOfFilesAndTiles|TestPolygonsAreBounded|TestCostCoversWork|TestAnswersWithoutSQL|TestClustersNotCovered|TestSharedEdgesMakeNeighbours'
unraced+='|TestHEADWhereverGET|TestPublicURL|TestPreviews|TestOGCParameters|TestOGCFilters|TestOGCResources|TestOGCRefuses|TestLanguages|TestLanguagesOfFiles|TestPackedAssets|TestPagesRefuse|TestPageAbout'
unraced+='|TestDictionaryInIndonesian|TestExportHeaders|TestExportRefuses|TestExportTags|TestEntityTagsOfAnswers|TestLastingAnswersDoNotDependOnToday|TestRangesOfExports|TestIntrospectionHasACost|TestAnyRepresentations'
unraced+='|TestSourcesAreMerged|TestFactsAndCorrections|TestDeleteAndRevert|TestCodesShippedLater|TestOlderProgramLeavesNewerFacts|TestRenamedClusterKeepsItsID|TestDeleteOthers|TestSecondImportCorrects|TestFactsReadBackEqual)$'

# The packages whose tests limit the time of a start, a page or a validation: they run
# alone, one after another.
alone() { go list ./cmd/... ./web/... ./internal/querycost; }

# The tests of the program that run under the race detector, and not again without it:
# those that change what it serves or kill what it runs on. The others start, question
# and stop it.
raced_of_program='Swaps|Embedded'

tests() {
  # shellcheck disable=SC2046
  go test "${flags[@]}" -skip "$raced_of_program" -timeout 20m -p 1 $(alone)
  # shellcheck disable=SC2046
  go test "${flags[@]}" $(go list ./internal/ingest ./conformance/... ./... | grep -vxF -e "$(alone)" -e "$(raced)")
  # shellcheck disable=SC2046
  go test "${flags[@]}" -run "$unraced" $(raced)
}

race() {
  # shellcheck disable=SC2046
  go test "${flags[@]}" -race -skip "$unraced" $(raced)
}

# The program itself, built with the detector. Limits on time and memory do not apply
# to it.
race_program() { go test "${flags[@]}" -race -run "$raced_of_program" ./cmd/sentra; }

vulnerabilities=
case ${1:-all} in
  all)
    install_qgis
    static
    await_qgis
    tests
    race
    # The program's tests are idle for much of their time.
    race_program > bin/race.log 2>&1 &
    program=$!
    scripts/fuzz.sh
    wait "$program" || { cat bin/race.log >&2; exit 1; }
    cat bin/race.log
    ;;
  race) race; race_program ;;
  *) echo "test.sh knows only: race" >&2; exit 2 ;;
esac

[ -z "$vulnerabilities" ] || echo "$vulnerabilities"
left_out=$(sort -u "$SENTRA_TEST_LEFT_OUT" | wc -l)
if [ "$SENTRA_TEST_BOUNDARIES" = none ]; then
  echo "left out: $left_out tests that need ../shared/boundaries, which is not there and could not be downloaded (bin/left-out lists them, bin/fetch.log says why)"
elif [ "$left_out" != 0 ]; then
  echo "$left_out tests were left out although there are boundaries: bin/left-out lists them" >&2
  exit 1
fi
