import { Controller, Get } from '@nestjs/common';
import type { z } from 'zod';
import { RULE_KINDS } from '@fieldstream/domain';
import { Documented } from '../http/documented.js';
import { RULE_KIND_GUIDES } from './rule-kind-examples.js';
import type * as schemas from './rule-schemas.js';
import { RuleKindList } from './rule-schemas.js';

/** What kinds of rules there are, for forms. */
@Controller('api/rule-kinds')
export class RuleKindsController {
  @Get()
  @Documented({ tag: 'Rules', summary: 'Kinds of rules, with examples', response: RuleKindList })
  list(): z.input<typeof schemas.RuleKindList> {
    const items = RULE_KINDS.map((kind) => {
      const { summary, examples } = RULE_KIND_GUIDES[kind.kind] ?? { summary: kind.kind, examples: [] };
      return {
        kind: kind.kind,
        source: kind.source,
        summary,
        examples: examples.map(({ title, params }) => {
          const checked = kind.parseParams(params);
          return {
            title,
            subject: checked.ok ? kind.subject(checked.value) : 'series',
            params: { ...params },
          };
        }),
      };
    });
    return { items };
  }
}
