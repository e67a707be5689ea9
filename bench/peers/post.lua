-- Posts the bodies in the file named, one per line, in turn, and prints the result as
-- one line of JSON. With a second argument each connection pauses before every
-- request, for that many milliseconds on average; the pause is not measured.
local requests, at = {}, 0

function init(arguments)
  local rest = tonumber(arguments[2])
  if rest then
    function delay() return math.random(0, 2 * rest) end
  end
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  for body in io.lines(arguments[1]) do
    requests[#requests + 1] = wrk.format(nil, nil, nil, body)
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format('\n{"requests": %d, "microseconds": %d, "p50": %.1f, "p99": %.1f, "failed": %d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
