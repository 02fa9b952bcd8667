/*
 * splice: changes values in a JSON text, and keeps the formatting of the rest.
 *
 * A correct caller: vv_splice_open; one or more changes; then text is the result. Each change
 * invalidates all nodes: find them again from root.
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

typedef struct vv_splice {
	vv_buf text;
	vv_arena arena; /* owns root */
	vv_json *root;
	const char *file;    /* for messages; borrowed */
	bool lines;          /* members are on separate lines */
	bool spaced;         /* a space follows colons and commas */
	const char *newline; /* "\n" or "\r\n" */
	char unit[17];       /* the indentation of one level */
} vv_splice;

/* Copies and parses the text. file: its path, for messages. VV_EINPUT: the text is not JSON. */
vv_status vv_splice_open(vv_splice *s, const char *text, size_t len, const char *file,
			 vv_error *err);
void vv_splice_clear(vv_splice *s);
VV_AUTO_CLEAR(vv_splice, vv_splice_clear)

/* A value is compact JSON, and is written with the formatting of the text. */

/* Sets the member `name` of the object to the value. If the member is missing, adds it as the last
 * one. */
vv_status vv_splice_set(vv_splice *s, const vv_json *object, const char *name, const char *value,
			vv_error *err);
vv_status vv_splice_append(vv_splice *s, const vv_json *array, const char *value, vv_error *err);
vv_status vv_splice_remove(vv_splice *s, const vv_json *member, vv_error *err);
/* Replaces each of the nodes by the string. Sorts the array `nodes`. */
vv_status vv_splice_strings(vv_splice *s, const vv_json **nodes, size_t count, const char *string,
			    vv_error *err);

#endif
