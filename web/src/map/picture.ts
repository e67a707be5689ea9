// A picture of what the page shows, for use elsewhere: title, map, legend, day, source and licence.
import type { Drawn, Pattern } from './canvas';
import { countLabels } from './legend';
import type { Page } from './page';
import { type Palette, paletteOf, productGroups } from './palette';

/** The texts around the map of a picture. */
export interface Caption { title: string; answer: string; source: string; legend: LegendEntry[] }

/** An entry of the legend: a colour or pattern of regions, or a mark of clusters. */
export type LegendEntry = { text: string } & ({ fill: string; over?: Pattern } | { mark: 'earlier' | 'later' | 'other' | 'planned'; colour: string });

/** What both kinds of pictures can draw; pixels from the upper left corner. */
interface Painter {
  rect(x: number, y: number, width: number, height: number, fill: string, stroke?: string): void;
  pattern(x: number, y: number, width: number, height: number, kind: Pattern, clip?: string): void;
  text(x: number, y: number, text: string, size: number, weight: number, fill: string): void;
  mark(x: number, y: number, shape: 'earlier' | 'later' | 'other' | 'planned', radius: number, colour: string, ring: string): void;
}

const family = '"Sentra Sans", "Source Sans 3", "Helvetica Neue", Arial, sans-serif';
const margin = 20;

/** The entries of the page's legend. */
export function legendOf(page: Page, dark: boolean): LegendEntry[] {
  const { view, words, frame } = page;
  const palette = paletteOf(dark);
  const regions: LegendEntry[] = frame.dataset.boundaries === 'NONE' ? [] : view.colour === 'affirmative'
    ? [{ text: words.DISADVANTAGED, fill: palette.disadvantaged }, { text: words.BORDER, fill: palette.border }, { text: words.BOTH, fill: palette.disadvantaged, over: 'both' },
      { text: words.legendNo, fill: palette.no }, { text: words.legendNotCovered, fill: palette.hatchGround, over: 'hatch' }]
    : [...countLabels(page).map((text, i) => ({ text, fill: palette.counts[i as 0] })), ...view.list === 'screening' ? [{ text: words.scoreSpread, fill: palette.counts[0], over: 'spread-3' as const }] : []];
  if (view.hosts === 'false') return regions;
  return [...regions,
    ...frame.phases.map(({ key }, i): LegendEntry => ({ text: words.legendPoint(key.replace('-', '–')), mark: i === 0 ? 'earlier' : 'later', colour: palette.groups.OTHER })),
    { text: words.legendOther, mark: 'other', colour: palette.groups.OTHER }, { text: words.legendPlanned, mark: 'planned', colour: palette.groups.OTHER },
    ...productGroups.map((group): LegendEntry => ({ text: words.groups[group], mark: 'other', colour: palette.groups[group] }))];
}

const measuring = document.createElement('canvas').getContext('2d')!;

/** The width of a text in pixels. */
function widthOf(text: string, size: number, weight: number): number {
  measuring.font = `${weight} ${size}px ${family}`;
  return measuring.measureText(text).width;
}

/** Wraps a text. */
function lines(text: string, size: number, weight: number, width: number): string[] {
  const out: string[] = [];
  for (const word of text.split(' ')) {
    const longer = out.length ? `${out[out.length - 1]} ${word}` : word;
    if (out.length && widthOf(longer, size, weight) <= width) out[out.length - 1] = longer;
    else out.push(word);
  }
  return out;
}

interface Block { height: number; draw(painter: Painter, top: number): void }

function paragraph(text: string, size: number, weight: number, fill: string, width: number): Block {
  const all = text ? lines(text, size, weight, width) : [], step = size * 1.3;
  return { height: all.length * step, draw(painter, top) { all.forEach((line, i) => painter.text(margin, top + i * step + size, line, size, weight, fill)); } };
}

function legend(entries: LegendEntry[], width: number, dark: boolean): Block {
  const palette = paletteOf(dark), ink = palette.mark, step = 22;
  let x = margin, row = 0;
  const placed = entries.map((entry) => {
    const wide = 30 + widthOf(entry.text, 13, 400) + 16;
    if (x > margin && x + wide > width - margin) { x = margin; row++; }
    const at = { entry, x, row };
    x += wide;
    return at;
  });
  return {
    height: entries.length ? (row + 1) * step : 0,
    draw(painter, top) {
      for (const { entry, x: left, row: line } of placed) {
        const y = top + line * step;
        if ('fill' in entry) {
          painter.rect(left, y + 2, 22, 14, entry.fill, ink);
          if (entry.over) painter.pattern(left, y + 2, 22, 14, entry.over);
        } else painter.mark(left + 11, y + 9, entry.mark, 6, entry.colour, palette.halo);
        painter.text(left + 29, y + 14, entry.text, 13, 400, ink);
      }
    },
  };
}

