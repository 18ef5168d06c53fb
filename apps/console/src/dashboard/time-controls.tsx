import { css } from '@emotion/css';
import { type GrafanaTheme2, type SelectableValue } from '@grafana/data';
import { ButtonGroup, ButtonSelect, TimeRangePicker, ToolbarButton, useStyles2 } from '@grafana/ui';
import { useEffect, useMemo, useState } from 'react';
import { useDashboard } from './dashboard-context.js';
import type { Refresh } from './refresh.js';
import { durationMs } from './interval.js';
import { endsNow, evaluateRange, rangeTextOf, shifted, zoomedOut } from './time-range.js';

/** Time range with its steps, and how often the panels are asked again. */
export function TimeControls() {
  const styles = useStyles2(getStyles);
  const { model, range, timeZone, setRange, setTimeZone } = useDashboard();
  const value = useMemo(
    () => evaluateRange(range, timeZone, model.fiscalYearStartMonth),
    [range, timeZone, model],
  );
  const now = () => evaluateRange(range, timeZone, model.fiscalYearStartMonth);
  return (
    <div className={styles.controls}>
      {model.hidesTimePicker ? null : (
        <TimeRangePicker
          value={value}
          timeZone={timeZone}
          fiscalYearStartMonth={model.fiscalYearStartMonth}
          onChange={(next) => setRange(rangeTextOf(next))}
          onChangeTimeZone={setTimeZone}
          onMoveBackward={() => setRange(shifted(now(), -1, Date.now()))}
          onMoveForward={() => setRange(shifted(now(), 1, Date.now()))}
          onZoom={() => setRange(zoomedOut(now()))}
          isOnCanvas
        />
      )}
      <RefreshControl />
    </div>
  );
}

function RefreshControl() {
  const styles = useStyles2(getStyles);
  const { model, range, refresh, setRefresh, feed } = useDashboard();
  const options = useMemo<SelectableValue<string>[]>(
    () => [
      { value: 'off', label: 'Off' },
      { value: 'live', label: 'Live', description: 'New points as they come' },
      ...model.refreshIntervals
        .filter((text) => (durationMs(text) ?? 0) > 0)
        .map((text) => ({ value: text, label: text })),
    ],
    [model],
  );
  const shown = shownRefresh(refresh, model.refreshIntervals);
  const isLive = refresh === 'live' && endsNow(range);
  const [isTurning, setTurning] = useState(false);
  useEffect(() => {
    if (!isTurning) return undefined;
    const timer = setTimeout(() => setTurning(false), 600);
    return () => clearTimeout(timer);
  }, [isTurning]);
  return (
    <ButtonGroup>
      <ToolbarButton
        icon={isTurning ? 'spinner' : 'sync'}
        variant="canvas"
        aria-label="Refresh the dashboard"
        tooltip="Refresh the dashboard"
        onClick={() => {
          setTurning(true);
          feed.refresh();
        }}
      />
      <ButtonSelect
        className={styles.select}
        variant="canvas"
        options={options}
        value={
          shown === 'off'
            ? { value: 'off', label: 'Off' }
            : {
                value: shown,
                label: shown === 'live' ? 'Live' : shown,
                ...(isLive ? { icon: 'circle-mono' } : {}),
              }
        }
        onChange={({ value = 'off' }) => setRefresh(value)}
        aria-label={`Auto refresh: ${shown}`}
        tooltip={refresh === 'live' && !endsNow(range) ? 'Live while the range ends now' : 'Auto refresh'}
      />
    </ButtonGroup>
  );
}

function shownRefresh(refresh: Refresh, intervals: readonly string[]): string {
  if (typeof refresh === 'string') return refresh;
  return intervals.find((text) => durationMs(text) === refresh) ?? `${refresh / 1_000}s`;
}

function getStyles(theme: GrafanaTheme2) {
  return {
    controls: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(1), marginLeft: 'auto' }),
    select: css({ borderTopLeftRadius: 0, borderBottomLeftRadius: 0 }),
  };
}
