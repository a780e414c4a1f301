#!lua name=entente_v1
--[[
Every step of the store that touches more than one key. One function call is atomic for observers, but a
function that fails midway keeps what it wrote. Hence the rule of this file:

  * entente_commit_v1 first checks everything, types included, and only then writes. Nothing in the second
    phase can fail by what is stored; an error in the first phase leaves the data as it was.
  * No pcall. No Lua number holds a version, an amount or a sequence: those are compared as bytes and added
    by HINCRBY from text. Only times (below 2^53 us) and the overflow guard are numbers.
  * Every key comes from KEYS, and all of one call share a hash tag.

The names end in a version so that two releases can be served side by side.

entente_commit_v1 KEYS... ARGV: window_us retention_ms channel bucket operation...
  window_us     an entry's record time must lie this close to Redis's clock; 0: not looked at
  retention_ms  feed entries older than this are trimmed
An operation is a letter and its arguments; `k` is a position in KEYS:
  I k fingerprint response seconds   idempotency record: must be absent
  V k version                        an entity that was read: must still be at this version ("": absent)
  E k version value                  the same, then the new value (version, packed message) is set
  D k version                        the same, then it is deleted
  A k member / R k member            adds to / removes from an index
  C k n (field amount)*n             adds to counters
  P k from to                        moves a follower's place
  L kledger khead kfeed kset subject head newhead n (record_us entry)*n
                                     appends to a ledger whose head must equal `head` ("": no ledger)
Answers an array: OK | DONE record | RACE key | HEAD key head | STALE now_us | OVER key field | PLACE place
| BAD key. Anything but OK: nothing was written.

entente_counters_v1 KEYS: head, counters... Answers {head or "", {field, value, ...}, ...}: one snapshot.
]]

local FIELD = 'e'
local SAFE_MAX = 9.0e18 -- below 2^63 by more than a double's rounding

local function now_us()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000000 + tonumber(time[2])
end

-- Each check answers the position after its operation, or nil and the refusal.
local check = {}

function check.I(keys, args, at)
  local record = redis.call('GET', keys[tonumber(args[at])])
  if record then
    return nil, {'DONE', record}
  end
  return at + 4
end

local function check_version(keys, args, at)
  local key = keys[tonumber(args[at])]
  if redis.call('GETRANGE', key, 0, 7) ~= args[at + 1] then
    return nil, {'RACE', key}
  end
  return at + 2
end
check.V = check_version
check.D = check_version

function check.E(keys, args, at)
  local after, refusal = check_version(keys, args, at)
  return after and after + 1, refusal
end

local function check_index(keys, args, at)
  redis.call('ZCARD', keys[tonumber(args[at])])
  return at + 2
end
check.A = check_index
check.R = check_index

function check.C(keys, args, at)
  local key, count = keys[tonumber(args[at])], tonumber(args[at + 1])
  for i = at + 2, at + 2 * count, 2 do
    local stored = redis.call('HGET', key, args[i])
    if stored then
      if not string.match(stored, '^%-?%d+$') then
        return nil, {'BAD', key}
      end
      local sum = tonumber(stored) + tonumber(args[i + 1])
      if sum > SAFE_MAX or sum < -SAFE_MAX then
        return nil, {'OVER', key, args[i]}
      end
    end
  end
  return at + 2 + 2 * count
end

function check.P(keys, args, at)
  local place = redis.call('GET', keys[tonumber(args[at])]) or ''
  if place ~= args[at + 1] then
    return nil, {'PLACE', place}
  end
  return at + 3
end

local function check_stream_end(ledger, first_us)
  local info = redis.call('XINFO', 'STREAM', ledger)
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then
      return tonumber(string.match(info[i + 1], '^%d+')) < first_us
    end
  end
  return false
end

