-- The best indexes found, on the copy only.

-- Newest requests of an account.
CREATE INDEX bench_credential ON events (credential_id, timestamp_ms);

-- Newest failures.
CREATE INDEX bench_failed ON events (timestamp_ms) WHERE failed = 1;

-- Answers whose headers told anything, by credential and by time.
CREATE INDEX bench_told ON events (credential_id, timestamp_ms) WHERE template_id IS NOT NULL;
CREATE INDEX bench_templates ON events (timestamp_ms, template_id) WHERE template_id IS NOT NULL;

-- Only where SQL is timed: everything that is filtered, grouped or summed, in the order of time. A question reads a part of
-- this index from one end to the other and never a row of the table.
CREATE INDEX bench_time ON events (
    timestamp_ms, failed, credential_id, model_id, api_key_id, tier_id, cache_separate, input_tokens, output_tokens,
    reasoning_tokens, cached_tokens, cache_tokens, cache_read_tokens, cache_creation_tokens, total_tokens, latency_ms,
    ttft_ms, breakdown
);

-- The same in the order of the commonest groups: a question about all of time groups without sorting.
CREATE INDEX bench_group ON events (
    credential_id, model_id, api_key_id, timestamp_ms, tier_id, failed, cache_separate, input_tokens, output_tokens,
    reasoning_tokens, cached_tokens, cache_tokens, cache_read_tokens, cache_creation_tokens, total_tokens, latency_ms,
    breakdown
);

-- Searches read everything that a phrase can stand in from one index too.
CREATE INDEX bench_search ON events (
    timestamp_ms, credential_id, model_id, route_id, client_id, api_key_id, tier_id, status_code, request_id, failed,
    total_tokens
);
