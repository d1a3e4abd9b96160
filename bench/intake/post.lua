-- wrk: distinct alerts by Alertmanager's API. Arguments: alerts a request, the key or "".
local size, key, count, start = 1, "", 0, 0
function init(args)
  size, key = tonumber(args[1]), args[2] or ""
  math.randomseed(os.time())
  start = math.random(1, 1000000000)
  wrk.headers["Content-Type"] = "application/json"
  if key ~= "" then wrk.headers["Authorization"] = "Bearer " .. key end
end
local function alert()
  count = count + 1
  local n = count % 12600
  return string.format(
    '{"labels":{"alertname":"HighErrorRate","service":"service-%d","instance":"i-%d-%d","severity":"critical","site":"waw","team":"network","job":"api","env":"production","cluster":"c%d"},"annotations":{"summary":"Error rate of service-%d is above 5 percent","description":"The share of failed requests has been above the threshold for five minutes.","runbook_url":"https://runbooks.sample.invalid/high-error-rate"},"startsAt":"2026-01-01T00:00:00Z","endsAt":"2099-01-01T00:00:00Z","generatorURL":"http://prometheus.sample.invalid/graph?g0.expr=rate"}',
    n % 500, start, n, n % 20, n % 500)
end
function request()
  local alerts = {}
  for i = 1, size do alerts[i] = alert() end
  return wrk.format("POST", "/api/v2/alerts", nil, "[" .. table.concat(alerts, ",") .. "]")
end
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("RESULT %d %d %d %.3f\n", summary.requests, summary.duration,
    e.connect + e.read + e.write + e.status + e.timeout, latency:percentile(99) / 1000))
end
