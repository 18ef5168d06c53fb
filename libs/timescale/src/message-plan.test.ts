import { describe, expect, test } from '@jest/globals';
import {
  type Candidate,
  type ChannelWishes,
  type MessageDemand,
  planMessages,
  sortOut,
  type UnsentGroup,
} from './message-plan.js';

const WAIT_MS = 3_000;

/** Ripe, and not held back. */
const ripe = (ruleId: string): UnsentGroup => ({ ruleId, newestMs: 4_000, oldestMs: 5_000 });
const fresh = (ruleId: string): UnsentGroup => ({ ruleId, newestMs: 2_999, oldestMs: 14_999 });
const held = (ruleId: string): UnsentGroup => ({ ruleId, newestMs: 100, oldestMs: 25_000 });
const open = (ruleId: string | null): MessageDemand['open'][number] => ({ ruleId, isFailing: false });
const failing = (ruleId: string | null): MessageDemand['open'][number] => ({ ruleId, isFailing: true });

describe('the messages of a channel', () => {
  test.each<[string, Partial<MessageDemand>, string[][]]>([
    ['nothing is there', {}, []],
    ['a group that does not pause yet waits', { groups: [fresh('a')] }, []],
    [
      'a group that has paused is told',
      { groups: [{ ruleId: 'a', newestMs: 3_000, oldestMs: 3_000 }] },
      [['a']],
    ],
    [
      'a group that never pauses is told after five times the wait',
      { groups: [{ ruleId: 'a', newestMs: 10, oldestMs: 15_000 }] },
      [['a']],
    ],
    [
      'without a wait all is told at once',
      { groupWaitMs: 0, groups: [{ ruleId: 'a', newestMs: 0, oldestMs: 0 }] },
      [['a']],
    ],
    ['each rule has a message', { groups: [ripe('a'), fresh('b'), ripe('c')] }, [['a'], ['c']]],
    ['a rule with an open message waits', { groups: [ripe('a'), ripe('b')], open: [open('a')] }, [['b']]],
    ['as many as the budget allows', { groups: [ripe('a'), ripe('b')], budget: 2 }, [['a'], ['b']]],
    [
      'of more than the budget allows, the last place is kept',
      { groups: [ripe('a'), ripe('b'), ripe('c')], budget: 2 },
      [['a']],
    ],
    ['the last place is a digest of the rest', { groups: [ripe('b'), ripe('c')], budget: 1 }, [['b', 'c']]],
    ['the last place is no digest for one rule', { groups: [ripe('b'), fresh('c')], budget: 1 }, [['b']]],
    [
      'a digest waits until nothing is open',
      { groups: [ripe('b'), ripe('c')], budget: 1, open: [open('a')] },
      [],
    ],
    ['without a budget all waits', { groups: [ripe('a')], budget: 0 }, []],
    ['beyond the budget all waits', { groups: [ripe('a')], budget: -3 }, []],
    ['beside an open digest nothing is formed', { groups: [ripe('a')], open: [open(null)] }, []],
    [
      'beside a failing message one is tried',
      { groups: [ripe('b'), ripe('c')], open: [failing('a')] },
      [['b']],
    ],
    [
      'beside a failing message and another one nothing is formed',
      { groups: [ripe('c')], open: [failing('a'), open('b')] },
      [],
    ],
    ['the rule of a failing message waits', { groups: [ripe('a')], open: [failing('a')] }, []],
    [
      'what was held back is one digest, with all that is ripe',
      { groups: [held('a'), ripe('b'), held('c'), fresh('d')] },
      [['a', 'b', 'c']],
    ],
    [
      'one group that was held back is a message of its own',
      { groups: [held('a'), ripe('b')] },
      [['a'], ['b']],
    ],
    [
      'what was held back waits until nothing is open',
      { groups: [held('a'), held('b')], open: [open('c')] },
      [],
    ],
  ])('%s', (_, demand, planned) => {
    expect(planMessages({ groupWaitMs: WAIT_MS, budget: 20, open: [], groups: [], ...demand })).toEqual(
      planned,
    );
  });
});

const all: ChannelWishes = { minSeverity: 'info', sendResolved: true };
const change = (edit: Partial<Candidate>): Candidate => ({
  id: '1',
  alertId: 'x',
  change: 'firing',
  severity: 'warning',
  isSnoozed: false,
  wasTold: false,
  ...edit,
});
const BELOW = "below the channel's minimum severity";
const UNTOLD = 'the channel had not been told of the alert';

describe('what a channel wants', () => {
  test.each<[string, Partial<ChannelWishes>, Partial<Candidate>, string | undefined]>([
    ['a firing alert', {}, {}, undefined],
    ['an alert of its minimum severity', { minSeverity: 'warning' }, {}, undefined],
    ['no alert below it', { minSeverity: 'critical' }, {}, BELOW],
    [
      'one below it that it knows of',
      { minSeverity: 'critical' },
      { change: 'severity', wasTold: true },
      undefined,
    ],
    ['a severity that is not known', { minSeverity: 'critical' }, { severity: 'catastrophic' }, undefined],
    ['no snoozed alert', {}, { change: 'severity', isSnoozed: true, wasTold: true }, 'the alert is snoozed'],
    [
      'the resolution of a snoozed alert',
      {},
      { change: 'resolved', isSnoozed: true, wasTold: true },
      undefined,
    ],
    ['a resolution', {}, { change: 'resolved', wasTold: true }, undefined],
    [
      'a resolution below the minimum',
      { minSeverity: 'critical' },
      { change: 'resolved', wasTold: true },
      undefined,
    ],
    ['no resolution of what it does not know of', {}, { change: 'resolved' }, UNTOLD],
    [
      'no resolution, where it says so',
      { sendResolved: false },
      { change: 'resolved', wasTold: true },
      'the channel is not told of resolutions',
    ],
  ])('%s', (_, wishes, edit, reason) => {
    const { sent, closed } = sortOut([change(edit)], { ...all, ...wishes });
    expect(sent).toEqual(reason === undefined ? ['1'] : []);
    expect([...closed]).toEqual(reason === undefined ? [] : [[reason, ['1']]]);
  });

  test('an alert is known from its first change in the same message on', () => {
    const changes = [
      change({ id: '1' }),
      change({ id: '2', change: 'severity', severity: 'critical' }),
      change({ id: '3', change: 'resolved', alertId: 'other', severity: 'critical' }),
      change({ id: '4', change: 'severity' }),
      change({ id: '5', change: 'resolved' }),
    ];
    const { sent, closed } = sortOut(changes, { ...all, minSeverity: 'critical' });
    expect(sent).toEqual(['2', '4', '5']);
    expect(closed).toEqual(
      new Map([
        [BELOW, ['1']],
        [UNTOLD, ['3']],
      ]),
    );
  });
});
