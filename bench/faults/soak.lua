-- Each request asks for a token of its own, from an address and with a user agent of its own.
local slice, number = 0, 0

function init(args)
  slice = tonumber(args[1])
end

function request()
  number = number + 1
  return wrk.format("GET", string.format("/i/%08d%014d.gif", slice, number), {
    ["X-Forwarded-For"] = string.format("%d.%d.%d.%d", 11 + slice % 200, math.floor(number / 65536) % 256,
      math.floor(number / 256) % 256, number % 256),
    ["User-Agent"] = string.format("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:%d.%d) Gecko/20100101 Firefox/130.0",
      slice, number),
  })
end
