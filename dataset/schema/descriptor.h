/*
 * descriptor: functions shared by the readers of Frictionless descriptors: set errors that name the
 * place of a fault, and read members of common types.
 *
 * file is the descriptor's path, for messages. Returned texts are borrowed from the node.
 */
#ifndef VV_DATASET_SCHEMA_DESCRIPTOR_H
#define VV_DATASET_SCHEMA_DESCRIPTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/json/json.h"

/* Sets the error "<file>: <JSON pointer of node>: <text>". Returns VV_EINPUT. */
vv_status vv_descriptor_fail(const vv_json *node, const char *file, vv_error *err, const char *fmt,
			     ...) __attribute__((format(printf, 4, 5)));

/* Returns the node's JSON type with an article ("an array"), for messages. */
const char *vv_descriptor_kind(const vv_json *node);

/* Returns true if node is a string without a NUL. */
bool vv_descriptor_is_text(const vv_json *node);

/* Reads an optional member, which must be a string without a NUL. *out is NULL if the member is
 * missing. VV_EINPUT: the member is not such a string. */
vv_status vv_descriptor_text(const char **out, const vv_json *object, const char *member,
			     const char *file, vv_error *err);

/* Reads an optional member, which must be true or false. *out is unchanged if the member is
 * missing. VV_EINPUT: the member has another value. */
vv_status vv_descriptor_bool(bool *out, const vv_json *object, const char *member, const char *file,
			     vv_error *err);

/* Reads node, which must be a string or an array of strings. *out is a NULL-terminated array in
 * arena; *count does not include the NULL. VV_EINPUT: node has another value. */
vv_status vv_descriptor_texts(const char ***out, size_t *count, vv_arena *arena,
			      const vv_json *node, const char *file, vv_error *err);

#endif
