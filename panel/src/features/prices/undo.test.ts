import { expect, it, vi } from "vitest";
import { ApiError } from "../../api/errors";
import type { ModelPrice, PriceItem } from "../../api/price-types";
import type { PricedModel } from "./list";
import { restoreOf, savePrice } from "./undo";

const HOUR = 3_600_000;
const price = (prompt: number) => ({ prompt, updatedAtMs: 0 }) as ModelPrice;

/** What a manager does with the prices of one model: an edit from now on begins a version, unless nothing changes. */
function manager(begin: { versions: [from: number, prompt: number][]; locked: boolean } | undefined) {
  let now = 1_000 * HOUR;
  let versions =
    begin?.versions.map(([from, prompt]) => ({ from, price: { ...price(prompt), updatedAtMs: from } })) ?? [];
  let locked = begin?.locked ?? false;
  let failing: string | undefined;
  const item = (): PriceItem => ({
    model: "m",
    origin: "stored",
    manual: true,
    locked,
    versions: versions.map((version, index) => ({
      ...(version.from > 0 ? { valid_from_ms: version.from } : {}),
      ...(versions[index + 1] ? { valid_to_ms: versions[index + 1]?.from ?? 0 } : {}),
      price: version.price,
    })),
  });
  const does =
    <Arguments extends unknown[], T>(name: string, act: (...given: Arguments) => T) =>
    async (...given: Arguments) => {
      if (failing === name) throw new ApiError(503, "no_answer", "no answer", undefined, undefined);
      return act(...given);
    };
  const send = {
    list: does("list", () => ({ items: versions.length > 0 ? [item()] : [] })),
    save: vi.fn(
      does("save", (_: string, edit: { price: ModelPrice; all_history: boolean }) => {
        const next = { from: now, price: { ...edit.price, updatedAtMs: now } };
        const last = versions.at(-1);
        if (edit.all_history || !last) versions = [{ ...next, from: 0 }];
        else if (last.price.prompt === edit.price.prompt) last.price = next.price;
        else versions = [...versions, next];
        return item();
      }),
    ),
    lock: vi.fn(
      does("lock", (_: string, wanted: boolean) => {
        locked = wanted;
        return item();
      }),
    ),
    remove: vi.fn(
      does("remove", () => {
        versions = [];
        locked = false;
      }),
    ),
    removeVersion: vi.fn(
      does("removeVersion", (_: string, from: number, updated: number) => {
        const at = versions.findIndex((version) => version.from === from);
        if (versions[at]?.price.updatedAtMs !== updated)
          throw new ApiError(409, "price_version_changed", "changed", undefined, undefined);
        versions = versions.filter((version) => version.from !== from);
      }),
    ),
  };
  return {
    send: send as never,
    calls: send,
    state: () => ({ versions: versions.map((version) => [version.from, version.price.prompt]), locked }),
    shown: (origin = "manual") => ({ ...item(), origin }) as unknown as PricedModel,
    later: (ms: number) => {
      now += ms;
    },
    failNext: (name: string | undefined) => {
      failing = name;
    },
  };
}
const edit = (prompt: number, change: object = {}) => ({
  model: "m",
  price: price(prompt),
  allHistory: false,
  locked: false,
  ...change,
});

it("takes a price from now on back hours later: its version goes, and no third one bills those hours", async () => {
  for (const versions of [
    [[0, 1]],
    [
      [0, 1],
      [HOUR, 2],
    ],
  ] as [number, number][][]) {
    const at = manager({ versions, locked: true });
    const before = at.state();
    const back = await savePrice(at.shown(), edit(5), at.send);
    expect(at.state()).toEqual({ versions: [...versions, [1_000 * HOUR, 5]], locked: false });
    at.later(7 * HOUR);
    expect(await back?.()).toBe(true);
    expect(at.state()).toEqual(before);
    expect(at.calls.save).toHaveBeenCalledTimes(1);
  }
});

it("leaves a price alone that was changed since, also between the look and the act", async () => {
  const at = manager({ versions: [[0, 1]], locked: false });
  const back = await savePrice(at.shown(), edit(5), at.send);
  at.calls.removeVersion.mockRejectedValueOnce(
    new ApiError(409, "price_version_changed", "changed", undefined, undefined),
  );
  expect(await back?.()).toBe(false);
  at.later(HOUR);
  await at.calls.save("m", { price: price(9), all_history: false });
  const now = at.state();
  expect(await back?.()).toBe(false);
  await at.calls.lock("m", true);
  expect(await back?.()).toBe(false);
  expect(at.state()).toEqual({ ...now, locked: true });
});

