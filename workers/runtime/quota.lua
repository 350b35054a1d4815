-- Quota ledger: who may call the vendor, and when. One call reserves against every limit that applies: those of the tenant (one
-- organisation) and those of the app. The server's clock decides, never a worker's.
--
-- A place is held from its reservation until `window` after its answer: the vendor counted the request at some moment between the
-- two, so in no window does it count more than we do. Until the answer comes, the place is held as if it came at the end of `life`,
-- which is longer than the longest request: what a killed worker held frees itself. A limit of requests in flight has window 0.
--
-- KEYS  registry; then of the tenant and of the app: ledger, queue, promises.
-- ARGV  what to do; milliseconds added to the server's time (tests); what the functions below read; nine values a limit.
--
-- The registry is a sorted set: each ledger with the time until which it must exist, so that an evicted one is missed; `born`
-- and `lost` with negative scores: since when this registry has seen every call, and whether there was another before.
-- A ledger is one packed value, so that it is evicted whole. Queues may be lost: they are manners, not counts.

local SLOTS, FLIGHT_SLOT = 240, 250 -- expiries are rounded up to a part of the window, so that a month costs no more than a minute
local FIRST_HOLD = 200              -- how long a call takes, before one was seen
local SOON, SLACK = 1000, 2000      -- a promise binds others from so long before its moment until so long after it
local LATER = 1e14                  -- in a queue, more than any time: whoever is not interactive stands behind
local QUEUE_LIFE = 35 * 86400 * 1000
local AWAY = -1
local MINUTE = 60000

local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000) + tonumber(ARGV[2])

-- ---- One limit: places by expiry, ascending ----

local function round_up(window, at)
    local length = window == 0 and FLIGHT_SLOT or math.max(1, math.floor(window / SLOTS))
    return math.ceil(at / length) * length
end

