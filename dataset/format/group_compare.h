/*
 * group_compare: finds the rows in which two row groups with the same number of rows differ, column
 * by column.
 *
 * Columns with equal bytes, and dictionary or number columns of the same encoding, are mostly
 * compared without decoding the cells; others are decoded.
 */
#ifndef VV_DATASET_FORMAT_GROUP_COMPARE_H
#define VV_DATASET_FORMAT_GROUP_COMPARE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "dataset/format/group.h"

/* Sets marks[r] to a value other than 0 for each row r in which column ca of a and column cb of b
 * differ in state or text; other marks are unchanged. a->rows and b->rows must be equal. The arena
 * is scratch memory. VV_ECORRUPT: a column is damaged; damage that only decoding finds may remain
 * undetected. After a failure, some marks may be set. */
vv_status vv_group_compare_column(uint8_t *marks, const vv_group *a, size_t ca, const vv_group *b,
				  size_t cb, vv_arena *arena, vv_error *err);

#endif
