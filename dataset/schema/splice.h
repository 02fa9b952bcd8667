/*
 * splice: changing a JSON text and leaving the rest of it as its author wrote it.
 *
 * A correct caller: vv_splice_open, one change after the other (each makes all nodes
 * got before invalid: look them up again from root), then text is the result.
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
	bool spaced;         /* a space is after colons and commas */
	const char *newline; /* "\n" or "\r\n" */
	char unit[17];       /* the indent of a level */
} vv_splice;

vv_status vv_splice_open(vv_splice *s, const char *text, size_t len, const char *file,
			 vv_error *err);
void vv_splice_clear(vv_splice *s);
VV_AUTO_CLEAR(vv_splice, vv_splice_clear)

/* Values are given as compact JSON and written in the manner of the file. */

/* The member called name gets the value; it is made, as the last, when missing. */
vv_status vv_splice_set(vv_splice *s, const vv_json *object, const char *name, const char *value,
			vv_error *err);
vv_status vv_splice_append(vv_splice *s, const vv_json *array, const char *value, vv_error *err);
vv_status vv_splice_remove(vv_splice *s, const vv_json *member, vv_error *err);
/* Puts the string in place of each of the nodes (which get sorted). */
vv_status vv_splice_strings(vv_splice *s, const vv_json **nodes, size_t count, const char *string,
			    vv_error *err);

#endif
