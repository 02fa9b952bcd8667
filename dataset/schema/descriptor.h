/*
 * descriptor: declarations shared by the readers of Frictionless descriptors: naming the place of a
 * fault, and common types of members.
 */
#ifndef VV_DATASET_SCHEMA_DESCRIPTOR_H
#define VV_DATASET_SCHEMA_DESCRIPTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/json/json.h"

/* Sets "<file>: <JSON pointer of node>: <text>", VV_EINPUT. */
vv_status vv_descriptor_fail(const vv_json *node, const char *file, vv_error *err, const char *fmt,
			     ...) __attribute__((format(printf, 4, 5)));

/* "an array", for messages. */
const char *vv_descriptor_kind(const vv_json *node);

/* Is node a string without NUL in it? */
bool vv_descriptor_is_text(const vv_json *node);

/* An optional member that must be a string (without NUL): *out is NULL if it is missing. Borrowed
 * from the node. */
vv_status vv_descriptor_text(const char **out, const vv_json *object, const char *member,
			     const char *file, vv_error *err);

/* An optional member that must be true or false; *out is unchanged if it is missing. */
vv_status vv_descriptor_bool(bool *out, const vv_json *object, const char *member, const char *file,
			     vv_error *err);

/* The texts of an array of strings, or of a single string: NULL-ended, in arena,
 * *count without the NULL. */
vv_status vv_descriptor_texts(const char ***out, size_t *count, vv_arena *arena,
			      const vv_json *node, const char *file, vv_error *err);

#endif
