import { expect, it } from "vitest";
import { limited } from "./limit";

function controlled() {
  let finish: (value: string) => void = () => {};
  let fail: (reason: Error) => void = () => {};
  const promise = new Promise<string>((resolve, reject) => {
    finish = resolve;
    fail = reject;
  });
  return { promise, finish, fail };
}

it("runs two at once, the others in their order, also after a failure", async () => {
  const run = limited(2);
  const tasks = Array.from({ length: 4 }, controlled);
  const begun: number[] = [];
  const answers = tasks.map((task, index) =>
    run(() => {
      begun.push(index);
      return task.promise;
    }),
  );
  await Promise.resolve();
  expect(begun).toEqual([0, 1]);
  tasks[1]?.fail(new Error("no"));
  await expect(answers[1]).rejects.toThrow("no");
  await new Promise((done) => setTimeout(done));
  expect(begun).toEqual([0, 1, 2]);
  tasks[0]?.finish("first");
  await expect(answers[0]).resolves.toBe("first");
  await new Promise((done) => setTimeout(done));
  expect(begun).toEqual([0, 1, 2, 3]);
});

it("never begins what was aborted while it waited", async () => {
  const run = limited(1);
  const first = controlled();
  const stop = new AbortController();
  let begun = false;
  const running = run(() => first.promise);
  const waiting = run(async () => {
    begun = true;
  }, stop.signal);
  stop.abort();
  first.finish("done");
  await running;
  await expect(waiting).rejects.toThrow();
  expect(begun).toBe(false);
});
