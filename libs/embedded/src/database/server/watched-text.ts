import { splitStatements } from '../wire/sql-text.js';

/** What a text of SQL may leave in the session that no command tag tells of. */
export interface WatchedText {
  readonly mayChangeSettings: boolean;
  /** A session-level advisory lock, or a cursor WITH HOLD. */
  readonly mayStay: boolean;
  readonly makesTemporary: boolean;
  /** To be run in its place, as it cannot work here. */
  readonly replacement: string | undefined;
}

const WATCHED = /advisory_lock|set_config|\bwith\s+hold\b|\btemp(orary)?\b|\blisten\b|\bcreate\s+database\b/i;

/** @returns undefined for nearly every text, after one look */
export function watchText(text: string): WatchedText | undefined {
  if (!WATCHED.test(text)) return undefined;
  return {
    mayChangeSettings: /set_config/i.test(text),
    mayStay: /advisory_lock|\bwith\s+hold\b/i.test(text),
    makesTemporary: /\b(create|into)\s+((global|local)\s+)?temp(orary)?\b/i.test(text),
    replacement: splitStatements(text)
      .map(refusalOf)
      .find((refusal) => refusal !== undefined),
  };
}

function refusalOf(statement: string): string | undefined {
  if (/^listen\b/i.test(statement)) {
    return failing('LISTEN: the embedded database sends no notifications');
  }
  if (/^create database\b/i.test(statement)) {
    return failing('CREATE DATABASE: the embedded database is a single one. Use a schema, or a real server');
  }
  return undefined;
}

/** Fails wherever a statement can stand, and so with the right consequences for the transaction. */
function failing(reason: string): string {
  return `DO $refused$BEGIN RAISE EXCEPTION USING ERRCODE = 'feature_not_supported', MESSAGE = '${reason}'; END$refused$`;
}
