import { once } from 'node:events';
import { Controller, Inject, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import type { z } from 'zod';
import { Documented } from '../http/documented.js';
import { Problem } from '../http/problem.js';
import { valid } from '../http/valid.js';
import type { ImportResult } from './device-import.js';
import { MAX_IMPORT_ROWS, readImport } from './import-file.js';
import type * as schemas from './registration-schemas.js';
import { ImportQuery } from './registration-schemas.js';
import { Registrations } from './registrations.js';

const HEADER = 'line,deviceId,result,token,fault';

/** Registers devices by the file. TOKENS LEAVE HERE ONCE, in the answer to the request that made them. */
@Controller('api/devices')
export class ImportController {
  #isBusy = false;

  constructor(@Inject(Registrations) private readonly registrations: Registrations) {}

  @Post('import')
  @ApiConsumes('text/csv')
  @ApiBody({
    description: `CSV with a line of column names: \`deviceId\`, and any of \`name\`, \`site\` (a label), \`gatewayId\`, \`token\` (one that was made by another installation) and \`label.<name>\`; at most ${MAX_IMPORT_ROWS.toLocaleString('en')} devices.`,
    schema: { type: 'string' },
  })
  @ApiOkResponse({
    description: 'A result for each line of the file.',
    content: {
      'text/csv': { schema: { type: 'string' } },
      'application/x-ndjson': { schema: { type: 'string' } },
    },
  })
  @Documented({
    tag: 'Devices',
    summary: 'Register the devices of a CSV file',
    description:
      'Each line is done wholly or not at all, whatever becomes of the others; the answer tells of each, with the new token. Stops when the connection is closed. One import runs at a time.',
    query: ImportQuery,
    problems: ['body-too-large', 'unsupported-media-type', 'too-busy', 'database-unavailable'],
  })
  async import(
    @Query(valid(ImportQuery)) { dryRun = false, format }: z.infer<typeof schemas.ImportQuery>,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    if (this.#isBusy)
      throw new Problem('too-busy', 'Another import is running; try again when it has ended.');
    this.#isBusy = true;
    try {
      const file = await readImport(request);
      const lines = format === 'csv' ? toCsv : toNdjson;
      let isBegun = false;
      for await (const results of this.registrations.import(file, dryRun)) {
        if (!isBegun) begin(response, format);
        isBegun = true;
        if (response.destroyed) break;
        if (!response.write(lines(results)))
          await Promise.race([once(response, 'drain'), once(response, 'close')]);
      }
      response.end();
    } catch (error) {
      // Half an answer cannot become a problem document: it ends without its end.
      if (!response.headersSent) throw error;
      response.destroy(error as Error);
    } finally {
      this.#isBusy = false;
    }
  }
}

function begin(response: Response, format: 'csv' | 'ndjson'): void {
  response.setHeader(
    'content-type',
    format === 'csv' ? 'text/csv; charset=utf-8; header=present' : 'application/x-ndjson',
  );
  if (format === 'csv') response.write(`${HEADER}\r\n`);
}

function toNdjson(results: readonly ImportResult[]): string {
  return results.map((result) => `${JSON.stringify(result)}\n`).join('');
}

function toCsv(results: readonly ImportResult[]): string {
  return results
    .map((each) => {
      const token = 'token' in each ? each.token : undefined;
      const fault = 'fault' in each ? each.fault : undefined;
      const cells = [String(each.line), each.deviceId, each.result, token ?? '', fault ?? ''];
      return `${cells.map(toCell).join(',')}\r\n`;
    })
    .join('');
}

/** RFC 4180. */
function toCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
