"""The statements of the deliverer."""

from sqlalchemy import text

# An older state changes nothing, and neither does anything after an erasure. An event that comes again has
# the same time and sequence; where leadstore was built anew its sequences are lower and its times are later.
TAKE = text("""
INSERT INTO delivery.state AS known (lead_id, event_id, is_erased, sequence, at, data)
VALUES (:lead_id, :event_id, :is_erased, :sequence, :at, :data)
ON CONFLICT (lead_id) DO UPDATE
SET event_id = excluded.event_id, is_erased = excluded.is_erased, sequence = excluded.sequence,
    at = excluded.at, data = excluded.data
WHERE NOT known.is_erased
  AND (excluded.is_erased OR excluded.at > known.at OR excluded.sequence > known.sequence)
RETURNING lead_id
""")

# What was not delivered yet is told with the newer state.
QUEUE = text("""
INSERT INTO delivery.delivery AS known
  (subscription_id, lead_id, event_id, changed, status, attempts, due_at, memory)
SELECT id, :lead_id, :event_id, :changed, 'waiting', 0, now(), '{}'
FROM delivery.subscription
ORDER BY id
ON CONFLICT (subscription_id, lead_id) DO UPDATE
SET event_id = excluded.event_id, status = 'waiting', attempts = 0, due_at = now(), reason = NULL,
    changed = CASE WHEN known.status = 'delivered' THEN excluded.changed
              ELSE ARRAY(SELECT DISTINCT unnest(known.changed || excluded.changed) ORDER BY 1) END
""")

CLAIM = text("""
WITH due AS (
  SELECT subscription_id, lead_id FROM delivery.delivery
  WHERE subscription_id = :subscription_id AND status = 'waiting' AND due_at <= now()
    AND (leased_until IS NULL OR leased_until < now())
  ORDER BY due_at LIMIT :limit FOR UPDATE SKIP LOCKED
), claimed AS (
  UPDATE delivery.delivery AS known
  SET lease = gen_random_uuid(), leased_until = now() + make_interval(secs => :lease_s)
  FROM due WHERE known.subscription_id = due.subscription_id AND known.lead_id = due.lead_id
  RETURNING known.*
)
SELECT claimed.subscription_id, claimed.lead_id, claimed.changed, claimed.attempts, claimed.memory,
       claimed.lease, state.event_id, state.is_erased, state.sequence, state.at, state.data
FROM claimed JOIN delivery.state ON state.lead_id = claimed.lead_id
""")

# A state that came meanwhile has another event and stays due.
SETTLE = text("""
UPDATE delivery.delivery
SET lease = NULL, leased_until = NULL, memory = COALESCE(CAST(:memory AS jsonb), memory), settled_at = now(),
    status = CASE WHEN event_id <> :event_id THEN status ELSE :status END,
    attempts = CASE WHEN event_id <> :event_id THEN attempts ELSE attempts + 1 END,
    reason = CASE WHEN event_id <> :event_id THEN reason ELSE :reason END,
    due_at = CASE WHEN event_id <> :event_id THEN due_at
             ELSE now() + make_interval(secs => :retry_in_s) END
WHERE subscription_id = :subscription_id AND lead_id = :lead_id AND lease = :lease
""")

SHOWN = text("""
SELECT name, kind, host, secrets, created_at, paused_because,
       count(lead_id) FILTER (WHERE status = 'delivered') AS delivered,
       count(lead_id) FILTER (WHERE status = 'waiting') AS waiting,
       count(lead_id) FILTER (WHERE status = 'dead') AS dead,
       EXTRACT(EPOCH FROM now() - min(at) FILTER (WHERE status = 'waiting'))::float AS oldest_waiting_s
FROM delivery.subscription LEFT JOIN delivery.delivery ON subscription_id = id
LEFT JOIN delivery.state USING (lead_id)
GROUP BY id ORDER BY name
""")

LISTED = text("""
SELECT lead_id, event_id, status, attempts, due_at, settled_at, reason FROM delivery.delivery
WHERE subscription_id = :subscription_id AND (CAST(:status AS text) IS NULL OR status = :status)
ORDER BY settled_at DESC NULLS FIRST, lead_id LIMIT :limit
""")

# States that came before the subscription have no delivery yet. `memory` stays: nobody is alerted twice.
REPLAY = text("""
INSERT INTO delivery.delivery AS known
  (subscription_id, lead_id, event_id, changed, status, attempts, due_at, memory)
SELECT :subscription_id, state.lead_id, state.event_id, '{}', 'waiting', 0, now(), '{}'
FROM delivery.state AS state
LEFT JOIN delivery.delivery AS before
  ON before.lead_id = state.lead_id AND before.subscription_id = :subscription_id
WHERE CASE WHEN CAST(:lead_id AS uuid) IS NOT NULL THEN state.lead_id = :lead_id
           WHEN :everything THEN NOT state.is_erased OR before.lead_id IS NOT NULL
           ELSE before.status = 'dead' END
ORDER BY state.lead_id
ON CONFLICT (subscription_id, lead_id) DO UPDATE
SET status = 'waiting', attempts = 0, due_at = now(), reason = NULL, event_id = excluded.event_id
""")
