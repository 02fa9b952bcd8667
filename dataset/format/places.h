/*
 * places: stores, for each row of a table in key order, the row's place (from 0) in the file.
 *
 * The places are a permutation of the row numbers. They are stored in the entries of a list
 * (list.h). Each entry contains one block of places (places_block.h). Format:
 * docs/formats/store.md, "key order".
 */
#ifndef VV_DATASET_FORMAT_PLACES_H
#define VV_DATASET_FORMAT_PLACES_H

#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "dataset/format/list.h"
#include "dataset/format/places_block.h"

/* Writes a list of places: call vv_places_add for each row in key order, then vv_places_finish
 * once. */
typedef struct vv_places_writer vv_places_writer;
/* Makes a writer. sink and old have the same meaning as for vv_list_builder_new. */
vv_status vv_places_writer_new(vv_places_writer **out, const vv_sink *sink, const vv_buf *old,
			       vv_error *err);
void vv_places_writer_free(vv_places_writer *w); /* accepts NULL */
VV_AUTO_FREE(vv_places_writer, vv_places_writer_free)
/* Adds the place of the next row. VV_EREFUSED: place is above VV_PLACE_MAX. */
vv_status vv_places_add(vv_places_writer *w, uint64_t place, vv_error *err);
/* Writes the last blocks, and appends the top of the list to out. */
vv_status vv_places_finish(vv_places_writer *w, vv_buf *out, vv_error *err);

/* Reads the places in key order. The caller must check that they are a permutation. */
typedef struct vv_places_reader vv_places_reader;
/* Opens a reader for the list of places with the encoded top `top`. The top and *source are copied;
 * what *source refers to must outlive the reader. */
vv_status vv_places_open(vv_places_reader **out, const vv_sink *source, const vv_buf *top,
			 vv_error *err);
/* Sets *place to the place of the next row in key order. Returns 1, 0 at the end, or a negative
 * status. VV_ECORRUPT: a block is damaged; VV_EMISSING: a block is not in the store. */
int vv_places_next(vv_places_reader *r, uint64_t *place, vv_error *err);
void vv_places_close(vv_places_reader *r); /* accepts NULL */
VV_AUTO_FREE(vv_places_reader, vv_places_close)

#endif
