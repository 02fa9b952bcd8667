/*
 * group_compare: in which rows two row groups of equally many rows differ, a column at a time.
 *
 * Where both columns are encoded alike no cell is made: their bytes, numbers or the numbers of
 * their distinct values are compared.
 */
#ifndef VV_DATASET_FORMAT_GROUP_COMPARE_H
#define VV_DATASET_FORMAT_GROUP_COMPARE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "dataset/format/group.h"

/* Makes marks[r] other than 0 in each row r where column ca of a and column cb of b differ in
 * state or text; other marks stay. a->rows == b->rows. The arena is scratch. VV_ECORRUPT as
 * vv_group_column, but not for all that it finds. */
vv_status vv_group_compare_column(uint8_t *marks, const vv_group *a, size_t ca, const vv_group *b,
				  size_t cb, vv_arena *arena, vv_error *err);

#endif
