import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';

/** Tables that become cards on a phone: each cell then stands below its `data-label`. */
export function getListStyles(theme: GrafanaTheme2) {
  const phone = theme.breakpoints.down('md');
  return {
    table: css({
      width: '100%',
      borderCollapse: 'collapse',
      background: theme.colors.background.primary,
      border: `1px solid ${theme.colors.border.weak}`,
      borderRadius: theme.shape.radius.default,
      'th, td': {
        padding: theme.spacing(1),
        textAlign: 'left',
        verticalAlign: 'middle',
        borderBottom: `1px solid ${theme.colors.border.weak}`,
      },
      th: {
        color: theme.colors.text.secondary,
        fontWeight: theme.typography.fontWeightMedium,
        whiteSpace: 'nowrap',
      },
      'tbody tr:hover': { background: theme.colors.action.hover },
      'tbody tr:last-child td': { borderBottom: 'none' },
      [phone]: {
        display: 'block',
        border: 'none',
        background: 'none',
        thead: { position: 'absolute', width: 1, height: 1, overflow: 'hidden', clipPath: 'inset(50%)' },
        tbody: { display: 'block' },
        tr: {
          display: 'grid',
          gridTemplateColumns: '1fr',
          marginBottom: theme.spacing(1),
          padding: theme.spacing(1),
          background: theme.colors.background.primary,
          border: `1px solid ${theme.colors.border.weak}`,
          borderRadius: theme.shape.radius.default,
        },
        td: { display: 'flex', gap: theme.spacing(1), padding: theme.spacing(0.5), border: 'none' },
        'td[data-label]::before': {
          content: 'attr(data-label)',
          flex: '0 0 84px',
          color: theme.colors.text.secondary,
        },
        'td:empty': { display: 'none' },
      },
    }),
    mono: css({
      fontFamily: theme.typography.fontFamilyMonospace,
      fontSize: theme.typography.bodySmall.fontSize,
    }),
    secondary: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
    link: css({
      color: theme.colors.text.link,
      // Within a text, colour alone does not tell it apart; within a table its place does.
      textDecoration: 'underline',
      'td &': { textDecoration: 'none', '&:hover': { textDecoration: 'underline' } },
    }),
    strong: css({
      color: theme.colors.text.primary,
      fontWeight: theme.typography.fontWeightMedium,
      '&:hover': { textDecoration: 'underline' },
    }),
    number: css({ fontVariantNumeric: 'tabular-nums', whiteSpace: 'nowrap' }),
    filters: css({
      display: 'flex',
      flexWrap: 'wrap',
      alignItems: 'center',
      gap: theme.spacing(1),
      marginBottom: theme.spacing(2),
    }),
    search: css({ flex: '1 1 220px', maxWidth: 400, [phone]: { maxWidth: 'none', flexBasis: '100%' } }),
    actions: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(0.5), justifyContent: 'flex-end' }),
    badges: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(0.5), alignItems: 'center' }),
    more: css({ display: 'flex', justifyContent: 'center', padding: theme.spacing(2) }),
  };
}