it("goes on where taking back failed, instead of calling its own half a change of somebody else", async () => {
  const from = manager({ versions: [[0, 1]], locked: true });
  const one = await savePrice(from.shown(), edit(5), from.send);
  from.failNext("removeVersion");
  await expect(one?.()).rejects.toThrow();
  from.failNext(undefined);
  expect(await one?.()).toBe(true);
  expect(from.state()).toEqual({ versions: [[0, 1]], locked: true });

  const all = manager({ versions: [[0, 1]], locked: true });
  const other = await savePrice(all.shown(), edit(5, { allHistory: true }), all.send);
  all.failNext("lock");
  await expect(other?.()).rejects.toThrow();
  all.failNext(undefined);
  expect(await other?.()).toBe(true);
  expect(all.state()).toEqual({ versions: [[0, 1]], locked: true });
});

it("can be saved again when half of it failed, and is then taken back as a whole", async () => {
  for (const failing of ["lock", "save"]) {
    const at = manager({ versions: [[0, 1]], locked: true });
    const item = at.shown();
    at.failNext(failing);
    await expect(savePrice(item, edit(5), at.send)).rejects.toThrow();
    at.failNext(undefined);
    at.later(60_000);
    const back = await savePrice(item, edit(6), at.send);
    expect(at.state()).toEqual({
      versions: [
        [0, 1],
        [1_000 * HOUR + 60_000, 6],
      ],
      locked: false,
    });
    expect(await back?.()).toBe(true);
    expect(at.state()).toEqual({ versions: [[0, 1]], locked: true });
  }
});

it("takes a lock alone back, and begins no version for it", async () => {
  const at = manager({ versions: [[0, 1]], locked: false });
  const back = await savePrice(at.shown(), { ...edit(1), price: undefined, locked: true }, at.send);
  expect(at.state().locked).toBe(true);
  expect(await back?.()).toBe(true);
  expect(at.state()).toEqual({ versions: [[0, 1]], locked: false });
  expect(at.calls.save).not.toHaveBeenCalled();
});

it("removes a price where there was none, or only one from the list", async () => {
  for (const before of [undefined, manager({ versions: [[0, 3]], locked: false }).shown("bundled")]) {
    const at = manager(undefined);
    const back = await savePrice(before, edit(5, { locked: true }), at.send);
    expect(at.state()).toEqual({ versions: [[0, 5]], locked: true });
    expect(await back?.()).toBe(true);
    expect(at.state()).toEqual({ versions: [], locked: false });
  }
});

it("offers nothing where several versions are gone", async () => {
  const at = manager({
    versions: [
      [0, 1],
      [HOUR, 2],
    ],
    locked: false,
  });
  expect(await savePrice(at.shown(), edit(5, { allHistory: true }), at.send)).toBeUndefined();
});

it("puts a removed price back where it was the one price of all time", async () => {
  const at = manager({ versions: [[0, 1]], locked: true });
  const back = restoreOf(at.shown(), at.send);
  await at.calls.remove();
  at.failNext("lock");
  await expect(back?.()).rejects.toThrow();
  at.failNext(undefined);
  expect(await back?.()).toBe(true);
  expect(at.state()).toEqual({ versions: [[0, 1]], locked: true });

  const item = at.shown();
  const later = { ...item, versions: [{ valid_from_ms: 5, price: price(1) }] } as unknown as PricedModel;
  const several = manager({
    versions: [
      [0, 1],
      [HOUR, 2],
    ],
    locked: false,
  }).shown();
  for (const lost of [undefined, several, at.shown("bundled"), later]) expect(restoreOf(lost, at.send)).toBeUndefined();
});

it("puts no removed price back over one that was set since", async () => {
  const at = manager({ versions: [[0, 1]], locked: false });
  const back = restoreOf(at.shown(), at.send);
  await at.calls.remove();
  await at.calls.save("m", { price: price(9), all_history: true });
  expect(await back?.()).toBe(false);
  expect(at.state().versions).toEqual([[0, 9]]);
});
