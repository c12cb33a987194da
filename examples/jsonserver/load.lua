-- wrk -s load.lua URL -- FILE: posts FILE's documents in turn, one a line. Each thread begins at another place.
local documents, at = {}, 0
local threads = 0

function setup(thread)
    thread:set("offset", threads * 7)
    threads = threads + 1
end

function init(arguments)
    for line in io.lines(arguments[1]) do
        documents[#documents + 1] = wrk.format("POST", "/reencode", { ["Content-Type"] = "application/json" }, line)
    end
    at = offset
end

function request()
    at = at % #documents + 1
    return documents[at]
end

-- One line, for scripts. A document that is not valid gets status 400, which wrk counts; errors of sockets are bad.
function done(summary, latency)
    local errors = summary.errors
    io.write(string.format("requests/s %.0f, median %.2f ms, 99%% within %.2f ms, broken connections %d\n",
        summary.requests / (summary.duration / 1e6), latency:percentile(50) / 1000, latency:percentile(99) / 1000,
        errors.connect + errors.read + errors.write + errors.timeout))
end
