-- wrk: one distinct Opsgenie alert a request. Arguments: the key.
local count, key = 0, nil
function init(args) key = args[1]; math.randomseed(os.time()); start = math.random(1, 1000000000) end
function request()
  count = count + 1
  local body = string.format(
    '{"message":"bench alert %d","alias":"front-%d-%d","entity":"service-%d","priority":"P3","details":{"host":"host-%d","site":"waw"}}',
    count, start, count, count % 500, count % 2000)
  return wrk.format("POST", "/v2/alerts", { ["Authorization"] = "GenieKey " .. key, ["Content-Type"] = "application/json" }, body)
end
