/**
 * Mends GraphiQL's list of tabs under a root: it marks up each tab as one control around two buttons,
 * and a control's inside is closed to screen readers. Here it is a list of buttons, one of them current.
 */
export function mendTabs(root: HTMLElement) {
  const mend = () => {
    root.querySelectorAll('.graphiql-tabs[role]').forEach((list) => list.removeAttribute('role'));
    root.querySelectorAll('.graphiql-tab[role], .graphiql-tab[aria-selected]').forEach((tab) => {
      const current = tab.getAttribute('aria-selected') === 'true';
      tab.removeAttribute('role');
      tab.removeAttribute('aria-selected');
      tab.querySelector('.graphiql-tab-button')?.setAttribute('aria-current', String(current));
    });
  };
  new MutationObserver(mend).observe(root, { subtree: true, childList: true, attributeFilter: ['role', 'aria-selected'] });
  mend();
}
