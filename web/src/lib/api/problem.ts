// Failures of the API as RFC 9457 problems, and how they are said in the reader's language.
import type { Problem, ProblemFault } from "./types.ts";

/** What went wrong before an answer came: the network, or an answer that is not ours. */
export type LocalCode = "client.network" | "client.timeout" | "client.unexpected";

export class ApiProblem extends Error {
  readonly problem: Problem;
  /** Seconds after which the same may be tried again, when the server says so. */
  readonly retryAfter: number | null;

  constructor(problem: Problem, retryAfter: number | null = null) {
    super(problem.detail);
    this.name = "ApiProblem";
    this.problem = problem;
    this.retryAfter = retryAfter;
  }

  get code(): string {
    return this.problem.code;
  }
  get status(): number {
    return this.problem.status;
  }
  get faults(): ProblemFault[] {
    return this.problem.errors ?? [];
  }
  /** The request may never have arrived; sending it again with the same id is right. */
  get isNetwork(): boolean {
    return this.code === "client.network" || this.code === "client.timeout";
  }
  /** Asking again later may help without anybody changing anything. */
  get isPassing(): boolean {
    return this.isNetwork || this.status === 429 || this.status === 502 || this.status === 503;
  }
}

export function localProblem(code: LocalCode, detail = ""): Problem {
  return {
    type: `urn:obrol:problem:${code}`,
    title: "",
    status: 0,
    detail,
    instance: "",
    code,
    request_id: "",
  };
}

/** Takes anything that looks like a problem; missing members get harmless values. */
export function asProblem(body: unknown, status: number): Problem {
  const one = (typeof body === "object" && body !== null ? body : {}) as Partial<Problem>;
  if (typeof one.code !== "string")
    return { ...localProblem("client.unexpected"), status, detail: String(one.detail ?? "") };
  return {
    type: String(one.type ?? ""),
    title: String(one.title ?? ""),
    status: typeof one.status === "number" ? one.status : status,
    detail: String(one.detail ?? ""),
    instance: String(one.instance ?? ""),
    code: one.code,
    request_id: String(one.request_id ?? ""),
    ...(Array.isArray(one.errors) ? { errors: one.errors } : {}),
  };
}

export function retryAfterOf(response: Response): number | null {
  const value = response.headers.get("Retry-After");
  if (value === null) return null;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, seconds);
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, (date - Date.now()) / 1000);
}

/** Any thrown thing as a problem; what is not from the API keeps its own message out of the page. */
export function problemFrom(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  if (
    error instanceof DOMException &&
    (error.name === "TimeoutError" || error.name === "AbortError")
  )
    return new ApiProblem(localProblem("client.timeout"));
  if (error instanceof TypeError) return new ApiProblem(localProblem("client.network"));
  return new ApiProblem(localProblem("client.unexpected"));
}

interface Answer<T> {
  data?: T | undefined;
  error?: unknown;
  response: Response;
}

/** The data of a call, or the problem thrown. */
export async function dataOf<T>(call: Promise<Answer<T>>): Promise<T> {
  return (await answerOf(call)).data;
}

/** As `dataOf`, with the response for its headers. */
export async function answerOf<T>(
  call: Promise<Answer<T>>,
): Promise<{ data: T; response: Response }> {
  let answer: Answer<T>;
  try {
    answer = await call;
  } catch (error) {
    throw problemFrom(error);
  }
  const { response } = answer;
  if (!response.ok)
    throw new ApiProblem(asProblem(answer.error, response.status), retryAfterOf(response));
  return { data: answer.data as T, response };
}

/** The part of a `useTranslations("problem")` that is needed here, so that this module knows no React. */
export interface Texts {
  has: (key: never) => boolean;
  (key: never): string;
}

/** What a reader is told: our own words for the code; else the server's, which are in their language too; else a general word. */
export function problemText(t: Texts, problem: Pick<Problem, "code" | "detail" | "title">): string {
  const key = problem.code as never;
  if (t.has(key)) return t(key);
  return problem.detail || problem.title || t("client.unexpected" as never);
}
