/** A theme; null follows the reader's system. */
export type Theme = 'light' | 'dark' | null;

const key = 'sentra:theme';

/** The theme that the reader chose on any of the pages. */
export function preferredTheme(): Theme {
  try {
    const stored = localStorage.getItem(key);
    return stored === 'light' || stored === 'dark' ? stored : null;
  } catch {
    return null; // In a frame of another site, storage may be blocked.
  }
}

/** Saves the reader's choice. */
export function keepTheme(theme: Theme) {
  try {
    if (theme === null) localStorage.removeItem(key);
    else localStorage.setItem(key, theme);
  } catch {
    // The choice then applies to this page only.
  }
}
