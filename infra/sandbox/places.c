/* The countries and currencies that occur in the sandbox. */
#include "infra/sandbox/business.h"
#include "lib/auto.h"
#include <string.h>

const Country countries[] = {
    {"US", "USA", "+1",   "Portland",               "OR",         "97205"    },
    {"GB", "GBR", "+44",  "Leeds",                  NULL,         "LS1 4AP"  },
    {"DE", "DEU", "+49",  "München",               "BY",         "80331"    },
    {"FR", "FRA", "+33",  "Saint-Étienne",         NULL,         "42000"    },
    {"JP", "JPN", "+81",  "渋谷区",              "東京都",  "150-0002" },
    {"IE", "IRL", "+353", "Dublin",                 "Co. Dublin", "D02 X285" },
    {"SE", "SWE", "+46",  "Malmö",                 NULL,         "211 20"   },
    {"PL", "POL", "+48",  "Łódź",                NULL,         "90-001"   },
    {"CA", "CAN", "+1",   "Montréal",              "QC",         "H2X 1Y4"  },
    {"KW", "KWT", "+965", "Kuwait City",            NULL,         NULL       },
    {"BR", "BRA", "+55",  "São Paulo",             "SP",         "01310-100"},
    {"AU", "AUS", "+61",  "Hobart",                 "TAS",        "7000"     },
    {"NL", "NLD", "+31",  "'s-Hertogenbosch",       NULL,         "5211 JX"  },
    {"GR", "GRC", "+30",  "Θεσσαλονίκη", NULL,         "546 21"   },
    {"IN", "IND", "+91",  "Pune",                   "MH",         "411001"   },
    {"CH", "CHE", "+41",  "Zürich",                "ZH",         "8001"     },
};
const int n_countries = COUNT_OF(countries);

static const Currency currencies[] = {
    {"usd", 2, 920000 },
    {"eur", 2, 1000000},
    {"gbp", 2, 1170000},
    {"jpy", 0, 6150   },
    {"kwd", 3, 3010000},
    {"isk", 2, 6700   },
};

const Currency *currency_of(const char *code)
{
    for (size_t i = 0; i < COUNT_OF(currencies); i++)
        if (strcmp(currencies[i].code, code) == 0)
            return &currencies[i];
    return NULL;
}
