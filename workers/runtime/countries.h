/*
 * Countries: ISO 3166-1 codes. Thread-safe, no state.
 */
#pragma once

/* The alpha-3 code of an alpha-2 or alpha-3 code in any case, static; NULL when there is no such country. */
const char *country_alpha3(const char *code);
