import { css, cx } from '@emotion/css';
import { renderTextPanelMarkdown, textUtil, type GrafanaTheme2, type PanelProps } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { useMemo } from 'react';
import { InAppLinks } from '../shared/in-app-links.js';

interface TextOptions {
  readonly mode: 'markdown' | 'html' | 'code';
  readonly content: string;
}

/** Grafana's text panel. HTML is sanitised, whoever wrote the dashboard. */
export function TextPanel({ options, replaceVariables, width, height, title }: PanelProps<TextOptions>) {
  const styles = useStyles2(getStyles);
  const { mode } = options;
  // Variables may change without any property changing: their values belong to what the memory is kept for.
  const content = replaceVariables(options.content ?? '', {}, mode === 'code' ? undefined : 'html');
  const html = useMemo(() => {
    if (mode === 'code') return '';
    const clean =
      mode === 'html' ? textUtil.sanitizeTextPanelContent(content) : renderTextPanelMarkdown(content);
    // A picture that its author says nothing about is decoration.
    return clean.replaceAll(/<img(?![^>]*\balt=)/g, '<img alt=""');
  }, [mode, content]);
  return (
    <InAppLinks>
      <div
        className={styles.scroll}
        style={{ width, height }}
        role="group"
        aria-label={title || 'Text'}
        // Scrolls: so the keyboard has to reach it.
        tabIndex={0}
      >
        {mode === 'code' ? (
          <pre className={styles.code}>{content}</pre>
        ) : (
          <div className={cx('markdown-html', styles.html)} dangerouslySetInnerHTML={{ __html: html }} />
        )}
      </div>
    </InAppLinks>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    scroll: css({
      overflow: 'auto',
      '&:focus-visible': { outline: `2px solid ${theme.colors.primary.main}`, outlineOffset: -2 },
    }),
    html: css({
      overflowWrap: 'anywhere',
      '& img': { maxWidth: '100%' },
      '&& a': { color: theme.colors.text.link, textDecoration: 'underline' },
    }),
    code: css({
      margin: 0,
      minHeight: '100%',
      border: 'none',
      background: 'none',
      fontFamily: theme.typography.fontFamilyMonospace,
      whiteSpace: 'pre-wrap',
    }),
  };
}
