import { createTheme, type GrafanaTheme2 } from '@grafana/data';
import { GlobalStyles, PortalContainer, ThemeContext } from '@grafana/ui';
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { MONO, SANS } from './fonts.js';

/** What a person chose; `system` follows the operating system as it changes. */
export type ThemeChoice = 'dark' | 'light' | 'system';

interface ThemeSwitch {
  readonly choice: ThemeChoice;
  readonly choose: (choice: ThemeChoice) => void;
}

const KEY = 'fieldstream.theme';
const LIGHT = '(prefers-color-scheme: light)';

const SwitchContext = createContext<ThemeSwitch>({ choice: 'system', choose: () => {} });

/** The person's choice, and how to change it. The theme itself comes from Grafana's `useTheme2`. */
export function useThemeSwitch(): ThemeSwitch {
  return useContext(SwitchContext);
}

function makeTheme(mode: 'dark' | 'light'): GrafanaTheme2 {
  return createTheme({
    name: mode === 'dark' ? 'Dark' : 'Light',
    colors: { mode },
    typography: { fontFamily: SANS, fontFamilyMonospace: MONO },
  });
}

function storedChoice(): ThemeChoice {
  try {
    const stored = localStorage.getItem(KEY);
    return stored === 'dark' || stored === 'light' ? stored : 'system';
  } catch {
    return 'system';
  }
}

function useSystemMode(): 'dark' | 'light' {
  const [isLight, setLight] = useState(() => matchMedia(LIGHT).matches);
  useEffect(() => {
    const query = matchMedia(LIGHT);
    const changed = (): void => setLight(query.matches);
    query.addEventListener('change', changed);
    return () => query.removeEventListener('change', changed);
  }, []);
  return isLight ? 'light' : 'dark';
}

/** Grafana's theme and global styles around the console. `?theme=light|dark` overrides for one visit, as in Grafana. */
export function ThemeProvider({ children }: { readonly children: ReactNode }) {
  const [choice, setChoice] = useState<ThemeChoice>(() => {
    const asked = new URLSearchParams(location.search).get('theme');
    return asked === 'dark' || asked === 'light' ? asked : storedChoice();
  });
  const system = useSystemMode();
  const mode = choice === 'system' ? system : choice;
  const theme = useMemo(() => makeTheme(mode), [mode]);
  useEffect(() => {
    const { style, dataset } = document.documentElement;
    style.background = theme.colors.background.canvas;
    style.colorScheme = mode;
    dataset['theme'] = mode;
  }, [theme, mode]);
  const themeSwitch = useMemo<ThemeSwitch>(
    () => ({
      choice,
      choose: (next) => {
        setChoice(next);
        try {
          localStorage.setItem(KEY, next);
        } catch {
          // Storage may be forbidden; the choice then lasts as long as the page.
        }
      },
    }),
    [choice],
  );
  return (
    <SwitchContext.Provider value={themeSwitch}>
      <ThemeContext.Provider value={theme}>
        <GlobalStyles />
        {children}
        <PortalContainer />
      </ThemeContext.Provider>
    </SwitchContext.Provider>
  );
}
