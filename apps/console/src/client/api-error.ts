/** A fault of one field of a request, as the API reports it. */
export interface FieldFault {
  readonly in: string;
  readonly field: string;
  readonly fault: string;
}

/** What an answer that is no success says (RFC 9457), or what stands for it where there is no answer. */
export interface ApiProblem {
  /** Last part of the problem's type, e.g. `not-found`; `unreachable` where nobody answered. */
  readonly kind: string;
  /** HTTP status; 0 where nobody answered. */
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly errors?: readonly FieldFault[];
}

/** Thrown by every call of the API that does not succeed. `message` is fit for people. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(readonly problem: ApiProblem) {
    super(problem.detail === '' ? problem.title : problem.detail);
  }

  /** The fault of a field of the body, for showing it at its input. */
  faultOf(field: string): string | undefined {
    return this.problem.errors?.find((error) => error.in === 'body' && error.field === field)?.fault;
  }
}

/** The problem document of an answer; made up from its status where there is none. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const fallback = {
    kind: 'unknown',
    status: response.status,
    title: `The server answered ${response.status}`,
    detail: '',
  };
  if (!response.headers.get('content-type')?.includes('json')) return fallback;
  const body = (await response.json().catch(() => ({}))) as Partial<ApiProblem> & { type?: string };
  return { ...fallback, ...body, kind: body.type?.split(':').at(-1) ?? fallback.kind };
}
