/** Why a request was refused. */
import type { Problem } from '../core/task.ts';

/** RFC 9457, 4.2.1: nothing is known but the status. No answer of the contract has it, so it was another who answered. */
export const NO_PROBLEM = 'about:blank';

/** Whether the answer's type has this in its name. */
export const isOf = ({ headers }: Response, type: string) => headers.get('Content-Type')?.includes(type);

export async function problemOf(response: Response): Promise<Problem> {
  const { status, statusText } = response;
  const fallback = {
    type: NO_PROBLEM,
    title: statusText || `HTTP ${status}`,
    detail: `The answer was ${status}.`,
    status,
  };
  if (!isOf(response, 'problem+json')) return fallback;
  return response.json().catch(() => fallback);
}

/** A request that was refused; `problem` is its RFC 9457 document. */
export class HttpProblem extends Error {
  override name = 'HttpProblem';
  constructor(
    readonly status: number,
    readonly problem: Problem,
  ) {
    super(problem.detail);
  }
}
