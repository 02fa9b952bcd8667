/*
 * header: returns the names of a table's columns with the bytes of the file's header.
 *
 * A column's name in the schema is valid UTF-8: each NUL and each invalid byte of the header is
 * replaced by an escape like "\xDF". Code that writes the header again needs the original bytes.
 */
#ifndef VV_DATASET_SCHEMA_HEADER_H
#define VV_DATASET_SCHEMA_HEADER_H

#include "base/arena.h"
#include "dataset/format/cell.h"
#include "dataset/schema/schema.h"

typedef struct vv_dialect vv_dialect;

/* Sets *out to an array in arena with a text cell for each column: the column's name in the schema,
 * or, if the header's cell has a NUL or is not valid UTF-8, the bytes of the header. The texts are
 * in arena or in the schema. */
vv_status vv_header_labels(const vv_cell **out, vv_arena *arena, const vv_dialect *d,
			   const vv_schema *schema, vv_error *err);

#endif
