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
    id: null,
    valid_from_ms: from,
    price: { ...price, source, updatedAtMs: now() - 3 * DAY },
  });
  const entry = (origin, versions, locked = false) => ({ origin, versions, locked });
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
  let lastSync = null;

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
    let [cost, unpriced_calls] = [0, 0];
    for (const row of rows) {
      const explained = explain(book, row);
      if (explained) cost += explained.usd;
      else unpriced_calls += 1;
    }
    return { cost, calls: rows.length, unpriced_calls };
  };
  const between = (from, to) =>
    events
      .map(({ row }) => row)
      .filter((row) => row.timestamp_ms >= (from ?? 0) && row.timestamp_ms < (to ?? Infinity));

  const use = () => {
    const found = new Map();
    for (const { row } of events) {
      const name = nameOf(row);
      const at = found.get(name) ?? { calls: 0, cost: 0, input: 0, output: 0, first: row.timestamp_ms, last: 0 };
      at.calls += 1;
      at.cost += explain(stored, row)?.usd ?? 0;
      at.input += row.normalised.total_input_tokens;
      at.output += row.output_tokens;
      at.last = Math.max(at.last, row.timestamp_ms);
      found.set(name, at);
    }
    return found;
  };
  const shown = (model, used = use()) => ({
    model,
    ...stored.get(model),
    calls: used.get(model)?.calls ?? 0,
    cost: used.has(model) ? used.get(model).cost : null,
    last_seen_ms: used.get(model)?.last ?? null,
  });
  const book = () => {
    const used = use();
    return {
      versions_enabled: true,
      bundled: { package: "genai-prices", version: "0.0.44", date: BUNDLED_DATE, models: 1_214 },
      last_sync: lastSync,
      items: [...stored.keys()].map((model) => shown(model, used)),
      unpriced: [...used]
        .filter(([model]) => !stored.has(model))
        .map(([model, at]) => ({
          model,
          calls: at.calls,
          input_tokens: at.input,
          output_tokens: at.output,
          first_seen_ms: at.first,
          last_seen_ms: at.last,
        }))
        .sort((a, b) => b.calls - a.calls),
    };
  };

  const apply = (target, { model, price, apply: scope, valid_from_ms, locked }) => {
    const before = target.get(model);
    if (price === null) {
      target.delete(model);
      return;
    }
    const next = { id: null, valid_from_ms: 0, price: { ...price, updatedAtMs: now() } };
    const old = before?.versions ?? [];
    const from = valid_from_ms ?? (scope === "from_now" && old.length > 0 ? now() : 0);
    const versions = from === 0 ? [next] : [...old, { ...next, valid_from_ms: from }];
    target.set(model, { origin: price.source || "manual", versions, locked: locked ?? before?.locked ?? false });
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
    lastSync = {
      at_ms: now(),
      sources: [
        { source: "models.dev", models: 4_112, skipped: 310 },
        { source: "litellm", models: 2_870, skipped: 64 },
        { source: "openrouter", models: 0, skipped: 0, error: "timed out after 10 s" },
      ],
    };
    return {
      source: "multi",
      sources: ["models.dev", "litellm"],
      imported: 5,
      skipped: 374,
      candidates,
      unmatched: [],
      preserved: ["gemini-2.5-pro"],
      locked: ["gpt-5.5"],
      proxyUsed: false,
      sourceResults: lastSync.sources,
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
      const head = { event_id: row.id, basis: "breakdown", tier: row.service_tier ?? "" };
      if (!explained)
        return answer(200, { ...head, priced: false, usd: null, behaviour_model: nameOf(row), lines: [] });
      return answer(200, {
        ...head,
        priced: true,
        usd: explained.usd,
        price_model: nameOf(row),
        behaviour_model: nameOf(row),
        origin: stored.get(nameOf(row)).origin,
        source: explained.found.price.source,
        source_model_id: explained.found.price.sourceModelId ?? "",
        valid_from_ms: explained.found.valid_from_ms || null,
        valid_to_ms: null,
        band: explained.tier
          ? { kind: "context_tier", above_tokens: explained.tier.thresholdTokens }
          : { kind: "base" },
        tier_rule: null,
        lines: explained.lines,
      });
    }
    switch (`${method} ${path}`) {
      case "GET /api/v1/prices":
        return answer(200, book());
      case "PUT /api/v1/prices":
        if (sent.price.prompt > 100_000)
          return (
            refuse(response, 400, "invalid_price", "a rate is not believable", "Enter USD per 1,000,000 tokens.") ??
            true
          );
        apply(stored, sent);
        return answer(200, shown(sent.model));
      case "PUT /api/v1/prices/lock":
        stored.get(sent.model).locked = sent.locked;
        return answer(200, shown(sent.model));
      case "DELETE /api/v1/prices": {
        const model = url.searchParams.get("model");
        const from = url.searchParams.get("valid_from_ms");
        const found = stored.get(model);
        if (found && from !== null)
          found.versions = found.versions.filter((each) => each.valid_from_ms !== Number(from));
        else stored.delete(model);
        response.writeHead(204);
        response.end();
        return true;
      }
      case "POST /api/v1/prices/preview": {
        const after = new Map(stored);
        for (const change of sent.changes) apply(after, change);
        const rows = between(sent.from_ms, sent.to_ms);
        const models = sent.changes.map(({ model }) => {
          const own = rows.filter((row) => nameOf(row) === model);
          const [was, is] = [totals(stored, own), totals(after, own)];
          return {
            model,
            calls: own.length,
            before: was.cost,
            after: is.cost,
            before_unpriced: was.unpriced_calls,
            after_unpriced: is.unpriced_calls,
          };
        });
        return answer(200, {
          from_ms: sent.from_ms ?? 0,
          to_ms: sent.to_ms ?? now(),
          before: totals(stored, rows),
          after: totals(after, rows),
          models,
        });
      }
      case "POST /v0/management/model-prices/sync":
        setTimeout(() => answer(200, sync(sent.models ?? [])), 300);
        return true;
      case "GET /v0/management/model-prices":
        return answer(200, {
          prices: Object.fromEntries([...stored].map(([model, each]) => [model, each.versions.at(-1).price])),
        });
      default:
        return false;
    }
  };
  return { routes, costOf: (row) => explain(stored, row)?.usd ?? null };
}
