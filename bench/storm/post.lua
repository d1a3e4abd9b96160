-- wrk: posts the requests of a file, one a line ("authorization<tab>sent at<tab>body"), each once, and ends.
local requests, sent, taken, refused = {}, -1, 0, 0 -- wrk looks at one request before it begins
function init(args)
  for line in io.lines(args[1]) do
    local authorization, at, body = line:match("^(.-)\t(.-)\t(.*)$")
    local headers = {["Authorization"] = authorization, ["Tocsin-Sent-At"] = at, ["Content-Type"] = "application/json"}
    requests[#requests + 1] = wrk.format("POST", "/v2/alerts", headers, body)
  end
end
function request()
  sent = sent + 1
  return requests[math.max(sent, 1)] or wrk.format("GET", "/-/healthy") -- connections that are free while the last answers come
end
function response(status)
  if status == 202 then taken = taken + 1 elseif status ~= 200 then refused = refused + 1 end
  if taken + refused >= #requests then
    io.write(string.format("RESULT %d %d\n", taken, refused))
    io.flush()
  end
end
