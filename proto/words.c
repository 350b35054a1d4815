#include "proto/words.h"
#include <string.h>

/* The values of an enum run from 0 without a gap (a test says so): the value is the index of its word. */
typedef struct EnumWords {
    const ProtobufCEnumDescriptor *type;
    const char *const *words;
    int n_words;
} EnumWords;

#include "words.inc"

static const EnumWords *find(const ProtobufCEnumDescriptor *type)
{
    for (size_t i = 0; i < COUNT_OF(all_words); i++)
        if (all_words[i].type == type)
            return &all_words[i];
    return NULL;
}

const char *enum_word(const ProtobufCEnumDescriptor *type, int value)
{
    const EnumWords *enumeration = find(type);
    return enumeration && value > 0 && value < enumeration->n_words ? enumeration->words[value] : NULL;
}

bool enum_value(const ProtobufCEnumDescriptor *type, const char *word, int *value)
{
    const EnumWords *enumeration = find(type);
    for (int i = 1; enumeration && i < enumeration->n_words; i++) {
        if (strcmp(enumeration->words[i], word) == 0) {
            *value = i;
            return true;
        }
    }
    return false;
}

int enum_unknown(const ProtobufCEnumDescriptor *type)
{
    int value = 0;
    return enum_value(type, "Unknown", &value) ? value : 0;
}
