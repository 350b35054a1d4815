/*
 * Company name: what a name may hold. Other characters are silently dropped, as the reference product does (P-012).
 */
#pragma once
#include "lib/text.h"

/* Keeps letters and digits of any script, space and - ' & @ . , ? !; spaces at the ends go too. May become empty. */
Text *company_name_clean(const char *name, size_t length);