function check.L(keys, args, at, context)
  local ledger, head_key = keys[tonumber(args[at])], keys[tonumber(args[at + 1])]
  local head = redis.call('GET', head_key) or ''
  if head ~= args[at + 5] then
    return nil, {'HEAD', head_key, head}
  end
  local count = tonumber(args[at + 7])
  if head == '' then
    redis.call('SCARD', keys[tonumber(args[at + 3])])
    if redis.call('EXISTS', ledger) ~= 0 then
      return nil, {'BAD', ledger}
    end
  elseif redis.call('EXISTS', ledger) ~= 1 or not check_stream_end(ledger, tonumber(args[at + 8])) then
    return nil, {'BAD', ledger}
  end
  redis.call('XLEN', keys[tonumber(args[at + 2])])
  for i = at + 8, at + 6 + 2 * count, 2 do
    local distance = tonumber(args[i]) - context.now
    if context.window > 0 and (distance > context.window or -distance > context.window) then
      return nil, {'STALE', string.format('%.0f', context.now)}
    end
  end
  return at + 8 + 2 * count
end

local write = {}

function write.I(keys, args, at)
  redis.call('SET', keys[tonumber(args[at])], args[at + 1] .. args[at + 2], 'EX', args[at + 3])
  return at + 4
end

function write.V(_, _, at)
  return at + 2
end

function write.E(keys, args, at)
  redis.call('SET', keys[tonumber(args[at])], args[at + 2])
  return at + 3
end

function write.D(keys, args, at)
  redis.call('DEL', keys[tonumber(args[at])])
  return at + 2
end

function write.A(keys, args, at)
  redis.call('ZADD', keys[tonumber(args[at])], '0', args[at + 1])
  return at + 2
end

function write.R(keys, args, at)
  redis.call('ZREM', keys[tonumber(args[at])], args[at + 1])
  return at + 2
end

function write.C(keys, args, at)
  local key, count = keys[tonumber(args[at])], tonumber(args[at + 1])
  for i = at + 2, at + 2 * count, 2 do
    redis.call('HINCRBY', key, args[i], args[i + 1])
  end
  return at + 2 + 2 * count
end

function write.P(keys, args, at)
  redis.call('SET', keys[tonumber(args[at])], args[at + 2])
  return at + 3
end

function write.L(keys, args, at, context)
  local ledger, feed = keys[tonumber(args[at])], keys[tonumber(args[at + 2])]
  local count = tonumber(args[at + 7])
  for i = at + 8, at + 6 + 2 * count, 2 do
    redis.call('XADD', ledger, args[i] .. '-0', FIELD, args[i + 1])
    redis.call('XADD', feed, 'MINID', '~', context.oldest, '*', FIELD, args[i + 1])
  end
  redis.call('SET', keys[tonumber(args[at + 1])], args[at + 6])
  if args[at + 5] == '' then
    redis.call('SADD', keys[tonumber(args[at + 3])], args[at + 4])
  end
  context.grown = true
  return at + 8 + 2 * count
end

local function commit(keys, args)
  local context = {now = now_us(), window = tonumber(args[1]), grown = false}
  context.oldest = string.format('%.0f', math.max(0, math.floor(context.now / 1000) - tonumber(args[2])))
  local at, refusal = 5, nil
  while at <= #args do
    at, refusal = check[args[at]](keys, args, at + 1, context)
    if not at then
      return refusal
    end
  end
  at = 5
  while at <= #args do
    at = write[args[at]](keys, args, at + 1, context)
  end
  if context.grown then
    redis.call('PUBLISH', args[3], args[4])
  end
  return {'OK'}
end

-- Fills answer[first..last]. Most of the months of a long period hold nothing, and lie together: they are
-- found out by halves, as each call costs more than what it finds.
local function months(keys, answer, first, last)
  local present = redis.call('EXISTS', unpack(keys, first, last))
  if present == 0 then
    for i = first, last do
      answer[i] = {}
    end
  elseif present * 2 > last - first then
    for i = first, last do
      answer[i] = redis.call('HGETALL', keys[i])
    end
  else
    local middle = math.floor((first + last) / 2)
    months(keys, answer, first, middle)
    months(keys, answer, middle + 1, last)
  end
end

local function counters(keys)
  local answer = {redis.call('GET', keys[1]) or ''}
  if #keys > 1 then
    months(keys, answer, 2, #keys)
  end
  return answer
end

local function version()
  return '1'
end

redis.register_function('entente_commit_v1', commit)
redis.register_function{function_name = 'entente_counters_v1', callback = counters, flags = {'no-writes'}}
redis.register_function{function_name = 'entente_version_v1', callback = version, flags = {'no-writes'}}
