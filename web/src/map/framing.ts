// The layout of the map in its element: what covers it, and which camera shows a box in the rest.
import type { Box } from './api';
import type { Camera } from './view';

/** Pixels between a box to show and the edges of the map's element. */
export interface Padding { top: number; right: number; bottom: number; left: number }

/** The country, degrees. */
export const country: Box = { west: 94.8, south: -11.2, east: 141.2, north: 6.3 };

/** The edges of the uncovered part of the map: the card covers the right, on a phone the lower part. */
export function uncovered(container: HTMLElement): { right: number; bottom: number } {
  const stage = container.getBoundingClientRect(), over = document.querySelector('.sheet')?.getBoundingClientRect();
  const beside = over && over.width < stage.width * 0.8;
  return { right: over && beside ? over.left - stage.left : stage.width, bottom: over && !beside ? Math.max(80, Math.min(over.top - stage.top, stage.height)) : stage.height };
}

/** The padding for the whole country: it is wide and, if there is room, above what covers the lower edge. */
export function countryPadding({ clientWidth, clientHeight }: HTMLElement, covered: number): Padding {
  return { top: 14, left: clientWidth < 640 ? 12 : 44, right: 12, bottom: Math.max(14, Math.min(covered, clientHeight - clientWidth * 0.42)) };
}

/** The padding for a box that a reader selects, beside the card and above what covers the lower edge. */
export function boxPadding(container: HTMLElement, covered: number): Padding {
  const { right, bottom } = uncovered(container), { clientWidth, clientHeight } = container;
  return { top: 40, left: 40, right: clientWidth - right + 40, bottom: Math.max(clientHeight - bottom, Math.min(covered, clientHeight * 0.4)) + 40 };
}

/** The offset in pixels of the middle of the uncovered part from the middle of the element. */
export function offset(container: HTMLElement): [x: number, y: number] {
  const { right, bottom } = uncovered(container);
  return [(right - container.clientWidth) / 2, (bottom - container.clientHeight) / 2];
}

/** The maximum zoom for showing a box. */
export const closest = 9;

/** The width of the world at zoom 0, pixels. */
export const worldSize = 512;

/** A position in Web Mercator on a square with sides of 1. */
export function project(lon: number, lat: number): [x: number, y: number] {
  return [lon / 360 + 0.5, 0.5 - Math.log(Math.tan(Math.PI / 4 + lat * Math.PI / 360)) / (2 * Math.PI)];
}

/** A view of the element: the position of its middle in Web Mercator, and the zoom. */
export interface Middle { x: number; y: number; zoom: number }

/** The view that shows a box within a padding, like MapLibre's fitBounds. */
export function middleOf({ west, south, east, north }: Box, { clientWidth, clientHeight }: HTMLElement, { top, right, bottom, left }: Padding, most: number): Middle {
  const [x0, y0] = project(west, north), [x1, y1] = project(east < west ? east + 360 : east, south);
  const scale = Math.min((clientWidth - left - right) / (x1 - x0), (clientHeight - top - bottom) / (y1 - y0));
  const zoom = Math.min(most, Math.log2(scale / worldSize)), size = worldSize * 2 ** zoom;
  return { x: (x0 + x1) / 2 - (left - right) / 2 / size, y: (y0 + y1) / 2 - (top - bottom) / 2 / size, zoom };
}

/** The view that has a camera's position in the middle of the uncovered part. */
export function middleAt({ lon, lat, zoom }: Camera, container: HTMLElement): Middle {
  const [x, y] = project(lon, lat), [dx, dy] = offset(container), size = worldSize * 2 ** zoom;
  return { x: x - dx / size, y: y - dy / size, zoom };
}
