/** A choice of colours; null follows the reader's system. */
export type Theme = 'light' | 'dark' | null;

const key = 'sentra:theme';

/** What the reader chose on any of the pages. */
export function preferredTheme(): Theme {
  try {
    const stored = localStorage.getItem(key);
    return stored === 'light' || stored === 'dark' ? stored : null;
  } catch {
    return null; // In a frame of another site, storage may be shut.
  }
}

/** Keeps the reader's choice. */
export function keepTheme(theme: Theme) {
  try {
    if (theme === null) localStorage.removeItem(key);
    else localStorage.setItem(key, theme);
  } catch {
    // It then holds for this page only.
  }
}
