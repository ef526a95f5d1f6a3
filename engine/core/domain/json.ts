/** What survives `JSON.parse(JSON.stringify(x))` unchanged. Run state, variables and effects are made of it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };
