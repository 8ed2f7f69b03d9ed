// A long conversation: few rows in the document, nothing moves when older ones come in, the end is one press away.
import { expect, type Locator, test } from "@playwright/test";
import { ask, finished, lastAnswer, reached, signIn, tokenOf } from "./chat-steps.ts";

const TURNS = 70;

test("a hundred messages and more are read from the end to the beginning without a jump", async ({
  page,
  request,
}) => {
  test.setTimeout(120_000);
  const headers = { Authorization: `Bearer ${await tokenOf(request)}` };
  const made = await request.post("/api/v1/conversations", {
    headers: { ...headers, "Idempotency-Key": crypto.randomUUID() },
    data: { model: "fake/fake-tok20" },
  });
  const { id } = (await made.json()) as { id: string };
  for (let turn = 0; turn < TURNS; turn += 1) {
    const posted = await request.post(`/api/v1/conversations/${id}/messages`, {
      headers,
      data: {
        content: [
          { type: "text", text: `count #turn${turn} ${"and on ".repeat((turn * 7) % 60)}` },
        ],
      },
    });
    expect(posted.status(), await posted.text()).toBe(202);
    const { run } = (await posted.json()) as { run: { id: string } };
    await expect
      .poll(
        async () =>
          (await (await request.get(`/api/v1/runs/${run.id}`, { headers })).json()).status,
        {
          intervals: [20],
        },
      )
      .toBe("succeeded");
  }

  await signIn(page);
  await page.goto(`/c/${id}`);
  await reached(lastAnswer(page), `turn${TURNS - 1}`, 18);
  const list = page.getByRole("group", { name: "Messages" });
  expect(await gap(list)).toBeLessThanOrEqual(2);
  expect(await page.locator("main *").count()).toBeLessThan(600);

  // Upwards in small steps: what is read moves by the step and by nothing else, also when a page of older ones comes in.
  let steps = 0;
  for (; steps < 400; steps += 1) {
    const moved = await list.evaluate(async (element) => {
      const frame = () =>
        new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      const rows = [...element.querySelectorAll<HTMLElement>("article")];
      const box = element.getBoundingClientRect();
      const seen = rows.find((row) => row.getBoundingClientRect().top > box.top + 150);
      const before = seen?.getBoundingClientRect().top ?? 0;
      const step = Math.min(120, element.scrollTop);
      element.scrollBy({ top: -step });
      await frame();
      return {
        off: Math.abs((seen?.getBoundingClientRect().top ?? 0) - before - step),
        top: element.scrollTop,
      };
    });
    expect(moved.off, `step ${steps}`).toBeLessThanOrEqual(1.5);
    if (moved.top === 0) {
      await page.waitForTimeout(300);
      if ((await list.evaluate((element) => element.scrollTop)) === 0) break;
    }
  }
  await expect(page.getByRole("article").first()).toContainText("count #turn0 ");
  expect(await page.locator("main *").count()).toBeLessThan(600);

  await page.getByRole("button", { name: "Jump to the latest" }).click();
  await expect.poll(() => gap(list)).toBeLessThanOrEqual(2);
  await reached(lastAnswer(page), `turn${TURNS - 1}`, 18);
  await ask(page, "count #after");
  await finished(page);
  await reached(lastAnswer(page), "after", 18);
  expect(await gap(list)).toBeLessThanOrEqual(2);
});

function gap(list: Locator): Promise<number> {
  return list.evaluate((one) => one.scrollHeight - one.scrollTop - one.clientHeight);
}
