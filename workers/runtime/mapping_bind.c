#include "proto/words.h"
#include "workers/runtime/mapping.h"
#include "workers/runtime/mapping_path.h"

/* No vendor nests deeper; a mapping that contains itself does. */
enum { MAX_NESTING = 16 };

static bool is_message(const ProtobufCFieldDescriptor *field)
{
    return field->type == PROTOBUF_C_TYPE_MESSAGE;
}

static const char *type_of(const ProtobufCFieldDescriptor *field)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_MESSAGE:
        return ((const ProtobufCMessageDescriptor *)field->descriptor)->name;
    case PROTOBUF_C_TYPE_ENUM:
        return ((const ProtobufCEnumDescriptor *)field->descriptor)->name;
    case PROTOBUF_C_TYPE_STRING:
        return "string";
    default:
        return "a type that no conversion makes";
    }
}

static const char *check_path(const MapRow *row, const ProtobufCFieldDescriptor *field)
{
    const char *mark = row->path ? strchr(row->path, '[') : NULL;
    if (!row->path || !*row->path || strlen(row->path) >= MAP_MAX_PATH)
        return "the path is empty or too long";
    if (mark && (strcmp(mark, "[]") != 0 || mark == row->path))
        return "\"[]\" belongs at the end of the path";
    bool list = path_is_list(row->path);
    if (list && row->as->constant)
        return "a constant has no elements";
    if (field->label == PROTOBUF_C_LABEL_REPEATED)
        return list || row->as->appends ? NULL
                                        : "the field is repeated: the path needs \"[]\" or the conversion must append";
    return list || row->as->appends ? "the field is not repeated" : NULL;
}

static const char *check_type(const Conversion *as, const ProtobufCFieldDescriptor *field)
{
    if (as->type != field->type)
        return "the conversion does not fit the field's type";
    if (as->message && (!is_message(field) || strcmp(as->message, type_of(field)) != 0))
        return "the conversion makes another message than the field has";
    return NULL;
}

static const char *check_words(const Conversion *as, const ProtobufCFieldDescriptor *field)
{
    const Word *words = as->argument;
    if (enum_unknown(field->descriptor) == 0)
        return "the enum has no Unknown for words that the table lacks";
    for (size_t i = 0; i < as->n_argument; i++)
        if (!words[i].word || !enum_word(field->descriptor, words[i].value))
            return "a word of the table has no value of this enum";
    return NULL;
}

static const char *check_argument(const Conversion *as, const ProtobufCFieldDescriptor *field)
{
    if (as->read == map_words)
        return check_words(as, field);
    if (as->read == map_constant_enum && !enum_word(field->descriptor, (int)as->n_argument))
        return "the constant is no value of this enum";
    if (as->nested && ((const Mapping *)as->argument)->message != field->descriptor)
        return "the nested mapping makes another message than the field has";
    return NULL;
}

static bool bind_mapping(const Mapping *mapping, int depth, Error *err);

static bool bind_row(const Mapping *mapping, const MapRow *row, int depth, Error *err)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(mapping->message, row->field);
    const char *wrong = !field ? "there is no such field" : NULL;
    if (!wrong && field->offset != row->offset)
        wrong = "the offset is another field's";
    if (!wrong && !row->as)
        wrong = "there is no conversion";
    if (!wrong)
        wrong = check_path(row, field);
    if (!wrong)
        wrong = check_type(row->as, field);
    if (!wrong)
        wrong = check_argument(row->as, field);
    if (wrong)
        return error_set(err, ERROR_CONFIG, "mapping of %s: field '%s' (%s) from '%s' as %s: %s",
                         mapping->message->name, row->field, field ? type_of(field) : "?", row->path ? row->path : "",
                         row->as ? row->as->name : "?", wrong);
    return !row->as->nested || bind_mapping(row->as->argument, depth + 1, err);
}

static bool bind_mapping(const Mapping *mapping, int depth, Error *err)
{
    if (depth > MAX_NESTING)
        return error_set(err, ERROR_CONFIG, "mapping of %s: nested deeper than %d, or inside itself",
                         mapping->message->name, MAX_NESTING);
    for (size_t i = 0; i < mapping->n_rows; i++)
        if (!bind_row(mapping, &mapping->rows[i], depth, err))
            return false;
    return true;
}

bool mapping_bind(const Mapping *mapping, Error *err)
{
    return bind_mapping(mapping, 0, err);
}

bool mapping_bind_all(const Mapping *const *mappings, size_t n, Error *err)
{
    for (size_t i = 0; i < n; i++)
        if (!mapping_bind(mappings[i], err))
            return false;
    return true;
}
