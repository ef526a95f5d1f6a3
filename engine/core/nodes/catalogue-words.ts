/** A SKU as a choice id: choice ids hold no slash. */
export const choiceIdOf = (sku: string): string => sku.replace(/\//g, "_");

/** Words of the catalogue are no templates of the author: nothing in them is filled in. */
export const literal = (text: string): string => text.replace(/[{}]/g, "");
