/**
 * Repairs the accessibility of GraphiQL's list of tabs below a root: it marks up each tab as one control around two
 * buttons, and screen readers cannot see inside a control. Here it becomes a list of buttons, one of them current.
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