/**
 * Places a caption around a map of a height in pixels; returns the total height and the position of the map's upper
 * edge.
 */
function layout(caption: Caption, width: number, mapHeight: number, dark: boolean) {
  const palette = paletteOf(dark), ink = palette.mark, quiet = palette.label, text = width - 2 * margin;
  const title = paragraph(caption.title, 23, 650, ink, text), answer = paragraph(caption.answer, 15.5, 400, ink, text);
  const key = legend(caption.legend, width, dark), source = paragraph(caption.source, 12.5, 400, quiet, text);
  const top = margin + title.height + 4 + answer.height + 12;
  const below = top + mapHeight + 12;
  return {
    top, height: Math.ceil(below + key.height + 8 + source.height + margin / 1.5),
    draw(painter: Painter) {
      title.draw(painter, margin - 4);
      answer.draw(painter, margin + title.height);
      key.draw(painter, below);
      source.draw(painter, below + key.height + 8);
    },
  };
}

/** The SVG path of a mark around a point, which also works for Path2D. */
function markPath(x: number, y: number, shape: string, r: number): string {
  if (shape === 'later') return `M${x} ${y - r * 1.17}L${x + r * 1.17} ${y}L${x} ${y + r * 1.17}L${x - r * 1.17} ${y}Z`;
  if (shape === 'earlier') return `M${x - r * 0.88} ${y - r * 0.88}h${r * 1.76}v${r * 1.76}h${-r * 1.76}Z`;
  return `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
}

const stripes = (kind: Pattern) => kind === 'hatch' ? { size: 8, width: 1 } : kind === 'both' ? { size: 10, width: 3.5 } : { size: 7, width: 2.2 };
const patterns = ['hatch', 'both', 'spread-1', 'spread-2', 'spread-3'] as const;
const stripeColour = (palette: Palette, kind: Pattern) => kind === 'hatch' ? palette.hatch : kind === 'both' ? palette.border : palette.counts[Number(kind.slice(-1)) as 1];

/** The picture as PNG, at twice its size for print and high-resolution screens. */
export async function toPNG(map: HTMLCanvasElement, caption: Caption, dark: boolean): Promise<Blob> {
  await document.fonts.ready;
  const width = Math.max(640, map.clientWidth), mapHeight = map.clientHeight * width / map.clientWidth;
  const palette = paletteOf(dark), page = layout(caption, width, mapHeight, dark);
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width * 2, page.height * 2];
  // On the CPU: encoding would have to read it back from the graphics card.
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  context.scale(2, 2);
  context.fillStyle = palette.halo;
  context.fillRect(0, 0, width, page.height);
  context.drawImage(map, 0, page.top, width, mapHeight);
  page.draw({
    rect(x, y, w, h, fill, stroke) {
      context.fillStyle = fill;
      context.fillRect(x, y, w, h);
      if (!stroke) return;
      context.lineWidth = 0.7;
      context.strokeStyle = stroke;
      context.strokeRect(x, y, w, h);
    },
    pattern(x, y, w, h, kind) {
      context.save();
      context.beginPath();
      context.rect(x, y, w, h);
      context.clip();
      context.strokeStyle = stripeColour(palette, kind);
      context.lineWidth = stripes(kind).width;
      for (let i = -h; i < w; i += stripes(kind).size / 1.4) {
        context.beginPath();
        context.moveTo(x + i, y + h);
        context.lineTo(x + i + h, y);
        context.stroke();
      }
      context.restore();
    },
    text(x, y, text, size, weight, fill) {
      context.font = `${weight} ${size}px ${family}`;
      context.fillStyle = fill;
      context.fillText(text, x, y);
    },
    mark(x, y, shape, radius, colour, ring) {
      const path = new Path2D(markPath(x, y, shape, radius));
      context.fillStyle = shape === 'planned' ? ring : colour;
      context.fill(path);
      if (shape !== 'planned') return;
      context.lineWidth = 2;
      context.strokeStyle = colour;
      context.stroke(path);
    },
  });
  return new Promise((resolve, reject) => { canvas.toBlob((blob) => { if (blob) resolve(blob); else reject(new Error('the picture could not be encoded')); }, 'image/png'); });
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
const short = (value: number) => String(Math.round(value * 10) / 10);

/** The picture as SVG, whose regions, borders, marks and names can be edited in a drawing program. */
export function toSVG(drawn: Drawn, caption: Caption, dark: boolean): Blob {
  const { width, height } = drawn, palette = paletteOf(dark), wide = Math.max(640, width);
  const page = layout(caption, wide, height, dark);
  const out: string[] = [];
  const line = (x: number, y: number, text: string, size: number, weight: number, fill: string, more = '') => `<text x="${short(x)}" y="${short(y)}" font-size="${size}" font-weight="${weight}" fill="${fill}"${more}>${escaped(text)}</text>`;
  const pattern = (kind: Pattern) => { const { size, width: thick } = stripes(kind), colour = stripeColour(palette, kind); return `<pattern id="${kind}" width="${size}" height="${size}" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)"><path d="M0 ${size / 2}h${size}" stroke="${colour}" stroke-width="${thick}"/></pattern>`; };
  for (const shape of drawn.shapes) {
    if (shape.kind === 'fill') out.push(`<path d="${shape.path}" fill="${shape.pattern ? `url(#${shape.pattern})` : shape.colour}" fill-rule="evenodd"${shape.opacity < 1 ? ` fill-opacity="${short(shape.opacity)}"` : ''}${shape.name ? `><title>${escaped(shape.name)}</title></path>` : '/>'}`);
    else if (shape.kind === 'line') out.push(`<path d="${shape.path}" fill="none" stroke="${shape.colour}" stroke-width="${short(shape.width)}"${shape.opacity < 1 ? ` stroke-opacity="${short(shape.opacity)}"` : ''}${shape.dashed ? ' stroke-dasharray="5 4"' : ''} stroke-linejoin="round"/>`);
    else if (shape.kind === 'mark') out.push(`<path d="${markPath(Number(short(shape.x)), Number(short(shape.y)), shape.shape, Number(short(shape.radius)))}" fill="${shape.shape === 'planned' ? palette.ring : shape.colour}" stroke="${shape.shape === 'planned' ? shape.colour : palette.ring}" stroke-width="1.5"/>`);
    else out.push(line(shape.x, shape.y + shape.size * 0.36, shape.text, shape.size, 400, shape.colour, ` text-anchor="${shape.anchor}"${shape.halo ? ` paint-order="stroke" stroke="${palette.halo}" stroke-width="2.5"` : ''}`));
  }
  const around: string[] = [];
  page.draw({
    rect: (x, y, w, h, fill, stroke) => { around.push(`<rect x="${short(x)}" y="${short(y)}" width="${w}" height="${h}" fill="${fill}"${stroke ? ` stroke="${stroke}" stroke-width="0.7"` : ''}/>`); },
    pattern: (x, y, w, h, kind) => { around.push(`<rect x="${short(x)}" y="${short(y)}" width="${w}" height="${h}" fill="url(#${kind})"/>`); },
    text: (x, y, text, size, weight, fill) => { around.push(line(x, y, text, size, weight, fill)); },
    mark: (x, y, shape, r, colour, ring) => { around.push(`<path d="${markPath(x, y, shape, r)}" fill="${shape === 'planned' ? ring : colour}"${shape === 'planned' ? ` stroke="${colour}" stroke-width="2"` : ''}/>`); },
  });
  const left = (wide - width) / 2;
  return new Blob([`<svg xmlns="http://www.w3.org/2000/svg" width="${wide}" height="${page.height}" viewBox="0 0 ${wide} ${page.height}" font-family="${escaped(family)}">
<title>${escaped(caption.title)}</title><desc>${escaped(caption.source)}</desc>
<defs>${patterns.map(pattern).join('')}<clipPath id="map"><rect width="${width}" height="${height}"/></clipPath></defs>
<rect width="100%" height="100%" fill="${palette.halo}"/>
<g transform="translate(${short(left)} ${short(page.top)})"><g clip-path="url(#map)"><rect width="${width}" height="${height}" fill="${palette.sea}"/>
${out.join('\n')}
</g></g>
${around.join('\n')}
</svg>
`], { type: 'image/svg+xml' });
}
