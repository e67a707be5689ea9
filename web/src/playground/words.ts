// The texts of the playground's own bar. GraphiQL itself is only in English.
import { preferredLanguage } from '../language';

const en = {
  title: 'Sentra playground',
  examples: 'Example queries', choose: 'Examples, from simple to hard …',
  share: 'Share link', copied: 'Link copied', inAddress: 'The link is in the address bar',
  csv: 'Answer as CSV', geojson: 'Answer as GeoJSON', noGeometry: 'The answer has no boundary and no point',
};

const id: typeof en = {
  title: 'Playground Sentra',
  examples: 'Contoh kueri', choose: 'Contoh, dari yang mudah hingga yang sulit …',
  share: 'Bagikan tautan', copied: 'Tautan disalin', inAddress: 'Tautan ada di bilah alamat',
  csv: 'Jawaban sebagai CSV', geojson: 'Jawaban sebagai GeoJSON', noGeometry: 'Jawaban tidak memuat batas wilayah maupun titik',
};

const given = new URLSearchParams(location.search).get('lang');
export const lang = given === 'en' || given === 'id' ? given : preferredLanguage;
export const words = lang === 'id' ? id : en;
