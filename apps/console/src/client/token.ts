const KEY = 'fieldstream.token';
const listeners = new Set<() => void>();

let token: string | null = read();
let isWanted = false;

function read(): string | null {
  try {
    return sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** The API token that a person entered, where the server asks for one. */
export function currentToken(): string | null {
  return token;
}

/** Keeps the token: for this tab, or for this browser. */
export function keepToken(entered: string, { remember }: { readonly remember: boolean }): void {
  token = entered;
  isWanted = false;
  try {
    sessionStorage.setItem(KEY, entered);
    if (remember) localStorage.setItem(KEY, entered);
  } catch {
    // Storage may be forbidden; the token then lasts as long as the page.
  }
  tell();
}

/** Forgets the token everywhere, and asks for one at the next refusal. */
export function forgetToken(): void {
  token = null;
  try {
    sessionStorage.removeItem(KEY);
    localStorage.removeItem(KEY);
  } catch {
    // As above.
  }
  tell();
}

/** The server refused a request for want of a token, or of the right one. */
export function tokenRefused(): void {
  if (isWanted) return;
  isWanted = true;
  tell();
}

/** Whether a person has to be asked for the token. */
export function isTokenWanted(): boolean {
  return isWanted;
}

/** For `useSyncExternalStore`. */
export function subscribeToToken(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell(): void {
  for (const listener of listeners) listener();
}
