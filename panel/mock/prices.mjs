// Model prices: versions, bundled list prices, synchronisation with candidates, effect previews, costs line by line.
const DAY = 86_400_000;
const BUNDLED_DATE = "2026-11-02";

const rates = (prompt, completion, cacheRead, cacheCreation) => ({
  prompt,
  completion,
  cache: 0,
  promptConfigured: true,
  completionConfigured: true,
  ...(cacheRead === undefined ? {} : { cacheRead, cacheReadConfigured: true }),
  ...(cacheCreation === undefined ? {} : { cacheCreation, cacheCreationConfigured: true }),
});

export function priceRoutes({ events, json, refuse }) {
  const now = () => Date.now();
  const version = (price, from = 0, source = "bundled") => ({
    valid_from_ms: from,
    price: { ...price, source, updatedAtMs: now() - 3 * DAY },
  });
  const entry = (source, versions, locked = false) => ({
    origin: source === "bundled" ? "bundled" : "stored",
    manual: source === "manual",
    versions,
    locked,
  });
  const stored = new Map([
    [
      "gpt-5.4",
      entry("models.dev", [
        version(rates(3, 18, 0.3), 0, "models.dev"),
        version(
          {
            ...rates(2.5, 15, 0.25),
            sourceModelId: "openai/gpt-5.4",
            contextTiers: [{ thresholdTokens: 272_000, ...rates(5, 22.5) }],
            serviceTiers: [{ mode: "fast", serviceTier: "priority", ...rates(5, 30) }],
          },
          now() - 27 * DAY,
          "models.dev",
        ),
      ]),
    ],
    ["gpt-5.5", entry("manual", [version(rates(5, 30, 0.5), 0, "manual")], true)],
    ["claude-opus-4-6", entry("bundled", [version(rates(5, 25, 0.5, 6.25))])],
    ["claude-sonnet-4-6", entry("bundled", [version(rates(3, 15, 0.3, 3.75))])],
    ["gemini-3-flash", entry("bundled", [version(rates(0.3, 2.5, 0.03))])],
    ["gemini-2.5-pro", entry("litellm", [version(rates(1.25, 10, 0.125), 0, "litellm")])],
    ["grok-4.5", entry("bundled", [version(rates(3, 15, 0.75))])],
    ["gpt-5.4-mini", entry("bundled", [version(rates(0.75, 4.5))])],
    ["claude-haiku-4-5", entry("bundled", [version(rates(1, 5, 0.1, 1.25))])],
  ]);
  let sources = [];
  let versioned = true;

  const nameOf = (row) => row.resolved_model || row.analytics_model;
  const priceAt = (book, name, at) => {
    const found = book.get(name);
    return found ? (found.versions.filter((each) => each.valid_from_ms <= at).at(-1) ?? found.versions[0]) : undefined;
  };
  const explain = (book, row) => {
    const found = priceAt(book, nameOf(row), row.timestamp_ms);
    if (!found) return null;
    const price = found.price;
    const { normalised: n } = row;
    const tier = (price.contextTiers ?? []).filter((each) => n.total_input_tokens > each.thresholdTokens).at(-1);
    const rate = (name) => tier?.[name] ?? price[name] ?? 0;
    const line = (part, tokens, usd_per_million, rate_from = tier ? "context_tier" : "base") => ({
      part,
      tokens,
      usd_per_million,
      rate_from,
      multiplier: 1,
      usd: (tokens * usd_per_million) / 1e6,
    });
    const lines = [
      line("uncached_input", n.uncached_input_tokens, rate("prompt")),
      line("cached_input", 0, price.cache ?? 0),
      line(
        "cache_read",
        n.cache_read_tokens,
        price.cacheRead ?? rate("prompt") * 0.1,
        price.cacheRead === undefined ? "share_of_prompt" : "base",
      ),
      line("cache_creation", n.cache_creation_tokens, price.cacheCreation ?? rate("prompt")),
      line("output", row.output_tokens, rate("completion")),
    ];
    return { found, tier, lines, usd: lines.reduce((sum, each) => sum + each.usd, 0) };
  };
  const totals = (book, rows) => {
    let [usd, unpriced_calls] = [0, 0];
    for (const row of rows) {
      const explained = explain(book, row);
      if (explained) usd += explained.usd;
      else unpriced_calls += 1;
    }
    return { usd, calls: rows.length, unpriced_calls };
  };
  const between = (from, to) =>
    events
      .map(({ row }) => row)
      .filter((row) => row.timestamp_ms >= (from ?? 0) && row.timestamp_ms < (to ?? Infinity));

  const use = () => {
    const found = new Map();
    for (const { row } of events) {
      const name = nameOf(row);
      const at = found.get(name) ?? { calls: 0, last: 0, requested: row.analytics_model };
      at.calls += 1;
      at.last = Math.max(at.last, row.timestamp_ms);
      found.set(name, at);
    }
    return found;
  };
  const shown = (model) => {
    const { versions, ...rest } = stored.get(model);
    return {
      model,
      ...rest,
      versions: versions.map((each, index) => ({
        ...(each.valid_from_ms > 0 ? { valid_from_ms: each.valid_from_ms } : {}),
        ...(versions[index + 1] ? { valid_to_ms: versions[index + 1].valid_from_ms } : {}),
        price: each.price,
      })),
    };
  };
  const list = () => ({
    generation: 7,
    versioned,
    cost_basis: "breakdown",
    bundled: {
      enabled: true,
      package: "genai-prices",
      version: "0.0.44",
      licence: "MIT",
      date: BUNDLED_DATE,
      models: 1_214,
    },
    sources,
    items: [...stored.keys()].sort().map(shown),
  });
  const unpriced = () => {
    const items = [...use()]
      .filter(([model]) => !stored.has(model))
      .map(([model, at]) => ({ model, requested_model: at.requested, calls: at.calls, last_ms: at.last }));
    return {
      items,
      unpriced_calls: items.reduce((sum, item) => sum + item.calls, 0),
      sampled_events: events.length,
      truncated: false,
    };
  };

  const apply = (target, { model, price, all_history }) => {
    const before = target.get(model);
    if (price === null) {
      target.delete(model);
      return;
    }
    const source = price.source || "manual";
    const at = now();
    const next = { valid_from_ms: 0, price: { ...price, source, updatedAtMs: at } };
    const old = before?.versions ?? [];
    const versions = !versioned || all_history || old.length === 0 ? [next] : [...old, { ...next, valid_from_ms: at }];
    target.set(model, entry(source, versions, before?.locked ?? false));
  };

  const sync = (models) => {
    const candidates = models
      .filter((model) => !stored.has(model))
      .map((model) => ({
        model,
        candidates: [
          {
            sourceModelId: `moonshotai/${model.split("/").at(-1)}`,
            score: 0.94,
            reason: "normalized-model-name",
            price: { ...rates(0.55, 2.2, 0.15), source: "models.dev" },
          },
          {
            sourceModelId: `${model.split("/").at(-1)}-instruct`,
            score: 0.78,
            reason: "model-name-contains",
            price: { ...rates(0.6, 2.5), source: "litellm" },
          },
        ],
      }));
    const results = [
      { source: "models.dev", models: 4_112, skipped: 310 },
      { source: "litellm", models: 2_870, skipped: 64 },
      { source: "openrouter", models: 0, skipped: 0, error: "timed out after 10 s" },
    ];
    sources = results.map(({ source, models: count, error }) => ({
      source,
      asked_at_ms: now(),
      ...(error ? { error } : { good_at_ms: now(), good_models: count }),
    }));
    return {
      source: "multi",
      sources: ["models.dev", "litellm"],
      imported: 5,
      skipped: 374,
      candidates,
      unmatched: [],
      preserved: ["gemini-2.5-pro"],
      kept: [{ model: "gpt-5.5", reason: "locked" }],
      proxyUsed: false,
      sourceResults: results,
      prices: {},
    };
  };

  const routes = ({ method, path, url, sent, response }) => {
    const answer = (status, value) => {
      json(response, status, value);
      return true;
    };
    const cost = /^\/api\/v1\/events\/(\d+)\/cost$/.exec(path);
    if (cost && method === "GET") {
      const row = events.find((each) => each.row.id === Number(cost[1]))?.row;
      if (!row) return refuse(response, 404, "not_found", "no such event") ?? true;
      const explained = explain(stored, row);
      const head = {
        id: row.id,
        cost_basis: "breakdown",
        tokens_from: "breakdown",
        input_tokens: row.normalised.total_input_tokens,
        service_tier: row.service_tier ?? "",
        looked_for: [...new Set([nameOf(row), row.analytics_model])],
      };
      if (!explained) return answer(200, { ...head, lines: [] });
      const { found, tier, lines, usd } = explained;
      return answer(200, {
        ...head,
        usd,
        price: {
          model: nameOf(row),
          behaviour_model: nameOf(row),
          origin: stored.get(nameOf(row)).origin,
          source: found.price.source,
          source_model_id: found.price.sourceModelId ?? "",
          ...(found.valid_from_ms ? { valid_from_ms: found.valid_from_ms } : {}),
          band: tier ? "context_tier" : "base",
          ...(tier ? { above_tokens: tier.thresholdTokens } : {}),
        },
        lines,
      });
    }
    const dated = /^\/api\/v1\/prices\/([^/]+)\/versions\/(\d+)$/.exec(path);
    if (dated && method === "DELETE") {
      const versions = stored.get(decodeURIComponent(dated[1]))?.versions ?? [];
      const found = versions.findIndex((each) => each.valid_from_ms === Number(dated[2]));
      if (found < 0) return refuse(response, 404, "not_found", "no such version") ?? true;
      if (versions[found].price.updatedAtMs !== Number(url.searchParams.get("updated_at_ms")))
        return refuse(response, 409, "price_version_changed", "it was changed") ?? true;
      versions.splice(found, 1);
      response.writeHead(204);
      response.end();
      return true;
    }
    const one = /^\/api\/v1\/prices\/([^/]+)(\/[a-z-]+)?$/.exec(path);
    const model = one && one[1] !== "preview" && one[1] !== "unpriced" ? decodeURIComponent(one[1]) : null;
    switch (`${method} ${model === null ? path : `one${one[2] ?? ""}`}`) {
      case "GET /api/v1/prices":
        return answer(200, list());
      case "GET /api/v1/prices/unpriced":
        return answer(200, unpriced());
      case "GET /v0/management/model-prices/usage-summary":
        return answer(200, {
          sampled_events: events.length,
          total_events: events.length,
          truncated: false,
          models: [...use()].map(([name, at]) => ({ model: name, calls: at.calls })),
        });
      case "PUT one":
        if (sent.price.prompt > 100_000)
          return (
            refuse(response, 400, "invalid_price", "a rate is not believable", "Enter USD per 1,000,000 tokens.") ??
            true
          );
        apply(stored, { model, ...sent });
        return answer(200, shown(model));
      case "PUT one/lock":
        if (!stored.has(model)) return refuse(response, 404, "not_found", "no such price") ?? true;
        stored.get(model).locked = sent.locked;
        return answer(200, shown(model));
      case "POST one/apply-to-all-history": {
        const found = stored.get(model);
        found.versions = [{ ...found.versions.at(-1), valid_from_ms: 0 }];
        return answer(200, shown(model));
      }
      case "DELETE one":
        stored.delete(model);
        response.writeHead(204);
        response.end();
        return true;
      case "PUT /api/v1/price-versions":
        versioned = sent.versioned;
        return answer(200, { versioned });
      case "POST /api/v1/prices/preview": {
        const after = new Map(stored);
        apply(after, sent);
        const rows = between(sent.from_ms, sent.to_ms);
        const [was, is] = [totals(stored, rows), totals(after, rows)];
        return answer(200, { before: was, after: is, difference_usd: is.usd - was.usd });
      }
      case "POST /v0/management/model-prices/sync":
        setTimeout(() => answer(200, sync(sent.models ?? [])), 300);
        return true;
      case "GET /v0/management/model-prices":
        return answer(200, {
          prices: Object.fromEntries([...stored].map(([name, each]) => [name, each.versions.at(-1).price])),
        });
      default:
        return false;
    }
  };
  return {
    routes,
    costOf: (row) => explain(stored, row)?.usd ?? null,
    priceOf: (model) => stored.get(model)?.versions.at(-1)?.price ?? null,
  };
}
