/*
 * descriptor: reads members of Frictionless descriptors (JSON objects such as a schema), and sets
 * errors that name the position of a fault.
 *
 * A correct caller initialises a vv_descriptor with file, arena and err, reads the members, and tests
 * rc once, at the end. The first fault is the error: after it, the functions that take the
 * vv_descriptor do not change err, and return NULL in place of pointers. Returned texts are borrowed
 * from the node.
 */
#ifndef VV_DATASET_SCHEMA_DESCRIPTOR_H
#define VV_DATASET_SCHEMA_DESCRIPTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/json/json.h"

/* A descriptor that is being read. */
typedef struct vv_descriptor {
	const char *file; /* the descriptor's path, for messages */
	vv_arena *arena;  /* memory of arrays; may be NULL if none is requested */
	vv_error *err;    /* receives the first error; may be NULL */
	vv_status rc;     /* the status of the first error, or VV_OK */
} vv_descriptor;

/* Sets d->err to VV_EINPUT with the message "<file>: <JSON pointer of node>: <text>", where text is
 * formatted by fmt. The text after a newline in fmt becomes the hint. */
void vv_descriptor_fail(vv_descriptor *d, const vv_json *node, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Like vv_descriptor_fail, with the message and the hint of `why`. If `why` is VV_ENOMEM, fails with
 * VV_ENOMEM. */
void vv_descriptor_fail_with(vv_descriptor *d, const vv_json *node, const vv_error *why);
/* Returns zeroed memory for count items of `size` bytes in d->arena. NULL: out of memory (d->rc is
 * then VV_ENOMEM), or an earlier error. */
void *vv_descriptor_alloc(vv_descriptor *d, size_t count, size_t size);
/* Remembers rc, the result of a function that received d->err, if it is an error. May only be called
 * while d->rc is VV_OK. */
void vv_descriptor_note(vv_descriptor *d, vv_status rc);

/* Appends the node's position in its document as a JSON pointer (RFC 6901). */
void vv_descriptor_pointer(vv_buf *out, const vv_json *node);

/* Returns the node's JSON type with an article ("an array"), for messages. */
const char *vv_descriptor_kind(const vv_json *node);

/* Returns true if node is a string without a NUL. */
bool vv_descriptor_is_text(const vv_json *node);

/* Returns true if node has the type. Otherwise, fails with "must be an array, is a number" (VV_EINPUT). */
bool vv_descriptor_want(vv_descriptor *d, const vv_json *node, vv_json_type type);
/* Returns true if node is a string without a NUL; otherwise, fails (VV_EINPUT). */
bool vv_descriptor_want_text(vv_descriptor *d, const vv_json *node);

/* Returns the optional member of object, or NULL if it is missing. VV_EINPUT: the member does not have this
 * type. */
const vv_json *vv_descriptor_get(vv_descriptor *d, const vv_json *object, const char *member,
				 vv_json_type type);
/* Returns the text of an optional member of object, or NULL if the member is missing. VV_EINPUT: the
 * member is not a string, or contains a NUL. */
const char *vv_descriptor_text(vv_descriptor *d, const vv_json *object, const char *member);
/* Returns the value of an optional member of object, or `otherwise` if the member is missing.
 * VV_EINPUT: the member is neither true nor false. */
bool vv_descriptor_bool(vv_descriptor *d, const vv_json *object, const char *member,
			bool otherwise);
/* Returns an array, in d->arena, with the strings in node, followed by NULL, and sets *count to their
 * number. Returns NULL, with *count 0, on failure. VV_EINPUT: node is neither a string nor an array of
 * strings, or a string contains a NUL. */
const char **vv_descriptor_texts(vv_descriptor *d, size_t *count, const vv_json *node);

#endif
