import { Ajv2020 } from 'ajv/dist/2020.js';

type Json = Record<string, unknown>;

interface Document {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, object> };
}

interface Operation {
  readonly summary?: string;
  readonly tags?: string[];
  readonly responses: Record<string, { content?: Record<string, { schema?: { $ref?: string } }> }>;
}

export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

/** A client that holds every answer against the API's own documentation. */
export class DocumentedClient {
  private constructor(
    readonly url: string,
    readonly document: Document,
    private readonly ajv: Ajv2020,
    private readonly token: string | undefined,
  ) {}

  static async open(url: string, token?: string): Promise<DocumentedClient> {
    const document = (await (await fetch(`${url}/api/openapi.json`)).json()) as Document;
    const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
    ajv.addSchema({ ...document, $id: 'openapi' });
    return new DocumentedClient(url, document, ajv, token);
  }

  get<T = Json>(path: string): Promise<Answer<T>> {
    return this.send('GET', path);
  }

  /** @throws Error if the answer is not one that is documented for the route */
  async send<T = Json>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
    const headers: Record<string, string> =
      this.token === undefined ? {} : { authorization: `Bearer ${this.token}` };
    if (body !== undefined) headers['content-type'] = 'application/json';
    const response = await fetch(this.url + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const parsed: unknown = text === '' ? undefined : JSON.parse(text);
    this.check(method, path, response, parsed);
    return { status: response.status, headers: response.headers, body: parsed as T };
  }

  private check(method: string, path: string, response: Response, body: unknown): void {
    const route = this.routeOf(path);
    const operation = route && this.document.paths[route]?.[method.toLowerCase()];
    // What has no route is answered with a problem document all the same.
    const content = operation
      ? operation.responses[String(response.status)]?.content
      : { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
    const where = `${method} ${path}: ${response.status}`;
    if (operation && !operation.responses[String(response.status)])
      throw new Error(`${where} is not documented`);
    const type = response.headers.get('content-type')?.split(';')[0];
    if (content === undefined && body === undefined) return;
    const ref = content?.[type ?? '']?.schema?.$ref;
    if (ref === undefined) throw new Error(`${where} of ${type} is not documented`);
    const validate = this.ajv.getSchema(`openapi${ref}`);
    if (!validate) throw new Error(`${where}: no schema ${ref}`);
    if (!validate(body))
      throw new Error(`${where}: ${this.ajv.errorsText(validate.errors)}: ${JSON.stringify(body)}`);
  }

  private routeOf(path: string): string | undefined {
    const plain = path.split('?')[0] ?? '';
    return Object.keys(this.document.paths).find((route) =>
      new RegExp(`^${route.replace(/\{[^}]+\}/g, '[^/]+')}$`).test(plain),
    );
  }
}
