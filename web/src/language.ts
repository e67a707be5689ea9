/** The language of a page without one in its address. */
export const preferredLanguage = navigator.language.startsWith('id') ? 'id' : 'en';
