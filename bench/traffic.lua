-- wrk: the requests of a plan (traffic.py), in their order. Arguments: FILE HOST, the first's number, and the end's
-- It prints how many were sent, and in how many seconds: wrk counts the whole slice, even if the plan ends before.
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
end

function init(args)
  host = args[2]
  local first, last, number, in_heads = tonumber(args[3]), tonumber(args[4]), -1, true
  for line in io.lines(args[1]) do
    if in_heads and line == "requests" then
      in_heads = false
    elseif in_heads then
      heads[#heads + 1] = line:gsub("\t", "\r\n")
    else
      number = number + 1
      if number >= first and number < last then
        local sender, address, path = line:match("^(%d+) (%S+) (%S+)$")
        sender_of[#sender_of + 1], addresses[#addresses + 1], paths[#paths + 1] = tonumber(sender), address, path
      end
    end
  end
  limit = #paths
end

function request()
  if began == 0 then
    began = -1 -- wrk asks once before it connects, and does not send this one
    return "GET / HTTP/1.1\r\n\r\n"
  end
  if began == -1 then began = clock() end
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
  local thread = threads[1]
  local lasted = thread:get("ended") > 0 and thread:get("ended") - thread:get("began") or 0
  print(string.format("sent %d, the plan lasted %.6f", thread:get("sent"), lasted))
end
