// The map's colours. Orange and blue are distinguishable without red-green colour vision.

/** Groups of products, as named in tiles. */
export const productGroups = ['TEXTILE', 'FOOD', 'WOOD', 'METAL', 'CLAY_STONE', 'LEATHER', 'OTHER'] as const;
export type ProductGroup = typeof productGroups[number];

export interface Palette {
  sea: string; land: string; landLine: string; country: string;
  no: string; hatch: string; hatchGround: string; disadvantaged: string; border: string;
  counts: [zero: string, one: string, two: string, more: string];
  provinceLine: string; regencyLine: string; coast: string; mark: string; label: string; halo: string;
  groups: Record<ProductGroup, string>; ring: string; area: string;
}

const light: Palette = {
  sea: '#dde8ec', land: '#f0eee8', landLine: '#d9d5ca', country: '#e6e2d6',
  no: '#fbfaf6', hatch: '#cbc7ba', hatchGround: '#f1efe8', disadvantaged: '#e39b3f', border: '#4f8fc4',
  counts: ['#fbfaf6', '#a9d5cf', '#4fa59c', '#136a63'],
  provinceLine: '#77746a', regencyLine: '#cfcbbf', coast: '#a9a698', mark: '#1f2a2e', label: '#37413f', halo: '#fbfaf6',
  groups: { TEXTILE: '#8e1652', FOOD: '#2f6b1f', WOOD: '#6b4423', METAL: '#3b3f8f', CLAY_STONE: '#b3402a', LEATHER: '#0d6d73', OTHER: '#4a5559' }, ring: '#ffffff', area: '#a3195b',
};

const dark: Palette = {
  sea: '#12191d', land: '#1f282c', landLine: '#2f3a3f', country: '#2a3438',
  no: '#333f44', hatch: '#48555a', hatchGround: '#2a3439', disadvantaged: '#d08a2e', border: '#4a8ac2',
  counts: ['#333f44', '#2f6b68', '#4fa59c', '#b5e6df'],
  provinceLine: '#9aa7a9', regencyLine: '#48565b', coast: '#64737a', mark: '#ffffff', label: '#e4e8e5', halo: '#1a2226',
  groups: { TEXTILE: '#ff9cc8', FOOD: '#a5dc8a', WOOD: '#e0bd94', METAL: '#b9bcff', CLAY_STONE: '#ff9f85', LEATHER: '#7fdde2', OTHER: '#d3dbdd' }, ring: '#12191d', area: '#ff8ec2',
};

export function paletteOf(inTheDark: boolean): Palette {
  return inTheDark ? dark : light;
}
