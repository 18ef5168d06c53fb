import type { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import type { z } from 'zod';
import { Problem, type FieldError } from './problem.js';

const PARTS = {
  query: 'query',
  param: 'path',
  body: 'body',
  custom: 'body',
  file: 'body',
  files: 'body',
  rawbody: 'body',
} as const;

/** A pipe that parses a part of the request by a schema. What fails is a problem that names every field. */
export function valid<T>(schema: z.ZodType<T>): PipeTransform<unknown, T> {
  return {
    transform(value: unknown, metadata: ArgumentMetadata): T {
      const parsed = schema.safeParse(value);
      if (parsed.success) return parsed.data;
      const part = PARTS[metadata.type];
      throw invalid(parsed.error.issues.flatMap((issue) => toFieldErrors(part, issue)));
    },
  };
}

/** The problem of a request with faulty fields. */
export function invalid(errors: readonly FieldError[]): Problem {
  const first = errors[0];
  const sentence =
    first === undefined ? 'It is not valid' : `${first.field || `The ${first.in}`} ${first.fault}`;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return new Problem('invalid-request', `${sentence}${more}.`, errors);
}

function toFieldErrors(part: FieldError['in'], issue: z.core.$ZodIssue): FieldError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      in: part,
      field: pathOf([...issue.path, key]),
      fault: 'is not known here',
    }));
  }
  return [{ in: part, field: pathOf(issue.path), fault: faultOf(issue) }];
}

function faultOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'custom') return issue.message;
  if (issue.code === 'invalid_type') {
    if (issue.message.endsWith('received undefined')) return 'is missing';
    return `must be ${/^[aeio]/.test(issue.expected) ? 'an' : 'a'} ${issue.expected}`;
  }
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.join(', ')}`;
  if (issue.code === 'too_small') return `must have at least ${issue.minimum} characters or entries`;
  if (issue.code === 'too_big') return `must have at most ${issue.maximum} characters or entries`;
  return `is not valid: ${issue.message}`;
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');
}
