/*
 * group_canonical: is a row group the one encoding that its cells have?
 *
 * Without encoding them: numbers, and distinct values with the rows that have them, tell which encoding
 * the encoder chooses, and that choice and the order of the values leave one way to write them.
 */
#ifndef VV_DATASET_PROOF_GROUP_CANONICAL_H
#define VV_DATASET_PROOF_GROUP_CANONICAL_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "dataset/format/group.h"

/* *is: decoding the group and encoding its cells gives these bytes. Where e finds facts (vv_group_encoder_find)
 * and *is is true, they are those of the cells. The arena is scratch, and may grow with rows x 48 bytes for each column; a column that is encoded again, one with
 * cells other than texts, say, takes as many bytes in e as its cells have. VV_ECORRUPT as vv_group_column, but
 * not for all that it finds: then *is is false. */
vv_status vv_group_is_canonical(vv_group_encoder *e, const vv_group *g, vv_arena *arena, bool *is,
				vv_error *err);

#endif
