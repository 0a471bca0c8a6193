"""What runs inside Redis, so that a lease is looked up in the same step that writes."""

from chassis.leases import NOW
from contracts.reply_stream import DATA_FIELD, KIND_FIELD

GONE = "gone"

# KEYS[2] is the lease, ARGV[3] the own fence, or empty.
REFUSE_FENCED = f"""
if ARGV[3] ~= '' then
    local lease = redis.call('HMGET', KEYS[2], 'fence', 'until', 'name')
    if lease[1] and tonumber(lease[1]) > tonumber(ARGV[3]) then
        {NOW}
        if tonumber(lease[2]) > now then
            return {{lease[1], lease[3]}}
        end
    end
end
"""
"""Returns the fence and the name of a lease above one's own; nothing if there is none."""

# Redis refuses an id that is not the highest, and refused frames must not be published either.
ADD_FRAMES = f"""
{REFUSE_FENCED}
if ARGV[2] == '1' and redis.call('EXISTS', KEYS[1]) == 0 then
    return '{GONE}'
end
for at = 4, #ARGV, 4 do
    local kind, data = ARGV[at + 1], ARGV[at + 2]
    local added = redis.pcall('XADD', KEYS[1], ARGV[at], '{KIND_FIELD}', kind, '{DATA_FIELD}', data)
    if type(added) == 'table' then
        return redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1][1]
    end
    redis.call('PUBLISH', KEYS[1], ARGV[at + 3])
end
redis.call('EXPIRE', KEYS[1], ARGV[1])
return false
"""
"""All frames or none. Returns the newest id where it is higher than ours, GONE when what was written before
is gone, and what REFUSE_FENCED returns; otherwise nothing."""
