import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, useStyles2 } from '@grafana/ui';
import { useId, useState } from 'react';
import { CodeBlock } from './code-block.js';
import { snippetsFor, type SnippetFacts } from './snippets.js';

/** Ready texts that connect a device, one a language. */
export function SnippetTabs({ facts }: { readonly facts: SnippetFacts }) {
  const styles = useStyles2(getStyles);
  const labelId = useId();
  const snippets = snippetsFor(facts);
  const [chosen, choose] = useState(snippets[0]?.id ?? '');
  const snippet = snippets.find(({ id }) => id === chosen);
  return (
    <div className={styles.snippets} role="group" aria-labelledby={labelId}>
      <h2 id={labelId} className={styles.title}>
        Connect with
      </h2>
      <div className={styles.choice}>
        {snippets.map(({ id, label }) => (
          <Button
            key={id}
            size="sm"
            variant={id === chosen ? 'primary' : 'secondary'}
            aria-pressed={id === chosen}
            onClick={() => choose(id)}
          >
            {label}
          </Button>
        ))}
      </div>
      {snippet === undefined ? null : (
        <>
          <p className={styles.hint}>{snippet.hint}</p>
          <CodeBlock text={snippet.text} label={`${snippet.label} example`} />
        </>
      )}
    </div>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    snippets: css({ minWidth: 0 }),
    title: css({ ...theme.typography.h5, margin: theme.spacing(0, 0, 1) }),
    choice: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(0.5) }),
    hint: css({ margin: theme.spacing(1, 0), color: theme.colors.text.secondary }),
  };
}
