import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { IconButton, ToolbarButton, useStyles2 } from '@grafana/ui';
import { useMemo, useState } from 'react';
import { EmptyState } from '../components/states.js';
import { Controls } from './controls.js';
import { DashboardContext } from './dashboard-context.js';
import { readDashboard } from './dashboard-model.js';
import { Grid } from './grid.js';
import { InspectDrawer } from './inspect-drawer.js';
import { layOut, type PlacedPanel } from './layout.js';
import { PanelView } from './panel-view.js';
import type { ResolvedVariable } from './resolve-variables.js';
import { ShortcutsHelp } from './shortcuts-help.js';
import { evaluateRange, shifted, zoomedOut } from './time-range.js';
import { useAnnotationFeed } from './use-panel-data.js';
import { useDashboardState, type DashboardState } from './use-dashboard-state.js';
import { useShortcuts } from './use-shortcuts.js';
import { useSize } from './use-size.js';
import { ALL } from './variable-model.js';

interface DashboardViewProps {
  readonly uid: string;
  /** The dashboard's JSON, of any source. */
  readonly json: unknown;
  readonly isBuiltIn: boolean;
}

/** A dashboard as Grafana shows it: title, controls, and the panels, or one of them alone. */
export function DashboardView({ uid, json, isBuiltIn }: DashboardViewProps) {
  const model = useMemo(() => readDashboard(uid, json), [uid, json]);
  const state = useDashboardState(model, isBuiltIn);
  return (
    <DashboardContext value={state}>
      <Dashboard state={state} />
    </DashboardContext>
  );
}

function Dashboard({ state }: { readonly state: DashboardState }) {
  const styles = useStyles2(getStyles);
  const { model, variables, viewedPanel, inspected, isKiosk } = state;
  const sections = useMemo(() => layOut(model.sections, chosenOptions(variables)), [model, variables]);
  const all = sections.flatMap(({ panels }) => panels);
  const byKey = (key: string | undefined): PlacedPanel | undefined =>
    all.find((panel) => panel.key === key) ?? all.find((panel) => String(panel.panel.id) === key);
  const viewed = byKey(viewedPanel);
  const looked = byKey(inspected?.key);
  const [isHelpOpen, setHelpOpen] = useState(false);
  useAnnotationFeed();
  useDashboardShortcuts(state, () => setHelpOpen(true));
  return (
    <div className={styles.page}>
      {isKiosk ? (
        <IconButton
          className={styles.leave}
          name="times"
          size="lg"
          tooltip="Leave kiosk mode (Esc)"
          aria-label="Leave kiosk mode"
          onClick={() => state.setKiosk(false)}
        />
      ) : (
        <Header state={state} viewed={viewed} openHelp={() => setHelpOpen(true)} />
      )}
      {isKiosk ? <h1 className="sr-only">{model.title}</h1> : <Controls />}
      <div className={cx(styles.content, { [styles.kiosk]: isKiosk })}>
        <Panels state={state} sections={sections} viewed={viewed} />
      </div>
      {looked === undefined || inspected === undefined ? null : (
        <InspectDrawer key={looked.key} placed={looked} tab={inspected.tab} />
      )}
      {isHelpOpen ? <ShortcutsHelp close={() => setHelpOpen(false)} /> : null}
    </div>
  );
}

function Panels({
  state: { model, variables, viewedPanel },
  sections,
  viewed,
}: {
  readonly state: DashboardState;
  readonly sections: ReturnType<typeof layOut>;
  readonly viewed: PlacedPanel | undefined;
}) {
  if (viewed !== undefined) return <Viewed key={viewed.key} placed={viewed} />;
  if (viewedPanel !== undefined && variables !== undefined) {
    return (
      <EmptyState title="There is no such panel" icon="panel-add">
        The dashboard has no panel {viewedPanel}. Press Esc for all of its panels.
      </EmptyState>
    );
  }
  if (sections.length === 0) {
    return (
      <EmptyState title="This dashboard has no panels" icon="apps">
        {model.description}
      </EmptyState>
    );
  }
  return <Grid sections={sections} />;
}

