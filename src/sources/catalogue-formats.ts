/** Public price lists that can be read. */
export const CATALOGUE_FORMATS = ['aws', 'azure', 'gcp', 'karpenter-kwok'] as const;
export type CatalogueFormat = (typeof CATALOGUE_FORMATS)[number];