local function expire(limit)
    local gone, at, by = 0, {}, {}
    while limit.at[gone + 1] and limit.at[gone + 1] <= now do
        gone = gone + 1
        limit.used = limit.used - limit.by[gone]
    end
    if gone == 0 then return end
    for i = gone + 1, #limit.at do
        at[#at + 1], by[#by + 1] = limit.at[i], limit.by[i]
    end
    limit.at, limit.by = at, by
end

local function add(limit, at, by)
    local i = #limit.at
    while i > 0 and limit.at[i] > at do i = i - 1 end
    if i > 0 and limit.at[i] == at then
        limit.by[i] = limit.by[i] + by
    else
        table.insert(limit.at, i + 1, at)
        table.insert(limit.by, i + 1, by)
    end
    limit.used = limit.used + by
end

-- A place that is not there was lost with an earlier ledger.
local function remove(limit, at, by)
    for i = #limit.at, 1, -1 do
        if limit.at[i] == at and limit.by[i] >= by then
            limit.by[i] = limit.by[i] - by
            limit.used = limit.used - by
            if limit.by[i] == 0 then
                table.remove(limit.at, i)
                table.remove(limit.by, i)
            end
            return
        end
    end
end

-- What others used of it, as far as the vendor told.
local function foreign(limit)
    return limit.foreign_until > now and limit.foreign or 0
end

-- When `need` places more than now are free.
local function frees(limit, need)
    local seen = 0
    for i, at in ipairs(limit.at) do
        seen = seen + limit.by[i]
        if seen >= need then
            if at <= round_up(limit.window, now + limit.window) then return at end
            -- In flight: about as long as calls take, shared by those that run.
            return now + limit.window + math.min(SOON, math.max(20, limit.hold * need / limit.used))
        end
    end
    if foreign(limit) > 0 then return limit.foreign_until end
    if limit.used == 0 then return now + SOON end
    return frees(limit, need - limit.used) + limit.window + limit.hold -- those before take them all, and use them up
end

-- ---- Scopes ----

local scopes = {}

local function scope_of(i)
    if scopes[i] then return scopes[i] end
    local scope = {ledger = KEYS[3 * i - 1], queue = KEYS[3 * i], promises = KEYS[3 * i + 1]}
    local packed = redis.call('GET', scope.ledger)
    if packed then
        scope.state = cmsgpack.unpack(packed)
    else
        local due = redis.call('ZSCORE', KEYS[1], scope.ledger)
        scope.evicted = due and tonumber(due) > now
        scope.state = {since = scope.evicted and now or 0, limits = {}}
    end
    scopes[i] = scope
    return scope
end

local function save(scope)
    local due = now
    for _, limit in pairs(scope.state.limits) do
        due = math.max(due, limit.at[#limit.at] or 0, limit.shut, limit.foreign_until, scope.state.since + limit.window + limit.life)
    end
    redis.call('SET', scope.ledger, cmsgpack.pack(scope.state), 'PX', math.ceil(due - now) + 60000)
    redis.call('ZREMRANGEBYSCORE', KEYS[1], '(0', now)
    redis.call('ZADD', KEYS[1], due, scope.ledger)
end

-- What the caller says of each limit, with its state.
local function read_limits(first, life)
    local limits = {}
    for i = first, #ARGV, 9 do
        local scope, name = scope_of(tonumber(ARGV[i])), ARGV[i + 1]
        local state = scope.state.limits[name] or
            {used = 0, at = {}, by = {}, hold = FIRST_HOLD, shut = 0, foreign = 0, foreign_at = 0, foreign_until = 0}
        scope.state.limits[name] = state
        state.inside, state.window, state.life = tonumber(ARGV[i + 3]), tonumber(ARGV[i + 4]), life
        expire(state)
        limits[#limits + 1] = {
            scope = scope, state = state, most = tonumber(ARGV[i + 2]), cost = tonumber(ARGV[i + 5]),
            told = ARGV[i + 6] == '1', seen = tonumber(ARGV[i + 7]), shut_ms = tonumber(ARGV[i + 8]),
        }
    end
    return limits
end

local function save_all()
    for _, scope in pairs(scopes) do save(scope) end
end

-- ---- Is the ledger whole? ----

-- Since when every call is in the registry, and whether there were calls before that it does not know. `known` is what
-- the caller saw last: 0 nothing yet, AWAY: it made calls that are not in here.
local function birth(known)
    local born = -(tonumber(redis.call('ZSCORE', KEYS[1], 'born') or 0))
    local lost = redis.call('ZSCORE', KEYS[1], 'lost')
    local was_lost = lost and -tonumber(lost) == born
    local renewed = born == 0 or known == AWAY
    if renewed then born = math.max(now, born + 1) end
    local is_lost = known ~= 0 and (renewed or known ~= born) or (was_lost and not renewed)
    if renewed then redis.call('ZADD', KEYS[1], -born, 'born') end
    if is_lost and (renewed or not was_lost) then redis.call('ZADD', KEYS[1], -born, 'lost') end
    return born, is_lost
end

local function doubts(limits, born, lost)
    local answer, doubt = {}, false
    for _, limit in ipairs(limits) do
        local missed = lost or limit.scope.state.since > born
        local since = math.max(limit.scope.state.since, born)
        -- What was in flight at a loss may arrive until the end of its life.
        local left = since + limit.state.window + (missed and limit.state.life or 0) - now
        if limit.told then left = 0 end
        doubt = doubt or left > 0
        answer[#answer + 1] = math.max(0, left)
        answer[#answer + 1] = missed and 1 or 0
    end
    return doubt, answer
end

-- ---- Waiting: first the interactive, then by arrival. Who waits is promised a moment, and loses the turn by missing it ----

local function order_of(interactive, id)
    local order
    for _, scope in pairs(scopes) do
        order = order or redis.call('ZSCORE', scope.queue, id)
    end
    return (interactive and 0 or LATER) + (order and tonumber(order) % LATER or now)
end

-- How many stand before `order`: those whose moment has come, and all.
local function ahead(scope, order)
    if scope.due then return scope.due, scope.all end
    for _, id in ipairs(redis.call('ZRANGEBYSCORE', scope.promises, '-inf', now - SLACK)) do
        redis.call('ZREM', scope.promises, id)
        redis.call('ZREM', scope.queue, id)
    end
    scope.due = 0
    for _, id in ipairs(redis.call('ZRANGEBYSCORE', scope.promises, '-inf', now + SOON)) do
        local other = redis.call('ZSCORE', scope.queue, id)
        if other and tonumber(other) < order then scope.due = scope.due + 1 end
    end
    scope.all = redis.call('ZCOUNT', scope.queue, '-inf', string.format('(%.0f', order))
    return scope.due, scope.all
end

local function leave(scope, id)
    redis.call('ZREM', scope.queue, id)
    redis.call('ZREM', scope.promises, id)
end

local function wait(limit, id, order, at)
    for _, scope in pairs(scopes) do
        if scope ~= limit.scope then leave(scope, id) end
        if scope.evicted then save(scope) end
    end
    redis.call('ZADD', limit.scope.queue, order, id)
    redis.call('ZADD', limit.scope.promises, at, id)
    redis.call('PEXPIRE', limit.scope.queue, QUEUE_LIFE)
    redis.call('PEXPIRE', limit.scope.promises, QUEUE_LIFE)
end

-- ---- What can be asked ----

-- known, sure (1: the caller's own share allows it, whatever the ledger has lost), interactive, id, life.
-- {'unsure', now, born, (ms until whole, lost) each} · {'wait', now, born, ms, index} · {'taken', now, born, (used, frees at) each}
local function take()
    local known, sure, interactive = tonumber(ARGV[3]), ARGV[4] == '1', ARGV[5] == '1'
    local id, life = ARGV[6], tonumber(ARGV[7])
    local limits = read_limits(8, life)
    local born, lost = birth(known)
    local doubt, unsure = doubts(limits, born, lost)
    if doubt and not sure then
        save_all()
        return {'unsure', now, born, unpack(unsure)}
    end
    local order, blocking, until_when = order_of(interactive, id), nil, now
    for i, limit in ipairs(limits) do
        local state, due, all = limit.state, ahead(limit.scope, order)
        local over = state.used + foreign(state) + limit.cost - limit.most
        local at = math.max(now, state.shut)
        if over + due * limit.cost > 0 then at = math.max(at, frees(state, over + all * limit.cost)) end
        if at > until_when then blocking, until_when = i, at end
    end
    if blocking then
        wait(limits[blocking], id, order, until_when)
        return {'wait', now, born, math.ceil(until_when - now), blocking - 1}
    end
    local answer = {'taken', now, born}
    for _, limit in ipairs(limits) do
        add(limit.state, round_up(limit.state.window, now + life + limit.state.window), limit.cost)
        answer[#answer + 1] = limit.state.used + foreign(limit.state)
        answer[#answer + 1] = math.ceil(frees(limit.state, 1))
    end
    for _, scope in pairs(scopes) do leave(scope, id) end
    save_all()
    return answer
end

-- taken (the time that take() answered; 0: nothing to give back), life, how long the call took, stays (1: it may still be in
-- flight at the vendor). Then what the answer said: how much of each limit the vendor has counted, how long it is shut.
local function give()
    local taken, life, hold, stays = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6] == '1'
    for _, limit in ipairs(read_limits(7, life)) do
        local state = limit.state
        if taken > 0 and not (stays and state.window == 0) then
            remove(state, round_up(state.window, taken + life + state.window), limit.cost)
            if state.window > 0 then add(state, round_up(state.window, now + state.window), limit.cost) end
            state.hold = 0.8 * state.hold + 0.2 * hold
        end
        if limit.seen >= 0 then
            -- What we have in flight, and the vendor had not counted yet, hides as much of it: the most of the last minute is true.
            local others = math.max(0, limit.seen - state.used)
            if others >= state.foreign or now - state.foreign_at >= math.min(state.window, MINUTE) then
                state.foreign, state.foreign_at, state.foreign_until = others, now, now + state.window
            end
        end
        if limit.shut_ms > 0 then state.shut = math.max(state.shut, now + limit.shut_ms) end
    end
    save_all()
    return 'given'
end

-- Of the first scope: {waiting, (name, most, used, ms until the first place of a full limit is free or it opens) each}.
local function look()
    local scope = scope_of(1)
    local answer = {redis.call('ZCOUNT', scope.promises, now - SLACK, '+inf')}
    for name, limit in pairs(scope.state.limits) do
        expire(limit)
        local used = limit.used + foreign(limit)
        local at = math.max(limit.shut, used >= limit.inside and frees(limit, 1 + used - limit.inside) or 0)
        for _, value in ipairs({name, limit.inside, used, math.ceil(math.max(0, at - now))}) do
            answer[#answer + 1] = value
        end
    end
    return answer
end

return ({take = take, give = give, look = look})[ARGV[1]]()