function Header({
  state,
  viewed,
  openHelp,
}: {
  readonly state: DashboardState;
  readonly viewed: PlacedPanel | undefined;
  readonly openHelp: () => void;
}) {
  const styles = useStyles2(getStyles);
  const { model, viewPanel, setKiosk } = state;
  return (
    <header className={styles.header}>
      <h1 className={styles.title} {...(model.description === '' ? {} : { title: model.description })}>
        {model.title}
      </h1>
      {viewed === undefined ? null : (
        <ToolbarButton icon="arrow-left" variant="canvas" onClick={() => viewPanel(undefined)}>
          All panels
        </ToolbarButton>
      )}
      <div className={styles.actions}>
        <ToolbarButton
          icon="keyboard"
          variant="canvas"
          className={styles.wideOnly}
          tooltip="Keyboard shortcuts"
          aria-label="Keyboard shortcuts"
          onClick={openHelp}
        />
        <ToolbarButton
          icon="monitor"
          variant="canvas"
          tooltip="Kiosk mode: only the panels"
          aria-label="Kiosk mode"
          onClick={() => setKiosk(true)}
        />
      </div>
    </header>
  );
}

function Viewed({ placed }: { readonly placed: PlacedPanel }) {
  const styles = useStyles2(getStyles);
  const [ref, size] = useSize();
  return (
    <div ref={ref} className={styles.viewed}>
      {size === undefined ? null : (
        <PanelView
          placed={placed}
          rectangle={{ left: 0, top: 0, width: size.width, height: size.height }}
          isViewed
        />
      )}
    </div>
  );
}

/** Of a variable the options that are chosen, for repeating. */
function chosenOptions(variables: readonly ResolvedVariable[] | undefined) {
  const byName = new Map(variables?.map((variable) => [variable.model.name, variable]));
  return (name: string) => {
    const variable = byName.get(name);
    if (variable === undefined) return undefined;
    if (variable.chosen[0] === ALL) return variable.options;
    return variable.chosen.map(
      (value) => variable.options.find((option) => option.value === value) ?? { value, text: value },
    );
  };
}

function useDashboardShortcuts(state: DashboardState, openHelp: () => void): void {
  const { model, range, timeZone, feed, setRange, viewPanel, inspect, setKiosk, isKiosk, viewedPanel } =
    state;
  useShortcuts((action, panel) => {
    const now = evaluateRange(range, timeZone, model.fiscalYearStartMonth);
    if (action === 'zoom-out') setRange(zoomedOut(now));
    else if (action === 'earlier') setRange(shifted(now, -1, Date.now()));
    else if (action === 'later') setRange(shifted(now, 1, Date.now()));
    else if (action === 'refresh') feed.refresh();
    else if (action === 'kiosk') setKiosk(!isKiosk);
    else if (action === 'help') openHelp();
    else if (action === 'view' && viewedPanel !== undefined) viewPanel(undefined);
    else if (action === 'view' && panel !== undefined) viewPanel(panel);
    else if (action === 'inspect' && panel !== undefined) inspect({ key: panel, tab: 'data' });
    else if (action === 'back' && viewedPanel !== undefined) viewPanel(undefined);
    else if (action === 'back' && isKiosk) setKiosk(false);
  });
}

function getStyles(theme: GrafanaTheme2) {
  const phone = theme.breakpoints.down('sm');
  return {
    page: css({ display: 'flex', flexDirection: 'column', minWidth: 0 }),
    header: css({
      display: 'flex',
      alignItems: 'center',
      gap: theme.spacing(1),
      padding: theme.spacing(1, 2, 0),
      [phone]: { padding: theme.spacing(1, 1, 0) },
    }),
    title: css({
      ...theme.typography.h4,
      margin: 0,
      overflow: 'hidden',
      textOverflow: 'ellipsis',
      whiteSpace: 'nowrap',
    }),
    actions: css({ display: 'flex', gap: theme.spacing(0.5), marginLeft: 'auto' }),
    wideOnly: css({ [phone]: { display: 'none' } }),
    content: css({
      padding: theme.spacing(0, 2, 2),
      minWidth: 0,
      [phone]: { padding: theme.spacing(0, 1, 1) },
    }),
    kiosk: css({ paddingTop: theme.spacing(1) }),
    leave: css({
      position: 'fixed',
      zIndex: theme.zIndex.navbarFixed,
      bottom: theme.spacing(1),
      right: theme.spacing(1),
      opacity: 0.35,
      '&:hover, &:focus-visible': { opacity: 1 },
    }),
    viewed: css({
      position: 'relative',
      height: 'calc(100dvh - 170px)',
      minHeight: 320,
    }),
  };
}
