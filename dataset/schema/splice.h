/*
 * splice: changes values in a JSON text without changing the formatting of other parts.
 *
 * A correct caller: vv_splice_open; one or more changes; then the member text is the result. Each
 * change invalidates all pointers to nodes: find the nodes again, beginning at the member root.
 */
#ifndef VV_DATASET_SCHEMA_SPLICE_H
#define VV_DATASET_SCHEMA_SPLICE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/json/json.h"

/* A JSON text that is being changed. */
typedef struct vv_splice {
	vv_buf text;      /* the current text */
	vv_arena arena;   /* memory of root */
	vv_json *root;    /* the parsed text */
	const char *file; /* for messages; borrowed */
	/* The formatting of the text, which new values get, too. */
	bool lines;          /* members are on separate lines */
	bool spaced;         /* a space follows colons and commas */
	const char *newline; /* "\n" or "\r\n" */
	char unit[17];       /* the indentation of one level */
} vv_splice;

/* Sets *s to a parsed copy of text[0 .. len). file: the text's path, for messages. VV_EINPUT: the
 * text is not a JSON object. */
vv_status vv_splice_open(vv_splice *s, const char *text, size_t len, const char *file,
			 vv_error *err);
void vv_splice_clear(vv_splice *s);
VV_AUTO_CLEAR(vv_splice, vv_splice_clear)

/* In the next functions, value is compact JSON, which is written with the formatting of the
 * text. */

/* Sets the member `name` of the object to the value. If the member is missing, adds it after the
 * other members. */
vv_status vv_splice_set(vv_splice *s, const vv_json *object, const char *name, const char *value,
			vv_error *err);
/* Adds the value to the end of the array. */
vv_status vv_splice_append(vv_splice *s, const vv_json *array, const char *value, vv_error *err);
/* Removes a member of an object, or an element of an array. */
vv_status vv_splice_remove(vv_splice *s, const vv_json *member, vv_error *err);
/* Replaces each of count nodes by the JSON string with the text `string`. Changes the order of the
 * array `nodes`. */
vv_status vv_splice_strings(vv_splice *s, const vv_json **nodes, size_t count, const char *string,
			    vv_error *err);

#endif
