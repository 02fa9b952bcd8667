/*
 * header: the names of a table's columns as its file writes them.
 *
 * A column's name is UTF-8: a byte of a header in another encoding, and NUL, is "\xDF" there. Who writes the
 * header again wants its bytes.
 */
#ifndef VV_DATASET_SCHEMA_HEADER_H
#define VV_DATASET_SCHEMA_HEADER_H

#include "base/arena.h"
#include "dataset/format/cell.h"
#include "dataset/format/dialect.h"
#include "dataset/schema/schema.h"

/* A text cell for each column, which lives in arena or is the schema's. */
vv_status vv_header_labels(const vv_cell **out, vv_arena *arena, const vv_dialect *d,
			   const vv_schema *schema, vv_error *err);

#endif
