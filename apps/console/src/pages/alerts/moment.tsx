import { useEffect, useState } from 'react';
import { agoText, spanText } from './duration-text.js';
import { momentText } from './moment-text.js';

/** The time, followed in steps. Everything that says "ago" on a page takes it from one place, so that all agree. */
export function useNow(everyMs = 5_000): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return nowMs;
}

/** A moment, by how long ago it was; the full time is in its title. */
export function Ago({ time, nowMs }: { readonly time: string; readonly nowMs: number }) {
  return (
    <time dateTime={time} title={momentText(time)}>
      {agoText(nowMs - Date.parse(time))}
    </time>
  );
}

/** A moment in full. */
export function Moment({ time }: { readonly time: string }) {
  return <time dateTime={time}>{momentText(time)}</time>;
}

/** How long something has lasted, or lasts until now. */
export function Span(props: { readonly from: string; readonly to: string | null; readonly nowMs: number }) {
  const endMs = props.to === null ? props.nowMs : Date.parse(props.to);
  return <span>{spanText(endMs - Date.parse(props.from))}</span>;
}
