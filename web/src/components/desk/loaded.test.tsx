import { screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { renderApp } from "@/test/render-app.tsx";
import { Listed } from "./listed.tsx";

const idle = {
  data: undefined as { items: string[] } | undefined,
  error: null as Error | null,
  isError: false,
  isFetching: false,
  fetchStatus: "idle" as const,
  refetch: vi.fn(),
};
const list = (query: object) => (
  <Listed
    query={{ ...idle, ...query }}
    failed="No birds came."
    empty="There are no birds."
    more="More birds"
  >
    {(items) => items.map((one) => <p key={one}>{one}</p>)}
  </Listed>
);

it("says that it waits for the network, and does not pretend to load", async () => {
  await renderApp(list({ fetchStatus: "paused" }));
  expect(screen.getByText(/loaded as soon as you are back/)).toBeVisible();
  expect(screen.queryByText("Loading")).not.toBeInTheDocument();
});

it("keeps what it has when it could not be fetched anew", async () => {
  await renderApp(list({ data: { items: ["heron"] }, isError: true, error: new Error("gone") }));
  expect(screen.getByText("heron")).toBeVisible();
  expect(screen.getByText("No birds came.")).toBeVisible();
});

it("says that there is nothing, or shows all pages and the way to the next one", async () => {
  await renderApp(list({ data: { items: [] } }));
  expect(screen.getByText("There are no birds.")).toBeVisible();
  const fetchNextPage = vi.fn(() => Promise.resolve());
  const data = { pages: [{ items: ["heron"] }, { items: ["stork"] }], pageParams: [] };
  const { user } = await renderApp(list({ data, hasNextPage: true, fetchNextPage }));
  expect(screen.getByText("stork")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "More birds" }));
  expect(fetchNextPage).toHaveBeenCalledOnce();
});
