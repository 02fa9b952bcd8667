/*
 * array: growable arrays (by doubling), comparison functions, and searches in sorted arrays.
 *
 *	if (!vv_array_add(list->items, list->count, list->cap, item)) return vv_fail_nomem(err);
 *
 * Begin with NULL, 0, 0 and end with vv_free(items).
 */
#ifndef VV_BASE_ARRAY_H
#define VV_BASE_ARRAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Makes sure that items[count] may be written: items is an array of cap items of any type, count
 * and cap are size_t. False when memory has run out; all three are then unchanged. The arguments
 * are evaluated more than once. */
#define vv_array_room(items, count, cap)                                                           \
	((count) < (cap) || vv_array_grow(&(items), &(cap), (count) + 1, sizeof(*(items))))

/* Adds a value after the last item. False when memory has run out. */
#define vv_array_add(items, count, cap, ...)                                                       \
	(vv_array_room(items, count, cap) && (((items)[(count)++] = __VA_ARGS__), true))

/* The same as vv_array_room, for `more` items from count on. */
#define vv_array_room_for(items, count, cap, more)                                                 \
	((more) <= (cap) - (count) ||                                                              \
	 vv_array_grow(&(items), &(cap), (count) + (more), sizeof(*(items))))

/* The first of count places i at which the expression is_before is false. The expression must be true at all places before,
 * and false from there on. */
#define vv_first_place(i, count, is_before)                                                        \
	__extension__({                                                                            \
		size_t low_ = 0, high_ = (count);                                                  \
		while (low_ < high_) {                                                             \
			const size_t i = low_ + (high_ - low_) / 2;                                \
			const bool before_ = (is_before);                                          \
			low_ = before_ ? i + 1 : low_;                                             \
			high_ = before_ ? high_ : i;                                               \
		}                                                                                  \
		low_;                                                                              \
	})

/* Orders for qsort, of uint64_t and of char *; the latter also of structs that begin with a char *. */
int vv_u64_order(const void *a, const void *b);
/* Sorts the items, removes duplicates, and returns how many are left. items may be NULL if count is 0. */
size_t vv_u64_set(uint64_t *items, size_t count);
int vv_text_order(const void *a, const void *b);

/* Keeps a longest increasing subsequence of places; the others become VV_NOT_RISING. Places that are VV_NOT_RISING at first
 * are ignored. False when memory has run out. */
#define VV_NOT_RISING UINT32_MAX
bool vv_array_keep_rising(uint32_t *places, size_t count);

/* Is item one of the items? */
bool vv_array_has(const size_t *items, size_t count, size_t item);

/* Called by the macros: items points to the pointer to the array. Grows to at least twice cap, 16
 * items, and least items. */
bool vv_array_grow(void *items, size_t *cap, size_t least, size_t size);

#endif
