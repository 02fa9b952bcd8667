/*
 * descriptor: functions for reading Frictionless descriptors (JSON objects such as a schema): set
 * errors that name the position of a fault, and read members of common types.
 *
 * In all functions, file is the descriptor's path, for messages. Returned texts are borrowed from
 * the node.
 */
#ifndef VV_DATASET_SCHEMA_DESCRIPTOR_H
#define VV_DATASET_SCHEMA_DESCRIPTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/json/json.h"

/* Sets err to VV_EINPUT with the message "<file>: <JSON pointer of node>: <text>", where text is
 * formatted by fmt. Returns VV_EINPUT. */
vv_status vv_descriptor_fail(const vv_json *node, const char *file, vv_error *err, const char *fmt,
			     ...) __attribute__((format(printf, 4, 5)));

/* Returns the node's JSON type with an article ("an array"), for messages. */
const char *vv_descriptor_kind(const vv_json *node);

/* Returns true if node is a string without a NUL. */
bool vv_descriptor_is_text(const vv_json *node);

/* Sets *out to the text of an optional member of object, or to NULL if the member is missing.
 * VV_EINPUT: the member is not a string, or contains a NUL. */
vv_status vv_descriptor_text(const char **out, const vv_json *object, const char *member,
			     const char *file, vv_error *err);

/* Sets *out to the value of an optional member of object. *out is unchanged if the member is
 * missing. VV_EINPUT: the member is neither true nor false. */
vv_status vv_descriptor_bool(bool *out, const vv_json *object, const char *member, const char *file,
			     vv_error *err);

/* Sets *out to an array, in arena, with the strings in node, followed by NULL, and *count to their
 * number. VV_EINPUT: node is neither a string nor an array of strings, or a string contains a
 * NUL. */
vv_status vv_descriptor_texts(const char ***out, size_t *count, vv_arena *arena,
			      const vv_json *node, const char *file, vv_error *err);

#endif
