-- wrk: every request with a token and an address of its own. Arguments: HOST FIRST
local host, number

function init(args)
  host, number = args[1], tonumber(args[2])
end

function request()
  local address = string.format("%d.%d.%d.%d", 11 + number / 16777216 % 100, number / 65536 % 256, number / 256 % 256, number % 256)
  local path = string.format("/i/%022d.gif", number)
  number = number + 1
  return "GET " .. path .. " HTTP/1.1\r\nHost: " .. host .. "\r\nX-Forwarded-For: " .. address
    .. "\r\nUser-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Thunderbird/128.4.0\r\n\r\n"
end
