-- wrk: the requests of a plan (traffic.py), in their order. Arguments: FILE, the numbers of the first request and of
-- the end, and the server's host; of several servers, each thread of wrk asks one, with its share of the plan.
-- It prints how far the plan was sent, and in how many seconds: wrk counts the whole slice, even if the plan ends before.
local ffi = require("ffi")
ffi.cdef("typedef struct { long seconds, nanoseconds; } moment; int clock_gettime(int clock, moment *now);")

local heads, addresses, paths, sender_of = {}, {}, {}, {}
local host, threads, moment = "", {}, ffi.new("moment")
sent, limit, began, ended = 0, 0, 0, 0

local function clock()
  ffi.C.clock_gettime(1, moment)
  return tonumber(moment.seconds) + tonumber(moment.nanoseconds) / 1e9
end

function setup(thread)
  threads[#threads + 1] = thread
  thread:set("number", #threads)
end

function init(args)
  local first, last, each, place, in_heads = tonumber(args[2]), tonumber(args[3]), #args - 3, -1, true
  host = args[3 + number]
  wrk.thread.addr = wrk.lookup(host:match("^(.*):"), host:match(":(.*)$"))[1]
  for line in io.lines(args[1]) do
    if in_heads and line == "requests" then
      in_heads = false
    elseif in_heads then
      heads[#heads + 1] = line:gsub("\t", "\r\n")
    else
      place = place + 1
      if place >= first and place < last and place % each == number - 1 then
        local sender, address, path = line:match("^(%d+) (%S+) (%S+)$")
        sender_of[#sender_of + 1], addresses[#addresses + 1], paths[#paths + 1] = tonumber(sender), address, path
      end
    end
  end
  limit = #paths
end

function request()
  if began == 0 and number == 1 then
    began = -1 -- wrk asks the first thread once before it connects, and does not send this one
    return "GET / HTTP/1.1\r\n\r\n"
  end
  if began <= 0 then began = clock() end
  if sent < limit then
    sent = sent + 1
  else
    if ended == 0 then ended = clock() end
    wrk.thread:stop()
  end
  return "GET " .. paths[sent] .. " HTTP/1.1\r\nHost: " .. host .. "\r\n" .. heads[sender_of[sent]]
    .. "X-Forwarded-For: " .. addresses[sent] .. "\r\n\r\n"
end

function done()
  local most, lasted = 0, 0
  for _, thread in ipairs(threads) do
    most = math.max(most, thread:get("sent"))
    if thread:get("ended") > 0 then lasted = math.max(lasted, thread:get("ended") - thread:get("began")) end
  end
  print(string.format("sent %d, the plan lasted %.6f", most * #threads, lasted))
end
