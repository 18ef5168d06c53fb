import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Checkbox, Toggletip, ToolbarButton, useStyles2 } from '@grafana/ui';
import { useDashboard } from './dashboard-context.js';
import { DashboardLinks } from './dashboard-links.js';
import { TimeControls } from './time-controls.js';
import { VariableControl } from './variable-control.js';

/** Bar above the panels: variables, annotations, links, time. Stays in sight on a wide screen. */
export function Controls() {
  const styles = useStyles2(getStyles);
  const { model, variables } = useDashboard();
  const shown = model.variables.filter(({ hide }) => hide !== 'variable');
  return (
    <div className={styles.bar} role="group" aria-label="Controls of the dashboard">
      {variables === undefined
        ? shown.map(({ name }) => <div key={name} className={styles.placeholder} />)
        : variables
            .filter(({ model: { hide } }) => hide !== 'variable')
            .map((variable) => <VariableControl key={variable.model.name} variable={variable} />)}
      <AnnotationToggles />
      <DashboardLinks />
      <TimeControls />
    </div>
  );
}

/** Which annotations are drawn. */
function AnnotationToggles() {
  const styles = useStyles2(getStyles);
  const { model, annotationsOff, toggleAnnotation } = useDashboard();
  const shown = model.annotations.filter(({ isHidden }) => !isHidden);
  if (shown.length === 0) return null;
  const on = shown.filter(({ name }) => !annotationsOff.has(name)).length;
  return (
    <Toggletip
      placement="bottom-start"
      closeButton={false}
      content={
        <div className={styles.toggles}>
          {shown.map(({ name }) => (
            <Checkbox
              key={name}
              label={name}
              value={!annotationsOff.has(name)}
              onChange={() => toggleAnnotation(name)}
            />
          ))}
        </div>
      }
    >
      <ToolbarButton icon="comment-alt" variant="canvas">
        {on === shown.length ? 'Annotations' : `Annotations ${on} of ${shown.length}`}
      </ToolbarButton>
    </Toggletip>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    bar: css({
      display: 'flex',
      flexWrap: 'wrap',
      alignItems: 'flex-start',
      gap: theme.spacing(1),
      padding: theme.spacing(1, 2),
      [theme.breakpoints.down('sm')]: { padding: theme.spacing(1) },
    }),
    placeholder: css({
      width: 200,
      height: 32,
      borderRadius: theme.shape.radius.default,
      background: theme.colors.background.secondary,
    }),
    toggles: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(1) }),
  };
}
