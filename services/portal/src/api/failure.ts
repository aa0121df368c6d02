interface ErrorBody {
  error?: {
    name?: string;
    message?: string;
    fields?: Record<string, string>;
  };
  /** How values break a template's form, as the scaffolder says it. */
  errors?: { stack?: string; message?: string }[];
}

function formProblems({ errors }: ErrorBody): string {
  if (!Array.isArray(errors)) return '';
  return errors
    .map(({ stack, message }) => stack ?? message ?? '')
    .filter(Boolean)
    .join('; ');
}

/** An answer that is not a success, or no answer at all, in words for a person. */
export class ApiFailure extends Error {
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  /** Text to show next to a form field, by path in the request body (`organization.slug`). */
  readonly fields: Readonly<Record<string, string>>;
  /** What an operator can look up in the log. */
  readonly requestId?: string;
  readonly retryAfterSeconds?: number;

  constructor(
    message: string,
    details: {
      name?: string;
      status: number;
      fields?: Record<string, string>;
      requestId?: string;
      retryAfterSeconds?: number;
    },
  ) {
    super(message);
    this.name = details.name ?? 'ApiFailure';
    this.status = details.status;
    this.fields = details.fields ?? {};
    this.requestId = details.requestId;
    this.retryAfterSeconds = details.retryAfterSeconds;
  }

  static unreachable(): ApiFailure {
    return new ApiFailure(
      'The portal did not answer. Check your connection and try again.',
      { name: 'Unreachable', status: 0 },
    );
  }

  static async fromResponse(response: Response): Promise<ApiFailure> {
    const body = (await response.json().catch(() => ({}))) as ErrorBody;
    const form = formProblems(body);
    const retryAfter = Number(response.headers.get('retry-after'));
    return new ApiFailure(
      body.error?.message ||
        form ||
        `The portal answered with an error (status ${response.status}).`,
      {
        name: body.error?.name,
        status: response.status,
        fields: body.error?.fields ?? (form ? { values: form } : undefined),
        requestId: response.headers.get('x-request-id') ?? undefined,
        retryAfterSeconds: retryAfter > 0 ? retryAfter : undefined,
      },
    );
  }
}

/** Whatever was thrown, as a failure that can be shown. */
export function asFailure(thrown: unknown): ApiFailure {
  if (thrown instanceof ApiFailure) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new ApiFailure(message, { status: 0 });
}
