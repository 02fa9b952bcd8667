/*
 * array: arrays that grow by doubling, comparison functions for qsort, loops over arrays, and searches
 * in arrays.
 *
 *	if (!vv_array_add(list->items, list->count, list->cap, item)) return vv_fail_nomem(err);
 *
 * Set items, count and cap to NULL, 0 and 0 before the first call. Free items with vv_free at the
 * end. An array that grows may move: pointers to its items are then invalid.
 */
#ifndef VV_BASE_ARRAY_H
#define VV_BASE_ARRAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/sys.h"

/* Makes room for one item, so that items[count] may be written. items is an array of cap items of
 * any type; count and cap are of type size_t. If memory runs out, returns false and leaves items,
 * count and cap unchanged. The arguments are evaluated more than once. */
#define vv_array_room(items, count, cap)                                                           \
	((count) < (cap) || vv_array_grow(&(items), &(cap), (count) + 1, sizeof(*(items))))

/* Adds the value, which is the last argument, after the last item, and increments count. If memory
 * runs out, returns false and leaves items, count and cap unchanged. */
#define vv_array_add(items, count, cap, ...)                                                       \
	(vv_array_room(items, count, cap) && (((items)[(count)++] = __VA_ARGS__), true))

/* Like vv_array_add, for a value that owns take_text, a text allocated with vv_malloc. On failure,
 * frees take_text. Returns false if take_text is NULL: the result of an allocation can be passed
 * unchecked. */
#define vv_array_own(items, count, cap, take_text, ...)                                            \
	(((take_text) && vv_array_add(items, count, cap, __VA_ARGS__)) ||                          \
	 (vv_free(take_text), false))

/* Like vv_array_room, but makes room for `more` items from items[count] on. */
#define vv_array_room_for(items, count, cap, more)                                                 \
	((more) <= (cap) - (count) ||                                                              \
	 vv_array_grow(&(items), &(cap), (count) + (more), sizeof(*(items))))

/* Finds the first i from 0 to count - 1 for which the expression is_before is false, by binary
 * search. The expression must be true for all smaller i and false for all larger i. The result is
 * count if the expression is true for every i. */
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

/* Begins a loop over the items, in order: vv_array_each(list->items, list->count, item) {...}. `item` points to
 * the item. items and count are evaluated once, before the first item; the loop must not move the items. No
 * loop if items is NULL. */
#define vv_array_each(items, count, item)                                                          \
	for (__typeof__(*(items)) *item = (items), *item##_end_ = item ? item + (count) : NULL;    \
	     item != item##_end_; item++)

/* Evaluates to the address of the first item for which the expression is_it is true, or NULL if there
 * is none. Tries all items in order. In is_it, `item` points to the item. */
#define vv_array_find(items, count, item, is_it)                                                   \
	__extension__({                                                                            \
		__typeof__(*(items)) *found_ = NULL;                                               \
		for (size_t at_ = 0; !found_ && at_ < (count); at_++) {                            \
			__typeof__(found_) item = &(items)[at_];                                   \
			found_ = (is_it) ? item : NULL;                                            \
		}                                                                                  \
		found_;                                                                            \
	})

/* Like vv_array_find, for an array of pointers that ends with NULL. items may be NULL. */
#define vv_ended_find(items, item, is_it)                                                          \
	__extension__({                                                                            \
		__typeof__(*(items)) *item = (items);                                              \
		while (item && *item && !(is_it)) {                                                \
			item++;                                                                    \
		}                                                                                  \
		(item ? *item : NULL) ? item : NULL;                                               \
	})

/* Finds the first i from 0 to count - 1 for which the expression is_it is true, trying all in order. The
 * result is count if there is none. */
#define vv_find_place(i, count, is_it)                                                             \
	__extension__({                                                                            \
		const size_t end_ = (count);                                                       \
		size_t i = 0;                                                                      \
		while (i < end_ && !(is_it)) {                                                     \
			i++;                                                                       \
		}                                                                                  \
		i;                                                                                 \
	})

/* Releases an array whose items own memory: evaluates the expression `clear` for each item, then frees
 * items. In clear, `item` points to the item. Does not set items and count, which are then invalid. */
#define vv_array_clear(items, count, item, clear)                                                  \
	__extension__({                                                                            \
		for (size_t at_ = 0; at_ < (count); at_++) {                                       \
			__typeof__(*(items)) *item = &(items)[at_];                                \
			clear;                                                                     \
		}                                                                                  \
		vv_free(items);                                                                    \
	})

/* Comparison function for qsort of arrays of uint64_t, or of structs that begin with one. */
int vv_u64_order(const void *a, const void *b);
/* Sorts the items, removes duplicates, and returns the number of items left. items may be NULL if count
 * is 0. */
size_t vv_u64_set(uint64_t *items, size_t count);
/* Comparison function for qsort of arrays of char *, or of structs that begin with a char *. */
int vv_text_order(const void *a, const void *b);

#define VV_NOT_RISING UINT32_MAX /* a place outside the subsequence */

/* Finds a longest strictly increasing subsequence of the count places, and sets all other places to
 * VV_NOT_RISING. Places that are VV_NOT_RISING at the call are not part of the subsequence. If memory
 * runs out, returns false and leaves places unchanged. */
bool vv_array_keep_rising(uint32_t *places, size_t count);

/* Returns true if item is one of the items. */
bool vv_array_has(const size_t *items, size_t count, size_t item);

/* Grows an array, for the macros above. items is the address of the pointer to the array. Allocates
 * memory for at least `least` items of `size` bytes, and for at least twice *cap items (16 if *cap is
 * 0), and sets *cap. If memory runs out, returns false and changes nothing. */
bool vv_array_grow(void *items, size_t *cap, size_t least, size_t size);

#endif
